select
    sale_id,
    studio_id,
    member_id,
    glaze_code,
    quantity,
    channel as sale_channel,
    sold_at
from {{ source('till', 'sales') }}
