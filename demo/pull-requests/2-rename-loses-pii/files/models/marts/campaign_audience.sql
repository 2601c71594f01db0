with members as (

    select * from {{ ref('dim_members') }}

),

contactability as (

    select * from {{ ref('int_members__contactability') }}

),

firing_habit as (

    select
        member_id,
        count(*) as bookings_placed,
        sum(charged_amount) as lifetime_charged,
        max(fired_on) as last_fired_on
    from {{ ref('fct_bookings') }}
    group by member_id

)

select
    members.member_id,
    {{ pseudonym('contactability.contact_point') }} as email_digest,
    contactability.contact_point,
    members.plan_code,
    members.home_studio_id,
    coalesce(firing_habit.bookings_placed, 0) as bookings_placed,
    coalesce(firing_habit.lifetime_charged, 0) as lifetime_charged,
    firing_habit.last_fired_on,
    case
        when firing_habit.bookings_placed >= 8 then 'regular'
        when firing_habit.bookings_placed >= 4 then 'occasional'
        else 'newcomer'
    end as audience_segment
from members
inner join contactability
    on contactability.member_id = members.member_id
left join firing_habit
    on firing_habit.member_id = members.member_id
where contactability.may_email
