-- What every source below reads: one row per flight leg that was over, or known to be off, by the anchor.
-- `known_at` is when a departure or a cancellation could be known, `closed_at` when the arrival could be:
-- the package gives no arrival instant, so landing is departure plus time in the air plus 30 minutes of taxiing.
CREATE TABLE legs AS
WITH timed AS (
    SELECT
        carrier, origin, dest, tailnum, dep_delay, arr_delay, air_time, distance,
        origin || '-' || dest AS route,
        carrier || flight || '-' || origin AS flight_id,
        hour AS scheduled_hour,
        time_hour + to_minutes(minute) AS scheduled_at,
        time_hour + to_minutes(minute) + to_minutes(dep_delay) AS departed_at
    FROM raw_flights
)
SELECT
    *,
    coalesce(departed_at, scheduled_at) AS known_at,
    coalesce(departed_at + to_minutes(air_time + 30), departed_at, scheduled_at) AS closed_at
FROM timed
WHERE coalesce(departed_at, scheduled_at) <= anchor();

-- The operating day ends at 04:00 UTC, midnight in New York in summer.
CREATE TABLE days AS
SELECT unnest(generate_series(date_trunc('day', anchor()) - INTERVAL 90 DAY, anchor(), INTERVAL 1 DAY))
       + INTERVAL 4 HOUR AS day_end;

-- The departure stream: what the board of each airport says at each departure.
CREATE TABLE board AS
WITH departures AS (
    SELECT
        departed_at, origin, carrier, flight_id, dep_delay,
        count(*) OVER half_hour AS departures_30m,
        round(avg(dep_delay) OVER half_hour, 2) AS dep_delay_mean_30m,
        sum((dep_delay >= 15)::INT) OVER last_five AS late_of_last_5
    FROM legs
    WHERE departed_at > anchor() - INTERVAL 7 DAY
    WINDOW
        half_hour AS (PARTITION BY origin ORDER BY departed_at RANGE BETWEEN INTERVAL 30 MINUTE PRECEDING AND CURRENT ROW),
        last_five AS (PARTITION BY origin ORDER BY departed_at, flight_id ROWS BETWEEN 4 PRECEDING AND CURRENT ROW)
)
SELECT
    departed_at AS event_timestamp,
    origin,
    carrier AS last_carrier,
    dep_delay AS last_dep_delay_min,
    dep_delay_mean_30m,
    departures_30m,
    late_of_last_5::BIGINT AS late_of_last_5
FROM departures
-- Several flights leave an airport in the same minute; a stream keyed by airport keeps the last of them.
QUALIFY row_number() OVER (PARTITION BY origin, departed_at ORDER BY flight_id DESC) = 1;
