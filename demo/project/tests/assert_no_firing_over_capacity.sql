-- The booking desk must never sell more shelf than the kiln has.
select
    firing_id,
    booked_units,
    shelf_units
from {{ ref('int_firings__load') }}
where booked_units > shelf_units
