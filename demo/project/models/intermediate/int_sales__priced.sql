with sales as (

    select * from {{ ref('stg_till__sales') }}

),

catalogue as (

    select * from {{ ref('glaze_catalogue') }}

)

select
    sales.sale_id,
    sales.studio_id,
    sales.member_id,
    sales.glaze_code,
    catalogue.glaze_name,
    catalogue.glaze_family,
    sales.sale_channel,
    sales.quantity,
    {{ pence_to_pounds('catalogue.unit_price_pence') }} as unit_price,
    {{ pence_to_pounds('sales.quantity * catalogue.unit_price_pence') }} as sale_amount,
    sales.sold_at
from sales
inner join catalogue
    on catalogue.glaze_code = sales.glaze_code
