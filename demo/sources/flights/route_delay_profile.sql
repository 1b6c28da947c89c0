-- Each Sunday: the shape of a route's day. Mean departure delay by scheduled local hour over 90 days, scaled to
-- length one, so that routes that suffer at the same hours are neighbours whatever their level.
WITH sundays AS (
    SELECT day_end FROM days WHERE dayofweek(day_end) = 0 AND day_end > anchor() - INTERVAL 60 DAY
), by_hour AS (
    SELECT day_end, l.route, l.scheduled_hour AS hour, count(*) AS flights, coalesce(avg(l.dep_delay), 0) AS delay
    FROM sundays
    JOIN legs AS l ON l.known_at > day_end - INTERVAL 90 DAY AND l.known_at <= day_end
    GROUP BY ALL
), by_route AS (
    SELECT
        day_end, route,
        sum(flights)::BIGINT AS flights_90d,
        count(*) AS hours_served,
        arg_max(hour, flights * 100 - hour) AS busiest_hour,
        sqrt(sum(delay * delay)) AS length,
        map(list(hour), list(delay)) AS delays
    FROM by_hour
    GROUP BY ALL
)
SELECT
    day_end AS event_timestamp,
    route,
    [round(coalesce(delays[h], 0) / length, 4)::FLOAT FOR h IN range(0, 24)] AS delay_profile,
    flights_90d,
    busiest_hour,
    hours_served
FROM by_route
WHERE length > 0
ORDER BY day_end, route
