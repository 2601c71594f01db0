with bookings as (

    select
        date_trunc('month', fired_on) as activity_month,
        member_id,
        count(*) as bookings_placed,
        sum(charged_amount) as charged_amount
    from {{ ref('fct_bookings') }}
    group by
        date_trunc('month', fired_on),
        member_id

),

members as (

    select * from {{ ref('dim_members') }}

)

select
    b.activity_month,
    m.plan_code,
    count(distinct b.member_id) as active_members,
    sum(b.bookings_placed) as bookings_placed,
    sum(b.charged_amount) as charged_amount,
    round(avg(b.charged_amount), 2) as average_charged
from bookings as b
inner join members as m
    on m.member_id = b.member_id
group by
    b.activity_month,
    m.plan_code
