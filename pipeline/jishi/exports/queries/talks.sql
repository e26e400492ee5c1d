-- Who spoke on what, at which event, and when?
SELECT talks.topic AS topic, coalesce(known.name, people.name) AS speaker, events.name AS event, events.start AS day
FROM talks
JOIN speakers USING (talk_id)
JOIN people USING (person_id)
LEFT JOIN events ON events.event_id = talks.event_id
LEFT JOIN entities AS known ON known.entity_id = people.entity_id
ORDER BY day, topic, speaker;
