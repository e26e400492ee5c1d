"""Damaged text is mended, sound text is left alone, and every change can be explained and made again."""

from __future__ import annotations

import io
import json
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from damaged_text import ARTICLE, MIXES
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console

import jishi
from jishi.exports.repairs import print_repairs
from jishi.stages import wrapping
from jishi.stages.character_ngrams import OwnNgrams
from jishi.stages.damage import ALWAYS_ANNOTATED, FOLDING, annotated_by, damage, damage_line, readings
from jishi.stages.edits import Edit, align_edits, apply_edits, compose_edits
from jishi.stages.lost_digits import find_digit
from jishi.stages.repair import repair, replay
from jishi.text import normalise_article

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases/repair.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_case(case: dict, request: pytest.FixtureRequest) -> None:
    if case.get("known_failure"):
        request.applymarker(pytest.mark.xfail(strict=True))
    repaired = repair(case["text"])
    assert repaired.text == case["expected"]
    if "kinds" in case:
        assert Counter(item.kind for item in repaired.repairs) == case["kinds"]


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("seed", range(5))
def test_damaged_article_reads_as_before(level: int, seed: int) -> None:
    page = damage(ARTICLE, level, seed)
    assert page != ARTICLE
    wanted, got = jishi.normalise(ARTICLE).text, jishi.normalise(page).text
    different = sum(a != b for a, b in zip(wanted, got, strict=False)) if len(wanted) == len(got) else len(wanted)
    assert different <= 1  # a digit that the damage swallowed can be lost for good


@pytest.mark.parametrize(
    ("torn", "whole"),
    [
        ("這一議題?;顒?dòng)邀請(qǐng)了學(xué)者。", "这一议题。活动邀请了学者。"),
        ("激發(fā)他們?cè)谛聲r(shí)代的創(chuàng)新。", "激发他们在新时代的创新。"),
        ("學(xué)者展開(kāi)對(duì)話?,F(xiàn)場(chǎng)熱烈。", "学者展开对话。现场热烈。"),
        ("推動(dòng)學(xué)??蒲邪l(fā)展。", "推动学校科研发展。"),
    ],
)
def test_torn_and_shifted_characters_come_back(torn: str, whole: str) -> None:
    normalised = jishi.normalise(torn)
    assert normalised.text == whole
    assert "gbk_misalignment" in {item.kind for item in normalised.repairs}


def test_a_repair_of_bytes_proves_itself() -> None:
    """Damaging the mended line again gives the page back."""
    annotated = annotated_by(0)
    line = "他們在新時代的學校開展活動。現場"
    page = damage_line(line, annotated)
    assert "?" in page
    mended = repair(page).text
    assert damage_line(mended, annotated) == page


def test_what_has_no_certain_repair_stays_and_is_reported() -> None:
    repaired = repair("學(xué)校會(huì)議開(kāi)始,館長(zhǎng)講話?qiāng)zz,學(xué)習")
    assert repaired.text == "學校會議開始，館長講話？qiāng)zz，學習"
    assert "left alone" in repaired.warnings[0]


def test_a_lost_digit_is_not_invented() -> None:
    page = damage("同学们在5日前报名，学校将开会。", 3, 0)
    assert "?cè)?日前" in page
    repaired = repair(page)
    assert repaired.text == "同學們在？日前報名，學校將開會。"
    assert "lost" in repaired.warnings[0]


def test_a_lost_digit_is_read_where_the_page_has_the_number_again() -> None:
    page = damage("讲座定于15日举行。同学们在15日前报名，学校将开会。", 3, 0)
    assert "?cè)?5日前" in page
    assert jishi.normalise(page).text == "讲座定于15日举行。同学们在15日前报名，学校将开会。"


def test_two_numbers_that_fit_leave_a_digit_open() -> None:
    page = damage("讲座定于15日和25日举行。同学们在15日前报名，学校将开会。", 3, 0)
    assert "同学们在？5日前报名" in jishi.normalise(page).text


@pytest.mark.parametrize(
    ("after", "page", "digit"),
    [
        ("2月3日举行", "学院会议在?2月3日举行", "1"),
        ("024年举行", "会议在?024年举行", "2"),
        ("998年举行", "会议在?998年举行", "1"),
        ("000年前", "遗址在?000年前已有", None),
        ("00多个", "来自100多个县的代表和?00多个乡的代表", None),
        ("3月举行", "会议在?3月举行", None),
        ("5日前报名", "讲座15日开始，在?5日前报名", "1"),
        ("5日前报名", "讲座15日开始，25日结束，在?5日前报名", None),
        ("日前报名", "讲座5日开始，在?日前报名", None),
        ("）领证", "（1）报名（2）缴费（?）领证（4）入场", "3"),
        ("）领证", "（1）报名（?）缴费（?）领证", None),
        ("）领证", "领证（3）入场，（?）领证（2）报名", "1"),
        ("、领证", "1、报名2、缴费?、领证", "3"),
        ("余人参加", "有20余人到场，?余人参加", None),
    ],
)
def test_only_the_page_tells_a_digit(after: str, page: str, digit: str | None) -> None:
    """The calendar, the same number elsewhere, the order of a list; else it stays open."""
    end = page.rindex("?") + 1
    assert find_digit(after, page, page.translate(FOLDING), end) == digit


def test_a_bullet_that_gbk_cannot_write_comes_back_in_a_name() -> None:
    page = damage("学院上演话剧《青禾•春天》，校长讲话。", 3, 0)
    assert "青禾?春天" in page
    assert jishi.normalise(page).text == "学院上演话剧《青禾·春天》，校长讲话。"


