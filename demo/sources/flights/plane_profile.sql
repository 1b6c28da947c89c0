-- The aircraft register as of last Sunday. Cruise speed is nearly always missing in it.
SELECT
    (SELECT max(day_end) FROM days WHERE dayofweek(day_end) = 0) AS event_timestamp,
    tailnum AS tail_number,
    year AS manufacture_year,
    type AS aircraft_type,
    manufacturer,
    model,
    engines AS engine_count,
    seats AS seat_count,
    speed AS cruise_speed_mph,
    engine AS engine_type
FROM raw_planes
ORDER BY tailnum
