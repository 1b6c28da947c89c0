-- Every leg from LaGuardia in four weeks, as it ended. Cancelled and diverted flights keep their nulls.
SELECT
    closed_at AS event_timestamp,
    flight_id,
    tailnum AS tail_number,
    dest AS destination,
    scheduled_hour,
    distance AS distance_mi,
    dep_delay AS dep_delay_min,
    arr_delay AS arr_delay_min,
    air_time AS air_time_min,
    departed_at IS NULL AS was_cancelled
FROM legs
WHERE origin = 'LGA' AND closed_at > anchor() - INTERVAL 28 DAY AND closed_at <= anchor()
ORDER BY closed_at, flight_id
