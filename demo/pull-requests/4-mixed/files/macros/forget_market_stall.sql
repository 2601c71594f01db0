{# Run once after the merge: dbt run-operation forget_market_stall #}
{% macro forget_market_stall() %}
    {% call statement('forget_market_stall', auto_begin=true) %}
        delete from {{ source('till', 'sales') }} where channel = 'market_stall';
        drop table if exists {{ target.schema }}_marts.fct_market_sales;
    {% endcall %}
{% endmacro %}
