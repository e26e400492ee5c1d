"""The record: what validates and what does not."""

from __future__ import annotations

import copy
import json

import pytest
from pydantic import ValidationError

from jishi.records import Article, Record, json_schema

RECORD = {
    "schema_version": "1.0",
    "article": {
        "id": "a1",
        "source": "one.txt",
        "url": None,
        "title": "读书会",
        "published": "2024-09-03",
        "script": "simplified",
        "characters": 60,
        "body_start": 0,
        "repairs": {},
        "credits": [{"name": "苏晚晴", "role": "author", "span": [50, 53]}],
    },
    "dates": [
        {
            "id": "d1",
            "text": "9月2日",
            "start": "2024-09-02",
            "end": "2024-09-02",
            "edtf": "2024-09-02",
            "granularity": "day",
            "start_time": None,
            "end_time": None,
            "inferred": ["year"],
            "span": [0, 4],
        }
    ],
    "organisations": [{"id": "o1", "name": "青禾市图书馆", "aliases": [], "spans": [[5, 11]]}],
    "people": [
        {
            "id": "p1",
            "name": "林听雨",
            "positions": [
                {"title": "馆长", "organisation": "o1", "organisation_text": "青禾市图书馆", "span": [18, 20]}
            ],
            "honours": [],
            "honorific": None,
            "spans": [[20, 23]],
        }
    ],
    "talks": [
        {
            "id": "t1",
            "topic": "小城里的大世界",
            "kind": "lecture",
            "speakers": ["p1"],
            "event": "e1",
            "date": None,
            "span": [30, 37],
        }
    ],
    "events": [
        {
            "id": "e1",
            "type": "lecture",
            "name": "读书会",
            "date": "d1",
            "start": "2024-09-02",
            "end": "2024-09-02",
            "place": None,
            "organisers": [{"organisation": "o1", "role": "host"}],
            "participants": [{"person": "p1", "role": "chair"}],
            "attendance": {"count": 20, "bound": "over", "text": "20余人"},
            "talks": ["t1"],
            "span": [13, 16],
            "confidence": 0.9,
        }
    ],
    "warnings": [],
}


def changed(path: str, value: object) -> dict:
    """RECORD with the value at a dotted path replaced."""
    data = copy.deepcopy(RECORD)
    holder, keys = data, [int(key) if key.isdigit() else key for key in path.split(".")]
    for key in keys[:-1]:
        holder = holder[key]
    holder[keys[-1]] = value
    return data


def test_record_survives_a_round_trip_unchanged():
    assert json.loads(Record.model_validate(RECORD).to_json()) == RECORD


def test_every_key_of_the_contract_is_written():
    empty = changed("talks", [])
    empty["events"][0]["talks"] = []
    written = json.loads(Record.model_validate(empty).to_json())
    assert written["talks"] == []
    assert written["events"][0]["place"] is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("dates.0.start", "2024-02-30"),
        ("dates.0.start", "2023-02-29"),
        ("dates.0.start", "2024-9-2"),
        ("dates.0.start_time", "25:00"),
        ("dates.0.edtf", "9月2日"),
        ("dates.0.span", [4, 4]),
        ("dates.0.span", [-1, 4]),
        ("people.0.spans", [[58, 61]]),
        ("people.0.spans", []),
        ("people.0.name", ""),
        ("people.0.positions.0.organisation", "o9"),
        ("talks.0.speakers", ["p2"]),
        ("talks.0.event", "e2"),
        ("talks.0.kind", "song"),
        ("events.0.type", "party"),
        ("events.0.date", "d2"),
        ("events.0.confidence", 1.2),
        ("events.0.participants.0.role", "boss"),
        ("events.0.organisers.0.organisation", "p1"),
        ("article.published", "2024-13-01"),
        ("article.script", "latin"),
        ("article.body_start", 61),
        ("article.mood", "good"),
    ],
)
def test_what_breaks_the_contract_is_refused(path: str, value: object):
    with pytest.raises(ValidationError):
        Record.model_validate(changed(path, value))


def test_unknown_year_stays_explicit_and_may_be_a_leap_day():
    record = Record.model_validate(changed("dates.0.start", "XXXX-02-29"))
    assert record.dates[0].start == "XXXX-02-29"


def test_two_items_with_one_id_are_refused():
    data = copy.deepcopy(RECORD)
    data["people"].append(data["people"][0])
    with pytest.raises(ValidationError, match="same id"):
        Record.model_validate(data)


def test_schema_closes_the_lists_and_names_every_key():
    schema = json_schema()
    assert set(schema["required"]) >= {"schema_version", "article", "dates", "events", "warnings"}
    assert schema["$defs"]["Event"]["properties"]["type"]["enum"][0] == "conference"
    assert schema["additionalProperties"] is False


def test_source_text_joins_title_and_body_where_spans_can_be_shifted_back():
    article = Article("正文在此。", title="题目")
    assert article.source_text == "题目\n正文在此。"
    assert article.source_text[article.body_start :] == "正文在此。"
    assert Article("正文在此。").body_start == 0


def test_derived_id_depends_on_content_and_source_only():
    one, same = Article("内容", source="a.txt"), Article("内容", source="a.txt")
    assert one.stable_id == same.stable_id
    assert one.stable_id != Article("内容", source="b.txt").stable_id
    assert one.stable_id != Article("内容。", source="a.txt").stable_id
    assert Article("内容", id="given").stable_id == "given"
