-- Training labels for the legs of flight_legs, published an hour after each leg was closed.
SELECT
    closed_at + INTERVAL 1 HOUR AS event_timestamp,
    flight_id,
    arr_delay >= 15 AS arrived_late,
    departed_at IS NOT NULL AND arr_delay IS NULL AS was_diverted,
    'on_time_report' AS labeler
FROM legs
WHERE origin = 'LGA' AND closed_at > anchor() - INTERVAL 28 DAY AND closed_at + INTERVAL 1 HOUR <= anchor()
ORDER BY closed_at, flight_id
