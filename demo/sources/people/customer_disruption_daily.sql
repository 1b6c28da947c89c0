-- What each invented customer went through on real flights: a customer is on one leg in 12,000, picked by hash.
WITH trips AS (
    SELECT c.customer_id, l.*
    FROM customers AS c
    JOIN legs AS l ON md5_number_lower(c.customer_id || l.flight_id || l.scheduled_at) % 12000 = 0
)
SELECT
    day_end AS event_timestamp,
    t.customer_id,
    count(*) AS trips_90d,
    count(*) FILTER (t.arr_delay >= 60) AS delayed_60_trips_90d,
    count(*) FILTER (t.departed_at IS NULL) AS cancelled_trips_90d,
    round(avg(t.arr_delay), 2) AS arr_delay_mean_90d,
    arg_max(t.route, t.closed_at) AS last_route,
    date_diff('day', max(t.closed_at), day_end) AS days_since_last_trip
FROM days
JOIN trips AS t ON t.closed_at > day_end - INTERVAL 90 DAY AND t.closed_at <= day_end
WHERE day_end > anchor() - INTERVAL 21 DAY
GROUP BY day_end, t.customer_id
ORDER BY day_end, t.customer_id
