with bookings as (

    select * from {{ ref('fct_bookings') }}

),

studios as (

    select * from {{ ref('dim_studios') }}

)

select
    bookings.fired_on,
    bookings.studio_id,
    studios.studio_name,
    count(*) as bookings_fired,
    sum(bookings.shelf_units) as units_fired,
    sum(bookings.charged_amount) as revenue
from bookings
inner join studios
    on studios.studio_id = bookings.studio_id
group by
    bookings.fired_on,
    bookings.studio_id,
    studios.studio_name
