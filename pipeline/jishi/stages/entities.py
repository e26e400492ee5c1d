"""Entities: the tagger's people, organisations, places, titles and honours, settled by the whole document.

Sets `doc.ents` (PERSON, ORG, LOC, TITLE, HONOUR), `doc.spans["frames"]` (EVENT, PLACE, TOPIC, HONOUR; these may overlap
entities) with a score each, `doc._.roles` (what each mention of a person or organisation does in the events reported)
and `doc._.role_scores` (the same for every character). Tokens are split where an entity begins or ends inside one.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span

from jishi.stages.findings import read_text, register_extensions
from jishi.stages.segment import rebuild_doc
from jishi.stages.settle import settle
from jishi.stages.tagger import (
    ENTITY_LABELS,
    FRAME_LABELS,
    ORGANISATION_ROLES,
    PERSON_ROLES,
    ROLES,
    TaggedSpan,
    Tagger,
    TagScores,
    locate_model,
    read_spans,
)

BORROWED_LABELS = {
    "PERSON": "PERSON", "PER": "PERSON", "NR": "PERSON", "ORG": "ORG", "NT": "ORG", "LOC": "LOC", "GPE": "LOC",
    "FAC": "LOC", "NS": "LOC", "TITLE": "TITLE", "HONOUR": "HONOUR",
}  # fmt: skip


def _register() -> None:
    register_extensions()
    if not Doc.has_extension("role_scores"):
        Doc.set_extension("role_scores", default=None)


class EntityTagger:
    """The component `jishi_entities`."""

    def __init__(self, tagger: Tagger) -> None:
        self.tagger = tagger

    def __call__(self, doc: Doc) -> Doc:
        """Give the Doc with its entities and frames; a new one where tokens had to be split."""
        scores = self.read(doc)
        entities = settle(read_text(doc), read_spans(scores.entities, ENTITY_LABELS), scores.entities, find_words(doc))
        frames = [span for i, label in enumerate(FRAME_LABELS) for span in read_spans(scores.frames[:, i], (label,))]
        taken = sorted((span.start, span.end) for span in entities)
        honours = [s for s in frames if s.label == "HONOUR" and not _overlaps_any(s, taken)]
        doc = set_spans(doc, [*entities, *honours], frames)
        set_roles(doc, entities, scores)
        return doc

    def read(self, doc: Doc) -> TagScores:
        """Run the network over the Doc's text and words."""
        columns = doc.to_array(["ORTH", "LENGTH", "SPACY"])
        spaced = np.flatnonzero(columns[:, 2]) + 1  # in training a space is a word of its own
        lengths = np.insert(columns[:, 1], spaced, 1)
        hashes = np.insert(columns[:, 0], spaced, np.uint64(doc.vocab.strings[" "]))
        return self.tagger.score(self.tagger.encode(read_text(doc), lengths, hashes))


def find_words(doc: Doc) -> list[tuple[int, int]]:
    """Give where each token begins and ends."""
    columns = doc.to_array(["LENGTH", "SPACY"]).astype(np.int64)
    ends = np.cumsum(columns.sum(1)) - columns[:, 1]
    return list(zip((ends - columns[:, 0]).tolist(), ends.tolist(), strict=True))


def _overlaps_any(span: TaggedSpan, taken: list[tuple[int, int]]) -> bool:
    return any(start < span.end and span.start < end for start, end in taken)


def set_spans(doc: Doc, entities: list[TaggedSpan], frames: list[TaggedSpan]) -> Doc:
    """Set `doc.ents` and `doc.spans["frames"]`, on a Doc whose tokens break where they begin and end."""
    text = read_text(doc)
    entities, frames = _trim_all(text, entities), _trim_all(text, frames)
    doc = rebuild_doc(doc, ((span.start, span.end) for span in (*entities, *frames)))
    words = find_words(doc)
    begins = {start: i for i, (start, _) in enumerate(words)}
    ends = {end: i for i, (_, end) in enumerate(words, 1)}
    doc.ents = [s for s in _make_spans(doc, entities, begins, ends) if s is not None]
    doc.spans["frames"] = _make_spans(doc, frames, begins, ends)
    return doc


def _trim_all(text: str, spans: list[TaggedSpan]) -> list[TaggedSpan]:
    """The spans without white space at their ends, which belongs to no token; a span of nothing else is dropped."""
    trimmed = []
    for span in spans:
        evidence = text[span.start : span.end]
        start = span.start + len(evidence) - len(evidence.lstrip())
        end = span.end - len(evidence) + len(evidence.rstrip())
        if start < end:
            trimmed.append(TaggedSpan(start, end, span.label, span.score))
    return trimmed


def _make_spans(doc: Doc, found: Iterable[TaggedSpan], begins: dict[int, int], ends: dict[int, int]) -> list[Span]:
    spans = []
    for item in found:
        span = Span(doc, begins[item.start], ends[item.end], label=item.label)
        span._.score = item.score
        spans.append(span)
    return spans


def set_roles(doc: Doc, entities: list[TaggedSpan], scores: TagScores) -> None:
    """Set `doc._.roles`: for each mention of a person or organisation, the probability of each of its roles."""
    doc._.role_scores = scores.roles
    found: dict[tuple[int, int], dict[str, float]] = {}
    for span in entities:
        roles = {"PERSON": PERSON_ROLES, "ORG": ORGANISATION_ROLES}.get(span.label)
        if roles is None:
            continue
        first = ROLES.index(roles[0])
        means = scores.roles[span.start : span.end, first : first + len(roles)].mean(0)
        found[span.start, span.end] = dict(zip(roles, means.tolist(), strict=True))
    doc._.roles = found


class BorrowedEntities:
    """A user's own spaCy pipeline in the tagger's place: its people, organisations and places become the entities."""

    def __init__(self) -> None:
        self.pipeline: Language | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Give the Doc with the entities that the other pipeline finds in its text."""
        if self.pipeline is None:
            raise ValueError("no pipeline to take entities from: set the component's `pipeline`")
        other = self.pipeline(doc.text)
        found = [
            TaggedSpan(entity.start_char, entity.end_char, BORROWED_LABELS[entity.label_.upper()], 1.0)
            for entity in other.ents
            if entity.label_.upper() in BORROWED_LABELS
        ]
        return set_spans(doc, [span for span in found if doc.text[span.start : span.end].strip()], [])


ASSIGNS = ["doc.ents", "token.ent_iob", "token.ent_type", "doc.spans", "doc._.roles"]


@Language.factory("jishi_entities", default_config={"model": None}, assigns=ASSIGNS)
def create_entities(nlp: Language, name: str, model: str | None) -> EntityTagger:
    """model: folder of a tagger; None for the one shipped. Raises OSError if it cannot be loaded."""
    _register()
    return EntityTagger(Tagger(locate_model(model)))


@Language.factory("jishi_borrowed_entities", assigns=["doc.ents", "token.ent_iob", "token.ent_type"])
def create_borrowed_entities(nlp: Language, name: str) -> BorrowedEntities:
    """The component to which `jishi.load(ner=…)` gives the user's pipeline."""
    _register()
    return BorrowedEntities()
