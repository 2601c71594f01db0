with landed as (

    select * from {{ source('kiln_log', 'firings') }}

)

select
    firing_id,
    kiln_id,
    programme,
    target_cone,
    started_at,
    ended_at,
    cast(started_at as date) as fired_on,
    outcome = 'completed' as is_completed,
    units_logged as loaded_units
from landed
