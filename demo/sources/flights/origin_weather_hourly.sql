-- Hourly weather of the three airports, with the package's own column names (the feature view maps them).
-- The feed stopped seven hours before the anchor.
SELECT
    time_hour AS observed_at, origin,
    temp, dewp, humid, wind_dir, wind_speed, wind_gust, precip, pressure, visib
FROM raw_weather
WHERE time_hour > anchor() - INTERVAL 60 DAY AND time_hour <= anchor() - INTERVAL 7 HOUR
ORDER BY time_hour, origin
