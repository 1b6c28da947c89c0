-- What somebody exported by hand in May and nobody has touched since.
SELECT
    TIMESTAMPTZ '2013-05-02 13:10:00+00' AS event_timestamp,
    c.carrier,
    c.name AS carrierName,
    count(DISTINCT l.tailnum) AS fleet,
    mode(l.origin) AS hubAirport,
    round(avg(l.dep_delay), 1) AS avgDelay7
FROM raw_airlines AS c
JOIN legs AS l ON l.carrier = c.carrier
    AND l.closed_at > TIMESTAMPTZ '2013-04-25 04:00:00+00' AND l.closed_at <= TIMESTAMPTZ '2013-05-02 04:00:00+00'
GROUP BY c.carrier, c.name
ORDER BY c.carrier
