"""From a Doc to its record: findings in normalised offsets become items with ids and spans of the source text."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from spacy.language import Language
from spacy.tokens import Doc

from jishi.packing import SpanScores, register_codecs
from jishi.records import (
    SCHEMA_VERSION,
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
from jishi.text import normalise, take_as_normalised

register_codecs()  # here, since each process that runs the pipeline loads this component


class RecordError(ValueError):
    """What was found in an article does not make a valid record: a bug, to be reported with the article's id."""

    def __init__(self, article_id: str, reason: str) -> None:
        super().__init__(f"article {article_id}: the record does not validate ({reason}). Please report this article.")
        self.article_id = article_id
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.article_id, self.reason)


@Language.component(
    "jishi_record",
    requires=[
        "doc._.dates", "doc._.organisations", "doc._.people", "doc._.credits", "doc._.talks", "doc._.events",
    ],
    assigns=["doc._.record"],
)  # fmt: skip
def assemble(doc: Doc) -> Doc:
    """Set `doc._.record`. Raises RecordError if the findings do not validate."""
    try:
        doc._.record = build_record(doc)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise RecordError(doc._.article.stable_id, f"{place}: {first['msg']}" if place else first["msg"]) from error
    doc._.context = None  # what only the stages need; a Doc that is kept is smaller without
    doc._.span_scores = SpanScores(doc._.span_scores)
    return doc


def build_record(doc: Doc) -> Record:
    """Give the record of a Doc that all stages have read; its text counts as normalised if another made it."""
    article, normalised = doc._.article, doc._.normalised or take_as_normalised(doc.text)
    span = normalised.source_span
    characters = len(article.source_text) if article.text else len(normalised.source)
    layout = doc._.layout
    date_ids = [f"d{i}" for i in range(1, len(doc._.dates) + 1)]
    organisation_ids = [f"o{i}" for i in range(1, len(doc._.organisations) + 1)]
    person_ids = [f"p{i}" for i in range(1, len(doc._.people) + 1)]
    talk_ids = [f"t{i}" for i in range(1, len(doc._.talks) + 1)]
    event_ids = [f"e{i}" for i in range(1, len(doc._.events) + 1)]

    def identify(ids: list[str], index: int | None) -> str | None:
        return None if index is None else ids[index]

    title = article.title
    if title:
        title = normalise(title).text.strip() or None
    elif layout is not None:
        title = layout.title
    published, published_from = article.published, "input" if article.published else None
    if published is None and doc._.published is not None:
        published, published_from = doc._.published, getattr(layout, "published_from", None)
    return Record(
        schema_version=SCHEMA_VERSION,
        article=ArticleInfo(
            id=article.stable_id,
            source=article.source,
            url=article.url,
            title=title,
            published=published,
            published_from=published_from,
            script=normalised.script,
            characters=characters,
            body_start=article.body_start,
            repairs=_count_repairs(normalised.repairs),
            credits=[Credit(name=c.name, role=c.role, span=span(c.start, c.end)) for c in doc._.credits],
        ),
        dates=[
            DateItem(
                id=identifier,
                text=date.text,
                start=date.start_date,
                end=date.end_date,
                edtf=date.edtf,
                granularity=date.granularity,
                start_time=date.start_time,
                end_time=date.end_time,
                inferred=list(date.inferred),
                span=span(date.start, date.end),
            )
            for identifier, date in zip(date_ids, doc._.dates, strict=True)
        ],
        organisations=[
            Organisation(
                id=identifier,
                name=found.name,
                aliases=found.aliases,
                spans=[span(*s) for s in found.spans],
                parent=identify(organisation_ids, found.parent),
            )
            for identifier, found in zip(organisation_ids, doc._.organisations, strict=True)
        ],
        people=[
            Person(
                id=identifier,
                name=found.name,
                positions=[
                    Position(
                        title=position.title,
                        organisation=identify(organisation_ids, position.organisation),
                        organisation_text=position.organisation_text,
                        span=span(position.start, position.end),
                        confidence=position.confidence,
                    )
                    for position in found.positions
                ],
                honours=found.honours,
                honorific=found.honorific,
                spans=[span(*s) for s in found.spans],
            )
            for identifier, found in zip(person_ids, doc._.people, strict=True)
        ],
        talks=[
            Talk(
                id=identifier,
                topic=found.topic,
                kind=found.kind,
                speakers=[person_ids[i] for i in found.speakers],
                event=identify(event_ids, found.event),
                date=identify(date_ids, found.date),
                span=span(found.start, found.end),
                confidence=found.confidence,
            )
            for identifier, found in zip(talk_ids, doc._.talks, strict=True)
        ],
        events=[
            Event(
                id=identifier,
                type=found.type,
                name=found.name,
                date=identify(date_ids, found.date),
                start=found.start_date,
                end=found.end_date,
                place=found.place,
                organisers=[Organiser(organisation=organisation_ids[i], role=role) for i, role in found.organisers],
                participants=[Participant(person=person_ids[i], role=role) for i, role in found.participants],
                attendance=Attendance(
                    count=found.attendance.count, bound=found.attendance.bound, text=found.attendance.text
                )
                if found.attendance
                else None,
                talks=[talk_ids[i] for i in found.talks],
                span=span(found.start, found.end),
                confidence=found.confidence,
            )
            for identifier, found in zip(event_ids, doc._.events, strict=True)
        ],
        warnings=list(dict.fromkeys(doc._.warnings)),
    )


def _count_repairs(repairs: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    for repair in repairs:
        counts[repair.kind] = counts.get(repair.kind, 0) + 1
    return dict(sorted(counts.items()))
