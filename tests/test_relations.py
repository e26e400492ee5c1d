"""Talks, events and roles: what users would notice in the record, case by case."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

import jishi
from jishi.lexicons import join_words
from jishi.stages import event_facts, fields, talk_candidates
from jishi.stages.clauses import begin_with
from jishi.stages.first_characters import find_first_characters

CASES = Path(__file__).parent / "cases"


def read_cases(name: str) -> list:
    lines = (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    return [
        pytest.param(
            case,
            id=case["why"],
            marks=[pytest.mark.xfail(reason=case["known_failure"])] if "known_failure" in case else [],
        )
        for case in cases
    ]


@pytest.mark.parametrize("case", read_cases("talks"))
def test_talks_have_their_topic_and_speakers(nlp: Language, case: dict):
    record = jishi.extract(case["text"], published="2024-09-02", nlp=nlp)
    names = {person.id: person.name for person in record.people}
    found = [{"topic": t.topic, "speakers": [names[s] for s in t.speakers]} for t in record.talks]
    assert found == case["expected"]


@pytest.mark.parametrize("case", read_cases("events"))
def test_events_have_their_facts(nlp: Language, case: dict):
    record = jishi.extract(case["text"], title=case.get("title"), published=case["published"], nlp=nlp)
    assert len(record.events) == len(case["expected"])
    organisations = {organisation.id: organisation.name for organisation in record.organisations}
    for event, expected in zip(record.events, case["expected"], strict=True):
        found = {
            "type": event.type,
            "name": event.name,
            "start": event.start,
            "end": event.end,
            "place": event.place,
            "organisers": sorted([organisations[o.organisation], o.role] for o in event.organisers),
            "attendance": [event.attendance.count, event.attendance.bound] if event.attendance else None,
        }
        wanted = expected | ({"organisers": sorted(expected["organisers"])} if "organisers" in expected else {})
        assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize("case", read_cases("roles"))
def test_people_have_their_roles(nlp: Language, case: dict):
    record = jishi.extract(case["text"], published="2024-09-02", nlp=nlp)
    ids = {person.name: person.id for person in record.people}
    roles: dict[str, list[str]] = {}
    for event in record.events:
        for participant in event.participants:
            roles.setdefault(participant.person, []).append(participant.role)
    for name, expected in case["expected"].items():
        assert sorted(roles.get(ids[name], [])) == sorted(expected)


def test_two_events_of_an_article_keep_their_own_dates(nlp: Language, samples: Path):
    lines = (samples / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    article = next(a for a in map(json.loads, lines) if a["id"] == "sample-07")
    record = jishi.extract(article["text"], article["title"], article["published"], nlp=nlp)
    assert {(event.type, event.start) for event in record.events} == {
        ("conference", "2023-12-27"),
        ("performance", "2023-12-28"),
    }


def test_confidence_says_how_sure_the_model_is(nlp: Language):
    clear = jishi.extract("5月18日，青禾大学在明理楼报告厅举行数字乡村学术研讨会。", published="2024-05-20", nlp=nlp)
    vague = jishi.extract("大家都说这里的活动不错，以后还会有。", published="2024-05-20", nlp=nlp)
    assert clear.events[0].confidence > max((event.confidence for event in vague.events), default=0.0)


# patterns that are tried only at characters with which a match can begin
SOONER = [
    event_facts._LEADS, event_facts._PLACE_END, event_facts._ATTENDANCE, fields._pattern(), talk_candidates._OPENING,
    talk_candidates._CLOSING, talk_candidates._LABELLED, talk_candidates._ABOUT, event_facts._LASTS,
    event_facts._AFTER_TIME,
]  # fmt: skip


@pytest.mark.parametrize("pattern", SOONER)
def test_every_beginning_is_told(pattern: re.Pattern[str]) -> None:
    characters, _, plain = pattern.pattern.removeprefix("(?=").partition(")")
    assert pattern.pattern == begin_with(characters[1:-1], plain[3:-1])
    alphabet = frozenset("".join(map(chr, range(0x20, 0xFFFF))))
    assert all(map(re.compile(characters).match, find_first_characters(plain, alphabet)))


@given(st.sets(st.text("会议室.|", min_size=1, max_size=4), min_size=1), st.text("会议室.|", max_size=12))
def test_of_words_the_longest_is_found(words: set[str], text: str) -> None:
    plain = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    assert re.findall(join_words(words), text) == re.findall(plain, text)
