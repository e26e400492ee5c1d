"""Entities: who and what the tagger finds, and that the Doc it gives can be relied upon."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from jishi.stages.entities import BorrowedEntities, create_entities
from jishi.stages.evidence import Evidence
from jishi.stages.segment import NormalisingTokenizer
from jishi.stages.settle import settle
from jishi.stages.tagger import ENTITY_TAGS, PERSON_ROLES, TaggedSpan, choose_tags, locate_model

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "entities.jsonl").read_text(encoding="utf-8").splitlines()
    if line.strip()
]
ARTICLE = (
    "青禾市图书馆举办读书会\n9月2日，青禾市图书馆在云汀大学举办秋季读书会，馆长林听雨主持，云汀大学文学院教授何一舟作报告。\n"
    "市文化局局长白慕川出席。林听雨介绍了图书馆的情况，何一舟回答了读者的问题，白慕川作了总结。"
)


@pytest.fixture(scope="module")
def nlp() -> Language:
    pipeline = spacy.blank("zh")
    pipeline.tokenizer = NormalisingTokenizer(pipeline.vocab)
    pipeline.add_pipe("jishi_entities")
    return pipeline


def found(doc: Doc) -> set[tuple[str, str]]:
    return {(entity.text, entity.label_) for entity in doc.ents}


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:12] for case in CASES])
def test_a_case_is_read_as_it_says(nlp: Language, case: dict, request: pytest.FixtureRequest) -> None:
    if "known_failure" in case:  # strict: a failure that is mended must be struck off the list
        request.applymarker(pytest.mark.xfail(reason=case["known_failure"], strict=True))
    # the normaliser decides how wide a space is: compare without spaces
    entities = {("".join(form.split()), label) for form, label in found(nlp(case["text"]))}
    forms = {form for form, label in entities if label in ("PERSON", "ORG")}
    assert {("".join(form.split()), label) for form, label in case["expected"]} <= entities
    assert not forms & set(case["absent"])


def test_nearly_all_names_of_a_roster_are_found(nlp: Language) -> None:
    surnames = "张李王刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
    single, double = "伟娜洋静磊强敏丽涛婷", "建国志远思琪雨桐文博晓东子涵佳怡明轩欣然海燕"
    names = [s + single[i % 10] for i, s in enumerate(surnames)]
    names += [s + double[2 * (i % 10) : 2 * (i % 10) + 2] for i, s in enumerate(surnames)]
    roster = "　".join(name[0] + "　" + name[1] if len(name) == 2 else name for name in names)
    doc = nlp(f"获奖学生名单如下：\n{roster}\n")
    people = {"".join(form.split()) for form, label in found(doc) if label == "PERSON"}
    assert len(names) == 40
    assert len(people & set(names)) >= 37


def test_entities_and_frames_stand_on_token_boundaries(nlp: Language) -> None:
    plain = NormalisingTokenizer(nlp.vocab)(ARTICLE)
    doc = nlp(ARTICLE)
    assert doc.text == plain.text
    assert doc._.normalised.source == ARTICLE
    starts, ends = {t.idx for t in doc}, {t.idx + len(t) for t in doc}
    assert len(doc.ents) >= 8
    for span in [*doc.ents, *doc.spans["frames"]]:
        assert span.start_char in starts
        assert span.end_char in ends
        assert 0 < span._.score <= 1


def test_the_likeliest_role_of_who_presides_is_the_chair(nlp: Language) -> None:
    doc = nlp(ARTICLE)
    assert len(doc._.role_scores) == len(doc._.frame_scores) == len(doc.text)
    evidence = Evidence(doc._.frame_scores, doc._.role_scores)
    chair = next(e for e in doc.ents if e.text == "林听雨")
    likely = {role: evidence.role(role, chair.start_char, chair.end_char) for role in PERSON_ROLES}
    assert max(likely, key=likely.__getitem__) == "chair"


def test_two_runs_are_alike(nlp: Language) -> None:
    first, second = nlp(ARTICLE), nlp(ARTICLE)
    assert [(e.start_char, e.end_char, e.label_) for e in first.ents] == [
        (e.start_char, e.end_char, e.label_) for e in second.ents
    ]


def test_a_long_text_is_read_to_its_end(nlp: Language) -> None:
    long = "\n".join([ARTICLE] * 80)
    assert len(long) > 2 * 4096
    doc = nlp(long)
    mentions = [e.start_char for e in doc.ents if e.text == "白慕川"]
    assert len(mentions) == 160


@pytest.mark.parametrize("text", ["", " ", "\n\n", "。", "abc", "𠮷野家", "👍🏽", "1" * 50])
def test_odd_texts_pass(nlp: Language, text: str) -> None:
    assert isinstance(nlp(text), Doc)


@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_the_tags_chosen_are_the_best_that_are_well_formed(length: int, seed: int) -> None:
    scores = np.log(np.random.default_rng(seed).dirichlet(np.full(5, 0.4), length)).astype(np.float32)
    tags = ("O", "B-X", "I-X", "E-X", "S-X")

    def well_formed(sequence: tuple[int, ...]) -> bool:
        inside = False
        for tag in sequence:
            if (tags[tag][0] in "IE") != inside:
                return False
            inside = tags[tag][0] in "BI"
        return not inside

    def total(sequence: tuple[int, ...]) -> float:
        return float(sum(scores[i, tag] for i, tag in enumerate(sequence)))

    best = max(filter(well_formed, itertools.product(range(5), repeat=length)), key=total)
    chosen = tuple(int(tag) for tag in choose_tags(scores))
    assert well_formed(chosen)
    assert total(chosen) == pytest.approx(total(best), abs=1e-4)


def doubtful_scores(text: str) -> np.ndarray:
    scores = np.full((len(text), len(ENTITY_TAGS)), 0.2 / (len(ENTITY_TAGS) - 1))
    scores[:, 0] = 0.8
    return np.log(scores).astype(np.float32)


def test_a_name_that_was_missed_is_found_by_its_other_mention() -> None:
    text = "馆长林听雨主持。会后林听雨作了总结。"
    spans = settle(text, [TaggedSpan(2, 5, "PERSON", 0.95)], doubtful_scores(text))
    assert [(s.start, s.end, s.label) for s in spans] == [(2, 5, "PERSON"), (10, 13, "PERSON")]


def test_two_organisations_in_one_are_split_where_one_stands_alone_elsewhere() -> None:
    text = "云汀省政府与大岳集团签约。大岳集团负责建设。"
    spans = [TaggedSpan(0, 10, "ORG", 0.6), TaggedSpan(13, 17, "ORG", 0.9)]
    forms = [text[s.start : s.end] for s in settle(text, spans, doubtful_scores(text))]
    assert forms == ["云汀省政府", "大岳集团", "大岳集团"]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("云汀科技大学暨青禾能源基金会", ["云汀科技大学", "青禾能源基金会"]),
        ("前云汀大学护理系", ["云汀大学护理系"]),
        ("前海管理局", ["前海管理局"]),
        ("云汀大学（简称云大", ["云汀大学"]),
    ],
)
def test_what_is_joined_or_in_front_is_no_part_of_an_organisation(form: str, expected: list[str]) -> None:
    spans = settle(form, [TaggedSpan(0, len(form), "ORG", 0.9)], doubtful_scores(form))
    assert [form[s.start : s.end] for s in spans] == expected


def test_a_department_between_two_offices_is_found_where_the_tagger_leans_towards_one() -> None:
    text = "青禾大学副校长兼产教合作室主任林听雨主持。"
    spans = [
        TaggedSpan(0, 4, "ORG", 0.9),
        TaggedSpan(4, 7, "TITLE", 0.9),
        TaggedSpan(13, 15, "TITLE", 0.9),
        TaggedSpan(15, 18, "PERSON", 0.9),
    ]
    scores = doubtful_scores(text)
    assert [s.label for s in settle(text, spans, scores)] == ["ORG", "TITLE", "TITLE", "PERSON"]
    scores[8:13, ENTITY_TAGS.index("I-ORG")] = np.log(0.4)
    found = [(text[s.start : s.end], s.label) for s in settle(text, spans, scores)]
    assert found[2:4] == [("产教合作室", "ORG"), ("主任", "TITLE")]


def test_a_bracket_without_its_partner_is_no_part_of_a_name() -> None:
    text = "青禾研究院（青研院）成立。"
    spans = [TaggedSpan(0, 5, "ORG", 0.9), TaggedSpan(6, 10, "ORG", 0.9)]
    assert [text[s.start : s.end] for s in settle(text, spans, doubtful_scores(text))] == ["青禾研究院", "青研院"]


def test_another_pipelines_entities_can_be_borrowed() -> None:
    other = spacy.blank("zh")
    ruler = other.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PER", "pattern": "林听雨"}, {"label": "GPE", "pattern": "青禾市"}])
    component = BorrowedEntities()
    component.pipeline = other
    doc = component(NormalisingTokenizer(spacy.blank("zh").vocab)("林听雨到了青禾市。"))
    assert found(doc) == {("林听雨", "PERSON"), ("青禾市", "LOC")}


def test_a_folder_without_a_tagger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"tagger\.onnx"):
        create_entities(spacy.blank("zh"), "entities", str(tmp_path))


def test_the_shipped_tagger_is_found() -> None:
    assert (locate_model() / "tagger.onnx").stat().st_size < 20_000_000
