"""What holds for any text: no exception, a valid record, spans inside the source, the same again in a second run.

Texts are mixed from fragments of what archives hold: news phrases, damage, marks, digits, control characters, both
scripts. `benchmarks/fuzz.py` runs the same properties for as long as one likes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from mixed_text import articles, texts

import jishi
from jishi.language import extract_article, load
from jishi.records import Article, Record
from jishi.stages.award_lists import find_listed_awards
from jishi.stages.clauses import find_quotations
from jishi.stages.credits import find_credits
from jishi.stages.dates import find_dates
from jishi.stages.honours import find_awards
from jishi.stages.organisation_edges import join_departments
from jishi.stages.tagger import TaggedSpan
from jishi.stages.talk_candidates import find_topic_candidates
from jishi.stages.words import cut_words

SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def nlp():
    return load()


def check_record(article: Article, record: Record) -> None:
    """The properties of a record that its own validation does not know."""
    source = article.source_text
    assert Record.model_validate_json(record.to_json()) == record
    for (start, end), what in record.spans():
        assert 0 <= start < end <= len(source), what
        assert source[start:end].strip(), f"{what} rests on white space alone"


@SETTINGS
@given(article=articles)
def test_any_text_makes_a_valid_record(nlp, article):
    record = extract_article(article, nlp)
    check_record(article, record)
    assert extract_article(article, nlp).to_json() == record.to_json()


@SETTINGS
@given(text=texts)
def test_every_character_has_its_way_back(text):
    normalised = jishi.normalise(text)
    assert normalised.source == text
    for start in range(0, len(normalised.text), 7):
        end = min(start + 5, len(normalised.text))
        if start < end:
            first, last = normalised.source_span(start, end)
            assert 0 <= first < last <= len(text)
    assert jishi.normalise(normalised.text).text == normalised.text


@SETTINGS
@given(text=texts)
def test_findings_stand_inside_their_text(text):
    plain = jishi.normalise(text).text
    spans = [(date.start, date.end) for date in find_dates(plain, "2024-09-03").mentions]
    spans += [(topic.start, topic.end) for topic in find_topic_candidates(plain)]
    spans += [(credit.start, credit.end) for credit in find_credits(plain, 0)]
    spans += find_quotations(plain)
    for start, end in spans:
        assert 0 <= start < end <= len(plain)
    assert "".join(cut_words(plain)) == plain


@pytest.mark.slow
def test_records_do_not_depend_on_the_hash_seed():
    """Sets and dicts of strings are ordered differently from run to run; records are not."""
    script = (
        "import json, jishi; from pathlib import Path\n"
        "for line in Path('data/raw/articles.jsonl').read_text(encoding='utf-8').splitlines():\n"
        "    row = json.loads(line)\n"
        "    print(jishi.extract(row['text'], row.get('title'), row.get('published'), row.get('id')).to_json())"
    )
    outputs = []
    for seed, locale in (("1", "C.UTF-8"), ("4242", "C")):
        environment = os.environ | {"PYTHONHASHSEED": seed, "LC_ALL": locale, "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=environment)
        outputs.append(done.stdout)
    assert outputs[0].count(b"\n") > 5
    assert outputs[0] == outputs[1]


HOSTILE = (
    "就", "围绕", "在", "“《", "《", "1", "十", "年月日", "2024年", "9月2日", "（", "(（[【", "、", "林听雨、",
    "教授林听雨、", "和", "与", "a", "A b ", "-", ".", "=?", "&lt;", "&", "<", "<a ", "\ufffd", "锟斤拷", "Ã¥",
    "？", " ", "\n", " \n", "　", "記者", "记者：", "，", "。", "第一届", "大学", "会议", "举办", "院长", "以及",
    "关于", "题为", "题目：", "讲座：", "等", "等人", "约", "100余人", "至", "2024-", "12:00", "周", "下午",
    "\u200b", "\u0301", "口", "青 禾 市 ", "通讯员 ", "（记者 林听雨）", "·", "林·", "“", "”", "\U00020000", "超",
    "畇",
)  # fmt: skip


def measure(work: Callable[[str], object], text: str) -> float:
    """Processor seconds for one text."""
    began = time.process_time()
    work(text)
    return time.process_time() - began


def grows_linearly(work: Callable[[str], object], unit: str, length: int) -> bool:
    """Whether four times the text takes less than eight times as long, at the second try at the latest."""
    short, long = (unit * (size // len(unit)) for size in (length, 4 * length))
    return any(measure(work, long) < 8 * measure(work, short) + 0.25 for _ in range(2))


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE)
def test_no_text_takes_more_than_its_length(nlp, unit):
    """Runs of what patterns look for: one that tries again from every place would take a hundred times as long."""
    assert grows_linearly(lambda text: nlp(text), unit, 3000)


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    ["1", "十", "3人", "2024年3人到", "云汀公司、", "由云汀公司支持，", "教育部", "●1月2日，林听雨走访云汀中学。\n"],
)
def test_no_text_about_an_event_takes_more_than_its_length(nlp, unit):
    """What is looked for only where there is an event: its organisers, its numbers, its further days."""
    event = "5月3日，云汀市第三届龙舟大赛在云汀剧院举行，教育部国民健康署参加，"
    assert len(nlp(event)._.events) == 1
    assert grows_linearly(lambda text: nlp(event + text), unit, 3000)


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["就", "“《", "1", "年月日", "（", "林听雨、", " ", "\n"])
def test_runs_of_fifty_thousand_characters_are_read(nlp, unit):
    assert grows_linearly(lambda text: nlp(text), unit, 12_500)


def find_all(text: str, words: str) -> list[tuple[int, int]]:
    """Where words stand in a text that has nothing but repetitions."""
    return [found.span() for found in re.finditer(words, text)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("unit", "work"),
    [
        ("授予林听雨、", lambda text: list(find_awards(text, find_all(text, "林听雨")))),
        ("金奖得主为林听雨，", lambda text: list(find_listed_awards(text, find_all(text, "林听雨")))),
        ("1", lambda text: list(find_listed_awards(f"{text}。金奖\n林听雨", find_all(text, "林听雨")))),
        (
            "外交部长林听雨、",
            lambda text: join_departments(text, [TaggedSpan(*t, "TITLE", 1.0) for t in find_all(text, "外交部长")]),
        ),
    ],
)
def test_who_wins_and_heads_what_takes_no_more_than_its_length(unit: str, work: Callable[[str], object]):
    assert grows_linearly(work, unit, 12_500)
