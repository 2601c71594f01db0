{% test not_above(model, column_name, ceiling) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} > {{ ceiling }}
{% endtest %}
