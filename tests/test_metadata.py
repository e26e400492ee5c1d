"""What a page says of its article: headline, date, source, credits, and lines that are no text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import jishi
from jishi.stages.bylines import split_names
from jishi.stages.credits import find_credits
from jishi.stages.metadata import read_layout

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases/metadata.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_case(case: dict) -> None:
    text = jishi.normalise(case["text"]).text
    layout = read_layout(text)
    for key in ("title", "published", "published_from"):
        if key in case:
            assert getattr(layout, key) == case[key], key
    if "boilerplate" in case:
        assert [text[start:end] for start, end in layout.boilerplate] == case["boilerplate"]
    if "header" in case:
        assert [text[start:end] for start, end in layout.header] == case["header"]
    if "credits" in case:
        found = find_credits(text, layout.title_span[1] + 1 if layout.title_span else 0)
        assert [(item.name, item.role) for item in found] == [tuple(pair) for pair in case["credits"]]
        assert all(text[item.start : item.end] == item.name for item in found)


def test_the_pipeline_carries_it_into_the_record() -> None:
    record = jishi.extract(CASES[0]["text"])
    assert record.article.title == "青禾市图书馆举办读书会"
    assert record.article.published == "2024-09-02"
    assert record.article.published_from == "header"
    assert [(credit.name, credit.role) for credit in record.article.credits] == [
        ("青禾日报", "source"),
        ("周望舒", "author"),
    ]


def test_what_the_caller_knows_comes_first() -> None:
    record = jishi.extract(CASES[0]["text"], title="读书会", published="2024-09-05")
    assert record.article.title == "读书会"
    assert record.article.published == "2024-09-05"


def test_header_and_boilerplate_report_nothing() -> None:
    title, _, rest = CASES[0]["text"].partition("\n")
    page = rest.replace("没有了", "南屏大学校长金牧野来访").replace("书展开幕", "2024年8月1日徐澜心举办讲座")
    record = jishi.extract(page, title=title, published="2024-09-02")
    assert [person.name for person in record.people] == ["林听雨"]
    assert [date.text for date in record.dates] == ["9月2日"]
    assert {(credit.name, credit.role) for credit in record.article.credits} == {
        ("青禾日报", "source"),
        ("周望舒", "author"),
    }
    assert len(record.events) == 1


def test_a_date_that_is_none_is_not_believed() -> None:
    assert (
        read_layout("青禾市图书馆举办读书会\n发布日期：2024-13-45\n图书馆举办读书会，市民踊跃参加了活动。").published
        is None
    )


@pytest.mark.parametrize(
    ("glued", "names"),
    [
        ("贺寅初金牧野徐澜心", ["贺寅初", "金牧野", "徐澜心"]),
        ("樊霞赵一言", ["樊霞", "赵一言"]),
        ("欧阳修远司马青", ["欧阳修远", "司马青"]),
        ("李晨", ["李晨"]),
        ("新媒体中心", None),
        ("听说好看的人", None),
    ],
)
def test_glued_names_come_apart(glued: str, names: list[str] | None) -> None:
    spans = split_names(glued)
    assert (spans and [glued[start:end] for start, end in spans]) == names
