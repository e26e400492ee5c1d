"""Dates: cases as data, properties over made-up dates, and what the stage writes to a Doc."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import opencc
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.records import Article
from jishi.stages import calendars
from jishi.stages.date_patterns import find_expressions, fold, load_grammar, load_lexicon, match_piece
from jishi.stages.dates import find_dates, find_dates_in_doc, format_dates, parse_dates
from jishi.stages.findings import register_extensions
from jishi.stages.first_characters import find_first_characters
from jishi.stages.metadata import Layout
from jishi.stages.numerals import read_number

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases/dates.jsonl").read_text("utf-8").splitlines()]
ERA_START = date(1990, 1, 1)
ERA_END = date(2060, 12, 31)
days = st.dates(ERA_START, ERA_END)
CHINESE_DIGITS = "零一二三四五六七八九"


def spell(number: int) -> str:
    """28 → 二十八."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else CHINESE_DIGITS[tens] + "十") + (
        CHINESE_DIGITS[ones] if ones or not tens else ""
    )


def spell_digits(number: int) -> str:
    """2024 → 二零二四."""
    return "".join(CHINESE_DIGITS[int(digit)] for digit in str(number))


def name(case: dict[str, Any]) -> str:
    return f"{case['text'][:20]}-{case['reference']}"