def test_what_no_conversion_to_traditional_script_writes_was_there_before() -> None:
    """昇腾 is 昇騰 on a converted page, and 升腾 would be 升騰."""
    for text in ("学校用昇腾处理器，实验室开会。", "学校上空热气升腾，实验室开会。"):
        assert jishi.normalise(damage(text, 3, 0)).text == text


def test_a_program_that_writes_another_traditional_script_tells_nothing() -> None:
    """One that writes 為 and not 爲 may well write 著 for every 着."""
    assert jishi.normalise("學(xué)校為讀書會(huì)出著力,會(huì)議開(kāi)始。").text == "学校为读书会出着力，会议开始。"


def test_what_reads_well_costs_less_and_a_name_of_the_page_less_still() -> None:
    nowhere, page = OwnNgrams(""), OwnNgrams("馆长沈听澜主持会议，沈听澜随后致辞。")
    assert nowhere.cost("\n召开", "会", "议") < nowhere.cost("\n召开", "惠", "议")
    assert page.cost("\n馆长沈听", "澜", "讲话") < nowhere.cost("\n馆长沈听", "澜", "讲话")


def test_the_model_of_the_damage_knows_its_own_characters() -> None:
    assert set(readings()) >= ALWAYS_ANNOTATED
    assert set(annotated_by(0)) == {char.encode("gbk") for char in ALWAYS_ANNOTATED}
    assert set(annotated_by(0)) < set(annotated_by(1)) != set(annotated_by(2))


def test_repairs_can_be_replayed_and_say_where_they_belong() -> None:
    page = damage(ARTICLE, 3, 1)
    repaired = repair(page)
    assert replay(page, repaired.repairs) == repaired.text
    assert all(page[item.start : item.end] == item.before and item.before != item.after for item in repaired.repairs)
    assert all(a.end <= b.start for a, b in zip(repaired.repairs, repaired.repairs[1:], strict=False))
    with pytest.raises(ValueError, match="another text"):
        replay(page[1:], repaired.repairs)


def test_clean_text_is_left_alone() -> None:
    repaired = repair(ARTICLE)
    assert repaired.text == ARTICLE
    assert repaired.repairs == ()
    assert repaired.warnings == ()


def test_title_and_body_stay_two_lines() -> None:
    title = "青禾市图书馆昨天在城南新馆举办了秋季"
    lines = ["读书会开幕式，副馆长沈听澜主持了开幕", "仪式并介绍本季活动安排，来自各县的两"]
    lines += ["百多名读者参加了这次活动，场面非常热", "烈。"]
    normalised = normalise_article(title, "\n".join(lines))
    assert normalised.text == title + "\n" + "".join(lines)


@settings(max_examples=200, deadline=None)
@given(MIXES)
def test_repair_is_explained_completely(text: str) -> None:
    repaired = repair(text)
    assert replay(text, repaired.repairs) == repaired.text


@settings(max_examples=200, deadline=None)
@example("𠮷关 于 举 办关 于 举 办关 于 举 办")
@given(MIXES)
def test_mended_text_needs_no_second_repair(text: str) -> None:
    mended = jishi.normalise(text).text
    assert jishi.normalise(mended).text == mended


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_at_all_is_read(text: str) -> None:
    normalised = jishi.normalise(text)
    assert normalised.source == text
    assert normalised.source_span(0, len(normalised.text))[0] >= 0


_EDITS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3), st.text("XYZ", max_size=3)), max_size=6)


def _make_edits(length: int, shape: list[tuple[int, int, str]]) -> list[Edit]:
    edits, position = [], 0
    for gap, width, after in shape:
        position += gap
        if position + width > length:
            break
        edits.append(Edit(position, position + width, after, "kind", "why"))
        position += width
    return edits


@given(st.text("abc𠮷", min_size=1, max_size=20), _EDITS, _EDITS)
def test_two_rounds_of_edits_are_one(text: str, first: list, second: list) -> None:
    one = _make_edits(len(text), first)
    between = apply_edits(text, one)
    two = _make_edits(len(between), second)
    composed = compose_edits(text, one, between, two)
    assert apply_edits(text, composed) == apply_edits(between, two)
    assert align_edits(len(text), composed).after_length == len(apply_edits(between, two))
    assert all(edit.start < edit.end for edit in composed)


def test_explanation_shows_every_change_and_both_texts() -> None:
    console = Console(width=200, record=True, file=io.StringIO())
    print_repairs(repair("第一行沒有變化\n青禾職業學(xué)院會(huì)議,開(kāi)始\n校長\u200b到場"), console)
    shown = console.export_text()
    assert "5 repairs" in shown
    assert "學(xué) → ∅院會(huì)議,開" in shown
    assert "‹200B›" in shown
    assert "青禾職業學院會議，開始" in shown
    assert "第一行沒有變化" not in shown.split("as mended")[1]


def test_compatibility_forms_come_out_ordinary() -> None:
    text = "".join(chr(code) for code in range(0x2F00, 0x2FD6))
    assert repair(text).text == unicodedata.normalize("NFKC", text)


@given(st.text("青禾市图书馆举办读书会的在了林听雨", min_size=2, max_size=8), st.integers(1, 7))
def test_a_break_that_no_word_crosses_tears_none(text: str, at: int) -> None:
    text = f"{text[:at]}\n{text[at:]}。"
    place = text.index("\n")
    torn = wrapping._is_torn(text, place, place + 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wrapping, "is_dictionary_word", lambda word: True)  # the costs of words decide alone
        assert wrapping._is_torn(text, place, place + 1) == torn


def test_words_are_not_weighed_where_none_crosses_a_break(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrapping, "word_cost", None)
    assert not wrapping._is_torn("馆长林听雨\n周望舒到场", 5, 6)
