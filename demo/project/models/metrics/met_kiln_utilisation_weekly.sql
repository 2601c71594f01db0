with firings as (

    select * from {{ ref('fct_firings') }}

),

kilns as (

    select * from {{ ref('dim_kilns') }}

)

select
    date_trunc('week', firings.fired_on) as week_starting,
    kilns.kiln_id,
    kilns.kiln_name,
    kilns.studio_name,
    count(*) as firings,
    sum(firings.booked_units) as booked_units,
    sum(kilns.shelf_units) as capacity_units,
    round(sum(firings.booked_units) / cast(sum(kilns.shelf_units) as double), 3) as utilisation
from firings
inner join kilns
    on kilns.kiln_id = firings.kiln_id
where firings.is_completed
group by
    date_trunc('week', firings.fired_on),
    kilns.kiln_id,
    kilns.kiln_name,
    kilns.studio_name
