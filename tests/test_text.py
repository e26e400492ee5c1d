"""The way back: every interval of the normalised text leads to its source, and the other way round."""

from __future__ import annotations

import pytest
from damaged_text import ARTICLE, MIXES
from hypothesis import given, settings

import jishi
from jishi.stages.damage import damage
from jishi.text import normalise, normalise_article


def _source_of(text: str, part: str) -> str:
    normalised = normalise(text)
    start = normalised.text.index(part)
    span = normalised.source_span(start, start + len(part))
    return text[span[0] : span[1]]


def test_evidence_is_cut_where_the_words_are() -> None:
    page = "8月28日,青禾市總工會(huì)與職業學(xué)院舉辦論壇。激發(fā)他們?cè)谛聲r(shí)代的創(chuàng)新。"
    assert _source_of(page, "8月28日") == "8月28日"
    assert _source_of(page, "青禾市总工会") == "青禾市總工會"
    assert _source_of(page, "职业学院") == "職業學(xué)院"
    assert _source_of(page, "举办论坛") == "舉辦論壇"
    assert (
        _source_of(page, "新时") == "?cè)谛聲r(shí)"
    )  # torn characters cannot be told apart: the whole place is evidence
    assert _source_of(page, "他们") == "他們"


def test_an_interval_of_the_source_leads_to_what_it_became() -> None:
    page = "學(xué)校會(huì)議,開(kāi)始"
    normalised = normalise(page)
    assert normalised.text == "学校会议，开始"
    assert normalised.normalised_span(0, 1) == (0, 1)
    assert normalised.normalised_span(2, 4) == (1, 1)  # inside a reading: nothing is left of it
    assert normalised.normalised_span(0, len(page)) == (0, len(normalised.text))


def test_empty_intervals_stay_empty() -> None:
    normalised = normalise("學(xué)校")
    for i in range(len(normalised.text) + 1):
        start, end = normalised.source_span(i, i)
        assert start == end


def test_an_interval_outside_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="does not lie in"):
        normalise("图书馆").source_span(2, 9)
    with pytest.raises(ValueError, match="does not lie in"):
        normalise("图书馆").normalised_span(2, 1)


def test_characters_outside_the_basic_plane_count_once() -> None:
    normalised = normalise("𠮷野家\u200b在圖書館")
    assert normalised.text == "𠮷野家在图书馆"
    assert normalised.source_span(4, 7) == (5, 8)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_every_sentence_of_a_damaged_page_has_its_evidence(level: int) -> None:
    page = damage(ARTICLE, level, 3)
    normalised = normalise(page)
    position = 0
    for sentence in normalised.text.split("。"):
        span = normalised.source_span(position, position + len(sentence))
        assert span[0] < span[1] or not sentence
        assert normalised.normalised_span(*span)[0] <= position
        assert normalised.normalised_span(*span)[1] >= position + len(sentence)
        position += len(sentence) + 1


def test_title_and_text_are_one_source() -> None:
    normalised = normalise_article("青禾職業學(xué)院", "學(xué)校會(huì)議")
    assert normalised.source == "青禾職業學(xué)院\n學(xué)校會(huì)議"
    assert normalised.text == "青禾职业学院\n学校会议"


def test_script_is_that_of_the_source() -> None:
    assert normalise(damage(ARTICLE, 3, 0)).script == "traditional"
    assert normalise(ARTICLE).script == "simplified"


def test_jishi_offers_it() -> None:
    assert jishi.normalise("圖書館").text == "图书馆"


@settings(max_examples=300, deadline=None)
@given(MIXES)
def test_intervals_grow_and_never_shift(text: str) -> None:
    normalised = normalise(text)
    length = len(normalised.text)
    last = (0, 0)
    for i in range(length):
        start, end = normalised.source_span(i, i + 1)
        assert start < end  # every character has a source
        assert (start, end) == last or start >= last[1]  # in order; characters of one change share their source
        back = normalised.normalised_span(start, end)
        assert back[0] <= i < back[1]
        last = start, end
    for i in range(0, length, 3):
        for j in range(i + 1, min(length, i + 8)):
            span = normalised.source_span(i, j)
            assert span[0] == normalised.source_span(i, i + 1)[0]
            assert span[1] == normalised.source_span(j - 1, j)[1]
            assert normalise(text[span[0] : span[1]]).source == text[span[0] : span[1]]


@settings(max_examples=200, deadline=None)
@given(MIXES)
def test_what_was_not_changed_stands_in_the_source(text: str) -> None:
    """Outside of repairs the evidence, simplified, is the normalised text itself."""
    normalised = normalise(text)
    changed = [(item.start, item.end) for item in normalised.repairs]
    for i in range(len(normalised.text)):
        start, end = normalised.source_span(i, i + 1)
        if not any(a < end and start < b for a, b in changed):
            assert end == start + 1
            assert jishi.stages.script.simplify_character(text[start]) == normalised.text[i] or text[start] in "著乾"
