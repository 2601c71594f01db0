with members as (

    select * from {{ ref('stg_front_desk__members') }}

),

current_plans as (

    select * from {{ ref('int_members__plan_periods') }}
    where is_current

)

select
    members.member_id,
    split_part(members.member_postcode, ' ', 1) as postcode_district,
    current_plans.plan_code,
    current_plans.plan_name,
    current_plans.monthly_fee,
    current_plans.free_units,
    current_plans.home_studio_id,
    members.joined_on
from members
left join current_plans
    on current_plans.member_id = members.member_id
