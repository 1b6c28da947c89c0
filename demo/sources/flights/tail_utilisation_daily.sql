SELECT
    day_end AS event_timestamp,
    tailnum AS tail_number,
    count(departed_at) AS legs_1d,
    round(coalesce(sum(air_time), 0) / 60, 2) AS air_hours_1d,
    coalesce(sum(distance) FILTER (departed_at IS NOT NULL), 0)::BIGINT AS distance_1d_mi,
    round(avg(arr_delay), 2) AS arr_delay_mean_1d,
    count(DISTINCT route) AS routes_1d
FROM days
JOIN legs ON closed_at > day_end - INTERVAL 1 DAY AND closed_at <= day_end
WHERE tailnum IS NOT NULL AND day_end > anchor() - INTERVAL 21 DAY
GROUP BY day_end, tailnum
ORDER BY day_end, tailnum
