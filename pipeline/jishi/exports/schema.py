"""The tables that records become: each class is a table, each attribute a column with its documentation.

Frames, Parquet, databases and CSV files all take their columns from here. A key is the article's id + `#` + the id
inside the record (`sample-01#e1`): it is unique over an archive, and columns of the same name join.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from jishi.records import (
    Bound,
    CreditRole,
    EventType,
    Granularity,
    OrganiserRole,
    ParticipantRole,
    Script,
    TalkKind,
)

MentionKind = Literal["credit", "date", "organisation", "person", "position", "talk", "event"]
Precision = Literal[
    "day", "week", "month", "quarter", "half_year", "season", "year", "decade", "range", "unknown_year"
]  # fmt: skip


class Row(BaseModel):
    """A row of a table."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class ArticleRow(Row):
    """articles: one row an article. Key: article_id."""

    article_id: str
    """The article's id, as in the record."""
    source: str | None
    """Where the article was read: file, or file and row."""
    url: str | None
    """Its address, if the input gave one."""
    title: str | None
    """Its headline."""
    published: date | None
    """The day it was published."""
    published_from: str | None
    """Where the publication date comes from: input, header or dateline."""
    script: Script
    """simplified, traditional or mixed."""
    characters: int
    """Length of the source text in code points."""
    body_start: int
    """Where the body begins in the source text, in code points."""
    duplicate_of: str | None
    """The article_id of the article that this one repeats."""


class CreditRow(Row):
    """credits: one row a person or medium that made the article, and role. Key: article_id, credit."""

    article_id: str
    """The article."""
    credit: int
    """Number inside the article, from 1."""
    name: str
    """The name."""
    role: CreditRole
    """author, photographer, reviewer, editor or source."""


class RepairRow(Row):
    """repairs: one row an article and kind of repair. Key: article_id, kind."""

    article_id: str
    """The article."""
    kind: str
    """What was mended, such as gbk_misalignment."""
    count: int
    """How many times."""


class WarningRow(Row):
    """warnings: one row a warning. Key: article_id, warning."""

    article_id: str
    """The article."""
    warning: int
    """Number inside the article, from 1."""
    message: str
    """What the reader should know."""


class DateRow(Row):
    """dates: one row a date expression. Key: date_id."""

    date_id: str
    """Key of the expression."""
    article_id: str
    """The article it stands in."""
    text: str
    """The expression as written."""
    start: date | None
    """First day; missing if the year is unknown (then see start_iso)."""
    end: date | None
    """Last day, inclusive."""
    start_iso: str | None
    """First day in ISO form, XXXX for an unknown year."""
    end_iso: str | None
    """Last day in ISO form, XXXX for an unknown year."""
    edtf: str | None
    """The date in EDTF (ISO 8601-2)."""
    precision: Granularity
    """How exactly the expression fixes the time: a month is not its thirty days."""
    start_time: str | None
    """Time of day, HH:MM, if stated."""
    end_time: str | None
    """Time of day at which it ends, if stated."""
    inferred: str | None
    """The parts that do not stand in the expression itself, joined by +."""


class OrganisationRow(Row):
    """organisations: one row an organisation and article. Key: organisation_id."""

    organisation_id: str
    """Key of the organisation in this article."""
    article_id: str
    """The article it is named in."""
    name: str
    """Its name in full, as far as the article gives it."""
    parent_id: str | None
    """The organisation_id of the organisation it is a department of, where stated."""
    mentions: int
    """How many times it is mentioned."""
    entity_id: str | None
    """The organisation over all articles (`jishi link`); missing without links."""


class AliasRow(Row):
    """aliases: one row a shorter form of an organisation's name. Key: organisation_id, alias."""

    organisation_id: str
    """The organisation."""
    article_id: str
    """The article."""
    alias: str
    """The shorter form."""


class PersonRow(Row):
    """people: one row a person and article. Key: person_id."""

    person_id: str
    """Key of the person in this article."""
    article_id: str
    """The article the person is named in."""
    name: str
    """The name in full."""
    honorific: str | None
    """先生, 女士, 老师 …"""
    mentions: int
    """How many times the person is mentioned."""
    entity_id: str | None
    """The person over all articles (`jishi link`); missing without links."""


class HonourRow(Row):
    """honours: one row a person and honour. Key: person_id, honour."""

    person_id: str
    """The person."""
    article_id: str
    """The article."""
    honour: str
    """The honour, such as 全国劳动模范."""


