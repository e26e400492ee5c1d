"""The rows that a record gives: the tables hold all that records hold, in the records' order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from jishi.exports.schema import (
    AliasRow,
    ArticleRow,
    CreditRow,
    DateRow,
    EventRow,
    HonourRow,
    MentionKind,
    MentionRow,
    OrganisationRow,
    OrganiserRow,
    ParticipationRow,
    PersonRow,
    PositionRow,
    Precision,
    RepairRow,
    Row,
    SpeakerRow,
    TalkRow,
    WarningRow,
)
from jishi.records import Granularity, Record


def make_key(article: str, item: str) -> str:
    """The key of a record's item over the archive: sample-01#e1."""
    return f"{article}#{item}"


def make_rows(record: Record, entities: Mapping[str, str] | None = None) -> Iterator[tuple[str, Row]]:
    """Yield (table, row) for everything in a record. entities: entity ids by person_id and organisation_id."""
    entities = entities or {}
    yield from _article_rows(record)
    yield from _date_rows(record)
    yield from _organisation_rows(record, entities)
    yield from _person_rows(record, entities)
    yield from _talk_rows(record)
    yield from _event_rows(record)
    yield from _mention_rows(record)


def _article_rows(record: Record) -> Iterator[tuple[str, Row]]:
    article = record.article
    yield (
        "articles",
        ArticleRow(
            article_id=article.id,
            source=article.source,
            url=article.url,
            title=article.title,
            published=parse_day(article.published),
            published_from=article.published_from,
            script=article.script,
            characters=article.characters,
            body_start=article.body_start,
            duplicate_of=article.duplicate_of,
        ),
    )
    for number, credit in enumerate(article.credits, 1):
        yield "credits", CreditRow(article_id=article.id, credit=number, name=credit.name, role=credit.role)
    for kind, count in article.repairs.items():
        yield "repairs", RepairRow(article_id=article.id, kind=kind, count=count)
    for number, message in enumerate(record.warnings, 1):
        yield "warnings", WarningRow(article_id=article.id, warning=number, message=message)


def _date_rows(record: Record) -> Iterator[tuple[str, Row]]:
    article = record.article.id
    for item in record.dates:
        yield (
            "dates",
            DateRow(
                date_id=make_key(article, item.id),
                article_id=article,
                text=item.text,
                start=parse_day(item.start),
                end=parse_day(item.end),
                start_iso=item.start,
                end_iso=item.end,
                edtf=item.edtf,
                precision=item.granularity,
                start_time=item.start_time,
                end_time=item.end_time,
                inferred="+".join(item.inferred) or None,
            ),
        )


def _organisation_rows(record: Record, entities: Mapping[str, str]) -> Iterator[tuple[str, Row]]:
    article = record.article.id
    for organisation in record.organisations:
        key = make_key(article, organisation.id)
        yield (
            "organisations",
            OrganisationRow(
                organisation_id=key,
                article_id=article,
                name=organisation.name,
                parent_id=make_key(article, organisation.parent) if organisation.parent else None,
                mentions=len(organisation.spans),
                entity_id=entities.get(key),
            ),
        )
        for alias in organisation.aliases:
            yield "aliases", AliasRow(organisation_id=key, article_id=article, alias=alias)


def _person_rows(record: Record, entities: Mapping[str, str]) -> Iterator[tuple[str, Row]]:
    article = record.article.id
    for person in record.people:
        key = make_key(article, person.id)
        yield (
            "people",
            PersonRow(
                person_id=key,
                article_id=article,
                name=person.name,
                honorific=person.honorific,
                mentions=len(person.spans),
                entity_id=entities.get(key),
            ),
        )
        for honour in person.honours:
            yield "honours", HonourRow(person_id=key, article_id=article, honour=honour)
        for number, position in enumerate(person.positions, 1):
            yield (
                "positions",
                PositionRow(
                    position_id=f"{key}.{number}",
                    person_id=key,
                    article_id=article,
                    title=position.title,
                    organisation_id=make_key(article, position.organisation) if position.organisation else None,
                    organisation_text=position.organisation_text,
                    confidence=position.confidence,
                ),
            )


def _talk_rows(record: Record) -> Iterator[tuple[str, Row]]:
    article = record.article.id
    for talk in record.talks:
        key = make_key(article, talk.id)
        yield (
            "talks",
            TalkRow(
                talk_id=key,
                article_id=article,
                topic=talk.topic,
                kind=talk.kind,
                event_id=make_key(article, talk.event) if talk.event else None,
                date_id=make_key(article, talk.date) if talk.date else None,
                confidence=talk.confidence,
            ),
        )
        for speaker in talk.speakers:
            yield "speakers", SpeakerRow(talk_id=key, person_id=make_key(article, speaker), article_id=article)


def _event_rows(record: Record) -> Iterator[tuple[str, Row]]:
    article = record.article.id
    granularities = {item.id: item.granularity for item in record.dates}
    for event in record.events:
        key = make_key(article, event.id)
        attendance = event.attendance
        yield (
            "events",
            EventRow(
                event_id=key,
                article_id=article,
                type=event.type,
                name=event.name,
                date_id=make_key(article, event.date) if event.date else None,
                start=parse_day(event.start),
                end=parse_day(event.end),
                start_iso=event.start,
                end_iso=event.end,
                precision=_find_precision(event.start, event.end, granularities.get(event.date or "")),
                place=event.place,
                attendance=attendance.count if attendance else None,
                attendance_bound=attendance.bound if attendance else None,
                attendance_text=attendance.text if attendance else None,
                confidence=event.confidence,
            ),
        )
        for participant in event.participants:
            person = make_key(article, participant.person)
            yield (
                "participations",
                ParticipationRow(event_id=key, person_id=person, article_id=article, role=participant.role),
            )
        for organiser in event.organisers:
            organisation = make_key(article, organiser.organisation)
            yield (
                "organisers",
                OrganiserRow(event_id=key, organisation_id=organisation, article_id=article, role=organiser.role),
            )


def _find_precision(start: str | None, end: str | None, granularity: Granularity | None) -> Precision | None:
    if start is None:
        return None
    if start.startswith("XXXX"):
        return "unknown_year"
    return granularity or ("day" if end in (None, start) else "range")


def _mention_rows(record: Record) -> Iterator[tuple[str, Row]]:
    article = record.article.id

    def make_row(kind: MentionKind, item: str, span: tuple[int, int]) -> tuple[str, Row]:
        key = make_key(article, item)
        return "mentions", MentionRow(article_id=article, kind=kind, item_id=key, start=span[0], end=span[1])

    for number, credit in enumerate(record.article.credits, 1):
        yield make_row("credit", str(number), credit.span)
    for item in record.dates:
        yield make_row("date", item.id, item.span)
    for organisation in record.organisations:
        for span in organisation.spans:
            yield make_row("organisation", organisation.id, span)
    for person in record.people:
        for span in person.spans:
            yield make_row("person", person.id, span)
        for number, position in enumerate(person.positions, 1):
            yield make_row("position", f"{person.id}.{number}", position.span)
    for talk in record.talks:
        yield make_row("talk", talk.id, talk.span)
    for event in record.events:
        yield make_row("event", event.id, event.span)


def parse_day(value: str | None) -> date | None:
    """The day, None for none and for one of an unknown year."""
    return date.fromisoformat(value) if value and re.match(r"\d{4}", value) and value >= "0001" else None
