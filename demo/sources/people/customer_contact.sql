SELECT updated_at AS event_timestamp, customer_id, full_name, email, mobile_phone
FROM customers
ORDER BY customer_id
