-- The monthly mix must add up to what the till took.
with takings as (

    select sum(sale_amount) as amount from {{ ref('fct_shop_sales') }}

),

mix as (

    select sum(sale_amount) as amount from {{ ref('met_shop_mix_monthly') }}

)

select
    takings.amount as takings_amount,
    mix.amount as mix_amount
from takings
cross join mix
where takings.amount <> mix.amount
