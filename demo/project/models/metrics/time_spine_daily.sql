select cast(date '2025-01-01' + cast(day_number as integer) as date) as day
from range(0, 365) as days(day_number)
