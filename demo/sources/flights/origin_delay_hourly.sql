-- One row per origin airport and hour, nights included: what the last 6 and 24 hours looked like.
WITH hours AS (
    SELECT unnest(generate_series(date_trunc('hour', anchor()) - INTERVAL 60 DAY, anchor(), INTERVAL 1 HOUR)) AS hour_end
), airports_of_new_york AS (
    SELECT DISTINCT origin FROM legs
)
SELECT
    hour_end AS event_timestamp,
    hour_end + INTERVAL 3 MINUTE AS loaded_at,
    o.origin,
    count(l.flight_id) FILTER (l.known_at > hour_end - INTERVAL 1 HOUR) AS flights_1h,
    count(l.departed_at) FILTER (l.known_at > hour_end - INTERVAL 1 HOUR) AS departures_1h,
    round(avg(l.dep_delay) FILTER (l.known_at > hour_end - INTERVAL 6 HOUR), 2) AS dep_delay_mean_6h,
    round(avg(l.dep_delay), 2) AS dep_delay_mean_24h,
    round(quantile_cont(l.dep_delay, 0.9), 2) AS dep_delay_p90_24h,
    round(avg((l.dep_delay >= 15)::INT), 4) AS late_15_rate_24h,
    round(avg((l.dep_delay IS NULL)::INT), 4) AS cancellation_rate_24h
FROM hours
CROSS JOIN airports_of_new_york AS o
LEFT JOIN legs AS l
    ON l.origin = o.origin AND l.known_at > hour_end - INTERVAL 24 HOUR AND l.known_at <= hour_end
GROUP BY hour_end, o.origin
ORDER BY hour_end, o.origin
