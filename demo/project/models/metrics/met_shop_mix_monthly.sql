with monthly as (

    select
        date_trunc('month', sold_on) as sales_month,
        studio_id,
        glaze_family,
        sum(quantity) as units_sold,
        sum(sale_amount) as sale_amount
    from {{ ref('fct_shop_sales') }}
    group by
        date_trunc('month', sold_on),
        studio_id,
        glaze_family

)

select
    sales_month,
    studio_id,
    glaze_family,
    units_sold,
    sale_amount,
    sale_amount / nullif(sum(sale_amount) over (partition by sales_month, studio_id), 0) as share_of_takings
from monthly
