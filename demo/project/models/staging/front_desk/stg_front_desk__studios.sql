select
    studio_id,
    studio_name,
    town,
    opened_on,
    wheel_count
from {{ source('front_desk', 'studios') }}
