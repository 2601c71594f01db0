with temperatures as (

    select
        firing_id,
        peak_celsius,
        minutes_to_600
    from {{ ref('int_firings__temperature') }}

),

loads as (

    select
        firing_id,
        booking_count,
        booked_units,
        load_share
    from {{ ref('int_firings__load') }}

),

firings as (

    select * from {{ ref('stg_kiln_log__firings') }}

)

select
    -- what was planned
    f.firing_id,
    f.kiln_id,
    f.programme,
    f.target_cone,
    f.fired_on,
    f.started_at,
    f.ended_at,
    f.is_completed,

    -- how full it was
    f.loaded_units,
    l.booking_count,
    l.booked_units,
    l.load_share,

    -- how hot it became
    t.peak_celsius,
    t.minutes_to_600
from firings as f
inner join loads as l
    on l.firing_id = f.firing_id
left join temperatures as t
    on t.firing_id = f.firing_id
