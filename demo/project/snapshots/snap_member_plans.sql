{% snapshot snap_member_plans %}

{{
    config(
        unique_key='member_id',
        strategy='timestamp',
        updated_at='updated_at'
    )
}}

select
    member_id,
    plan_code,
    home_studio_id,
    updated_at
from {{ source('front_desk', 'members') }}

{% endsnapshot %}
