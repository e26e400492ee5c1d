"""Entities: the tagger's people, organisations, places, titles and honours, settled by the whole document.

Sets `doc.ents` (PERSON, ORG, LOC, TITLE, HONOUR), `doc.spans["frames"]` (EVENT, PLACE, TOPIC, HONOUR; these may overlap
entities) with a score each, and what the network thinks of every character: `doc._.role_scores` (probabilities of what
it does in the events reported; columns: `jishi.stages.tagger.ROLES`) and `doc._.frame_scores` (log probabilities;
characters, FRAME_LABELS, FRAME_TAGS), which `jishi.stages.evidence` reads. Tokens are split where an entity begins or
ends inside one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from spacy.attrs import LENGTH, ORTH, SPACY  # type: ignore[import-not-found]
from spacy.language import Language
from spacy.tokens import Doc, Span

from jishi.stages.findings import read_text, register_extensions
from jishi.stages.segment import Bounds, find_token_bounds, rebuild_doc
from jishi.stages.settle import has_interpunct, settle
from jishi.stages.tagger import (
    ENTITY_LABELS,
    TaggedSpan,
    Tagger,
    TagScores,
    locate_model,
    read_frames,
    read_spans,
)

BORROWED_LABELS = {
    "PERSON": "PERSON", "PER": "PERSON", "NR": "PERSON", "ORG": "ORG", "NT": "ORG", "LOC": "LOC", "GPE": "LOC",
    "FAC": "LOC", "NS": "LOC", "TITLE": "TITLE", "HONOUR": "HONOUR",
}  # fmt: skip


class EntityTagger:
    """The component `jishi_entities`."""

    def __init__(self, tagger: Tagger) -> None:
        self.tagger = tagger

    def __call__(self, doc: Doc) -> Doc:
        """Give the Doc with its entities and frames; a new one where tokens had to be split."""
        scores, text = self.read(doc), read_text(doc)
        words = find_words(doc) if has_interpunct(text) else ()
        entities = settle(text, read_spans(scores.entities, ENTITY_LABELS), scores.entities, words)
        frames = read_frames(scores.frames)
        taken = sorted((span.start, span.end) for span in entities if span.label != "LOC")
        honours = [s for s in frames if s.label == "HONOUR" and not _overlaps_any(s, taken)]
        if honours:  # a place is a part of the honour's name: 山东省劳动模范
            given = [(span.start, span.end) for span in honours]
            entities = [e for e in entities if e.label != "LOC" or not _overlaps_any(e, given)]
        entities, frames = _leave_out(doc, [*entities, *honours]), _leave_out(doc, frames)
        doc = set_spans(doc, entities, frames)
        doc._.role_scores, doc._.frame_scores = scores.roles, scores.frames
        return doc

    def read(self, doc: Doc) -> TagScores:
        """Run the network over the Doc's text and words."""
        hashes, lengths, spaces = doc.to_array([ORTH, LENGTH, SPACY]).T
        if spaces.any():
            spaced = np.flatnonzero(spaces) + 1  # in training a space is a word of its own
            lengths = np.insert(lengths, spaced, 1)
            hashes = np.insert(hashes, spaced, np.uint64(doc.vocab.strings[" "]))
        return self.tagger.score(self.tagger.encode(read_text(doc), lengths, hashes))


def find_words(doc: Doc) -> list[tuple[int, int]]:
    """Give where each token begins and ends."""
    starts, ends = find_token_bounds(doc)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def _overlaps_any(span: TaggedSpan, taken: list[tuple[int, int]]) -> bool:
    return any(start < span.end and span.start < end for start, end in taken)


def _leave_out(doc: Doc, spans: list[TaggedSpan]) -> list[TaggedSpan]:
    """The spans without those in the page's boilerplate, and without who is named in its header: they are credits."""
    layout = doc._.layout
    if layout is None or not layout.outside:
        return spans
    return [
        span
        for span in spans
        if not any(start <= span.start < end for start, end in layout.boilerplate)
        and not (span.label in ("PERSON", "TITLE") and any(start <= span.start < end for start, end in layout.header))
    ]


def set_spans(doc: Doc, entities: list[TaggedSpan], frames: list[TaggedSpan]) -> Doc:
    """Set `doc.ents` and `doc.spans["frames"]`, on a Doc whose tokens break where they begin and end."""
    text = read_text(doc)
    entities, frames = _trim_all(text, entities), _trim_all(text, frames)
    doc, bounds = rebuild_doc(doc, ((span.start, span.end) for span in (*entities, *frames)))
    doc.set_ents(_make_spans(doc, entities, bounds))
    doc.spans["frames"] = _make_spans(doc, frames, bounds)
    return doc


def _trim_all(text: str, spans: list[TaggedSpan]) -> list[TaggedSpan]:
    """The spans without white space at their ends, which belongs to no token; a span of nothing else is dropped."""
    trimmed = []
    for span in spans:
        evidence = text[span.start : span.end]
        if not (evidence[:1].isspace() or evidence[-1:].isspace()):
            trimmed.append(span)
            continue
        start = span.start + len(evidence) - len(evidence.lstrip())
        end = span.end - len(evidence) + len(evidence.rstrip())
        if start < end:
            trimmed.append(TaggedSpan(start, end, span.label, span.score))
    return trimmed


def _make_spans(doc: Doc, found: Sequence[TaggedSpan], bounds: Bounds) -> list[Span]:
    starts, ends = bounds
    first = np.searchsorted(starts, [item.start for item in found]).tolist()
    last = np.searchsorted(ends, [item.end for item in found]).tolist()
    doc._.span_scores.update({(item.start, item.end): item.score for item in found})
    labels = {label: doc.vocab.strings.add(label) for label in {item.label for item in found}}
    return [
        Span(doc, begin, end + 1, label=labels[item.label]) for item, begin, end in zip(found, first, last, strict=True)
    ]


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


ASSIGNS = ["doc.ents", "token.ent_iob", "token.ent_type", "doc.spans"]


@Language.factory("jishi_entities", default_config={"model": None}, assigns=ASSIGNS)
def create_entities(nlp: Language, name: str, model: str | None) -> EntityTagger:
    """model: folder of a tagger; None for the one shipped. Raises OSError if it cannot be loaded."""
    register_extensions()
    return EntityTagger(Tagger(locate_model(model)))


@Language.factory("jishi_borrowed_entities", assigns=["doc.ents", "token.ent_iob", "token.ent_type"])
def create_borrowed_entities(nlp: Language, name: str) -> BorrowedEntities:
    """The component to which `jishi.load(ner=…)` gives the user's pipeline."""
    register_extensions()
    return BorrowedEntities()
