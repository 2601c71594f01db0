with members as (

    select * from {{ ref('stg_front_desk__members') }}

),

ranked_consents as (

    select
        member_id,
        consent_channel,
        is_granted,
        row_number() over (
            partition by member_id, consent_channel
            order by recorded_at desc, consent_id desc
        ) as recency
    from {{ ref('stg_front_desk__consents') }}

),

standing_consents as (

    select
        member_id,
        max(case when consent_channel = 'email' and is_granted then 1 else 0 end) = 1 as may_email,
        max(case when consent_channel = 'sms' and is_granted then 1 else 0 end) = 1 as may_text
    from ranked_consents
    where recency = 1
    group by member_id

)

select
    members.member_id,
    members.member_email,
    members.member_phone,
    coalesce(standing_consents.may_email, false) as may_email,
    coalesce(standing_consents.may_text, false) as may_text
from members
left join standing_consents
    on standing_consents.member_id = members.member_id
