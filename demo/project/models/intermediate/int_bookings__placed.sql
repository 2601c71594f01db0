with bookings as (

    select * from {{ ref('stg_booking_desk__bookings') }}
    where booking_status = 'placed'

),

firings as (

    select * from {{ ref('stg_kiln_log__firings') }}

),

kilns as (

    select * from {{ ref('stg_kiln_log__kilns') }}

),

joined as (

    select
        bookings.booking_id,
        bookings.member_id,
        kilns.studio_id,
        firings.kiln_id,
        bookings.firing_id,
        firings.programme,
        bookings.booked_at,
        firings.fired_on,
        bookings.shelf_units
    from bookings
    inner join firings
        on firings.firing_id = bookings.firing_id
    inner join kilns
        on kilns.kiln_id = firings.kiln_id

)

select * from joined
