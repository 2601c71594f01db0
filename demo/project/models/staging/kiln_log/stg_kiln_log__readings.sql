select
    reading_id,
    firing_id,
    minute_mark,
    celsius,
    recorded_at
from {{ source('kiln_log', 'readings') }}
