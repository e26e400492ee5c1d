"""The report: one page that works offline, shows everything as text, and can be used by pointer, touch and keyboard."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Page, find_chromium, open_browser
from chronicle import read_chronicle, write_articles, write_records

from jishi.exports.report import make_report
from jishi.exports.sources import read_source_texts
from jishi.records import Record

PAIRS = read_chronicle()
RECORDS = [record for _, record in PAIRS]
TEXTS = {record.article.id: article.source_text for article, record in PAIRS}
HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


def unpack(page: str) -> dict[str, Any]:
    found = re.search(r'id="data">([^<]*)<', page)
    assert found
    data: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return data


def test_page_holds_the_records_and_their_texts():
    data = unpack(make_report(RECORDS, TEXTS))
    assert [article["record"] for article in data["articles"]] == [record.to_dict() for record in RECORDS]
    assert [article["text"] for article in data["articles"]] == list(TEXTS.values())


def test_page_again_is_the_same():
    assert make_report(RECORDS, TEXTS) == make_report(iter(RECORDS), dict(reversed(TEXTS.items())))


def test_text_that_the_record_was_not_made_from_is_left_out():
    data = unpack(make_report(RECORDS[:1], {"c01": TEXTS["c01"] + "后来加的一句。"}))
    assert data["articles"][0]["text"] is None


def test_page_asks_for_nothing_outside_itself():
    page = re.sub(r'id="data">[^<]*<', "", make_report(RECORDS, TEXTS))
    links = [link for link in re.findall(r'(?:src|href)="([^"]*)"', page) if not link.startswith(("data:", "#"))]
    assert links == []
    assert "default-src 'none'" in page


def test_title_and_data_are_never_markup():
    hostile = RECORDS[0].model_copy(
        update={"article": RECORDS[0].article.model_copy(update={"title": HOSTILE, "source": HOSTILE})}
    )
    page = make_report([hostile], title=HOSTILE)
    assert "owned'</script>" not in page
    assert "<img src=x" not in page
    assert unpack(page)["articles"][0]["record"]["article"]["title"] == HOSTILE


def test_braces_of_the_data_and_title_stay(tmp_path: Path):
    page = make_report(RECORDS[:1], title="{script} {version}")
    assert "<title>{script} {version}</title>" in page


def test_source_texts_are_found_by_id_in_the_archive(tmp_path: Path):
    path = write_articles(tmp_path / "articles.jsonl", [article for article, _ in PAIRS])
    assert read_source_texts([path], ["c02", "c05", "c99"]) == {name: TEXTS[name] for name in ("c02", "c05")}


# in a browser


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    if find_chromium() is None:
        pytest.skip("needs Chromium")
    with open_browser() as opened:
        yield opened


@pytest.fixture
def report(page: Page, tmp_path: Path) -> Iterator[Page]:
    """The page of the archive, at desktop size; afterwards its console must be clean."""
    path = tmp_path / "report.html"
    path.write_text(make_report(RECORDS, TEXTS), encoding="utf-8")
    page.complaints.clear()
    page.requests.clear()
    page.set_size(1280, 900)
    page.open(path)
    yield page
    assert page.complaints == []
    assert {url for url in page.requests if not url.startswith("data:")} == {path.as_uri()}


def titles(page: Page) -> list[str]:
    found: list[str] = page.evaluate("[...document.querySelectorAll('#list .title')].map(each => each.textContent)")
    return found


def wait_for_titles(page: Page, count: int) -> list[str]:
    page.wait_for(f"document.querySelectorAll('#list .title').length === {count}", 5)
    return titles(page)


def test_all_articles_are_listed_newest_first_and_undated_last(report: Page):
    assert len(titles(report)) == len(RECORDS)
    assert titles(report)[0] == "南屏工学院更名为南屏理工大学"
    assert titles(report)[-1] == "读书月启动"


def test_search_finds_text_names_and_topics(report: Page):
    report.press("/")
    report.type("平台如何进村")
    assert wait_for_titles(report, 1) == ["青禾大学举办数字乡村论坛"]


def test_search_needs_all_words(report: Page):
    report.press("/")
    report.type("李晨 防暑")
    assert wait_for_titles(report, 1) == ["临江市总工会慰问一线职工"]


def test_filter_by_person_from_the_keyboard(report: Page):
    report.evaluate("document.querySelector('#person').focus()")
    report.type("高望")
    report.press("ArrowDown")
    report.press("Enter")
    assert wait_for_titles(report, 1) == ["市总工会表彰劳动模范"]
    assert report.evaluate("document.querySelector('#person').value") == "高望舒"


def test_filter_by_organisation_type_and_doubt(report: Page):
    report.evaluate("document.querySelector('#organisation').focus()")
    report.type("南屏工学院")
    assert len(wait_for_titles(report, 2)) == 2
    report.evaluate("const type = $('type'); type.value = 'signing'; type.dispatchEvent(new Event('change'))")
    assert wait_for_titles(report, 1) == ["南屏工学院与山海集团签约"]
    report.click("button[type=reset]")
    assert len(wait_for_titles(report, len(RECORDS))) == len(RECORDS)
    report.click("#doubtful")
    assert wait_for_titles(report, 1) == ["南屏工学院更名为南屏理工大学"]


def test_a_bar_of_the_timeline_filters_its_month(report: Page):
    report.evaluate("document.querySelector('g.slot[aria-label^=\"2023-09\"]').focus()")
    report.press("Enter")
    assert wait_for_titles(report, 1) == ["青禾大学召开教学工作会"]


def test_source_text_is_whole_and_every_span_is_marked(report: Page):
    for article, record in PAIRS:
        report.evaluate(f"location.hash = 'a={record.article.id}'")
        report.wait_for(f"archive.articles[shown.number].record.article.id === '{record.article.id}'")
        assert report.evaluate("document.querySelector('.source').textContent") == article.source_text
        for span, _ in record.spans():
            marked = report.evaluate(
                "shown.marks.filter(mark => mark.spans.some(span => "
                f"span.start === {span[0]} && span.end === {span[1]})).map(mark => mark.textContent).join('')"
            )
            assert marked == article.source_text[slice(*span)]


def test_pointer_on_a_span_tells_what_and_why(report: Page):
    report.evaluate("location.hash = 'a=c01'")
    report.wait_for("archive.articles[shown.number].record.article.id === 'c01'")
    report.evaluate("shown.marks.find(mark => mark.textContent === '副校长').id = 'wanted'")
    report.hover("#wanted")
    report.wait_for("!document.querySelector('#tip').hidden")
    tip = report.evaluate("document.querySelector('#tip').textContent")
    assert "副校长" in tip
    assert "李晨" in tip
    assert "我校 → 青禾大学" in tip
    assert "0.90" in tip


def test_keys_step_through_articles_and_evidence(report: Page):
    report.press("j")
    report.wait_for("location.hash === '#a=c05'")
    report.wait_for("archive.articles[shown.number].record.article.id === 'c05' && document.querySelector('mark')")
    report.press("n")
    report.wait_for("!document.querySelector('#tip').hidden && document.activeElement.matches('mark')")
    report.press("Escape")
    report.wait_for("document.querySelector('#tip').hidden")
    report.press("?")
    report.wait_for("document.querySelector('#help').open")
    report.press("Escape")
    report.wait_for("!document.querySelector('#help').open")


def test_a_person_of_several_articles_leads_to_them(report: Page):
    report.evaluate("location.hash = 'a=c03'")
    report.wait_for("archive.articles[shown.number].record.article.id === 'c03'")
    report.evaluate("document.querySelector('.facts .elsewhere').click()")
    assert set(wait_for_titles(report, 2)) == {"青禾大学举办数字乡村论坛", "青禾大学召开教学工作会"}
    assert report.evaluate("document.querySelector('#person').value") == "林听雨"


def test_low_confidence_is_marked(report: Page):
    report.evaluate("location.hash = 'a=c06'")
    report.wait_for("document.querySelector('.card.uncertain') !== null")
    assert "存疑 low" in report.evaluate("document.querySelector('.card.uncertain').textContent")
    assert report.evaluate("document.querySelectorAll('mark.doubtful').length > 0")


def test_phone_shows_list_then_article_without_sideways_scrolling(report: Page):
    report.set_size(390, 844, phone=True)
    report.evaluate("location.hash = ''")
    report.wait_for("!document.body.classList.contains('reading')")
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert report.evaluate(fits)
    assert report.evaluate("getComputedStyle(document.querySelector('#detail')).display") == "none"
    report.click("#list a")
    report.wait_for("document.body.classList.contains('reading')")
    assert report.evaluate("getComputedStyle(document.querySelector('#detail')).display") == "block"
    assert report.evaluate(fits)
    report.click(".back")
    report.wait_for("!document.body.classList.contains('reading')")


def test_hostile_article_is_shown_as_text(page: Page, tmp_path: Path):
    text = HOSTILE + "𠮷林大学校长李晨"
    article = RECORDS[0].article.model_copy(
        update={"id": "x'\"<1>", "title": HOSTILE, "url": "javascript:alert(1)", "characters": len(text)}
    )
    start = text.index("李晨")
    person = (
        RECORDS[0]
        .people[1]
        .model_copy(update={"id": "p1", "name": HOSTILE, "positions": [], "spans": [(start, start + 2)]})
    )
    record = Record.model_validate(
        {
            **RECORDS[0].to_dict(),
            "article": {**article.model_dump(), "body_start": 0, "credits": []},
            **{key: [] for key in ("dates", "organisations", "talks", "events")},
            "people": [person.model_dump()],
        }
    )
    path = tmp_path / "report.html"
    path.write_text(make_report([record], {article.id: text}, title="平安"), encoding="utf-8")
    page.complaints.clear()
    page.set_size(1280, 900)
    page.open(path, "#a=" + "x'%22%3C1%3E")
    assert page.evaluate("document.title") == "平安"
    assert page.evaluate("document.querySelector('.source').textContent") == text
    assert page.evaluate("shown.marks.map(mark => mark.textContent)") == ["李晨"]
    assert page.evaluate("document.querySelectorAll('img, a[href^=javascript]').length") == 0
    assert page.complaints == []


def test_records_without_texts_are_shown(page: Page, tmp_path: Path):
    path = tmp_path / "report.html"
    path.write_text(make_report(RECORDS), encoding="utf-8")
    page.set_size(1280, 900)
    page.open(path)
    assert "--articles" in page.evaluate("document.querySelector('#detail').textContent")
    assert page.evaluate("document.querySelectorAll('.card').length") > 0


def test_people_of_one_name_are_told_apart_by_their_entities(page: Page, tmp_path: Path):
    entities = {"c01#p2": "person-a", "c03#p2": "person-a", "c02#p1": "person-b", "c05#p2": "person-b"}
    path = tmp_path / "report.html"
    names = {"person-a": "李晨（青禾大学）", "person-b": "李晨（临江市总工会）"}
    path.write_text(make_report(RECORDS, TEXTS, entities=entities, names=names), encoding="utf-8")
    page.set_size(1280, 900)
    page.open(path)
    page.evaluate("document.querySelector('#person').focus()")
    page.type("李晨")
    page.wait_for("document.querySelectorAll('#person-options li').length === 2")
    page.press("ArrowDown")
    page.press("Enter")
    assert sorted(wait_for_titles(page, 2)) == ["青禾大学举办数字乡村论坛", "青禾大学召开教学工作会"]


def test_report_is_the_same_from_files(tmp_path: Path):
    records = write_records(tmp_path / "records.jsonl", RECORDS)
    articles = write_articles(tmp_path / "articles.jsonl", [article for article, _ in PAIRS])
    from jishi.archive.records import read_records

    ids = {record.article.id for record in read_records(records)}
    assert make_report(read_records(records), read_source_texts([articles], ids)) == make_report(RECORDS, TEXTS)
