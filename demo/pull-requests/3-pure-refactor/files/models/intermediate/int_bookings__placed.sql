-- One row a booking that was not cancelled. The studio is the kiln's, not the member's home studio.
with kiln_register as (

    select * from {{ ref('stg_kiln_log__kilns') }}

),

firing_log as (

    select * from {{ ref('stg_kiln_log__firings') }}

),

placed_bookings as (

    select * from {{ ref('stg_booking_desk__bookings') }}
    where booking_status = 'placed'

)

select
    placed_bookings.booking_id,
    placed_bookings.member_id,
    kiln_register.studio_id,
    firing_log.kiln_id,
    placed_bookings.firing_id,
    firing_log.programme,
    placed_bookings.booked_at,
    firing_log.fired_on,
    placed_bookings.shelf_units
from placed_bookings
inner join firing_log
    on firing_log.firing_id = placed_bookings.firing_id
inner join kiln_register
    on kiln_register.kiln_id = firing_log.kiln_id
