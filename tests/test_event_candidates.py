"""Where an event's name and attendance may stand: candidates, before a model decides."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc

from jishi.stages.context import Context, build_context
from jishi.stages.event_facts import find_attendance, find_place_candidates
from jishi.stages.event_names import find_name_candidates
from jishi.stages.findings import register_extensions
from jishi.stages.stated_organisers import is_byline


def build(text: str, event: str | None = None) -> Context:
    """The context of a text of which the tagger marked `event`."""
    register_extensions()
    doc = Doc(spacy.blank("zh").vocab, words=list(text), spaces=[False] * len(text))
    if event:
        start = text.index(event)
        doc.spans["frames"] = [doc.char_span(start, start + len(event), label="EVENT")]
    return build_context(doc)


def names(text: str, event: str | None = None) -> set[str]:
    return {text[c.start : c.end] for c in find_name_candidates(build(text, event), set())}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("6月1日，青禾大学举办推介说明会（二），百余人到场。", "推介说明会（二）"),
        ("6月1日，临江市图书馆举办“临江讲坛”第十二讲。", "“临江讲坛”第十二讲"),
        ("6月1日，松涛学院学生会换届会在明理楼召开。", "松涛学院学生会换届会"),
        ("松涛学院2024年“丰收杯”越野赛在东操场举行。", "2024年“丰收杯”越野赛"),
        ("6月1日晚，舞剧专场演出《临江渡》在市大剧院上演。", "舞剧专场演出《临江渡》"),
        ("【记者江雨/临江报导】2024“春风杯”少年篮球邀请赛落幕。", "2024“春风杯”少年篮球邀请赛"),
    ],
)
def test_names_are_among_the_candidates(text: str, wanted: str):
    assert wanted in names(text)


def test_an_event_that_the_tagger_marked_needs_no_head_noun():
    text = "6月1日晚，青禾大学迎来星空咖啡屋。"
    assert "星空咖啡屋" not in names(text)
    assert "星空咖啡屋" in names(text, "星空咖啡屋")


def test_no_name_begins_with_a_closing_mark():
    text = "会后，青禾大学（南校区）座谈会、联欢晚会在礼堂举行。"
    assert not any(name[0] in "）、，" for name in names(text))


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("心理讲坛第六期在腾讯会议平台开讲。", "会议"),
        ("《临江市住房管理办法》已经市人民政府第45次常务会议审议通过，现印发给你们。", "常务会议"),
        ("【记者江雨/临江报导】2024“春风杯”少年篮球邀请赛落幕。", "报导"),
        ("由临江学会发起的“心灵驿站”公益讲座在图书馆举行。", "发起"),
    ],
)
def test_what_names_no_event_is_no_candidate(text: str, unwanted: str):
    assert not any(name.startswith(unwanted) or name.endswith(unwanted) for name in names(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("来自21个省市的400多名滑雪爱好者参赛。", (400, "over", "400多名")),
        ("松涛学院1位院士、2位馆长以及近200名师生齐聚一堂。", (200, "under", "近200名")),
        ("讲座由林听雨主持，60余学生到场。", (60, "over", "60余")),
        ("临江市约12,000位居民参加。", (12000, "about", "约12,000位")),
    ],
)
def test_numbers_of_people_are_among_the_candidates(text: str, wanted: tuple[int, str, str]):
    assert wanted in {(found.count, found.bound, found.text) for found, _ in find_attendance(build(text))}


@pytest.mark.parametrize(
    ("text", "venue"),
    [
        ("读书会在青藤书店二楼举办。", "青藤书店二楼"),
        ("工作会议在县政府三楼会议室召开。", "县政府三楼会议室"),
        ("联展5日在青禾美术馆第一展览室揭幕，展期一月。", "青禾美术馆第一展览室"),
    ],
)
def test_a_venue_ends_before_the_word_of_holding(text: str, venue: str):
    found = {text[c.start : c.end] for c in find_place_candidates(build(text))}
    assert venue in found
    assert not any(place.startswith(venue) and place != venue for place in found if "，" not in place)


@pytest.mark.parametrize(
    "text",
    [
        "据了解，自5月以来，青禾镇已召开议事会36场，参会群众1500余人次。",
        "会议应到委员328人，出席符合规定。",
        f"共有{'9' * 5000}人参加。",
    ],
)
def test_numbers_of_many_events_or_of_members_and_endless_ones_are_no_candidates(text: str):
    assert find_attendance(build(text)) == []


@pytest.mark.parametrize(
    ("text", "medium", "wanted"),
    [
        ("江畔开论坛\n临江网南屏11月20日电（记者江雨）论坛20日举行。", "临江网", True),
        ("【临江日报讯】论坛20日举行。", "临江日报", True),
        ("临江网20日在南屏举办论坛。", "临江网", False),
        ("论坛由临江网主办。", "临江网", False),
    ],
)
def test_the_medium_of_a_dispatch_is_told(text: str, medium: str, wanted: bool):
    start = text.index(medium)
    assert is_byline(build(text), start, start + len(medium)) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("8月16日晚，青禾县谷口村的院坝里，听雨用方言开讲。", "青禾县谷口村的院坝"),
        ("6月28日上午，滨湖派出所二楼会议室，一张长桌，两壶清茶。", "滨湖派出所二楼会议室"),
        ("10时许，渡口码头上人声鼎沸。", "渡口码头"),
    ],
)
def test_a_venue_may_follow_a_time_without_a_word_of_place(text: str, wanted: str):
    assert wanted in {text[c.start : c.end] for c in find_place_candidates(build(text))}
