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
