"""Training data: corpora and gold records as characters with the tags that each character may have.

A corpus that does not annotate a type says nothing about it: its characters are allowed that type's tags beside their
own, and the loss is the marginal likelihood of what is allowed. Texts are read from the shared folder; none is kept.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from jishi.stages.tagger import (
    DATE_ROLES,
    ENTITY_LABELS,
    ENTITY_TAGS,
    FRAME_LABELS,
    ORGANISATION_ROLES,
    PERSON_ROLES,
    ROLES,
    encode_words,
    mark_capitals,
)

SILVER_LABELS = ("PER", "LOC", "ORG", "TIME")
ANYTHING = (1 << len(ENTITY_TAGS)) - 1
NO_FRAME = sum(1 << (5 * i) for i in range(len(FRAME_LABELS)))  # tag O of every frame
ANY_FRAME = (1 << (5 * len(FRAME_LABELS))) - 1
OUTSIDE = 1
NO_SILVER = 255


def frame_tags_of(label: str) -> int:
    """Give the bits of all five tags of a frame, O first."""
    return 0b11111 << (5 * FRAME_LABELS.index(label))


def tags_of(label: str) -> int:
    """Give the bits of all four tags of an entity label."""
    return 0b1111 << (1 + 4 * ENTITY_LABELS.index(label))


ORG, LOC, TITLE, PERSON = tags_of("ORG"), tags_of("LOC"), tags_of("TITLE"), tags_of("PERSON")


@dataclass(slots=True)
class Sequence:
    """One text with what is known of each character: bits of allowed tags, roles asserted and roles known."""

    text: str
    source: str
    entities: Any = None  # uint32
    frames: Any = None  # uint32
    silver: Any = None  # uint8, NO_SILVER where there is none
    roles: Any = None  # uint16
    roles_known: Any = None  # uint16
    words: Any = None
    shapes: Any = None
    public: Any = None  # uint32, allowed tags in the convention of the public corpora

    def __post_init__(self) -> None:
        n = len(self.text)
        if self.entities is None:
            self.entities = np.full(n, ANYTHING, np.uint32)
        if self.frames is None:
            self.frames = np.full(n, ANY_FRAME, np.uint32)
        if self.silver is None:
            self.silver = np.full(n, NO_SILVER, np.uint8)
        if self.roles is None:
            self.roles = np.zeros(n, np.uint16)
            self.roles_known = np.zeros(n, np.uint16)
        if self.public is None:
            self.public = np.full(n, ANYTHING, np.uint32)

    def set_entity(self, start: int, end: int, label: str) -> None:
        first = 1 + 4 * ENTITY_LABELS.index(label)
        set_span(self.entities, start, end, first)

    def silver_forms(self, label: str) -> list[str]:
        """Give the strings that the silver labels call `label`."""
        first = 1 + 4 * SILVER_LABELS.index(label)
        starts = np.flatnonzero((self.silver == first) | (self.silver == first + 3))
        ends = np.flatnonzero((self.silver == first + 2) | (self.silver == first + 3)) + 1
        return [self.text[start:end] for start, end in zip(starts, ends, strict=True)]

    def set_frame(self, start: int, end: int, label: str) -> None:
        own = np.uint32(frame_tags_of(label))
        tags = np.zeros(end - start, np.uint32)
        set_span(tags, 0, end - start, 5 * FRAME_LABELS.index(label) + 1)
        self.frames[start:end] = (self.frames[start:end] & ~own) | tags


def set_span(bits: Any, start: int, end: int, first: int) -> None:
    """Write the bits of B, I, E, S (from bit `first` on) for one span."""
    if end - start == 1:
        bits[start] = 1 << (first + 3)
        return
    bits[start:end] = 1 << (first + 1)
    bits[start] = 1 << first
    bits[end - 1] = 1 << (first + 2)


# --- text ---------------------------------------------------------------------------------------------------------


@functools.cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


@functools.lru_cache(maxsize=70_000)
def _simplify_character(character: str) -> str:
    code = ord(character)
    if 0xFF10 <= code <= 0xFF5A and chr(code - 0xFEE0).isalnum():
        return chr(code - 0xFEE0)
    if not 0x3400 <= code < 0x30000:
        return character
    simplified = _converter().convert(character)
    return simplified if len(simplified) == 1 else character


def simplify(text: str) -> str:
    """Give the text in simplified script, character for character, with half-width letters and digits."""
    return "".join(map(_simplify_character, text))


@functools.cache
def _segmenter() -> Any:
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    return jieba


@functools.lru_cache(maxsize=500_000)
def _hash(word: str) -> int:
    from spacy.strings import hash_string

    return hash_string(word)


def segment(text: str) -> tuple[Any, Any]:
    """Give the word buckets and shapes of every character, as the pipeline's tokenizer would."""
    words = _segmenter().lcut(text)
    merged: list[tuple[int, int]] = [(len(word), _hash(word)) for word in words]
    lengths = np.array([length for length, _ in merged], np.int64)
    hashes = np.array([value for _, value in merged], np.uint64)
    buckets, shapes = encode_words(lengths, hashes)
    return buckets.astype(np.uint16), mark_capitals(text, shapes).astype(np.uint8)


