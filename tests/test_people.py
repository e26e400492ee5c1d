"""People, positions, honours and forms of address, with entities given: the tagger has no part in these tests.

In the cases `{P:…}` is a tagged PERSON, `{T:…}` TITLE, `{O:…}` ORG, `{L:…}` LOC, `{H:…}` HONOUR.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc

from jishi.stages.findings import CreditFound, register_extensions
from jishi.stages.organisations import find_organisations
from jishi.stages.people import find_people
from jishi.text import normalise

CASES = Path(__file__).parent / "cases" / "people.jsonl"
LABELS = {"P": "PERSON", "T": "TITLE", "O": "ORG", "L": "LOC", "H": "HONOUR"}


def build_doc(marked: str) -> Doc:
    """Give the Doc of a text with marked entities, one token a character, organisations and people found."""
    register_extensions()
    text, entities, position = "", [], 0
    marked = normalise(marked).text
    for mark in re.finditer(r"\{([PTOLH])[:：]([^}]*)\}", marked):
        text += marked[position : mark.start()]
        entities.append((len(text), len(text) + len(mark[2]), LABELS[mark[1]]))
        text += mark[2]
        position = mark.end()
    text += marked[position:]
    doc = Doc(spacy.blank("zh").vocab, words=list(text), spaces=[False] * len(text))
    doc.set_ents([doc.char_span(start, end, label=label) for start, end, label in entities])
    return find_people(find_organisations(doc))


def show_positions(doc: Doc) -> dict[str, list[str]]:
    return {p.name: sorted(f"{q.organisation_text or ''}/{q.title}" for q in p.positions) for p in doc._.people}


def read_cases() -> list[Any]:
    cases = []
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        marks = [pytest.mark.xfail(reason="known failure", strict=True)] if case.get("known_failure") else []
        cases.append(pytest.param(case, id=case["why"][:50], marks=marks))
    return cases


@pytest.mark.parametrize("case", read_cases())
def test_positions(case: dict[str, Any]) -> None:
    expected = {
        normalise(name).text: sorted(normalise(position).text for position in positions)
        for name, positions in case["expected"].items()
    }
    assert show_positions(build_doc(case["text"])) == expected
