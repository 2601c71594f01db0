{{
    config(
        post_hook="delete from {{ this }} where quantity = 0"
    )
}}

select
    sale_id,
    studio_id,
    member_id,
    glaze_code,
    glaze_name,
    glaze_family,
    sale_channel,
    quantity,
    unit_price,
    sale_amount,
    cast(sold_at as date) as sold_on
from {{ ref('int_sales__priced') }}