@pytest.mark.parametrize("case", CASES, ids=name)
def test_case(case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    if case.get("known_failure"):
        request.applymarker(pytest.mark.xfail(strict=True, reason=case["why"]))
    found = find_dates(case["text"], case["reference"], traditional=case.get("traditional"))
    values = [[m.text, m.start_date, m.end_date] for m in found.mentions]
    expected = [[*entry, entry[1]] if len(entry) == 2 else entry for entry in case["expected"]]
    assert values == expected, case["why"]
    if "times" in case:
        assert [found.mentions[0].start_time, found.mentions[0].end_time] == case["times"], case["why"]
    assert all(case.get("warning", "?") in warning for warning in found.warnings)
    assert bool(found.warnings) == ("warning" in case)


# what the items of a record say


@pytest.mark.parametrize(
    ("text", "edtf", "granularity", "inferred"),
    [
        ("2024年8月28日", "2024-08-28", "day", []),
        ("8月28日至29日", "2024-08-28/2024-08-29", "day", ["year"]),
        ("2024年8月", "2024-08", "month", []),
        ("2024年", "2024", "year", []),
        ("2023年第二季度", "2023-34", "quarter", []),
        ("2023年上半年", "2023-40", "half_year", []),
        ("2023年秋天", "2023-23", "season", []),
        ("1990年代", "199X", "decade", []),
        ("昨天", "2024-09-01", "day", ["year", "month", "day"]),
        ("去年", "2023", "year", ["year"]),
        ("上周", "2024-08-26/2024-09-01", "week", ["year", "month", "day"]),
    ],
)
def test_item_says_how_exact_it_is(text: str, edtf: str, granularity: str, inferred: list[str]) -> None:
    [item] = parse_dates(text, "2024-09-02")
    assert (item.edtf, item.granularity, item.inferred) == (edtf, granularity, inferred)


def test_unknown_year_stays_unknown_in_edtf() -> None:
    assert [item.edtf for item in parse_dates("8月28日。9月。15日至16日。")] == [
        "XXXX-08-28",
        "XXXX-09",
        "XXXX-09-15/XXXX-09-16",
    ]
    assert parse_dates("17日")[0].edtf == "XXXX-XX-17"


def test_reference_may_be_a_date_and_must_be_one() -> None:
    assert parse_dates("昨天", date(2024, 9, 2)) == parse_dates("昨天", "2024-09-02")
    with pytest.raises(ValueError, match="Invalid isoformat"):
        parse_dates("昨天", "2 September")


def test_found_reference_is_named_with_its_origin() -> None:
    assert find_dates("昨天", "2024-09-02").reference_from == "input"
    dateline = find_dates("青禾社青禾2024年8月28日电 昨天，展览开幕")
    assert (dateline.reference, dateline.reference_from) == ("2024-08-28", "dateline")
    header = find_dates("日期：2024年9月2日\n昨天，展览开幕")
    assert (header.reference, header.reference_from) == ("2024-09-02", "header")
    assert find_dates("昨天，展览开幕").reference is None


def test_table_has_a_line_for_each_date() -> None:
    table = format_dates(parse_dates("昨天至8月30日；去年春节", "2024-09-02"))
    assert len(table.splitlines()) == 1 + len(parse_dates("昨天至8月30日；去年春节", "2024-09-02"))
    assert "2023-01-22" in table


# properties


@given(
    day=days, before=st.sampled_from(["青禾市图书馆", "「", "于"]), after=st.sampled_from(["开馆", "，", "下午开会"])
)
def test_full_date_is_read_as_written(day: date, before: str, after: str) -> None:
    for written in (
        f"{day.year}年{day.month}月{day.day}日",
        f"{spell_digits(day.year)}年{spell(day.month)}月{spell(day.day)}日",
        f"{day.year}-{day.month}-{day.day}",
        f"{day:%Y/%m/%d}",
        f"民国{day.year - 1911}年{day.month}月{day.day}日",
    ):
        text = before + written + after
        [item] = parse_dates(text)
        assert (item.start, item.end) == (day.isoformat(), day.isoformat())
        assert text[slice(*item.span)].startswith(written)


@given(day=days, reference=days)
def test_chinese_and_arabic_numerals_agree(day: date, reference: date) -> None:
    arabic = parse_dates(f"{day.month}月{day.day}日，会议召开了", reference)
    chinese = parse_dates(f"{spell(day.month)}月{spell(day.day)}日，会议召开了", reference)
    assert [(item.start, item.end) for item in arabic] == [(item.start, item.end) for item in chinese]


@given(day=days, reference=days)
def test_yearless_date_is_the_nearest_not_after_the_reference(day: date, reference: date) -> None:
    [item] = parse_dates(f"{day.month}月{day.day}日，会议召开了", reference)
    found = date.fromisoformat(str(item.start))
    assert (found.month, found.day) == (day.month, day.day)
    assert found <= reference
    assert (
        found.year == reference.year
        or (day.month, day.day) == (2, 29)
        or found.replace(year=found.year + 1) > reference
    )


@given(
    text=st.sampled_from(
        [
            "8月28日至9月2日开了会",
            "会议将于3月5日召开",
            "12月上旬下了雪",
            "5月，花开了",
            "昨天",
            "11月3日",
            "去年3月",
            "明年上半年",
        ]
    ),
    reference=st.dates(ERA_START, date(2030, 12, 31)).filter(lambda day: (day.month, day.day) != (2, 29)),
    years=st.sampled_from([4, 8, 12, 28]),
)
def test_shifting_the_reference_by_years_shifts_the_values(text: str, reference: date, years: int) -> None:
    def move(value: str | None) -> str:
        assert value is not None
        return f"{int(value[:4]) + years}{value[4:]}"

    here = parse_dates(text, reference)
    there = parse_dates(text, reference.replace(year=reference.year + years))
    assert [(move(item.start), move(item.end)) for item in here] == [(item.start, item.end) for item in there]


@pytest.mark.parametrize("case", [case for case in CASES if "traditional" not in case], ids=name)
def test_traditional_and_simplified_script_agree(case: dict[str, Any]) -> None:
    to_traditional = opencc.OpenCC("s2t")
    traditional = to_traditional.convert(case["text"])
    if len(traditional) != len(case["text"]):
        pytest.skip("the conversion changed the length")
    simplified = find_dates(case["text"], case["reference"])
    converted = find_dates(traditional, case["reference"])
    assert [(m.start, m.end, m.start_date, m.end_date) for m in simplified.mentions] == [
        (m.start, m.end, m.start_date, m.end_date) for m in converted.mentions
    ]


@settings(max_examples=300)
@given(
    st.text(
        alphabet="0123456789年月日号时点分上下午周星期至、，。-—/:（）今昨明去后前第一二三十廿初春节民国闰正the ",
        max_size=60,
    ),
    st.none() | days,
)
def test_any_text_gives_valid_items(text: str, reference: date | None) -> None:
    items = parse_dates(text, reference)
    spans = [item.span for item in items]
    assert spans == sorted(spans)
    for item, following in zip(items, spans[1:], strict=False):
        assert item.span[1] <= following[0]
    for item in items:
        assert text[slice(*item.span)] == item.text
        if item.start and item.end and "X" not in item.start:
            assert item.start <= item.end


@pytest.mark.parametrize("reference", [date.min, date.max])
@pytest.mark.parametrize(
    "text", ["周一鸣教授9月2日", "上周五、下周日、去年12月、明年1月", "10/23、11/7、12/6", "前天，后天，近三个月"]
)
def test_the_first_and_the_last_day_are_references_too(text: str, reference: date) -> None:
    for item in parse_dates(text, reference):
        assert item.start is None or len(item.start) == 10


def test_long_runs_of_digits_and_marks_end_quickly() -> None:
    for run in (
        "1" * 50_000,
        "一" * 50_000,
        "1-" * 25_000,
        "1月" * 25_000,
        "、1日" * 15_000,
        "年" * 50_000,
        "每" * 50_000,
    ):
        find_expressions(run)  # a super-linear pattern would take hours


# the data


def test_every_pattern_finds_its_example() -> None:
    for kind, before, example, after in load_grammar().examples:
        found = match_piece(fold(before + example + after), len(before))
        assert found is not None, (kind, example)
        rule, piece = found
        assert piece[0] == fold(example), (kind, example)
        assert rule.kind == kind, (kind, example)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("月日", "月"),
        ("(?<!日)(?P<a>[0-2]|月)?日", "012月日"),
        (r"(?:\d|(?:年|周)+)月", "0123年周"),
        ("(?=3)[^月]", "0123年周月日"),
        ("(?:年|周)*", "0123年周月日"),
        (r"(年)?\1", "0123年周月日"),
    ],
)
def test_first_characters_of_a_pattern(pattern: str, expected: str) -> None:
    assert find_first_characters(pattern, frozenset("0123年周月日")) == frozenset(expected)


