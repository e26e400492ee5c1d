"""The record: what one article becomes, as pydantic models.

The contract is described in the README's reference and in the JSON Schema (`jishi schema`). Models are strict: dates
parse, ids resolve, spans are not empty and lie inside the source text, closed lists are closed. Every `span` is
`[start, end)` in code points of the **source text**; names, titles and topics are given in the normalised text's form.
"""

from __future__ import annotations

import calendar
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

SCHEMA_VERSION: Literal["1.0"] = "1.0"

Script = Literal["simplified", "traditional", "mixed"]
CreditRole = Literal["author", "photographer", "reviewer", "editor", "source"]
Granularity = Literal["day", "week", "month", "quarter", "half_year", "season", "year", "decade", "range"]
TalkKind = Literal["report", "lecture", "speech", "address", "discussion", "lesson", "other"]
EventType = Literal[
    "conference", "forum", "lecture", "training", "ceremony", "signing", "award", "competition", "exhibition", "visit",
    "performance", "launch", "recruitment", "volunteering", "other",
]  # fmt: skip
OrganiserRole = Literal["host", "organiser", "co_organiser", "supporter"]
ParticipantRole = Literal["chair", "speaker", "address", "attendee", "awardee", "visitor", "other"]
Bound = Literal["exact", "over", "under", "about"]


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it comes in.

    text: the body as read and decoded, otherwise untouched. title, published (an ISO date; a `datetime.date` becomes
    one), url, source (where it was read: file name, or file name + row): None if unknown. id: None to have one derived
    from source and content.

    Raises TypeError if the text is no str, ValueError if published is no ISO date.
    """

    text: str
    id: str | None = None
    title: str | None = None
    published: str | None = None
    url: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise TypeError(f"the text of an article is a str, not {type(self.text).__name__}")
        object.__setattr__(self, "published", to_iso_date(self.published))

    @property
    def source_text(self) -> str:
        """The text that spans point into: title + newline + text where a title was given, else the text."""
        return f"{self.title}\n{self.text}" if self.title else self.text

    @property
    def body_start(self) -> int:
        """Where the body begins in `source_text`, in code points."""
        return len(self.title) + 1 if self.title else 0

    @property
    def stable_id(self) -> str:
        """The given id, else one derived from the source name and the content: the same in every run."""
        if self.id:
            return self.id
        digest = hashlib.sha256()
        for part in (self.source, self.url, self.published, self.title, self.text):
            digest.update((part or "").encode("utf-8", "surrogatepass") + b"\0")
        return f"a{digest.hexdigest()[:16]}"


def to_iso_date(value: str | date | None) -> str | None:
    """Give a publication date as YYYY-MM-DD, None for none. Raises ValueError for a text that is no such date."""
    if isinstance(value, datetime):
        value = value.date()
    if value is None:
        return None
    if isinstance(value, date):
        return value.isoformat()
    try:
        is_date = date.fromisoformat(value).isoformat() == value
    except (TypeError, ValueError):
        is_date = False
    if not is_date:
        raise ValueError(f"published is {value!r}; it can be a date as YYYY-MM-DD, such as 2024-09-02")
    return value


def _check_iso_date(value: str) -> str:
    date.fromisoformat(value)
    return value


def _check_partial_date(value: str) -> str:
    """Accept YYYY-MM-DD and XXXX-MM-DD that name a day of the calendar (29 February where the year is unknown)."""
    found = re.fullmatch(r"(\d{4}|XXXX)-(\d\d)-(\d\d)", value)
    if not found:
        raise ValueError(f"{value!r} is not YYYY-MM-DD or XXXX-MM-DD")
    year = 2000 if found[1] == "XXXX" else int(found[1])
    month, day = int(found[2]), int(found[3])
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(max(year, 1), month)[1]:
        raise ValueError(f"{value!r} is not a day of the calendar")
    return value


def _check_span(value: tuple[int, int]) -> tuple[int, int]:
    if not 0 <= value[0] < value[1]:
        raise ValueError(f"span {list(value)} is empty or negative")
    return value


IsoDate = Annotated[str, AfterValidator(_check_iso_date)]
PartialDate = Annotated[str, AfterValidator(_check_partial_date)]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-4]):[0-5]\d$")]
Edtf = Annotated[str, Field(pattern=r"^(\.\.|[-0-9X~?%]+)(/(\.\.|[-0-9X~?%]+))?$", max_length=40)]
Span = Annotated[tuple[int, int], AfterValidator(_check_span)]
Text = Annotated[str, Field(min_length=1)]
Confidence = Annotated[float, Field(ge=0.0, le=1.0)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Credit(_Model):
    """Who made the article: byline, photographer, reviewer, editor, or the medium it was taken from."""

    name: Text
    role: CreditRole
    span: Span


class ArticleInfo(_Model):
    """What is known of the article itself."""

    id: Text
    source: str | None
    url: str | None
    title: str | None
    published: IsoDate | None
    """The reference date for relative dates."""
    script: Script
    characters: int = Field(ge=0)
    """Length of the source text in code points."""
    body_start: int = Field(ge=0)
    repairs: dict[str, int]
    """What was mended in the text, by kind."""
    credits: list[Credit]
    published_from: str | None = None
    """Where the publication date comes from: input | header | dateline; absent if unknown."""
    duplicate_of: str | None = None
    """The id of the article that this one repeats (a reprint), if it was looked for and found."""


class DateItem(_Model):
    """One expression that fixes a day, range, week, month, quarter, season or year."""

    id: Text
    text: Text
    start: PartialDate | None
    end: PartialDate | None
    edtf: Edtf | None
    """ISO 8601-2 (EDTF); XXXX for an unknown year."""
    granularity: Granularity
    start_time: ClockTime | None
    end_time: ClockTime | None
    inferred: list[Literal["year", "month", "day", "century"]]
    """Parts that do not stand in the expression itself."""
    span: Span


class Organisation(_Model):
    """A named organisation with the shorter forms used for it."""

    id: Text
    name: Text
    aliases: list[Text]
    spans: list[Span] = Field(min_length=1)
    parent: str | None = None
    """The id of the organisation that this one is a department of, where the article states it."""


class Position(_Model):
    """A title held, with the organisation it is held in."""

    title: Text
    organisation: str | None
    """The organisation's id where it is one of the record's organisations."""
    organisation_text: str | None
    """The organisation as written before the title (我校, 市总工会)."""
    span: Span
    confidence: Confidence | None = None


class Person(_Model):
    """A person named in the article."""

    id: Text
    name: Text
    positions: list[Position]
    honours: list[Text]
    honorific: str | None
    spans: list[Span] = Field(min_length=1)


class Talk(_Model):
    """A talk, report, lecture, lesson, speech or discussion whose topic is stated."""

    id: Text
    topic: Text
    kind: TalkKind
    speakers: list[str]
    event: str | None
    date: str | None
    span: Span
    confidence: Confidence | None = None


class Organiser(_Model):
    organisation: str
    role: OrganiserRole


class Participant(_Model):
    person: str
    role: ParticipantRole


class Attendance(_Model):
    """The stated number of people present."""

    count: int = Field(ge=0)
    bound: Bound
    text: Text


class Event(_Model):
    """An event that the article reports."""

    id: Text
    type: EventType
    name: str | None
    date: str | None
    start: PartialDate | None
    end: PartialDate | None
    place: str | None
    organisers: list[Organiser]
    participants: list[Participant]
    attendance: Attendance | None
    talks: list[str]
    span: Span
    confidence: Confidence


class Record(_Model):
    """One article's record."""

    schema_version: Literal["1.0"]
    article: ArticleInfo
    dates: list[DateItem]
    organisations: list[Organisation]
    people: list[Person]
    talks: list[Talk]
    events: list[Event]
    warnings: list[str]

    @model_validator(mode="after")
    def _check_references(self) -> Record:
        ids = {
            kind: _unique_ids(kind, items)
            for kind, items in (
                ("date", self.dates),
                ("organisation", self.organisations),
                ("person", self.people),
                ("talk", self.talks),
                ("event", self.events),
            )
        }
        for kind, identifier, where in self._references():
            if identifier is not None and identifier not in ids[kind]:
                raise ValueError(f"{where} names {kind} {identifier!r}, which the record does not have")
        for span, where in self.spans():
            if span[1] > self.article.characters:
                raise ValueError(f"{where}: span {list(span)} ends after the source text ({self.article.characters})")
        if self.article.body_start > self.article.characters:
            raise ValueError("body_start lies after the end of the source text")
        return self

    def _references(self) -> Iterator[tuple[str, str | None, str]]:
        for organisation in self.organisations:
            yield "organisation", organisation.parent, f"organisation {organisation.id}"
        for person in self.people:
            for position in person.positions:
                yield "organisation", position.organisation, f"a position of person {person.id}"
        for talk in self.talks:
            for speaker in talk.speakers:
                yield "person", speaker, f"talk {talk.id}"
            yield "event", talk.event, f"talk {talk.id}"
            yield "date", talk.date, f"talk {talk.id}"
        for event in self.events:
            yield "date", event.date, f"event {event.id}"
            for organiser in event.organisers:
                yield "organisation", organiser.organisation, f"event {event.id}"
            for participant in event.participants:
                yield "person", participant.person, f"event {event.id}"
            for identifier in event.talks:
                yield "talk", identifier, f"event {event.id}"

    def spans(self) -> Iterator[tuple[tuple[int, int], str]]:
        """Every span of the record with the name of what it is the evidence for."""
        for credit in self.article.credits:
            yield credit.span, f"credit {credit.name}"
        for item in self.dates:
            yield item.span, f"date {item.id}"
        for organisation in self.organisations:
            for span in organisation.spans:
                yield span, f"organisation {organisation.id}"
        for person in self.people:
            for span in person.spans:
                yield span, f"person {person.id}"
            for position in person.positions:
                yield position.span, f"position {position.title} of person {person.id}"
        for talk in self.talks:
            yield talk.span, f"talk {talk.id}"
        for event in self.events:
            yield event.span, f"event {event.id}"

    def to_json(self) -> str:
        """The record as one line of JSON: keys in the contract's order, optional keys left out where unknown."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))

    def to_dict(self) -> dict[str, Any]:
        """The record as plain data, as `to_json` writes it."""
        data = self.model_dump(mode="json")
        optional = [(data["article"], "published_from"), (data["article"], "duplicate_of")]
        optional += [(organisation, "parent") for organisation in data["organisations"]]
        optional += [(position, "confidence") for person in data["people"] for position in person["positions"]]
        optional += [(talk, "confidence") for talk in data["talks"]]
        for holder, key in optional:
            if holder[key] is None:
                del holder[key]
        return data


def _unique_ids(kind: str, items: list[Any]) -> set[str]:
    ids = {item.id for item in items}
    if len(ids) != len(items):
        raise ValueError(f"two of the record's {kind} items have the same id")
    return ids


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a record."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "jishi record",
        **Record.model_json_schema(mode="serialization"),
    }
