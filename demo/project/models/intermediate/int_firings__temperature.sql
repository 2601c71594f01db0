select
    firing_id,
    max(celsius) as peak_celsius,
    min(case when celsius >= 600 then minute_mark end) as minutes_to_600,
    count(*) as reading_count
from {{ ref('stg_kiln_log__readings') }}
group by firing_id
