with firings as (

    select * from {{ ref('stg_kiln_log__firings') }}

),

loads as (

    select * from {{ ref('int_firings__load') }}

),

temperature as (

    select * from {{ ref('int_firings__temperature') }}

),

combined as (

    select
        firings.firing_id,
        firings.kiln_id,
        firings.programme,
        firings.target_cone,
        firings.fired_on,
        firings.started_at,
        firings.ended_at,
        firings.is_completed,
        firings.loaded_units,
        loads.booking_count,
        loads.booked_units,
        loads.load_share,
        temperature.peak_celsius,
        temperature.minutes_to_600
    from firings
    inner join loads
        on loads.firing_id = firings.firing_id
    left join temperature
        on temperature.firing_id = firings.firing_id

)

select * from combined
