"""Docs of annotated articles, with the gold's people and organisations in place of the tagger's.

The relation models are trained on these, so that they learn relations and not the tagger's slips.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import spacy
from evidence import StoredEvidence, annotations
from spacy.tokens import Doc

from jishi.records import Article
from jishi.stages.findings import OrganisationFound, PersonFound, PositionFound, register_extensions
from jishi.stages.names import NamedMention, find_short_mentions
from jishi.text import normalise, normalise_article

REACH = 12  # a title counts where it stands at most this many characters from the person it belongs to


def read_benchmark(shared: Path) -> list[dict[str, Any]]:
    """Give the benchmark's training articles."""
    with (shared / "benchmark/train.gold.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_gold(shared: Path) -> list[dict[str, Any]]:
    """Give all training articles: the benchmark's, then those of models/annotations, our own writing last."""
    return read_benchmark(shared) + annotations.read_articles(shared) + annotations.read_invented()


@cache
def fold(text: str) -> str:
    """The normalised form in which strings of gold and record are compared here."""
    return normalise(text).text.strip("“”《》「」 ").replace(" ", "")


@cache
def load_score(shared: Path) -> Any:
    """The benchmark's scorer as a module."""
    sys.path.insert(0, str(shared / "benchmark"))
    import score

    return score


def find_all(text: str, part: str) -> Iterator[tuple[int, int]]:
    """Give every place where `part` stands in `text`."""
    place = text.find(part) if part else -1
    while place >= 0:
        yield place, place + len(part)
        place = text.find(part, place + 1)


def build_doc(nlp: spacy.Language, gold: dict[str, Any], evidence: StoredEvidence) -> Doc:
    """Give the Doc of a gold record: one token a character, entities, people, organisations and dates set; frames and
    roles as a tagger sees them that was not trained on the article.
    """
    register_extensions()
    article = Article(gold["text"], id=gold["id"], title=gold["title"], published=gold["published"])
    normalised = normalise_article(article.title, article.text) if article.title else normalise(article.text)
    text = normalised.text
    doc = Doc(nlp.vocab, words=list(text), spaces=[False] * len(text))
    doc._.normalised, doc._.article, doc._.published = normalised, article, article.published
    if article.title:
        doc._.body_start = normalised.normalised_span(article.body_start - 1, article.body_start)[1]
    used = bytearray(len(text))
    entities: dict[tuple[int, int], str] = {}

    def take(start: int, end: int, label: str) -> bool:
        if any(used[start:end]):
            return False
        used[start:end] = b"\1" * (end - start)
        entities[start, end] = label
        return True

    organisations = [
        OrganisationFound(fold(o["name"]), [fold(alias) for alias in o["aliases"]]) for o in gold["organisations"]
    ]
    forms = [(form, o) for o in organisations for form in (o.name, *o.aliases)]
    for form, organisation in sorted(forms, key=lambda pair: -len(pair[0])):
        for start, end in find_all(text, form):
            if take(start, end, "ORG"):
                organisation.spans.append((start, end))
    people = [PersonFound(fold(person["name"])) for person in gold["people"]]
    for found in sorted(people, key=lambda person: -len(person.name)):
        found.spans = [(s, e) for s, e in find_all(text, found.name) if take(s, e, "PERSON")]
    held = [
        (fold(position["title"]), fold(position["organisation"] or ""), found)
        for found, person in zip(people, gold["people"], strict=True)
        for position in person["positions"]
    ]
    for title, organisation_text, found in sorted(held, key=lambda item: -len(item[0])):
        places = sorted((_distance(s, e, found.spans), s, e) for s, e in find_all(text, title))
        for distance, start, end in places:
            if distance < REACH:
                take(start, end, "TITLE")
        if places:
            found.positions.append(PositionFound(title, places[0][1], places[0][2], organisation_text or None))
    mentions = sorted(
        (NamedMention(i, start, end) for i, found in enumerate(people) for start, end in found.spans),
        key=lambda mention: mention.start,
    )
    titles = [[position.title for position in found.positions] for found in people]
    for short in find_short_mentions(doc, text, [found.name for found in people], mentions, titles):
        people[short.person].references.append((short.start, short.end))
    for found in organisations:
        found.spans.sort()
    doc._.organisations = [o for o in organisations if o.spans]
    doc._.people = [p for p in people if p.spans]
    doc.set_ents([doc.char_span(start, end, label=label) for (start, end), label in sorted(entities.items())])
    evidence.set_on(doc)
    for stage in ("metadata", "dates"):
        name = f"jishi_{stage}"
        if name not in nlp.pipe_names:
            importlib.import_module(f"jishi.stages.{stage}")
            nlp.add_pipe(name)
        doc = nlp.get_pipe(name)(doc)
    return doc


def _distance(start: int, end: int, spans: list[tuple[int, int]]) -> int:
    return min((max(s - end, start - e, 0) for s, e in spans), default=1 << 20)
