{# The only form in which an address may leave the membership team's models. #}
{% macro pseudonym(column) -%}
    md5(lower(trim({{ column }})))
{%- endmacro %}
