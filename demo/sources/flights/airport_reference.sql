-- Airports served from New York. Four of them are unknown to the reference table: their columns are null.
SELECT
    date_trunc('day', anchor()) - INTERVAL 40 DAY AS event_timestamp,
    d.dest AS airport,
    a.name AS airport_name,
    a.lat AS latitude_deg,
    a.lon AS longitude_deg,
    a.alt AS altitude_ft,
    a.tz AS utc_offset_h,
    a.tzone AS time_zone
FROM (SELECT DISTINCT dest FROM legs) AS d
LEFT JOIN raw_airports AS a ON a.faa = d.dest
ORDER BY d.dest