# --- gold records -------------------------------------------------------------------------------------------------

SENTENCE = re.compile(r"[^。！？；\n]+[。！？；\n]?")


def occurrences(text: str, string: str) -> Iterator[tuple[int, int]]:
    start = text.find(string) if string else -1
    while start >= 0:
        yield start, start + len(string)
        start = text.find(string, start + 1)


class TitleLexicon:
    """Where a text may hold a title that its annotators had no reason to note."""

    def __init__(self, titles: Iterable[str]) -> None:
        self.titles = {title for title in titles if len(title) > 1}
        self.longest = min(12, max(map(len, self.titles)))

    def mark(self, sequence: Sequence) -> None:
        """Allow TITLE on the characters of known titles which are otherwise outside."""
        text, position = sequence.text, 0
        while position < len(text):
            for length in range(min(self.longest, len(text) - position), 1, -1):
                if text[position : position + length] in self.titles:
                    area = slice(max(0, position - 2), position + length)
                    outside = (sequence.entities[area] & OUTSIDE) > 0
                    sequence.entities[area] |= np.where(outside, np.uint32(TITLE), np.uint32(0))
                    position += length - 1
                    break
            position += 1


@dataclass(slots=True)
class Annotation:
    """What is annotated in one article: offsets are code points of title, newline, body."""

    text: str  # simplified, character for character
    entities: list[tuple[int, int, str]]
    frames: list[tuple[int, int, str]]
    roles: list[tuple[int, int, list[str]]]  # of people's, organisations' and dates' mentions; none: []
    split_names: list[tuple[int, int]] = field(default_factory=list)  # 饶副司长邦安: the name is in two parts


def article_text(title: str | None, text: str) -> str:
    return simplify((title + "\n" if title else "") + text)


def annotate(gold: dict[str, Any]) -> Annotation:
    """Locate the strings of a gold record in its text."""
    text = article_text(gold["title"], gold["text"])
    found: list[tuple[int, int, str]] = []
    people = [simplify(p["name"]) for p in gold["people"]] + [
        simplify(c["name"]) for c in gold["credits"] if 1 < len(c["name"]) < 5 and c["role"] != "source"
    ]
    for name in people:
        found += [(s, e, "PERSON") for s, e in occurrences(text, name)]
    for organisation in gold["organisations"]:
        for form in (organisation["name"], *organisation["aliases"]):
            found += [(s, e, "ORG") for s, e in occurrences(text, simplify(form))]
    taken = np.zeros(len(text), bool)
    kept: list[tuple[int, int, str]] = []
    for start, end, label in sorted(set(found), key=lambda span: (span[0] - span[1], span[2])):
        if not taken[start:end].any():
            taken[start:end] = True
            kept.append((start, end, label))
    kept += title_spans(gold, text, taken)
    frames: list[tuple[int, int, str]] = []
    for event in gold["events"]:
        for key, label in (("name", "EVENT"), ("place", "PLACE")):
            if event[key]:
                frames += [(s, e, label) for s, e in occurrences(text, simplify(event[key]))]
    for talk in gold["talks"]:
        frames += [(s, e, "TOPIC") for s, e in occurrences(text, simplify(talk["topic"]))]
    for person in gold["people"]:
        for honour in person["honours"]:
            frames += [(s, e, "HONOUR") for s, e in occurrences(text, simplify(honour))]
    split = []
    for name in people:
        if 2 < len(name) < 5 and name not in text:
            split += [m.span() for m in re.finditer(re.escape(name[0]) + r".{1,6}" + re.escape(name[1:]), text)]
    return Annotation(text, sorted(kept), longest_of_each(frames), find_roles(gold, text, kept), split)


