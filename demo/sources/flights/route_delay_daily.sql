-- Feeds both releases of the view route_delay_daily; the first one reads only some of the columns.
SELECT
    day_end AS event_timestamp,
    day_end + INTERVAL 55 MINUTE AS loaded_at,
    l.route,
    count(*) FILTER (l.closed_at > day_end - INTERVAL 7 DAY) AS flights_7d,
    round(avg(l.dep_delay) FILTER (l.closed_at > day_end - INTERVAL 7 DAY), 2) AS dep_delay_mean_7d,
    round(avg(l.arr_delay) FILTER (l.closed_at > day_end - INTERVAL 7 DAY), 2) AS arr_delay_mean_7d,
    round(avg(l.arr_delay), 2) AS arr_delay_mean_28d,
    round(quantile_cont(l.arr_delay, 0.9), 1) AS arr_delay_p90_28d,
    round(avg((l.dep_delay IS NULL)::INT), 4) AS cancellation_rate_28d,
    round(avg(l.air_time), 1) AS air_time_mean_28d,
    max(l.distance) AS distance_mi
FROM days
JOIN legs AS l ON l.closed_at > day_end - INTERVAL 28 DAY AND l.closed_at <= day_end
WHERE day_end > anchor() - INTERVAL 60 DAY
GROUP BY day_end, l.route
ORDER BY day_end, l.route
