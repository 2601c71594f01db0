select
    studio_id,
    studio_name,
    town,
    opened_on,
    wheel_count
from {{ ref('stg_front_desk__studios') }}
