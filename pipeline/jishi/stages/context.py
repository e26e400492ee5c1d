"""What the relation stages look at in a Doc: sentences, clauses, entities, act words, people in groups."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc

from jishi.stages.acts import ActIndex
from jishi.stages.clauses import find_clauses, find_quotations, find_sentences
from jishi.stages.findings import read_text
from jishi.stages.groups import PersonGroup, find_person_groups


@dataclass(slots=True)
class Context:
    """The text with what was found in it; offsets are code points of the normalised text."""

    text: str
    body_start: int
    sentences: list[tuple[int, int]]
    clauses: list[tuple[int, int]]
    acts: ActIndex
    entities: list[tuple[int, int, str]]
    organisation_ends: dict[int, int]
    organisation_starts: dict[int, int]
    groups: list[PersonGroup]
    group_starts: list[int]
    """Where the groups begin, in order."""
    frames: list[tuple[int, int, str]]
    quotations: list[str]
    title_acts: list[str]
    """Act words of the title, else of the first sentence."""
    speaking: int
    """How many words of speaking the text has, in steps, 5 for very many."""


def build_context(doc: Doc) -> Context:
    """Collect what the relation stages look at in `doc`. Computed anew at each call: nothing is kept."""
    text = read_text(doc)
    entities = [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]
    organisations = [(start, end) for start, end, label in entities if label == "ORG"]
    sentences, acts = find_sentences(text), ActIndex(text)
    first = doc._.body_start or (sentences[0][1] if sentences else 0)
    spoken = sum(act.kind == "speak" for act in acts.acts)
    frames = [(span.start_char, span.end_char, span.label_) for span in doc.spans.get("frames", [])]
    groups = find_person_groups(text, entities, doc._.people)
    return Context(
        text=text,
        body_start=doc._.body_start,
        sentences=sentences,
        clauses=find_clauses(text),
        acts=acts,
        entities=entities,
        organisation_ends=dict(organisations),
        organisation_starts={end: start for start, end in organisations},
        groups=groups,
        group_starts=sorted(group.start for group in groups),
        frames=frames,
        quotations=[text[start:end] for start, end in find_quotations(text)],
        title_acts=sorted({act.word for act in acts.between(0, first)}),
        speaking=min(spoken // 2, 5),
    )
