-- The day so far: pushed to the online store at build time, in no shipped file.
SELECT * FROM board
WHERE event_timestamp > (SELECT max(day_end) FROM days)
ORDER BY event_timestamp, origin
