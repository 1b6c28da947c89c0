SELECT
    updated_at AS event_timestamp, customer_id, birth_date, home_postcode, preferred_language, meal_code,
    assistance_code, loyalty_tier, member_years, loyalty_points
FROM customers
ORDER BY customer_id
