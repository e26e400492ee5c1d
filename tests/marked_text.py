"""Docs with given entities for tests of the stages behind the tagger, which has no part in them.

`{P:…}` is a tagged PERSON, `{T:…}` TITLE, `{O:…}` ORG, `{L:…}` LOC, `{H:…}` HONOUR.
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

MARK = re.compile(r"\{([PTOLH])[:：]([^}]*)\}")
LABELS = {"P": "PERSON", "T": "TITLE", "O": "ORG", "L": "LOC", "H": "HONOUR"}
CASES = Path(__file__).parent / "cases"


def build_doc(marked: str, credits: list[str] | None = None, title: str | None = None) -> Doc:
    """Give the Doc of a text with marked entities, one token a character, with organisations and people found.

    credits: names that the byline (the last place where each stands) gives as authors. title: a headline, marked too.
    """
    register_extensions()
    text, entities, position = "", [], 0
    marked = normalise(f"{title}\n{marked}" if title else marked).text
    for mark in MARK.finditer(marked):
        text += marked[position : mark.start()]
        entities.append((len(text), len(text) + len(mark[2]), LABELS[mark[1]]))
        text += mark[2]
        position = mark.end()
    text += marked[position:]
    doc = Doc(spacy.blank("zh").vocab, words=list(text), spaces=[False] * len(text))
    doc._.body_start = len(MARK.sub(r"\2", title)) + 1 if title else 0
    doc.set_ents([doc.char_span(start, end, label=label) for start, end, label in entities])
    for name in credits or []:
        place = text.rfind(name)
        doc._.credits = [*doc._.credits, CreditFound(name, "author", place, place + len(name))]
    return find_people(find_organisations(doc))


def read_cases(name: str) -> list[Any]:
    """Give the cases of tests/cases/<name>.jsonl as pytest parameters; known failures must fail."""
    cases = []
    for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        marks = [pytest.mark.xfail(reason="known failure", strict=True)] if case.get("known_failure") else []
        cases.append(pytest.param(case, id=case["why"][:60], marks=marks))
    return cases
