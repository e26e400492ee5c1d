"""What the relation stages look at in a Doc: sentences, clauses, entities, act words, people in groups."""

from __future__ import annotations

import bisect
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from spacy.tokens import Doc

from jishi.stages.acts import ActIndex
from jishi.stages.clauses import find_clauses, find_quotations, find_sentences, locate
from jishi.stages.evidence import Evidence
from jishi.stages.fields import Field, find_fields
from jishi.stages.findings import read_text
from jishi.stages.groups import PersonGroup, find_person_groups, set_rows
from jishi.stages.phrases import PhraseFinder
from jishi.stages.stated_talks import StatedTalk, find_stated_talks

_REACH = 500  # characters on each side, so that a text without full stops costs no more than others


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
    group_order: list[int]
    """The numbers of the groups in that order."""
    frames: FrameIndex
    evidence: Evidence
    phrases: PhraseFinder
    date_ranks: list[tuple[int, int]]
    """For each date: its place among the dates of the body (-1 in the title), and how many have its value."""
    fields: list[Field]
    """What an announcement states behind labels."""
    stated_talks: list[StatedTalk]
    """Talks that the form of an announcement or a programme states."""
    quotations: list[str]
    title_acts: list[str]
    """Act words of the title, else of the first sentence."""
    speaking: int
    """How many words of speaking the text has, in steps, 5 for very many."""
    list_ends: dict[int, int] = field(default_factory=dict)
    """Where the lists of organisations end that were asked for, by the end of a member."""
    list_starts: dict[int, int] = field(default_factory=dict)
    """Where they begin, by the beginning of a member."""

    def sentence_around(self, start: int, end: int, reach: int = _REACH) -> tuple[int, int]:
        """Give the sentence of `start`, of an endless one only what is near `[start, end)`."""
        sentence_start, sentence_end = self.sentences[locate(self.sentences, start)]
        return max(sentence_start, start - reach), min(sentence_end, end + reach)

    def groups_from(self, start: int, end: int) -> list[PersonGroup]:
        """Give the groups that begin in `[start, end)`, in order."""
        first = bisect.bisect_left(self.group_starts, start)
        return [self.groups[i] for i in sorted(self.group_order[first : bisect.bisect_left(self.group_starts, end)])]

    def count_groups(self, start: int, end: int) -> int:
        """Give how many groups begin in `[start, end)`."""
        return max(0, bisect.bisect_left(self.group_starts, end) - bisect.bisect_left(self.group_starts, start))


class FrameIndex:
    """The tagger's frames, asked for by place."""

    def __init__(self, frames: list[tuple[int, int, str]]) -> None:
        self._frames = frames
        self._sorted = sorted((start, end, number) for number, (start, end, _) in enumerate(frames))
        self._longest = max((end - start for start, end, _ in frames), default=0)

    def over(self, start: int, end: int) -> list[tuple[int, int, str]]:
        """Give the frames that share a character with `[start, end)`, those of one label together."""
        last = bisect.bisect_left(self._sorted, (end,))
        first = bisect.bisect_left(self._sorted, (start - self._longest,), hi=last)
        if first == last:
            return []
        numbers = sorted(number for _, frame_end, number in self._sorted[first:last] if frame_end > start)
        return [self._frames[number] for number in numbers]


def build_context(doc: Doc) -> Context:
    """Collect what the relation stages look at in `doc`. It is kept on the Doc for the next stage, and made anew where
    something that it is made from is another by then.
    """
    text = read_text(doc)
    entities = [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]
    frames = [(span.start_char, span.end_char, span.label_) for span in doc.spans.get("frames", [])]
    people = [
        (tuple(person.spans), tuple(person.references), tuple((held.start, held.end) for held in person.positions))
        for person in doc._.people
    ]
    dates = [(date.start, date.start_date, date.end_date) for date in doc._.dates]
    sources = text, doc._.body_start, entities, frames, people, dates
    kept = doc._.context
    if kept is None or kept[0] != sources:
        kept = doc._.context = sources, _make_context(doc, text, entities, frames)
    context: Context = kept[1]
    return context


def _make_context(
    doc: Doc, text: str, entities: list[tuple[int, int, str]], frames: list[tuple[int, int, str]]
) -> Context:
    organisations = [(start, end) for start, end, label in entities if label == "ORG"]
    sentences, acts = find_sentences(text), ActIndex(text)
    first = doc._.body_start or (sentences[0][1] if sentences else 0)
    spoken = sum(act.kind == "speak" for act in acts.acts)
    groups = find_person_groups(text, entities, doc._.people)
    set_rows(text, groups, acts)
    named = [(mention.start, mention.end) for group in groups for mention in group.mentions]
    fields = find_fields(text)
    order = sorted(range(len(groups)), key=lambda i: groups[i].start)
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
        group_starts=[groups[i].start for i in order],
        group_order=order,
        frames=FrameIndex(frames),
        evidence=Evidence(doc._.frame_scores, doc._.role_scores),
        phrases=PhraseFinder(text),
        date_ranks=_rank_dates(doc._.dates, doc._.body_start),
        fields=fields,
        stated_talks=find_stated_talks(text, fields, named),
        quotations=[text[start:end] for start, end in find_quotations(text)],
        title_acts=sorted({act.word for act in acts.between(0, first)}),
        speaking=min(spoken // 2, 5),
    )


def _rank_dates(dates: list[Any], body_start: int) -> list[tuple[int, int]]:
    alike = Counter((date.start_date, date.end_date) for date in dates)
    ranks, rank = [], 0
    for date in dates:
        in_body = date.start >= body_start
        ranks.append((rank if in_body else -1, alike[date.start_date, date.end_date]))
        rank += in_body
    return ranks