class PositionRow(Row):
    """positions: one row a title that a person holds. Key: position_id."""

    position_id: str
    """Key of the position: the person's key and a number."""
    person_id: str
    """Who holds it."""
    article_id: str
    """The article."""
    title: str
    """The title."""
    organisation_id: str | None
    """Where it is held, if that is one of the article's organisations."""
    organisation_text: str | None
    """The organisation as written before the title (我校, 市总工会)."""
    confidence: float | None
    """Between 0 and 1."""


class TalkRow(Row):
    """talks: one row a talk. Key: talk_id."""

    talk_id: str
    """Key of the talk."""
    article_id: str
    """The article."""
    topic: str
    """What it is about, without quotation marks."""
    kind: TalkKind
    """report, lecture, speech …"""
    event_id: str | None
    """The event it was given at."""
    date_id: str | None
    """When, if stated for the talk itself."""
    confidence: float | None
    """Between 0 and 1."""


class SpeakerRow(Row):
    """speakers: one row a talk and speaker. Key: talk_id, person_id."""

    talk_id: str
    """The talk."""
    person_id: str
    """Who gave it."""
    article_id: str
    """The article."""


class EventRow(Row):
    """events: one row an event. Key: event_id."""

    event_id: str
    """Key of the event."""
    article_id: str
    """The article that reports it."""
    type: EventType
    """conference, forum, lecture …"""
    name: str | None
    """The longest naming phrase."""
    date_id: str | None
    """The expression that dates it."""
    start: date | None
    """First day; missing if unknown, or if its year is (then see start_iso)."""
    end: date | None
    """Last day, inclusive."""
    start_iso: str | None
    """First day in ISO form, XXXX for an unknown year."""
    end_iso: str | None
    """Last day in ISO form, XXXX for an unknown year."""
    precision: Precision | None
    """How exactly start and end are known; unknown_year if only month and day are. Missing without a date."""
    place: str | None
    """Venue or place as written."""
    attendance: int | None
    """The stated number of people present."""
    attendance_bound: Bound | None
    """Whether that number is exact, over, under or about."""
    attendance_text: str | None
    """The number as written."""
    confidence: float
    """Between 0 and 1."""


class ParticipationRow(Row):
    """participations: one row a person, event and role. Key: event_id, person_id, role."""

    event_id: str
    """The event."""
    person_id: str
    """Who took part."""
    article_id: str
    """The article."""
    role: ParticipantRole
    """chair, speaker, address …"""


class OrganiserRow(Row):
    """organisers: one row an organisation, event and role. Key: event_id, organisation_id, role."""

    event_id: str
    """The event."""
    organisation_id: str
    """Who organised it."""
    article_id: str
    """The article."""
    role: OrganiserRole
    """host, organiser, co_organiser or supporter."""


class MentionRow(Row):
    """mentions: one row a span of evidence in the source text. Key: kind, item_id, start, end."""

    article_id: str
    """The article."""
    kind: MentionKind
    """What the span is evidence for."""
    item_id: str
    """Key of that item: its date_id, organisation_id …; for a credit the article_id and the credit's number."""
    start: int
    """First code point of the source text."""
    end: int
    """Code point after the last."""


TABLES: dict[str, type[Row]] = {
    "articles": ArticleRow,
    "credits": CreditRow,
    "repairs": RepairRow,
    "warnings": WarningRow,
    "dates": DateRow,
    "organisations": OrganisationRow,
    "aliases": AliasRow,
    "people": PersonRow,
    "honours": HonourRow,
    "positions": PositionRow,
    "talks": TalkRow,
    "speakers": SpeakerRow,
    "events": EventRow,
    "participations": ParticipationRow,
    "organisers": OrganiserRow,
    "mentions": MentionRow,
}
"""The row class of each table."""


def describe_columns(table: str) -> Iterator[tuple[str, str, tuple[str, ...], bool, str]]:
    """Yield (column, kind, categories, may be missing, documentation) for the columns of a table.

    kind: string, integer, number, date or category; categories: the closed list of values of the last.
    """
    for name, field in TABLES[table].model_fields.items():
        annotation: Any = field.annotation
        nullable = False
        members = get_args(annotation)
        if type(None) in members:
            nullable = True
            annotation = next(member for member in members if member is not type(None))
            members = get_args(annotation)
        kinds = {str: "string", int: "integer", float: "number", date: "date"}
        kind = kinds.get(annotation, "category")
        yield name, kind, members if kind == "category" else (), nullable, field.description or ""
