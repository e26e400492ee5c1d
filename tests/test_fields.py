"""Announcements: labelled fields, and the talks that they and programmes state."""

from __future__ import annotations

import pytest

import jishi
from jishi.stages.fields import find_fields
from jishi.stages.stated_talks import find_stated_talks


def fields(text: str) -> list[tuple[str, str]]:
    return [(field.kind, text[field.start : field.end]) for field in find_fields(text)]


def talks(text: str, *people: str) -> list[tuple[str, list[str]]]:
    """The stated talks of a text with those of `people` who are named as speakers."""
    named = [(text.index(name), text.index(name) + len(name)) for name in people]
    return [
        (text[talk.start : talk.end], [text[a:b] for a, b in named if talk.speakers_start <= a < talk.speakers_end])
        for talk in find_stated_talks(text, find_fields(text), named)
    ]


WANTED = [
    ("topic", "渡口与市镇"),
    ("speaker", "林听雨（青禾大学历史系教授）"),
    ("place", "文史楼301室"),
    ("host", "青禾大学历史系"),
]


@pytest.mark.parametrize(
    "text",
    [
        "讲座题目：渡口与市镇\n主讲人：林听雨（青禾大学历史系教授）\n时间：5月6日\n地点：文史楼301室\n主办：青禾大学历史系",
        "讲座题目\n渡口与市镇\n主讲人\n林听雨（青禾大学历史系教授）\n地点\n文史楼301室\n主办单位\n青禾大学历史系",
        "讲座题目：渡口与市镇 主讲人：林听雨（青禾大学历史系教授） 地点：文史楼301室 主办：青禾大学历史系 咨询：12",
        "讲座题目：渡口与市镇主讲人：林听雨（青禾大学历史系教授）时间：5月6日地点：文史楼301室主办：青禾大学历史系",
        "一、讲座题目：渡口与市镇\n二、主讲人：林听雨（青禾大学历史系教授）\n三、地点：文史楼301室\n四、主办：青禾大学历史系",
        "【讲座题目】渡口与市镇【主讲】林听雨（青禾大学历史系教授）【地点】文史楼301室【主办】青禾大学历史系",
    ],
    ids=["lines", "without colons", "one line", "glued", "numbered", "boxed"],
)
def test_fields_are_read_in_every_layout(text: str) -> None:
    assert fields(text) == WANTED


@pytest.mark.parametrize(
    "text", ["会议由林听雨主持：他表示满意。", "两校将联合主办\n读书会。", "评委看重的是作品的主题：乡土。"]
)
def test_a_label_inside_a_sentence_is_none(text: str) -> None:
    assert fields(text) == []


@pytest.mark.parametrize(
    ("text", "people", "wanted"),
    [
        ("报告题目：海堤与村落\n报告人：顾南舟", ["顾南舟"], [("海堤与村落", ["顾南舟"])]),
        ("报告人：顾南舟\n题目：海堤与村落（Dikes and Villages）", ["顾南舟"], [("海堤与村落", ["顾南舟"])]),
        ("活动主题：爱护海堤\n地点：南门广场", [], []),
        (
            "09:00-09:10 开幕式 校长林听雨致辞\n09:10-09:40 《海堤与村落》 顾南舟（青禾大学）\n"
            "09:40-10:10 主旨报告：渔港的黄昏 南屏大学教授 沈砚秋\n10:10-11:00 圆桌讨论：海岸往何处去",
            ["林听雨", "顾南舟", "沈砚秋"],
            [("海堤与村落", ["顾南舟"]), ("渔港的黄昏", ["沈砚秋"]), ("海岸往何处去", [])],
        ),
        (
            "09:00-09:30 主旨演讲《海堤与村落》\n顾南舟 青禾大学教授\n"
            "09:30-10:00 主旨演讲《渔港的黄昏》\n沈砚秋 南屏大学教授",
            ["顾南舟", "沈砚秋"],
            [("海堤与村落", ["顾南舟"]), ("渔港的黄昏", ["沈砚秋"])],
        ),
        ("（一）海堤养护入门，由水务局工程师顾南舟主讲；", ["顾南舟"], [("海堤养护入门", ["顾南舟"])]),
        ("3月2日上午 海堤养护入门 授课人：顾南舟", ["顾南舟"], [("海堤养护入门", ["顾南舟"])]),
        ("8:30 校友签到\n9:00 集体参观 带队：顾南舟", ["顾南舟"], []),
        ("19:00 合唱《渔港的黄昏》 沈砚秋等\n19:10 独唱《海堤》 顾南舟", ["沈砚秋", "顾南舟"], []),
    ],
)
def test_talks_are_stated_by_form(text: str, people: list[str], wanted: list[tuple[str, list[str]]]) -> None:
    assert talks(text, *people) == wanted


def test_an_announcement_becomes_a_record() -> None:
    text = (
        "讲座题目：渡口与市镇\n主讲人：林听雨（南屏大学历史学院教授）\n主持人：顾南舟\n时间：2024年5月6日14:30\n"
        "地点：文史楼301会议室（东校区）\n主办单位：青禾大学历史系\n协办单位：青禾市图书馆\n联系人：陈小满"
    )
    record = jishi.extract(text, title="讲座预告", published="2024-05-01")
    people = {person.id: person.name for person in record.people}
    organisations = {organisation.id: organisation.name for organisation in record.organisations}
    (event,) = record.events
    assert event.place == "文史楼301会议室"
    assert {(organisations[o.organisation], o.role) for o in event.organisers} == {
        ("青禾大学历史系", "host"),
        ("青禾市图书馆", "co_organiser"),
    }
    assert {(people[p.person], p.role) for p in event.participants} == {("林听雨", "speaker"), ("顾南舟", "chair")}
    assert [(talk.topic, [people[s] for s in talk.speakers]) for talk in record.talks] == [("渡口与市镇", ["林听雨"])]


@pytest.mark.parametrize(
    "text",
    [
        "青禾市水务局关于举办海堤养护培训班的通知\n各单位：现定于5月6日在水务宾馆举办海堤养护培训班。",
        "关于举办海堤养护培训班的通知\n各单位：现定于5月6日在水务宾馆举办海堤养护培训班。\n青禾市水务局\n2024年4月20日",
    ],
    ids=["in the title", "below the text"],
)
def test_who_issues_a_notice_is_the_host(text: str) -> None:
    record = jishi.extract(text, published="2024-04-20")
    organisations = {organisation.id: organisation.name for organisation in record.organisations}
    assert [(organisations[o.organisation], o.role) for o in record.events[0].organisers] == [("青禾市水务局", "host")]


def test_who_is_named_in_a_topic_does_nothing_at_the_lecture() -> None:
    text = "报告题目：漫谈沈括的星图\n报告人：林听雨教授（青禾大学天文系）\n时间：2024年5月6日14:30\n地点：文史楼301室"
    record = jishi.extract(text, title="学术报告", published="2024-05-01")
    people = {person.id: person.name for person in record.people}
    assert [(people[p.person], p.role) for p in record.events[0].participants] == [("林听雨", "speaker")]


def test_a_value_ends_with_the_bracket_that_holds_its_label():
    assert fields("9月16日（地点：南屏飞天饭店三楼敦煌厅）\n8:30 开幕式") == [("place", "南屏飞天饭店三楼敦煌厅")]
