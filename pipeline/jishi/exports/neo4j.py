"""Records as CSV files for Neo4j's importer.

    neo4j-admin database import full --nodes=import/nodes_.*\\.csv --relationships=import/relationships_.*\\.csv neo4j

Nodes: Article, Event, Person, Organisation, Talk. Relationships: REPORTS (article to event), NAMES (article to person
and organisation), TOOK_PART (person to event, with the role), ORGANISED (organisation to event, with the role), HOLDS
(person to organisation, with title, day of the article and confidence), GAVE (person to talk), GIVEN_AT (talk to
event), PART_OF (organisation to its parent). With links, people and organisations are entities over all articles.
A text that a spreadsheet would take for a formula has an apostrophe before it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from jishi.archive.storage import check_folder, create_text
from jishi.exports.csv_cells import guard
from jishi.exports.linking import Links
from jishi.exports.rows import make_key
from jishi.records import Record

FILES: dict[str, tuple[str, ...]] = {
    "nodes_articles": ("id:ID(Article)", "title", "published:date", "url", "source", ":LABEL"),
    "nodes_events": (
        "id:ID(Event)", "type", "name", "start:date", "end:date", "startAsStated", "place", "attendance:long",
        "confidence:double", ":LABEL",
    ),
    "nodes_people": ("id:ID(Person)", "name", "description", ":LABEL"),
    "nodes_organisations": ("id:ID(Organisation)", "name", ":LABEL"),
    "nodes_talks": ("id:ID(Talk)", "topic", "kind", ":LABEL"),
    "relationships_reports": (":START_ID(Article)", ":END_ID(Event)", ":TYPE"),
    "relationships_names_person": (":START_ID(Article)", ":END_ID(Person)", "mentions:int", ":TYPE"),
    "relationships_names_organisation": (":START_ID(Article)", ":END_ID(Organisation)", "mentions:int", ":TYPE"),
    "relationships_took_part": (":START_ID(Person)", ":END_ID(Event)", "role", ":TYPE"),
    "relationships_organised": (":START_ID(Organisation)", ":END_ID(Event)", "role", ":TYPE"),
    "relationships_holds": (
        ":START_ID(Person)", ":END_ID(Organisation)", "title", "attested:date", "article", "confidence:double", ":TYPE",
    ),
    "relationships_gave": (":START_ID(Person)", ":END_ID(Talk)", ":TYPE"),
    "relationships_given_at": (":START_ID(Talk)", ":END_ID(Event)", ":TYPE"),
    "relationships_part_of": (":START_ID(Organisation)", ":END_ID(Organisation)", ":TYPE"),
}  # fmt: skip
"""The columns of each file, in the notation of Neo4j's importer."""


def export_neo4j(records: Iterable[Record], folder: Path, links: Links | None = None) -> dict[str, int]:
    """Write the files into a folder and give the rows written, by file name.

    Each file appears whole. Raises ArchiveError if they cannot be written.
    """
    check_folder(folder)
    links = links or Links()
    entities, names = links.entity_ids, links.names
    counts = {f"{name}.csv": 0 for name in FILES}
    seen: set[tuple[str, str]] = set()
    with ExitStack() as stack:
        writers = {}
        for name, columns in FILES.items():
            stream = stack.enter_context(create_text(folder / f"{name}.csv"))
            writers[name] = csv.writer(stream, lineterminator="\n")
            writers[name].writerow(columns)
        for record in records:
            for name, row in _make_rows(record, entities, names):
                if name.startswith("nodes_"):
                    if (name, row[0]) in seen:
                        continue
                    seen.add((name, row[0]))
                writers[name].writerow(["" if value is None else guard(value) for value in row])
                counts[f"{name}.csv"] += 1
    return counts


def _make_rows(
    record: Record, entities: Mapping[str, str], names: Mapping[str, str]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    article = record.article

    def key(item: str) -> str:
        return make_key(article.id, item)

    def entity(item: str) -> str:
        return entities.get(key(item), key(item))

    yield "nodes_articles", (article.id, article.title, article.published, article.url, article.source, "Article")
    for body in record.organisations:
        yield "nodes_organisations", (entity(body.id), names.get(entity(body.id), body.name), "Organisation")
        yield "relationships_names_organisation", (article.id, entity(body.id), len(body.spans), "NAMES")
        if body.parent and entity(body.parent) != entity(body.id):
            yield "relationships_part_of", (entity(body.id), entity(body.parent), "PART_OF")
    for person in record.people:
        described = names.get(entity(person.id), person.name)
        yield "nodes_people", (entity(person.id), person.name, described, "Person")
        yield "relationships_names_person", (article.id, entity(person.id), len(person.spans), "NAMES")
        for position in person.positions:
            if position.organisation:
                held = (position.title, article.published, article.id, position.confidence, "HOLDS")
                yield "relationships_holds", (entity(person.id), entity(position.organisation), *held)
    for event in record.events:
        days = [day if day and not day.startswith("XXXX") else None for day in (event.start, event.end)]
        attendance = event.attendance.count if event.attendance else None
        what = (event.type, event.name, *days, event.start, event.place, attendance, event.confidence, "Event")
        yield "nodes_events", (key(event.id), *what)
        yield "relationships_reports", (article.id, key(event.id), "REPORTS")
        for participant in event.participants:
            took = (entity(participant.person), key(event.id), participant.role, "TOOK_PART")
            yield "relationships_took_part", took
        for organiser in event.organisers:
            organised = (entity(organiser.organisation), key(event.id), organiser.role, "ORGANISED")
            yield "relationships_organised", organised
    for talk in record.talks:
        yield "nodes_talks", (key(talk.id), talk.topic, talk.kind, "Talk")
        for speaker in talk.speakers:
            yield "relationships_gave", (entity(speaker), key(talk.id), "GAVE")
        if talk.event:
            yield "relationships_given_at", (key(talk.id), key(talk.event), "GIVEN_AT")
