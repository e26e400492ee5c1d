"""The whole pipeline: what a spaCy user and a caller of `jishi.extract` rely on."""

from __future__ import annotations

import datetime
import json
import os
import pickle
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy
import srsly
from spacy.language import Language
from spacy.tokens import Doc, DocBin

import jishi
from jishi.assemble import RecordError
from jishi.language import GROUP_ARTICLES, make_doc
from jishi.records import Article, Record

STAGES = ["metadata", "entities", "dates", "organisations", "people", "talks", "events", "record"]
ARTICLE = (
    "9月2日下午，青禾市图书馆在文华报告厅举办“小城读书会”，青禾市图书馆馆长林听雨主持。"
    "青禾大学教授陆知白作了题为《小城里的大世界》的报告，80余名读者参加。"
)


def sample_articles(samples: Path) -> list[Article]:
    lines = (samples / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return [Article(**json.loads(line)) for line in lines]


def fold(text: str) -> str:
    from jishi.stages.script import to_simplified

    text = re.sub(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜ]+\)", "", text)  # a name alone is too short to show the damage
    simplified = to_simplified(jishi.normalise(text).text, "traditional")  # nor its script
    return simplified.replace(" ", "").replace("\n", "")


# the spaCy contract


def test_stages_are_components_that_say_what_they_need(nlp: Language):
    assert nlp.pipe_names == [f"jishi_{stage}" for stage in STAGES]
    analysis = nlp.analyze_pipes()
    assert not any(analysis["problems"].values())
    assert "doc._.record" in analysis["summary"]["jishi_record"]["assigns"]


def test_doc_carries_entities_findings_and_the_record(nlp: Language):
    doc = nlp(ARTICLE)
    assert isinstance(doc._.record, Record)
    assert ("林听雨", "PERSON") in {(ent.text, ent.label_) for ent in doc.ents}
    assert [person.name for person in doc._.people] == ["林听雨", "陆知白"]


def test_tokens_join_to_the_normalised_text(nlp: Language):
    doc = nlp("青禾市 圖書館,９月２日  舉辦。\n\n林聽雨 主持")
    assert "".join(token.text_with_ws for token in doc) == doc.text == doc._.normalised.text


def test_entities_win_over_the_segmenter(nlp: Language):
    doc = nlp(ARTICLE)
    for ent in doc.ents:
        assert ent.start_char == doc[ent.start].idx
        assert ent.end_char == doc[ent.end - 1].idx + len(doc[ent.end - 1])


def test_components_can_be_left_out():
    nlp = jishi.load(exclude=["jishi_talks"])
    assert "jishi_talks" not in nlp.pipe_names
    assert nlp(ARTICLE)._.record.talks == []


@pytest.mark.parametrize("exclude", ["jishi_talk", ["jishi_talks", "parser"]])
def test_leaving_out_what_is_not_there_is_an_error(exclude: str | list[str]):
    with pytest.raises(ValueError, match=r"there is no stage (jishi_talk|parser); there are jishi_metadata, "):
        jishi.load(exclude=exclude)


def test_one_stage_may_be_named_alone():
    assert "jishi_talks" not in jishi.load(exclude="jishi_talks").pipe_names


def test_docs_go_through_bytes_and_processes(nlp: Language):
    doc = nlp(ARTICLE)
    (boxed,) = DocBin(docs=[doc], store_user_data=True).get_docs(nlp.vocab)
    assert pickle.loads(pickle.dumps(nlp))(ARTICLE)._.record == doc._.record  # as a process that is spawned gets it
    copies = [Doc(nlp.vocab).from_bytes(doc.to_bytes()), pickle.loads(pickle.dumps(doc)), boxed]
    for copy in (*copies, *nlp.pipe([ARTICLE], n_process=2)):
        assert copy._.record == doc._.record
        assert list(copy._.people) == doc._.people
        assert copy._.normalised.source_span(0, 4) == doc._.normalised.source_span(0, 4)
        assert [ent._.score for ent in copy.ents] == [ent._.score for ent in doc.ents]


def test_bytes_of_a_doc_cannot_run_code(nlp: Language):
    class Harm:
        def __reduce__(self) -> tuple[object, tuple[str, ...]]:
            return os.system, ("exit 1",)

    data = srsly.msgpack_dumps({"__jishi__": pickle.dumps(Harm())})
    with pytest.raises(pickle.UnpicklingError):
        srsly.msgpack_loads(data)


def test_a_pipeline_goes_through_a_folder(nlp: Language, tmp_path: Path):
    nlp.to_disk(tmp_path)
    assert spacy.load(tmp_path)(ARTICLE)._.record == nlp(ARTICLE)._.record


