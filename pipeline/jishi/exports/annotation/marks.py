"""A record as marks on its text, and a corrected record from marks that a person has changed.

Each span becomes a region named after its item (`p1:0` is the first mention of p1); what items have to do with each
other becomes relations between regions. Marks that nobody changed give the same record again; from the others `correct`
takes over what was added, removed, moved, relabelled or connected anew. What has no span in a record (place,
attendance, honours) stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from jishi.records import Record

LABELS = ("person", "position", "organisation", "date", "talk", "event", "credit")
PARTICIPANT_RELATIONS = ("chair", "speaker", "address", "attendee", "awardee", "visitor", "other")
ORGANISER_RELATIONS = ("host", "organiser", "co_organiser", "supporter")
RELATIONS = ("holder", "at", "speaker", "given_at", "dated", "part_of", *PARTICIPANT_RELATIONS, *ORGANISER_RELATIONS)
"""holder: position to person. at: position to organisation. speaker: talk to person. given_at: talk to event. dated:
talk or event to date. part_of: organisation to organisation. The roles: event to person or organisation."""


@dataclass(frozen=True)
class Region:
    """A marked span of the source text, in code points. value: an event's type, a talk's kind, a credit's role."""

    id: str
    start: int
    end: int
    label: str
    value: str | None = None

    @property
    def item(self) -> str:
        """The record's item that it belongs to: p1 for p1:0. A region that a person added belongs to none."""
        return self.id.partition(":")[0]


@dataclass(frozen=True)
class Relation:
    """A connection from one region to another, by their ids."""

    head: str
    child: str
    label: str


@dataclass(frozen=True)
class Annotated:
    """An article's source text with its marks."""

    article: str
    text: str
    regions: tuple[Region, ...]
    relations: tuple[Relation, ...]
    meta: dict[str, str | None] = field(default_factory=dict)


def annotate(record: Record, text: str) -> Annotated:
    """Give the marks of a record on its source text. Raises ValueError if the text is not the record's."""
    if len(text) != record.article.characters:
        raise ValueError(
            f"{record.article.id}: the text has {len(text)} code points, the record's {record.article.characters}"
        )
    meta = {"title": record.article.title, "published": record.article.published, "url": record.article.url}
    return Annotated(
        record.article.id, text, tuple(_make_regions(record)), tuple(dict.fromkeys(_make_relations(record))), meta
    )


def _make_regions(record: Record) -> Iterator[Region]:
    for event in record.events:
        yield Region(f"{event.id}:0", *event.span, "event", event.type)
    for organisation in record.organisations:
        for number, span in enumerate(organisation.spans):
            yield Region(f"{organisation.id}:{number}", *span, "organisation")
    for person in record.people:
        for number, span in enumerate(person.spans):
            yield Region(f"{person.id}:{number}", *span, "person")
        for number, position in enumerate(person.positions, 1):
            yield Region(f"{person.id}.{number}:0", *position.span, "position")
    for item in record.dates:
        yield Region(f"{item.id}:0", *item.span, "date")
    for talk in record.talks:
        yield Region(f"{talk.id}:0", *talk.span, "talk", talk.kind)
    for number, credit in enumerate(record.article.credits, 1):
        yield Region(f"credit{number}:0", *credit.span, "credit", credit.role)


def _make_relations(record: Record) -> Iterator[Relation]:
    for organisation in record.organisations:
        if organisation.parent:
            yield Relation(f"{organisation.id}:0", f"{organisation.parent}:0", "part_of")
    for person in record.people:
        for number, position in enumerate(person.positions, 1):
            yield Relation(f"{person.id}.{number}:0", f"{person.id}:0", "holder")
            if position.organisation:
                yield Relation(f"{person.id}.{number}:0", f"{position.organisation}:0", "at")
    for talk in record.talks:
        for speaker in talk.speakers:
            yield Relation(f"{talk.id}:0", f"{speaker}:0", "speaker")
        if talk.event:
            yield Relation(f"{talk.id}:0", f"{talk.event}:0", "given_at")
        if talk.date:
            yield Relation(f"{talk.id}:0", f"{talk.date}:0", "dated")
    for event in record.events:
        if event.date:
            yield Relation(f"{event.id}:0", f"{event.date}:0", "dated")
        for participant in event.participants:
            yield Relation(f"{event.id}:0", f"{participant.person}:0", participant.role)
        for organiser in event.organisers:
            yield Relation(f"{event.id}:0", f"{organiser.organisation}:0", organiser.role)


def correct(record: Record, annotated: Annotated) -> Record:
    """Give the record that changed marks stand for. record: the one that was annotated.

    Raises ValueError if the marks are of another text, or contradict each other (a position without a holder is
    dropped).
    """
    from jishi.exports.annotation.correction import Correction

    if annotated.article != record.article.id or len(annotated.text) != record.article.characters:
        raise ValueError(f"{annotated.article}: these marks are not on the text of {record.article.id}")
    return Correction(record, annotated).make_record()


def pair_by_article(records: Iterable[Record], marks: Iterable[Annotated]) -> Iterator[tuple[Record, Annotated | None]]:
    """Yield each record with its marks, None where there are none."""
    by_article = {each.article: each for each in marks}
    for record in records:
        yield record, by_article.get(record.article.id)