def longest_of_each(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Drop a span that overlaps a longer one of its own label."""
    kept: list[tuple[int, int, str]] = []
    for start, end, label in sorted(set(spans), key=lambda span: span[0] - span[1]):
        if not any(other == label and start < e and s < end for s, e, other in kept):
            kept.append((start, end, label))
    return kept


def title_spans(gold: dict[str, Any], text: str, taken: Any) -> list[tuple[int, int, str]]:
    """Titles in a sentence with their person, the longest first; marks them as taken."""
    found: set[tuple[int, int]] = set()
    sentences = [match.span() for match in SENTENCE.finditer(text)]
    for person in gold["people"]:
        name = simplify(person["name"])
        mentions = list(occurrences(text, name))
        surname = name[0] if 1 < len(name) < 5 else name
        for position in person["positions"]:
            title = simplify(position["title"])
            for start, end in occurrences(text, title):
                own = next(((a, b) for a, b in sentences if a <= start < b), (0, len(text)))
                if text[max(0, start - len(surname)) : start] == surname or any(
                    own[0] <= a < own[1] for a, _ in mentions
                ):
                    found.add((start, end))
    kept = []
    for start, end in sorted(found, key=lambda span: span[0] - span[1]):
        if not taken[start:end].any():
            taken[start:end] = True
            kept.append((start, end, "TITLE"))
    return kept


def find_roles(
    gold: dict[str, Any], text: str, entities: list[tuple[int, int, str]]
) -> list[tuple[int, int, list[str]]]:
    """Give the roles of the mentions of people, organisations and dates."""
    roles = {simplify(p["name"]): sorted(set(p["roles"])) for p in gold["people"]}
    organisers: dict[str, set[str]] = {}
    for event in gold["events"]:
        for organiser in event["organisers"]:
            name = simplify(organiser["name"])
            for organisation in gold["organisations"]:
                forms = {simplify(f) for f in (organisation["name"], *organisation["aliases"])}
                if name in forms:
                    for form in forms:
                        organisers.setdefault(form, set()).add(organiser["role"])
    found: list[tuple[int, int, list[str]]] = []
    for start, end, label in entities:
        form = text[start:end]
        if label == "PERSON" and form in roles:
            found.append((start, end, roles[form]))
        elif label == "ORG":
            found.append((start, end, sorted(organisers.get(form, ()))))
    bounds = {(e["start"], e["end"] or e["start"]) for e in gold["events"] if e["start"]}
    for date in gold["dates"]:
        if date["start"] and not date["optional"]:
            own = ["event_date"] if (date["start"], date["end"]) in bounds else []
            found += [(s, e, own) for s, e in occurrences(text, simplify(date["text"]))]
    return sorted(found)


def read_annotation(annotation: Annotation, lexicon: TitleLexicon, source: str = "gold") -> Sequence:
    """Give an annotated article as a sequence. Places are unknown throughout; titles where there might be one."""
    sequence = Sequence(annotation.text, source)
    sequence.entities[:] = OUTSIDE | LOC
    sequence.frames[:] = NO_FRAME
    lexicon.mark(sequence)
    for start, end in annotation.split_names:
        sequence.entities[start:end] = ANYTHING
    kinds = {(start, end): label for start, end, label in annotation.entities}
    for start, end, label in annotation.entities:
        sequence.set_entity(start, end, label)
    for start, end, label in annotation.frames:
        sequence.set_frame(start, end, label)
    groups = {"PERSON": PERSON_ROLES, "ORG": ORGANISATION_ROLES, None: DATE_ROLES}
    for start, end, asserted in annotation.roles:
        known = sum(1 << ROLES.index(role) for role in groups[kinds.get((start, end))])
        sequence.roles_known[start:end] |= known
        sequence.roles[start:end] |= sum(1 << ROLES.index(role) for role in asserted)
    return sequence


def read_talks(gold: dict[str, Any]) -> Sequence:
    """Give an article in which only talks are annotated: topics are known, names only those of speakers."""
    sequence = Sequence(article_text(gold["title"], gold["text"]), "talks")
    sequence.frames &= ~np.uint32(frame_tags_of("TOPIC"))
    sequence.frames |= np.uint32(frame_tags_of("TOPIC") & NO_FRAME)
    spans = [
        (start, end, "TOPIC")
        for talk in gold["talks"]
        for start, end in occurrences(sequence.text, simplify(talk["topic"]))
    ]
    for start, end, label in longest_of_each(spans):
        sequence.set_frame(start, end, label)
    for speaker in {simplify(name) for talk in gold["talks"] for name in talk["speakers"]}:
        for start, end in occurrences(sequence.text, speaker):
            sequence.set_entity(start, end, "PERSON")
    return sequence


def read_marked(text: str, spans: list[tuple[int, int, str]], lexicon: TitleLexicon) -> Sequence:
    """Give an article in which names and frames are marked; places and roles are unknown, and so are the names of
    events, of which the marks hold shorter forms and those of other events too."""
    entities = [span for span in spans if span[2] in ENTITY_LABELS]
    frames = [span for span in spans if span[2] in FRAME_LABELS and span[2] != "EVENT"]
    annotation = Annotation(simplify(text), entities, longest_of_each(frames), [])
    sequence = read_annotation(annotation, lexicon, "marked")
    sequence.frames |= np.uint32(frame_tags_of("EVENT"))
    return sequence


# --- labelled corpora ---------------------------------------------------------------------------------------------

GENERIC = {
    "公司",
    "本公司",
    "学院",
    "我校",
    "我院",
    "学校",
    "集团",
    "该校",
    "该公司",
    "本校",
    "大学",
    "中心",
    "政府",
    "警方",
}
EXACT = {
    "university-news": {"PER": "PERSON", "TITLE": "TITLE", "SCHOOL": "ORG", "ORG": "ORG", "LOC": "LOC"},
    "cluener": {
        "name": "PERSON", "organization": "ORG", "company": "ORG", "government": "ORG", "position": "TITLE",
        "address": "LOC",
    },
    "resume": {"NAME": "PERSON", "TITLE": "TITLE", "ORG": "ORG"},
    "people-199801": {"PER": "PERSON", "LOC": "LOC", "ORG": "ORG"},
    "people-dev": {"PER": "PERSON", "LOC": "LOC", "ORG": "ORG"},
    "msra-val": {"PER": "PERSON", "LOC": "LOC", "ORG": "ORG"},
    "uner": {"PER": "PERSON", "LOC": "LOC", "ORG": "ORG"},
    "weibo": {"PER.NAM": "PERSON", "LOC.NAM": "LOC", "GPE.NAM": "LOC", "ORG.NAM": "ORG"},
}  # fmt: skip
ANNOTATES_TITLES = {"university-news", "cluener", "resume"}
LOOSE_ORGANISATIONS = {"cluener", "people-199801", "uner", "weibo", "university-news"}
# What each corpus annotates as the public sets do, where family names alone and names in names of things are people
PUBLIC = {
    "people-199801": ("PERSON", "LOC"), "people-dev": ("PERSON", "LOC", "ORG"), "msra-val": ("PERSON", "LOC", "ORG"),
    "uner": ("PERSON", "LOC", "ORG"), "cluener": ("PERSON",), "university-news": ("PERSON",),
}  # fmt: skip
UNIT = re.compile(r"[^，。、；：“”《》（）()\s\d]{1,8}?(?:部|处|科|院|系|所|室|局|司|委|会|组|团|队|中心|分校|公司)")


def corpus_kind(name: str) -> str:
    return next(kind for kind in EXACT if name.startswith(kind))


def read_corpus(path: Path, lexicon: TitleLexicon) -> Iterator[Sequence]:
    """Give the sentences of one file of corpora/ner in this project's labels."""
    kind = corpus_kind(path.stem)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            yield read_sentence(simplify(item["text"]), item["spans"], kind, lexicon)


def read_sentence(text: str, spans: list[list[Any]], kind: str, lexicon: TitleLexicon) -> Sequence:
    sequence = Sequence(text, kind)
    labels = EXACT[kind]
    sequence.entities[:] = OUTSIDE
    if kind == "people-199801":
        sequence.entities[:] = OUTSIDE | ORG
    if kind == "resume":
        sequence.entities[:] = OUTSIDE | LOC
    if kind not in ANNOTATES_TITLES:
        lexicon.mark(sequence)
    exact: list[tuple[int, int, str]] = []
    for start, end, label in sorted(spans):
        own = labels.get(label)
        if own is None:  # a meeting, a book, a field: anything may be inside
            sequence.entities[start:end] |= OUTSIDE | ORG | LOC | PERSON | TITLE
        elif own == "ORG" and (text[start:end] in GENERIC or end - start < 2):
            sequence.entities[start:end] |= ORG
        elif own == "ORG" and exact and exact[-1][1] == start and exact[-1][2] == "ORG":
            exact[-1] = (exact[-1][0], end, "ORG")  # 北京大学 + 计算机系: one organisation in our scheme
        else:
            exact.append((start, end, own))
    for start, end, label in exact:
        if label == "ORG" and kind in LOOSE_ORGANISATIONS:
            loosen_organisation(sequence, start, end)
        elif label == "ORG" and kind == "people-199801":
            sequence.entities[start:end] = ORG
        elif label == "LOC" and kind == "people-199801":
            sequence.set_entity(start, end, label)
            sequence.entities[start:end] |= ORG
    for start, end, label in exact:
        if kind == "people-199801" and label != "PERSON":
            continue
        if label == "ORG" and kind in LOOSE_ORGANISATIONS:
            continue
        sequence.set_entity(start, end, label)
    if kind in PUBLIC:
        sequence.public = read_public(spans, len(text), kind)
    return sequence


def read_public(spans: list[list[Any]], length: int, kind: str) -> Any:
    """Give the allowed tags of a sentence in the convention of the public sets; what its corpus does not annotate so is
    unknown, and organisations in places of 1998 are too."""
    known = PUBLIC[kind]
    tags = np.full(length, OUTSIDE | sum(tags_of(label) for label in ("LOC", "ORG") if label not in known), np.uint32)
    for start, end, label in sorted(spans):
        own = EXACT[kind].get(label)
        if own in known:
            set_span(tags, start, end, 1 + 4 * ENTITY_LABELS.index(own))
            tags[start:end] |= ORG if own == "LOC" and "ORG" not in known else 0
        elif own == "ORG" and "LOC" in known:
            tags[start:end] = ORG
    return tags


def drop_repeated(one: list[Sequence], other: list[Sequence], length: int = 15) -> list[Sequence]:
    """Give the sentences of `one` of whose runs of `length` characters less than half stand in `other`."""

    def runs(text: str) -> set[str]:
        text = "".join(text.split())
        return {text[i : i + length] for i in range(max(1, len(text) - length + 1))}

    known = set().union(*(runs(sequence.text) for sequence in other))
    return [s for s in one if 2 * len(runs(s.text) & known) < len(runs(s.text))]


def loosen_organisation(sequence: Sequence, start: int, end: int) -> None:
    """Set an organisation whose corpus may cut it short: a department after it may belong to it.

    浙商银行 + 企业信贷部: the corpus has the bank alone.
    """
    first = 1 + 4 * ENTITY_LABELS.index("ORG")
    sequence.set_entity(start, end, "ORG")
    match = UNIT.match(sequence.text, end)
    if match:
        inside = np.uint32(1 << (first + 1))
        if end - start > 1:
            sequence.entities[end - 1] |= inside
        else:
            sequence.entities[start] |= np.uint32(1 << first)
        area = slice(end, match.end())
        sequence.entities[area] |= np.uint32(ORG)


# --- silver -------------------------------------------------------------------------------------------------------


def read_silver(shared: Path) -> Iterator[Sequence]:
    """Give the news articles with what LAC finds in them, in pieces of a few hundred characters."""
    spans = {}
    with (shared / "corpora/silver.lac.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            spans[item["id"]] = item["spans"]
    with (shared / "corpora/news/articles.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            title = (item["title"] or "") + "\n" if item["title"] else ""
            text = simplify(title + item["text"])
            sequence = Sequence(text, "silver:" + item["id"])
            sequence.silver[len(title) :] = 0
            for start, end, label in spans.get(item["id"], ()):
                start, end = start + len(title), end + len(title)
                first = 1 + 4 * SILVER_LABELS.index(label)
                if end - start == 1:
                    sequence.silver[start] = first + 3
                else:
                    sequence.silver[start:end] = first + 1
                    sequence.silver[start] = first
                    sequence.silver[end - 1] = first + 2
            yield sequence


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def title_lexicon(shared: Path, golds: list[dict[str, Any]]) -> TitleLexicon:
    """Titles of the shared list and of the gold records."""
    titles = {simplify(q["title"]) for g in golds for p in g["people"] for q in p["positions"]}
    with (shared / "corpora/lexicons/job_titles.tsv").open(encoding="utf-8") as lines:
        titles.update(line.split("\t")[0] for line in lines)
    return TitleLexicon(titles)
