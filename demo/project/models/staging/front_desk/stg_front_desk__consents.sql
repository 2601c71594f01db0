select
    consent_id,
    member_id,
    channel as consent_channel,
    is_granted,
    recorded_at
from {{ source('front_desk', 'consents') }}
