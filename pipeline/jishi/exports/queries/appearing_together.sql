-- Who takes part in the same events, and in how many?
SELECT a.person AS first, b.person AS second, count(DISTINCT a.event_id) AS events
FROM (SELECT event_id, coalesce(entity_id, person_id) AS person FROM participations JOIN people USING (person_id)) AS a
JOIN (SELECT event_id, coalesce(entity_id, person_id) AS person FROM participations JOIN people USING (person_id)) AS b
    ON a.event_id = b.event_id AND a.person < b.person
GROUP BY a.person, b.person
ORDER BY events DESC, first, second;
