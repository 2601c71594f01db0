{% macro pence_to_pounds(column) -%}
    cast({{ column }} / 100.0 as decimal(12, 2))
{%- endmacro %}
