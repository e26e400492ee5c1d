"""A small invented archive for the tests of the exports: articles, and records as the pipeline would make them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jishi.records import (
    Article,
    ArticleInfo,
    Attendance,
    Credit,
    DateItem,
    Event,
    Organisation,
    Organiser,
    Participant,
    Person,
    Position,
    Record,
    Talk,
)

CASES = Path(__file__).parent / "cases/chronicle.jsonl"


def read_chronicle() -> list[tuple[Article, Record]]:
    """The articles of the archive with their records."""
    return [make_pair(json.loads(line)) for line in CASES.read_text(encoding="utf-8").splitlines()]


def make_pair(case: dict[str, Any]) -> tuple[Article, Record]:
    """An article and its record from a line of the file: strings become items with the spans where they stand."""
    article = Article(
        id=case["id"], title=case["title"], published=case["published"], text=case["text"], source="chronicle.jsonl"
    )
    source = article.source_text
    dates = [
        DateItem(
            id=f"d{number}", text=text, start=start, end=end, edtf=start if start == end else f"{start}/{end}",
            granularity=granularity, start_time=None, end_time=None, inferred=["year"], span=find(source, text),
        )
        for number, (text, start, end, granularity) in enumerate(case["dates"], 1)
    ]  # fmt: skip
    organisations = [
        Organisation(id=f"o{number}", name=name, aliases=aliases, spans=find_all(source, [name, *aliases]))
        for number, (name, aliases) in enumerate(case["organisations"], 1)
    ]
    organisation_ids = {organisation.name: organisation.id for organisation in organisations}
    people = [
        Person(
            id=f"p{number}", name=name, honours=more[0] if more else [], honorific=None, spans=find_all(source, [name]),
            positions=[
                Position(
                    title=title, organisation=organisation_ids.get(body),
                    organisation_text=written[0] if written else body, span=find(source, title), confidence=0.9,
                )
                for title, body, *written in positions
            ],
        )
        for number, (name, positions, _, *more) in enumerate(case["people"], 1)
    ]  # fmt: skip
    person_ids = {person.name: person.id for person in people}
    talks = [
        Talk(
            id=f"t{number}", topic=topic, kind=kind, speakers=[person_ids[name] for name in names], event="e1",
            date=None, span=find(source, topic), confidence=0.8,
        )
        for number, (topic, kind, names) in enumerate(case["talks"], 1)
    ]  # fmt: skip
    record = Record(
        schema_version="1.0",
        article=ArticleInfo(
            id=case["id"], source="chronicle.jsonl", url=f"https://example.org/{case['id']}", title=case["title"],
            published=case["published"], script="simplified", characters=len(source), body_start=article.body_start,
            repairs={"width": 2} if case["id"] == "c03" else {},
            credits=[Credit(name=name, role=role, span=find(source, name)) for name, role in case["credits"]],
            published_from="input" if case["published"] else None,
        ),
        dates=dates, organisations=organisations, people=people, talks=talks,
        events=[make_event(case, source, dates, organisation_ids, person_ids, talks)],
        warnings=[] if case["published"] else ["the year of 4月23日 is not known"],
    )  # fmt: skip
    return article, record


def make_event(
    case: dict[str, Any],
    source: str,
    dates: list[DateItem],
    organisations: dict[str, str],
    people: dict[str, str],
    talks: list[Talk],
) -> Event:
    given = case["event"]
    attendance = given["attendance"]
    return Event(
        id="e1", type=given["type"], name=given["name"], date="d1", start=dates[0].start, end=dates[0].end,
        place=given["place"],
        organisers=[Organiser(organisation=organisations[name], role=role) for name, role in given["organisers"]],
        participants=[Participant(person=people[name], role=role) for name, _, role, *_ in case["people"]],
        attendance=Attendance(count=attendance[0], bound=attendance[1], text=attendance[2]) if attendance else None,
        talks=[talk.id for talk in talks],
        span=find(source, given["name"]) if given["name"] else (len(case["title"]) + 1, len(source)),
        confidence=given["confidence"],
    )  # fmt: skip


def find(source: str, text: str) -> tuple[int, int]:
    start = source.index(text)
    return start, start + len(text)


def find_all(source: str, texts: list[str]) -> list[tuple[int, int]]:
    """Where the texts stand, the longest first, without overlaps."""
    found: list[tuple[int, int]] = []
    for text in sorted(texts, key=len, reverse=True):
        start = source.find(text)
        while start >= 0:
            span = start, start + len(text)
            if not any(span[0] < other[1] and other[0] < span[1] for other in found):
                found.append(span)
            start = source.find(text, span[1])
    return sorted(found)


def write_records(path: Path, records: list[Record]) -> Path:
    """Write records as JSON Lines."""
    path.write_text("".join(record.to_json() + "\n" for record in records), encoding="utf-8")
    return path


def write_articles(path: Path, articles: list[Article]) -> Path:
    """Write articles as JSON Lines, as `jishi extract` reads them."""
    rows = [{"id": a.id, "title": a.title, "published": a.published, "text": a.text} for a in articles]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
