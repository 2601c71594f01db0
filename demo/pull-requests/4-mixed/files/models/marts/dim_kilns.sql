with kilns as (

    select * from {{ ref('stg_kiln_log__kilns') }}

),

studios as (

    select * from {{ ref('stg_front_desk__studios') }}

)

select
    kilns.kiln_id,
    kilns.kiln_name,
    kilns.studio_id,
    studios.studio_name,
    kilns.fuel,
    kilns.max_celsius,
    kilns.commissioned_on
from kilns
inner join studios
    on studios.studio_id = kilns.studio_id
