"""From a Doc to its record: findings in normalised offsets become items with ids and spans of the source text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
from jishi.text import NormalisedText, normalise, take_as_normalised

ToSource = Callable[[int, int], tuple[int, int]]
"""From an interval of the normalised text to the one of the source text."""

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
    normalised = doc._.normalised or take_as_normalised(doc.text)
    span, ids = normalised.source_span, _Ids.of(doc)
    return Record(
        schema_version=SCHEMA_VERSION,
        article=_make_article(doc, normalised),
        dates=_make_dates(doc, span, ids),
        organisations=_make_organisations(doc, span, ids),
        people=_make_people(doc, span, ids),
        talks=_make_talks(doc, span, ids),
        events=_make_events(doc, span, ids),
        warnings=list(dict.fromkeys(doc._.warnings)),
    )


@dataclass(frozen=True)
class _Ids:
    """The ids of the record's items, by the index of the finding."""

    dates: list[str]
    organisations: list[str]
    people: list[str]
    talks: list[str]
    events: list[str]

    @classmethod
    def of(cls, doc: Doc) -> _Ids:
        """Number the findings of each kind."""
        kinds = (doc._.dates, doc._.organisations, doc._.people, doc._.talks, doc._.events)
        return cls(
            *([f"{letter}{i}" for i in range(1, len(found) + 1)] for letter, found in zip("dopte", kinds, strict=True))
        )


def _identify(ids: list[str], index: int | None) -> str | None:
    return None if index is None else ids[index]


def _make_article(doc: Doc, normalised: NormalisedText) -> ArticleInfo:
    article, layout = doc._.article, doc._.layout
    title = article.title
    if title:
        title = normalise(title).text.strip() or None
    elif layout is not None:
        title = layout.title
    published, published_from = article.published, "input" if article.published else None
    if published is None and doc._.published is not None:
        published, published_from = doc._.published, getattr(layout, "published_from", None)
    return ArticleInfo(
        id=article.stable_id,
        source=article.source,
        url=article.url,
        title=title,
        published=published,
        published_from=published_from,
        script=normalised.script,
        characters=len(article.source_text) if article.text else len(normalised.source),
        body_start=article.body_start,
        repairs=_count_repairs(normalised.repairs),
        credits=[
            Credit(name=found.name, role=found.role, span=normalised.source_span(found.start, found.end))
            for found in doc._.credits
        ],
    )


def _make_dates(doc: Doc, span: ToSource, ids: _Ids) -> list[DateItem]:
    return [
        DateItem(
            id=identifier,
            text=found.text,
            start=found.start_date,
            end=found.end_date,
            edtf=found.edtf,
            granularity=found.granularity,
            start_time=found.start_time,
            end_time=found.end_time,
            inferred=list(found.inferred),
            span=span(found.start, found.end),
        )
        for identifier, found in zip(ids.dates, doc._.dates, strict=True)
    ]


def _make_organisations(doc: Doc, span: ToSource, ids: _Ids) -> list[Organisation]:
    return [
        Organisation(
            id=identifier,
            name=found.name,
            aliases=found.aliases,
            spans=[span(*place) for place in found.spans],
            parent=_identify(ids.organisations, found.parent),
        )
        for identifier, found in zip(ids.organisations, doc._.organisations, strict=True)
    ]


def _make_people(doc: Doc, span: ToSource, ids: _Ids) -> list[Person]:
    return [
        Person(
            id=identifier,
            name=found.name,
            positions=[
                Position(
                    title=position.title,
                    organisation=_identify(ids.organisations, position.organisation),
                    organisation_text=position.organisation_text,
                    span=span(position.start, position.end),
                    confidence=position.confidence,
                )
                for position in found.positions
            ],
            honours=found.honours,
            honorific=found.honorific,
            spans=[span(*place) for place in found.spans],
        )
        for identifier, found in zip(ids.people, doc._.people, strict=True)
    ]


def _make_talks(doc: Doc, span: ToSource, ids: _Ids) -> list[Talk]:
    return [
        Talk(
            id=identifier,
            topic=found.topic,
            kind=found.kind,
            speakers=[ids.people[i] for i in found.speakers],
            event=_identify(ids.events, found.event),
            date=_identify(ids.dates, found.date),
            span=span(found.start, found.end),
            confidence=found.confidence,
        )
        for identifier, found in zip(ids.talks, doc._.talks, strict=True)
    ]


def _make_events(doc: Doc, span: ToSource, ids: _Ids) -> list[Event]:
    return [
        Event(
            id=identifier,
            type=found.type,
            name=found.name,
            date=_identify(ids.dates, found.date),
            start=found.start_date,
            end=found.end_date,
            place=found.place,
            organisers=[Organiser(organisation=ids.organisations[i], role=role) for i, role in found.organisers],
            participants=[Participant(person=ids.people[i], role=role) for i, role in found.participants],
            attendance=_make_attendance(found.attendance),
            talks=[ids.talks[i] for i in found.talks],
            span=span(found.start, found.end),
            confidence=found.confidence,
        )
        for identifier, found in zip(ids.events, doc._.events, strict=True)
    ]


def _make_attendance(found: Any) -> Attendance | None:
    return found and Attendance(count=found.count, bound=found.bound, text=found.text)


def _count_repairs(repairs: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    for repair in repairs:
        counts[repair.kind] = counts.get(repair.kind, 0) + 1
    return dict(sorted(counts.items()))