def test_fold_covers_the_words_of_the_data() -> None:
    lexicon = load_lexicon()
    words = "".join("".join(entries) for entries in lexicon["context"].values())
    words += "".join(rule["example"] for rule in lexicon["piece"]) + "".join(calendars.festivals())
    to_traditional = opencc.OpenCC("s2t")
    for character in sorted(set(re.findall("[一-鿿]", words))):
        assert fold(to_traditional.convert(character)) == character


# calendars and numerals


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("28", 28),
        ("二十八", 28),
        ("廿八", 28),
        ("卅一", 31),
        ("二〇二四", 2024),
        ("两千零四", 2004),
        ("一百一十三", 113),
        ("十", 10),
    ],
)
def test_numbers(text: str, value: int) -> None:
    assert read_number(text) == value


def test_not_a_number() -> None:
    assert read_number("几") is None
    assert read_number("") is None


def test_lunar_months_follow_each_other_without_a_gap() -> None:
    for year in range(1950, 2050):
        first = calendars.lunar_month(year, 1)
        last = calendars.lunar_month(year, 12)
        following = calendars.lunar_month(year + 1, 1)
        assert first is not None
        assert last is not None
        assert following is not None
        assert last[1] + timedelta(days=1) == following[0]
        assert calendars.festival_day("除夕", year) == first[0] - timedelta(days=1)


def test_days_that_the_calendars_do_not_have() -> None:
    assert calendars.lunar_day(2024, 1, 31) is None
    assert calendars.lunar_month(2024, 5, leap=True) is None
    assert calendars.nth_weekday(2024, 2, 7, 5) is None
    assert calendars.festival_day("青禾节", 2024) is None
    assert calendars.holiday_span("国庆节", 1950) is None


def test_leap_month() -> None:
    assert calendars.lunar_month(2023, 2, leap=True) == (date(2023, 3, 22), date(2023, 4, 19))


# the component


def test_component_writes_mentions_and_warnings() -> None:
    register_extensions()
    nlp = spacy.blank("zh")
    doc = nlp.make_doc("9月2日（星期三），青禾市图书馆举办了读书会；近三年已办百场。")
    doc._.article = Article(doc.text, published="2024-09-03")
    doc = find_dates_in_doc(doc)
    assert [(doc.text[m.start : m.end], m.start_date) for m in doc._.dates] == [("9月2日（星期三）", "2024-09-02")]
    assert ["weekday" in warning for warning in doc._.warnings] == [True]


def test_component_takes_the_dateline_where_no_date_of_publication_is_known() -> None:
    register_extensions()
    doc = spacy.blank("zh").make_doc("青禾社青禾2024年8月28日电 昨天，展览开幕。\n上一篇：2023年展览")
    layout = Layout(boilerplate=[(doc.text.index("上一篇"), len(doc.text))])
    doc._.layout = layout
    doc = find_dates_in_doc(doc)
    assert [(m.text, m.start_date) for m in doc._.dates] == [("2024年8月28日", "2024-08-28"), ("昨天", "2024-08-27")]
    assert doc._.published == "2024-08-28"
    assert layout.published_from == "dateline"
