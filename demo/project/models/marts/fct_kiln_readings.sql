{{
    config(
        materialized='incremental',
        unique_key='reading_id',
        incremental_strategy='delete+insert',
        on_schema_change='fail'
    )
}}

with readings as (

    select * from {{ ref('stg_kiln_log__readings') }}
    {% if is_incremental() %}
    where recorded_at > (select max(recorded_at) from {{ this }})
    {% endif %}

),

firings as (

    select * from {{ ref('stg_kiln_log__firings') }}

),

kilns as (

    select * from {{ ref('dim_kilns') }}

)

select
    readings.reading_id,
    readings.firing_id,
    firings.kiln_id,
    readings.minute_mark,
    readings.celsius,
    readings.celsius > kilns.max_celsius as is_over_limit,
    readings.recorded_at
from readings
inner join firings
    on firings.firing_id = readings.firing_id
inner join kilns
    on kilns.kiln_id = firings.kiln_id