def test_a_doc_of_another_tokenizer_counts_as_normalised(nlp: Language):
    doc = nlp(spacy.blank("zh")(ARTICLE))
    assert [person.name for person in doc._.record.people] == ["林听雨", "陆知白"]
    assert {ARTICLE[slice(*span)] for person in doc._.record.people for span in person.spans} == {"林听雨", "陆知白"}
    other = jishi.load()
    other.tokenizer = spacy.blank("zh").tokenizer
    assert other(ARTICLE)._.record.events


def test_a_pipeline_that_makes_no_record_is_told():
    with pytest.raises(ValueError, match="no component `jishi_record`"):
        jishi.extract(ARTICLE, nlp=jishi.load(exclude=["jishi_record"]))


def test_a_users_own_ner_takes_the_taggers_place():
    import spacy

    own = spacy.blank("zh")
    ruler = own.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PER", "pattern": "林听雨"}, {"label": "ORG", "pattern": "青禾市图书馆"}])
    record = jishi.extract(ARTICLE, nlp=jishi.load(ner=own))
    assert [person.name for person in record.people] == ["林听雨"]
    assert [organisation.name for organisation in record.organisations] == ["青禾市图书馆"]


# the record of an article


def test_one_article_in_one_record_out():
    record = jishi.extract(ARTICLE, title="小城读书会举行", published="2024-09-03", id="x1")
    assert record.article.id == "x1"
    (event,) = record.events
    assert (event.start, event.end) == ("2024-09-02", "2024-09-02")
    assert event.name is not None
    assert "小城读书会" in event.name
    assert event.attendance is not None
    assert (event.attendance.count, event.attendance.bound) == (80, "over")
    assert [talk.topic for talk in record.talks] == ["小城里的大世界"]
    speaker = next(person for person in record.people if person.name == "陆知白")
    assert record.talks[0].speakers == [speaker.id]
    assert [(p.title, p.organisation_text) for p in speaker.positions] == [("教授", "青禾大学")]


def test_dates_and_texts_are_taken_as_they_come(nlp: Language):
    for published in ("2024-09-03", datetime.date(2024, 9, 3), datetime.datetime(2024, 9, 3, 8, 30)):
        assert jishi.extract(ARTICLE, published=published, nlp=nlp).article.published == "2024-09-03"
    as_text, as_article = jishi.extract_many([ARTICLE, Article(ARTICLE)], nlp=nlp)
    assert as_text == as_article


@pytest.mark.parametrize("published", ["2024/9/3", "昨天", "2024-9-3", "20240903", 20240903])
def test_a_publication_date_that_is_none_is_told(published: object):
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        jishi.extract(ARTICLE, published=published)


@pytest.mark.parametrize("text", [None, b"bytes", 5, ["text"]])
def test_a_text_that_is_none_is_told(text: object):
    with pytest.raises(TypeError, match="the text of an article is a str, not "):
        jishi.extract(text)


def test_spans_count_from_the_body_when_the_title_comes_separately():
    record = jishi.extract(ARTICLE, title="小城读书会举行")
    date = record.dates[0]
    start, end = (offset - record.article.body_start for offset in date.span)
    assert ARTICLE[start:end] == date.text == "9月2日下午"


def test_an_unknown_year_is_never_taken_from_the_clock():
    record = jishi.extract(ARTICLE)
    assert record.dates[0].start == "XXXX-09-02"
    assert record.events[0].start == "XXXX-09-02"


def test_every_span_of_the_samples_is_evidence_for_its_item(nlp: Language, samples: Path):
    for article in sample_articles(samples):
        record = jishi.extract(article.text, article.title, article.published, article.id, nlp=nlp)
        source = article.source_text
        assert record.article.characters == len(source)

        def evidence(span: tuple[int, int], source: str = source) -> str:
            text = source[slice(*span)]
            assert text.strip()
            return fold(text)

        for person in record.people:
            name = person.name.replace(" ", "")
            for span in person.spans:
                found = evidence(span)
                assert name in found or (found.startswith(name[0]) and found.endswith(name[-1]))
            for position in person.positions:
                assert fold(position.title) in evidence(position.span)
        for organisation in record.organisations:
            forms = {fold(form) for form in (organisation.name, *organisation.aliases)}
            assert all(any(form in evidence(span) for form in forms) for span in organisation.spans)
        for date in record.dates:
            assert fold(date.text) in evidence(date.span)
        for talk in record.talks:
            assert fold(talk.topic) in evidence(talk.span)
        for credit in record.article.credits:
            assert fold(credit.name) in evidence(credit.span)
        for event in record.events:
            found = evidence(event.span)
            assert event.name is None or fold(event.name) in found or found in fold(event.name)


