with placed as (

    select * from {{ ref('int_bookings__placed') }}

),

revisions as (

    select * from {{ ref('stg_booking_desk__charge_revisions') }}

)

select
    placed.booking_id,
    placed.member_id,
    placed.studio_id,
    placed.kiln_id,
    placed.firing_id,
    placed.programme,
    placed.booked_at,
    placed.fired_on,
    placed.shelf_units,
    coalesce(revisions.charged_amount, 0) as charged_amount,
    revisions.revised_at as charge_revised_at,
    revisions.revision_no,
    revisions.reason_code as revision_reason
from placed
left join revisions
    on revisions.booking_id = placed.booking_id
