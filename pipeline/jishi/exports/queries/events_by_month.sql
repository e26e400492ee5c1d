-- How many events of each type are there a month?
SELECT substr(start_iso, 1, 7) AS month, type, count(*) AS events
FROM events
WHERE start IS NOT NULL
GROUP BY month, type
ORDER BY month, type;
