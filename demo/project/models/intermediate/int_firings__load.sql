with firings as (

    select * from {{ ref('stg_kiln_log__firings') }}

),

kilns as (

    select * from {{ ref('stg_kiln_log__kilns') }}

),

booked as (

    select
        firing_id,
        count(*) as booking_count,
        sum(shelf_units) as booked_units
    from {{ ref('int_bookings__placed') }}
    group by firing_id

)

select
    firings.firing_id,
    firings.kiln_id,
    kilns.shelf_units,
    cast(coalesce(booked.booking_count, 0) as integer) as booking_count,
    cast(coalesce(booked.booked_units, 0) as integer) as booked_units,
    round(coalesce(booked.booked_units, 0) / cast(kilns.shelf_units as double), 3) as load_share
from firings
inner join kilns
    on kilns.kiln_id = firings.kiln_id
left join booked
    on booked.firing_id = firings.firing_id
