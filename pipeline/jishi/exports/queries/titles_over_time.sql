-- Which titles did a person hold where, and on which days do articles first and last say so?
SELECT coalesce(people.entity_id, people.person_id) AS person, min(coalesce(known.name, people.name)) AS name,
    positions.title AS title, coalesce(bodies.name, organisations.name) AS organisation,
    min(articles.published) AS first, max(articles.published) AS last
FROM positions
JOIN people USING (person_id)
JOIN organisations USING (organisation_id)
JOIN articles ON articles.article_id = positions.article_id
LEFT JOIN entities AS known ON known.entity_id = people.entity_id
LEFT JOIN entities AS bodies ON bodies.entity_id = organisations.entity_id
WHERE articles.published IS NOT NULL
GROUP BY coalesce(people.entity_id, people.person_id), positions.title, coalesce(bodies.name, organisations.name)
ORDER BY person, first, title, organisation;
