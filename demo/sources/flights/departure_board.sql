-- The archive of the departure stream, written each night. The day so far has only been pushed.
SELECT * FROM board
WHERE event_timestamp <= (SELECT max(day_end) FROM days)
ORDER BY event_timestamp, origin
