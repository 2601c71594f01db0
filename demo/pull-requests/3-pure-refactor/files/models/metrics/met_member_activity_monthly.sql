with monthly_bookings as (

    select
        date_trunc('month', bookings.fired_on) as activity_month,
        bookings.member_id,
        count(*) as bookings_placed,
        sum(bookings.charged_amount) as charged_amount
    from {{ ref('fct_bookings') }} as bookings
    group by
        date_trunc('month', bookings.fired_on),
        bookings.member_id

),

plans as (

    select
        member_id,
        plan_code
    from {{ ref('dim_members') }}

)

select
    monthly_bookings.activity_month,
    plans.plan_code,
    count(distinct monthly_bookings.member_id) as active_members,
    sum(monthly_bookings.bookings_placed) as bookings_placed,
    sum(monthly_bookings.charged_amount) as charged_amount,
    round(avg(monthly_bookings.charged_amount), 2) as average_charged
from monthly_bookings
inner join plans
    on plans.member_id = monthly_bookings.member_id
group by
    monthly_bookings.activity_month,
    plans.plan_code
