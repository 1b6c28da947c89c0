SELECT
    day_end AS event_timestamp,
    day_end + INTERVAL 40 MINUTE AS loaded_at,
    l.carrier,
    count(*) FILTER (l.closed_at > day_end - INTERVAL 1 DAY) AS flights_1d,
    count(*) AS flights_7d,
    round(avg(l.dep_delay), 2) AS dep_delay_mean_7d,
    round(stddev_samp(l.dep_delay), 2) AS dep_delay_std_7d,
    round(avg(l.arr_delay), 2) AS arr_delay_mean_7d,
    round(avg(l.dep_delay - l.arr_delay), 2) AS minutes_recovered_mean_7d,
    round(avg((l.arr_delay >= 15)::INT), 4) AS late_15_rate_7d,
    round(avg((l.dep_delay IS NULL)::INT), 4) AS cancellation_rate_7d
FROM days
JOIN legs AS l ON l.closed_at > day_end - INTERVAL 7 DAY AND l.closed_at <= day_end
GROUP BY day_end, l.carrier
ORDER BY day_end, l.carrier
