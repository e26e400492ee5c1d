"""What the stages write to a `Doc`: plain dataclasses under `doc._`, and the registration of those names with spaCy.

All `start`/`end` offsets are code points of `doc.text` (the normalised text), half open. Where one finding refers to
another it does so by its index in the list of the other kind (`doc._.people[3]` is person 3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from spacy.tokens import Doc, Span

from jishi.records import Article


@dataclass(slots=True)
class OrganisationFound:
    """An organisation with all its mentions. `name` is the longest form, `parent` an index if the text states it."""

    name: str
    aliases: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    parent: int | None = None


@dataclass(slots=True)
class PositionFound:
    """A title with the organisation written before it and, where that is one of the article's, its index."""

    title: str
    start: int
    end: int
    organisation_text: str | None = None
    organisation: int | None = None
    confidence: float | None = None


@dataclass(slots=True)
class PersonFound:
    """A person with all mentions by full name; `references` are those by part of it (张校长: the family name)."""

    name: str
    spans: list[tuple[int, int]] = field(default_factory=list)
    references: list[tuple[int, int]] = field(default_factory=list)
    positions: list[PositionFound] = field(default_factory=list)
    honours: list[str] = field(default_factory=list)
    honorific: str | None = None


@dataclass(slots=True)
class CreditFound:
    """A byline or source credit."""

    name: str
    role: str
    start: int
    end: int


@dataclass(slots=True)
class TalkFound:
    """A talk with a stated topic; `start`/`end` is where the topic stands. speakers, event and date are indices."""

    topic: str
    kind: str
    start: int
    end: int
    speakers: list[int] = field(default_factory=list)
    event: int | None = None
    date: int | None = None
    confidence: float | None = None


@dataclass(slots=True)
class AttendanceFound:
    """A stated number of people present."""

    count: int
    bound: str
    text: str
    start: int
    end: int


@dataclass(slots=True)
class EventFound:
    """An event the article reports; `start`/`end` is the evidence (its name, else the phrase that tells of it)."""

    type: str
    name: str | None
    start: int
    end: int
    date: int | None = None
    start_date: str | None = None
    end_date: str | None = None
    place: str | None = None
    organisers: list[tuple[int, str]] = field(default_factory=list)
    participants: list[tuple[int, str]] = field(default_factory=list)
    attendance: AttendanceFound | None = None
    talks: list[int] = field(default_factory=list)
    confidence: float = 0.5


def read_text(doc: Doc) -> str:
    """Give `doc.text` without joining the tokens anew where the normalised text, which is the same, is at hand."""
    normalised = doc._.normalised
    return doc.text if normalised is None else str(normalised.text)


class Entity(NamedTuple):
    """An entity of `doc.ents`; `score` is the tagger's, 1.0 where it has none (a borrowed tagger)."""

    start: int
    end: int
    label: str
    score: float


_LABELS = {"PER": "PERSON", "GPE": "LOC"}


def read_entities(doc: Doc) -> list[Entity]:
    """Give the entities of `doc` in order, once for a whole stage: `doc.ents` makes its spans anew at each access."""
    scores = doc._.span_scores
    found = []
    for ent in doc.ents:
        start, end, label = ent.start_char, ent.end_char, ent.label_
        score = scores.get((start, end))
        found.append(Entity(start, end, _LABELS.get(label, label), 1.0 if score is None else float(score)))
    return found


def _read_score(span: Span) -> float | None:
    return span.doc._.span_scores.get((span.start_char, span.end_char))


def _set_score(span: Span, score: float | None) -> None:
    span.doc._.span_scores[span.start_char, span.end_char] = score


def register_extensions() -> None:
    """Make the names the stages write to known to spaCy. Calling it again changes nothing."""
    if Doc.has_extension("article"):
        return
    Doc.set_extension("article", default=Article(""))
    Doc.set_extension("normalised", default=None)
    Doc.set_extension("body_start", default=0)
    Doc.set_extension("layout", default=None)
    Doc.set_extension("published", default=None)
    Doc.set_extension("record", default=None)
    Doc.set_extension("context", default=None)
    Doc.set_extension("role_scores", default=None)
    Doc.set_extension("frame_scores", default=None)
    Doc.set_extension("resolved", default={})
    Doc.set_extension("span_scores", default={})  # (start, end) in the text to the score of the span: fast to read
    for name in ("warnings", "dates", "organisations", "people", "credits", "talks", "events"):
        Doc.set_extension(name, default=[])
    Span.set_extension("score", getter=_read_score, setter=_set_score)
