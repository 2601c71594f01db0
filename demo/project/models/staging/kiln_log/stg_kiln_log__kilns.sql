select
    kiln_id,
    studio_id,
    kiln_name,
    fuel,
    shelf_units,
    max_celsius,
    commissioned_on
from {{ source('kiln_log', 'kilns') }}
