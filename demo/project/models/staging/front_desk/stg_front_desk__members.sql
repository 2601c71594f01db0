with landed as (

    select * from {{ source('front_desk', 'members') }}

)

select
    member_id,
    trim(full_name) as member_name,
    lower(email) as member_email,
    phone as member_phone,
    upper(postcode) as member_postcode,
    plan_code,
    home_studio_id,
    joined_on,
    updated_at
from landed
