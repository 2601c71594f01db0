with landed as (

    select * from {{ source('booking_desk', 'charge_revisions') }}

)

select
    revision_id,
    booking_id,
    revision_no,
    reason_code,
    {{ pence_to_pounds('amount_pence') }} as charged_amount,
    revised_at,
    row_number() over (
        partition by booking_id
        order by revision_no desc
    ) = 1 as is_latest
from landed
