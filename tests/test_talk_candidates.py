"""Where a topic may stand: candidates, before a model decides."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from jishi.stages.talk_candidates import find_topic_candidates
from jishi.stages.talks import _score_frames


def topics(text: str) -> set[str]:
    return {text[candidate.start : candidate.end] for candidate in find_topic_candidates(text)}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("两位学长围绕选课的门道、作息的安排为新生答疑解惑。", {"选课的门道", "作息的安排"}),
        ("唐一舟老师就桥梁巡检、隧道通风等问题与现场工人进行了交流。", {"桥梁巡检", "隧道通风"}),
        ("韩松岩教授作了从“丝路驼铃”到“中欧班列”的报告。", {"从“丝路驼铃”到“中欧班列”"}),
        ("导演范知秋与同学们分享了《渡口》的拍摄历程。", {"《渡口》的拍摄历程"}),
        ("三位系主任分别以「乐耕、乐居、乐游」介绍各系。", {"乐耕", "乐居", "乐游", "乐耕、乐居、乐游"}),
        ("报告题目：怎样读懂潮汐（How to read the tide", {"怎样读懂潮汐"}),
    ],
)
def test_topics_are_among_the_candidates(text: str, wanted: set[str]):
    assert wanted <= topics(text)


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("双方就古籍修复的难题进行研讨，气氛热烈。", "古籍修复的难题进行"),
        ("唐一舟老师就桥梁巡检、隧道通风等问题与现场工人进行了交流。", "现场工人"),
        ("施院长的演讲围绕三个主题展开。", "三个主题"),
    ],
)
def test_what_cannot_be_a_topic_is_no_candidate(text: str, unwanted: str):
    assert unwanted not in topics(text)


@pytest.mark.parametrize(
    ("text", "alone", "expected"),
    [
        ("林某剖析了《潮汐》；顾某解读了《星图》。", {"潮汐": 0.1, "星图": 0.9}, {"潮汐": 0.5, "星图": 0.5}),
        ("林某剖析了《潮汐》。顾某解读了《星图》。", {"潮汐": 0.1, "星图": 0.9}, {"潮汐": 0.1, "星图": 0.9}),
        (
            "林某作了题为《论“潮汐”与人》的报告。",
            {"论“潮汐”与人": 0.3, "潮汐": 0.8},
            {"论“潮汐”与人": 0.8, "潮汐": 0.0},
        ),
    ],
)
def test_topics_of_one_list_or_title_are_judged_together(
    text: str, alone: dict[str, float], expected: dict[str, float]
):
    candidates = [c for c in find_topic_candidates(text) if text[c.start : c.end] in alone]
    names = [text[c.start : c.end] for c in candidates]
    scores = _score_frames(SimpleNamespace(text=text), candidates, [alone[name] for name in names])
    assert dict(zip(names, scores, strict=True)) == pytest.approx(expected)
