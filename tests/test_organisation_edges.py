"""Where the names of organisations begin and end: what the tagger took in too much or cut off is mended."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from marked_text import build_doc, read_cases

from jishi.stages.settle import settle
from jishi.stages.tagger import ENTITY_TAGS, TaggedSpan


@pytest.mark.parametrize("case", read_cases("organisation_edges"))
def test_edges(case: dict[str, Any]) -> None:
    doc = build_doc(case["text"])
    text = doc.text
    tagged = [TaggedSpan(ent.start_char, ent.end_char, ent.label_, 0.9) for ent in doc.ents]
    scores = np.full((len(text), len(ENTITY_TAGS)), np.log(1e-6), dtype=np.float32)
    spans = settle(text, tagged, scores)
    assert [text[s.start : s.end] for s in spans if s.label == "ORG"] == case["expected"]
    if "titles" in case:
        assert [text[s.start : s.end] for s in spans if s.label == "TITLE"] == case["titles"]
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))


def test_title_confirms_a_name_that_the_tagger_only_leaned_to() -> None:
    text = "杉原国小校长林听雨，杉原之光校长陆知白。"
    scores = np.full((len(text), len(ENTITY_TAGS)), np.log(1e-6), dtype=np.float32)
    tagged = [TaggedSpan(0, 4, "ORG", 0.3), TaggedSpan(4, 6, "TITLE", 0.9), TaggedSpan(6, 9, "PERSON", 0.9)]
    tagged += [TaggedSpan(10, 14, "ORG", 0.3), TaggedSpan(14, 16, "TITLE", 0.9), TaggedSpan(16, 19, "PERSON", 0.9)]
    assert [text[s.start : s.end] for s in settle(text, tagged, scores) if s.label == "ORG"] == ["杉原国小"]
