"""Finding phrases by their rarest pair gives what searching the whole text gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.stages import phrases
from jishi.stages.context import FrameIndex
from jishi.stages.phrases import PhraseFinder

few = st.text("青禾大学𠀀\n", max_size=40)


@pytest.fixture(autouse=True, params=[0.002, 1.0], ids=["often", "never often"])
def every_text_is_sorted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrases, "_SORTED_FROM", 0)
    monkeypatch.setattr(phrases, "_OFTEN", request.param)


@given(few, st.text("青禾大学𠀀\n", min_size=1, max_size=9))
def test_places_are_all_there_are(text: str, phrase: str) -> None:
    expected = [place for place in range(len(text)) if text.startswith(phrase, place)]
    assert list(PhraseFinder(text).places(phrase)) == expected


@given(few, st.text("青禾", min_size=1, max_size=3), st.integers(1, 4))
def test_count_is_without_overlap(text: str, phrase: str, most: int) -> None:
    assert PhraseFinder(text).count(phrase, most) == min(text.count(phrase), most)


spans = st.tuples(st.integers(0, 30), st.integers(1, 9), st.sampled_from(["EVENT", "PLACE"]))


@given(st.lists(spans, max_size=12), st.integers(0, 30), st.integers(1, 9))
def test_frames_over_an_interval_in_their_order(found: list[tuple[int, int, str]], start: int, size: int) -> None:
    frames = [(begin, begin + length, label) for begin, length, label in found]
    expected = [frame for frame in frames if frame[0] < start + size and start < frame[1]]
    assert FrameIndex(frames).over(start, start + size) == expected