def test_damaged_and_clean_forms_of_one_article_give_the_same_people(nlp: Language, samples: Path):
    by_id = {article.id: article for article in sample_articles(samples)}
    record = jishi.extract(by_id["sample-10"].text, published="2024-09-02", nlp=nlp)
    assert record.article.script == "traditional"
    assert record.article.repairs["pinyin_annotation"] > 10
    assert {"罗致远", "聂双华", "钱塘", "魏国梁"} <= {person.name for person in record.people}
    assert "一把锉刀三十年" in {talk.topic for talk in record.talks}


def test_two_runs_give_the_same_bytes_whatever_came_between(nlp: Language, samples: Path):
    articles = sample_articles(samples)
    first = [record.to_json() for record in jishi.extract_many(articles, nlp=nlp)]
    second = [record.to_json() for record in jishi.extract_many(reversed(articles), nlp=nlp)]
    assert first == second[::-1]


def test_records_come_in_order_and_few_articles_are_taken_ahead(nlp: Language):
    taken: list[str] = []

    def articles() -> Iterator[Article]:
        for number in range(3 * GROUP_ARTICLES + 1):
            taken.append(f"x{number}")
            yield Article(ARTICLE, id=f"x{number}")

    for number, record in enumerate(jishi.extract_many(articles(), nlp=nlp)):
        assert record.article.id == f"x{number}"
        assert len(taken) <= (number // GROUP_ARTICLES + 1) * GROUP_ARTICLES
    assert number == 3 * GROUP_ARTICLES


@pytest.mark.parametrize("where", ["source", "stage", "record"])
def test_what_came_before_a_failure_is_given_first(nlp: Language, where: str):
    def articles() -> Iterator[Article]:
        for number in range(GROUP_ARTICLES):
            if where == "source" and number == 3:
                raise OSError("the disk is gone")
            yield Article(ARTICLE, id=f"x{number}")

    def fail_for_some(doc: Doc) -> Doc:
        if doc._.article.id in ("x3", "x5"):
            if where == "stage":
                raise RuntimeError(doc._.article.id)
            doc._.people[0].name = ""
        return doc

    watched = nlp if where == "source" else jishi.load()
    if where != "source":
        Language.component("fails_for_some", func=fail_for_some)
        watched.add_pipe("fails_for_some", before="jishi_talks")
    records = jishi.extract_many(articles(), nlp=watched)
    assert [next(records).article.id for _ in range(3)] == ["x0", "x1", "x2"]
    message = {"source": "the disk is gone", "stage": "x3", "record": "x3"}[where]
    with pytest.raises((OSError, RuntimeError, RecordError), match=message):
        next(records)


# bad input


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t　",
        "The quick brown fox jumps over the lazy dog. " * 40,
        "\x00\x01\x02" * 50,
        "青禾大学举办讲座《小城里的大世界，林听雨主持。" * 20,
        "“‘“‘“《《《“" * 60,
        "、".join(f"张{a}{b}" for a in "伟芳娜敏静丽强磊军洋" for b in "一二三四五六七八九十")[:1200],
        "今天下午青禾大学举办讲座林听雨教授出席并讲话" * 60,
        "\ud800青禾大学\udfff",
        "𠮷野家𠀋" * 30,
        "9999年99月99日、2月30日、13月1日",
        "(" * 2000,
        "?" * 2000,
    ],
    ids=[
        "empty", "blank", "english", "control", "unclosed", "nested", "names", "unpunctuated", "surrogates", "non-bmp",
        "impossible-dates", "brackets", "question-marks",
    ],
)  # fmt: skip
def test_bad_input_gives_a_valid_record(nlp: Language, text: str):
    record = jishi.extract(text, nlp=nlp)
    Record.model_validate(record.to_dict())
    assert record.article.characters == len(text)


@pytest.mark.slow
def test_five_million_characters_are_read_up_to_the_limit_with_a_warning(nlp: Language):
    record = jishi.extract("好" * 5_000_000, nlp=nlp)
    assert any("truncated" in warning for warning in record.warnings)
    assert record.article.characters == 5_000_000


def test_a_record_that_does_not_validate_is_reported_with_the_articles_id(nlp: Language):
    doc = nlp(make_doc(nlp, Article(ARTICLE, id="x7")))
    doc._.people[0].name = ""
    with pytest.raises(RecordError, match="x7"):
        nlp.get_pipe("jishi_record")(doc)


# what reaches the user's terminal


def test_importing_is_quick_and_says_nothing():
    code = "import sys, jishi; print(sorted({'spacy', 'jieba', 'onnxruntime', 'pandas', 'opencc'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_no_warning_of_a_dependency_reaches_the_user():
    code = f"import jishi; jishi.extract({ARTICLE!r})"
    done = subprocess.run([sys.executable, "-W", "default", "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_extract_raises_no_warning_in_process(nlp: Language):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        jishi.extract(ARTICLE, nlp=nlp)
