"""Organisations: which names count, which are one, parents, and what 我校 points at, with entities given."""

from __future__ import annotations

from typing import Any

import pytest
from marked_text import build_doc, read_cases
from spacy.tokens import Doc

from jishi.stages.organisations import find_organisations
from jishi.stages.people import find_people


def resolve(doc: Doc, word: str) -> str | None:
    index = doc._.resolved.get(word)
    return None if index is None else doc._.organisations[index].name


@pytest.mark.parametrize("case", read_cases("organisations"))
def test_names(case: dict[str, Any]) -> None:
    doc = build_doc(case["text"])
    assert {found.name: found.aliases for found in doc._.organisations} == case["expected"]


def test_spans_hold_the_names() -> None:
    doc = build_doc("{O:清源市总工会}召开会议，{O:市总工会}负责人讲话，{O:清源市总工会}承办。")
    (found,) = doc._.organisations
    assert [doc.text[start:end] for start, end in found.spans] == ["清源市总工会", "市总工会", "清源市总工会"]


def test_department_is_linked_to_its_parent() -> None:
    doc = build_doc("{O:松江大学}校庆，{O:松江大学图书馆}开放。")
    library = next(found for found in doc._.organisations if found.name == "松江大学图书馆")
    assert library.parent is not None
    assert doc._.organisations[library.parent].name == "松江大学"


def test_our_school_is_the_one_of_title_and_first_sentence() -> None:
    doc = build_doc(
        "{O:松江大学}举行典礼。我校师生与{O:北辰大学}代表参加。{T:校长}{P:刘青山}、我校{T:教授}{P:陆知白}发言。"
    )
    assert resolve(doc, "我校") == "松江大学"
    position = next(person for person in doc._.people if person.name == "陆知白").positions[0]
    assert (position.organisation_text, doc._.organisations[position.organisation].name) == ("我校", "松江大学")


def test_two_schools_on_a_par_leave_our_school_open() -> None:
    doc = build_doc("{O:松江大学}、{O:北辰大学}签约。我校师生参加。")
    assert resolve(doc, "我校") is None


def test_school_that_is_only_visited_is_not_ours() -> None:
    doc = build_doc("9月3日，我校师生赴{O:松江大学}参观。")
    assert resolve(doc, "我校") is None


def test_school_named_once_far_from_the_opening_is_not_ours() -> None:
    doc = build_doc("本校师生参加研讨会。会上，来自{O:松江大学}的{P:樊立}{T:教授}作报告。")
    assert resolve(doc, "本校") is None


def test_our_college_is_no_university() -> None:
    doc = build_doc("{O:松江大学}{O:文学院}举办讲座。我院师生参加。")
    assert resolve(doc, "我院") == "文学院"


def test_firm_is_not_resolved_to_a_school() -> None:
    doc = build_doc("{O:松江大学}举办招聘会，该公司负责人介绍情况。")
    assert resolve(doc, "该公司") is None


def test_name_that_the_tagger_is_unsure_of_counts_only_where_a_title_follows() -> None:
    doc = build_doc("{O:海岳之光}迎来客人。{O:北辰之星}{T:董事长}{P:戴文涛}致辞。")
    for ent in doc.ents:
        ent._.score = 0.6 if ent.label_ == "ORG" else 0.99
    assert [found.name for found in find_people(find_organisations(doc))._.organisations] == ["北辰之星"]


def test_parents_form_no_circle() -> None:
    doc = build_doc("{O:松江大学}{O:松江大学}文学院，{O:松江大学文学院}{O:松江大学}。")
    for found in doc._.organisations:
        seen = set()
        parent = found.parent
        while parent is not None:
            assert parent not in seen
            seen.add(parent)
            parent = doc._.organisations[parent].parent


def test_department_of_another_school_in_a_list_is_not_the_writers() -> None:
    doc = build_doc(
        "{O:松江大学}教师节表彰大会举行，全校各单位负责人和师生代表到场。"
        + "会上介绍了一年来教学与科研的进展，并向获奖教师致敬。" * 5
        + "{O:护理系}师生献唱。"
        + "随后播放了回顾短片，大家回忆起共同走过的岁月。" * 8
        + "来宾有{O:北辰大学护理系}代表。"
    )
    assert {found.name: found.aliases for found in doc._.organisations} == {
        "松江大学": [],
        "护理系": [],
        "北辰大学护理系": [],
    }


def test_only_college_of_an_article_named_twice_is_ours_though_not_in_the_opening() -> None:
    doc = build_doc("我院党校获得表彰。会上，{O:人口学院}代表发言。会后{O:人口学院}组织了学习。")
    assert resolve(doc, "我院") == "人口学院"


def test_college_of_another_country_is_not_ours() -> None:
    doc = build_doc(
        "{O:美国清河学院法学院}院长到访我院。{O:美国清河学院法学院}的来宾听取了介绍，{O:美国清河学院法学院}院长致谢。"
        "{O:松江法学院}师生参加，{O:松江法学院}供稿。"
    )
    assert resolve(doc, "我院") == "松江法学院"


def test_body_and_office_share_a_character() -> None:
    doc = build_doc(
        "{O:衛生}{T:局長}{P:簡聽雨}、{O:北門}{T:分局長}{P:賴靜遠}、{O:教育局}{T:局長}{P:方正清}、{O:松江大學}{T:處長}{P:陸知白}到場。"
    )
    assert {(p.name, q.organisation_text, q.title) for p in doc._.people for q in p.positions} == {
        ("简听雨", "卫生局", "局长"),
        ("赖静远", "北门分局", "分局长"),
        ("方正清", "教育局", "局长"),
        ("陆知白", "松江大学", "处长"),
    }


def test_paper_in_marks_with_a_title_behind_it_is_listed_once() -> None:
    doc = build_doc("{O:青禾晚报}刊文。{O:《青禾晚报》}{T:记者}{P:林听雨}采访。")
    assert [found.name for found in doc._.organisations] == ["青禾晚报"]
    assert doc._.people[0].positions[0].organisation == 0
