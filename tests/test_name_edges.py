"""Where people's names begin and end, and who is found behind a title."""

from __future__ import annotations

import numpy as np
import pytest

from jishi.stages.name_edges import find_behind_titles, join_parts, mend_names
from jishi.stages.tagger import ENTITY_TAGS, TaggedSpan


def mark(text: str, *forms: tuple[str, str], score: float = 0.9) -> list[TaggedSpan]:
    spans = [TaggedSpan(text.index(f), text.index(f) + len(f), label, score) for f, label in forms]
    return sorted(spans, key=lambda span: span.start)


def names(text: str, spans: list[TaggedSpan]) -> list[str]:
    return [text[span.start : span.end] for span in spans if span.label == "PERSON"]


@pytest.mark.parametrize(
    ("text", "title", "tagged", "name"),
    [
        ("云汀市副市长林听致辞。", "副市长", "林听致", "林听"),
        ("镇长林听雨致欢迎辞。", "镇长", "林听雨致", "林听雨"),
        ("局长欧阳听作了报告。", "局长", "欧阳听作", "欧阳听"),
        ("医师林听摘得第一名。", "医师", "林听摘", "林听"),
        ("工程师林听隔着玻璃讲解。", "工程师", "林听隔", "林听"),
        ("村民林听说，水位退了。", "村民", "林听说", "林听"),
        ("主任林听作大会发言。", "主任", "林听作", "林听"),
        ("经理林听则讲解了办法。", "经理", "林听则", "林听"),
        ("副局长林正则主持。", "副局长", "林正则", "林正则"),
        ("村民林听作了报告，林听作，七十岁。", "村民", "林听作", "林听作"),
        ("劳动模范公孙听率先提问。", "劳动模范", "孙听", "公孙听"),
        ("副局长长孙听出席。", "副局长", "孙听", "长孙听"),
        ("协会司库林听雨出席。", "协会", "司库林听雨", "林听雨"),
        ("四（3）班林听朗诵。", "四", "班林听", "林听"),
        ("保健院林听获青年医师演讲比赛一等奖。", "保健院", "林听获", "林听"),
        ("高级工程师程听根作引导发言。", "高级工程师", "程听", "程听根"),
        ("高级工程师程听再作引导发言。", "高级工程师", "程听", "程听"),
        ("选手埃文斯·基普图。", "选手", "埃文斯·基普", "埃文斯·基普图"),
        ("选手埃文斯·基普说。", "选手", "埃文斯·基普", "埃文斯·基普"),
        ("副馆长和阿娜介绍。", "副馆长", "阿娜", "和阿娜"),
    ],
)
def test_a_name_begins_and_ends_where_its_bearers_does(text: str, title: str, tagged: str, name: str) -> None:
    assert names(text, mend_names(text, mark(text, (title, "TITLE"), (tagged, "PERSON")))) == [name]


def test_the_end_of_a_title_is_no_half_of_a_family_name() -> None:
    text = "班长孙听、主人公孙听"
    assert names(text, mend_names(text, mark(text, ("孙听", "PERSON")))) == ["孙听"]


def test_an_office_that_somebody_takes_is_no_part_of_the_name() -> None:
    text = "副教授林听任秘书长。"
    spans = mark(text, ("副教授", "TITLE"), ("林听任", "PERSON"), ("秘书长", "TITLE"))
    assert names(text, mend_names(text, spans)) == ["林听"]


def test_an_and_before_another_office_is_no_part_of_the_name() -> None:
    text = "留学生林听和主持人周望舒，林听和教授"
    spans = mark(text, ("林听和", "PERSON"), ("主持人", "TITLE"), ("周望舒", "PERSON"))
    assert names(text, mend_names(text, spans)) == ["林听", "周望舒"]


def test_two_parts_of_a_name_without_a_family_name_are_one() -> None:
    text = "歌手阿拉坦其其格献唱，林听雨周望舒伴奏。"
    spans = mark(text, ("阿拉坦", "PERSON"), ("其其格", "PERSON"), ("林听雨", "PERSON"), ("周望舒", "PERSON"))
    assert names(text, join_parts(text, spans)) == ["阿拉坦其其格", "林听雨", "周望舒"]


def test_monks_are_found_beside_their_offices() -> None:
    text = "住持释听雨与释望舒法师主持，释放善意。"
    spans = mark(text, ("释望舒法师", "TITLE"))
    assert names(text, mend_names(text, spans)) == ["释望舒"]
    assert names(text, find_behind_titles(text, spans, np.zeros((len(text), len(ENTITY_TAGS))), 0.5)) == ["释听雨"]


def test_a_title_that_is_all_a_monks_name_is_none() -> None:
    text = "住持释听雨主持。"
    mended = mend_names(text, mark(text, ("释听雨", "TITLE")))
    assert [(text[span.start : span.end], span.label) for span in mended] == [("释听雨", "PERSON")]


@pytest.mark.parametrize(
    ("text", "leaning", "found"),
    [
        ("副院长糜听雨介绍情况。", "糜听雨", ["糜听雨"]),
        ("教授呼延听建议恢复。", "呼延听", ["呼延听"]),
        ("院长糜听，", "糜听", ["糜听"]),
        ("院长和专家，", "", []),
        ("高官官邸前", "官邸", []),
        ("部长糜听和来宾", "糜听和", ["糜听"]),
    ],
)
def test_a_rare_name_behind_a_title_is_found_where_the_network_leans_to_it(
    text: str, leaning: str, found: list[str]
) -> None:
    scores = np.full((len(text), len(ENTITY_TAGS)), -20.0, np.float32)
    start = text.index(leaning)
    scores[start : start + len(leaning), ENTITY_TAGS.index("I-PERSON")] = np.log(0.4)
    spans = [TaggedSpan(0, 3 if text[0] == "副" else 2, "TITLE", 1.0)]
    assert names(text, find_behind_titles(text, spans, scores, 0.5)) == found
