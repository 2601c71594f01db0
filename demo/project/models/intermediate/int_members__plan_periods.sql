with plans as (

    select * from {{ ref('snap_member_plans') }}

),

rates as (

    select * from {{ ref('plan_rates') }}

)

select
    plans.member_id,
    plans.plan_code,
    rates.plan_name,
    {{ pence_to_pounds('rates.monthly_fee_pence') }} as monthly_fee,
    rates.free_units,
    plans.home_studio_id,
    plans.dbt_valid_from as valid_from,
    plans.dbt_valid_to as valid_to,
    plans.dbt_valid_to is null as is_current
from plans
inner join rates
    on rates.plan_code = plans.plan_code
