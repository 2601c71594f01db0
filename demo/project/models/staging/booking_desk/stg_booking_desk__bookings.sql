select
    booking_id,
    member_id,
    firing_id,
    shelf_units,
    booked_at,
    booking_status
from {{ source('booking_desk', 'bookings') }}
