"""Where a topic may stand: candidates, before a model decides."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from jishi.stages.clauses import find_clauses, locate
from jishi.stages.talk_candidates import COUNTED_FORM, _find_counted, find_topic_candidates
from jishi.stages.talks import _is_hopeless, _score_frames
from jishi.stages.topic_frames import read_frame, tells_deed, tells_talk


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
        ("林听雨围绕晚稻的水肥管理，用家乡话讲了半个钟头。", {"晚稻的水肥管理"}),
        ("三位书友就译名的取舍、注释的分寸热烈提问。", {"译名的取舍", "注释的分寸"}),
        (
            "沈砚秋谈“渡口精神”的传承，顾南舟讲了《潮汐志》在海外的流传。",
            {"“渡口精神”的传承", "《潮汐志》在海外的流传"},
        ),
        ("双方就教师互访、学科的机遇与挑战进行交流。", {"教师互访", "学科的机遇与挑战"}),
        ("双方就教师互访、图书互借和联合科研进行交流。", {"教师互访", "图书互借", "联合科研"}),
        ("陆知白分享了两个话题，一是山村小学的排课，二是走教老师的冬天。", {"山村小学的排课", "走教老师的冬天"}),
        ("双方就今后的合作方向、极端天气的应对进行交流。", {"今后的合作方向", "极端天气的应对"}),
        ("她从不同的方面对老茶园的改造进行了讲解。", {"老茶园的改造"}),
    ],
)
def test_topics_are_among_the_candidates(text: str, wanted: set[str]):
    assert wanted <= topics(text)


def test_a_list_of_counted_topics_is_walked_through_once():
    text = "林听雨分享了两个主题：" + "一是两个主题：一是山村小学的排课，" * 20
    items = list(_find_counted(text))
    assert len(items) == len(set(items)) == 20
    assert {c.start for c in find_topic_candidates(text) if c.form == COUNTED_FORM} <= {start for start, _ in items}


@pytest.mark.parametrize(
    ("text", "hopeless"),
    [
        ("林听雨就如何与自己相处作专题讲座。", False),
        ("林听雨围绕如何调节自己的情绪展开讲授。", False),
        ("林听雨和周文远就各自的研究方向进行交流。", True),
        ("林听雨围绕自己的科研经历展开讲述。", True),
        ("林听雨就面试的着装与大家进行了分享。", True),
        ("林听雨就面试的着装进行了分享。", False),
    ],
)
def test_whose_it_is_and_who_listens_is_no_part_of_a_topic(text: str, hopeless: bool):
    clauses = find_clauses(text)
    context = SimpleNamespace(text=text, clauses=clauses, groups_from=lambda start, end: [])
    first = next(c for c in find_topic_candidates(text) if c.form.startswith("frame"))
    assert _is_hopeless(context, first) is hopeless


def test_a_list_that_goes_on_behind_a_comma_is_one_list():
    text = "他们就茶园的更新、如何留住青年茶农，以及老茶具怎样进课堂等议题，展开了热烈的对话。"
    items = [c for c in find_topic_candidates(text) if c.form == "frame就"]
    assert [text[c.start : c.end] for c in items] == ["茶园的更新", "如何留住青年茶农", "老茶具怎样进课堂"]
    assert len({c.frame for c in items}) == 1


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("双方就古籍修复的难题进行研讨，气氛热烈。", "古籍修复的难题进行"),
        ("唐一舟老师就桥梁巡检、隧道通风等问题与现场工人进行了交流。", "现场工人"),
        ("施院长的演讲围绕三个主题展开。", "三个主题"),
        ("梁永康向业主讲解报修的流程，随后答问。", "解报修的流程"),
        ("双方就教师互访、学科的机遇与挑战进行交流。", "挑战"),
        ("讲解员对来宾表示欢迎并就展柜的照明作了介绍。", "来宾表示欢迎并就展柜的照明"),
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


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("陆知白讲了“一条河的两岸”。", True),
        ("陆知白谈的是「家书怎么写」；", True),
        ("陆知白讲授“读谱”“记谱”和“移调”。", True),
        ("陆知白以《守住一盏灯》为题给新兵上了一堂课。", True),
        ("陆知白作了题为“潮间带的四季”的报告。", True),
        ("最后，陆知白作动员讲话，题为《再走一程》。", True),
        ("全班观看了主题为“读懂一张地图”的社区公开课，", True),
        ("陆知白带来“种子旅行记”生态科普讲座，", True),
        ("《灯下漫笔》的演讲让人难忘。", True),
        ("《灯下漫笔》的封面让人难忘。", False),
        ("首场「灯塔与航标」五月二日举行，由陆知白主讲。", True),
        ("陆知白发表了题为《潮间带》的论文。", False),
        ("系列课第一讲“读谱”下周开课。", False),
        ("大会以“共赴山海”为主题举行。", False),
        ("社区设立“邻里书屋”。", False),
    ],
)
def test_frames_that_are_enough_to_tell_a_talk(text: str, tells: bool):
    clauses = find_clauses(text)
    first = next(c for c in find_topic_candidates(text) if c.form.startswith("mark"))
    assert tells_talk(text, *first.frame, clauses[locate(clauses, first.frame[0])][0]) is tells


def test_a_topic_in_a_list_has_the_frame_of_the_list():
    text = "会上，林某讲了“读谱”、“记谱”和“移调”，众人鼓掌。"
    middle = text.index("“记谱”")
    assert read_frame(text, middle, middle + 4, 3, is_marked=True)[:2] == ("told", "stop")


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("一行人就河道清淤进行专题考察。", True),
        ("县长就防汛物资储备提出三点要求。", True),
        ("志愿者就急救常识、防火常识等方面的内容进行有奖问答。", True),
        ("双方就河道清淤进行深入交流。", False),
        ("他就今后的合作提出自己的设想与希望。", False),
    ],
)
def test_what_is_done_about_something_is_no_talk(text: str, done: bool):
    first = next(c for c in find_topic_candidates(text) if c.form.startswith("frame"))
    assert tells_deed(text, *first.frame, 0) is done
