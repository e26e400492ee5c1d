-- Which organisations hosted or organised how many events?
SELECT coalesce(organisations.entity_id, organisations.organisation_id) AS organisation,
    count(DISTINCT organisers.event_id) AS events
FROM organisers
JOIN organisations USING (organisation_id)
WHERE organisers.role IN ('host', 'organiser', 'co_organiser')
GROUP BY coalesce(organisations.entity_id, organisations.organisation_id)
ORDER BY events DESC, organisation;
