"""Linking: who is the same over all articles, who is not, and that decisions are explained and ids stay."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from chronicle import make_pair, read_chronicle

from jishi.archive.errors import ArchiveError
from jishi.exports.linking import (
    GazetteerEntry,
    Links,
    Override,
    link,
    read_gazetteer,
    read_links,
    read_overrides,
    write_links,
)
from jishi.exports.linking.organisations import OrganisationResolver
from jishi.records import Record

PAIRS = read_chronicle()
RECORDS = [record for _, record in PAIRS]
TEXTS = {record.article.id: article.source_text for article, record in PAIRS}


def make_record(
    identifier: str,
    people: list[tuple[str, str | None, str | None]],
    organisations: list[str | tuple[str, list[str]]] = (),  # type: ignore[assignment]
    published: str = "2024-05-01",
    title: str = "一则消息",
    place: str | None = None,
) -> Record:
    """A record of people (name, title, organisation) and further organisations."""
    named: dict[str, list[str]] = {}
    for each in organisations:
        name, aliases = each if isinstance(each, tuple) else (each, [])
        named[name] = aliases
    for _, _, body in people:
        if body:
            named.setdefault(body, [])
    words = [word for name, aliases in named.items() for word in (name, *aliases)]
    words += [word for person in people for word in person if word]
    case: dict[str, Any] = {
        "id": identifier,
        "title": title,
        "published": published,
        "text": "5月1日，" + "；".join(words) + (f"；{place}" if place else "") + "。",
        "dates": [["5月1日", published, published, "day"]],
        "organisations": [[name, aliases] for name, aliases in named.items()],
        "people": [[name, [[post, body]] if post else [], "attendee"] for name, post, body in people],
        "talks": [],
        "event": {
            "type": "other", "name": None, "place": place, "organisers": [], "attendance": None, "confidence": 0.9,
        },
        "credits": [],
    }  # fmt: skip
    return make_pair(case)[1]


def groups(links: Links, kind: str, name: str) -> list[list[str]]:
    """The mentions of a name, by entity."""
    found: dict[str, list[str]] = {}
    for mention in links.links.values():
        if mention.name == name and mention.entity.startswith(kind):
            found.setdefault(mention.entity, []).append(mention.mention)
    return sorted(sorted(mentions) for mentions in found.values())


@pytest.fixture(scope="module")
def links() -> Links:
    return link(RECORDS, texts=TEXTS)


# people


def test_one_name_at_two_bodies_is_two_people(links: Links):
    assert groups(links, "person", "李晨") == [["c01#p2", "c03#p2"], ["c02#p1", "c05#p2"]]


def test_names_of_entities_tell_them_apart(links: Links):
    names = {links.names[links.entity_ids[mention]] for mention in ("c01#p2", "c02#p1")}
    assert names == {"李晨（青禾大学副校长）", "李晨（临江市总工会副主席）"}


def test_one_name_in_one_article_twice_is_two_people():
    record = make_record("a", [("陈明", "处长", "青禾市教育局")])
    twin = record.people[0].model_copy(update={"id": "p2"})
    links = link([record.model_copy(update={"people": [record.people[0], twin]})])
    assert len({links.entity_ids[mention] for mention in ("a#p1", "a#p2")}) == 2


def test_a_school_and_its_university_are_no_conflict():
    records = [
        make_record("a", [("周怀瑾", "教授", "青禾大学")]),
        make_record("b", [("周怀瑾", "院长", "青禾大学文学院")]),
    ]
    assert groups(link(records), "person", "周怀瑾") == [["a#p1", "b#p1"]]


def test_student_and_dean_of_one_university_are_two_people():
    records = [
        make_record("a", [("王宁", "2022级硕士研究生", "青禾大学")]),
        make_record("b", [("王宁", "院长", "青禾大学文学院")]),
    ]
    assert groups(link(records), "person", "王宁") == [["a#p1"], ["b#p1"]]


def test_bare_common_name_alone_is_not_enough():
    records = [make_record("a", [("李娜", None, None)]), make_record("b", [("李娜", None, None)])]
    links = link(records)
    assert groups(links, "person", "李娜") == [["a#p1"], ["b#p1"]]
    assert [decision.decision for decision in links.decisions if decision.name == "李娜"] == ["different"]


def test_bare_name_is_the_person_whom_nearly_all_mentions_mean():
    records = [make_record(f"a{n}", [("林听雨", "校长", "青禾大学")]) for n in range(6)]
    records.append(make_record("b", [("林听雨", None, None)]))
    assert len(groups(link(records), "person", "林听雨")) == 1


def test_the_same_people_around_are_evidence():
    crowd: list[tuple[str, str | None, str | None]] = [(name, None, None) for name in ("苏晚晴", "何远帆", "邵一鸣")]
    far = [make_record(f"x{n}", [(f"路人{n}", None, None)]) for n in range(30)]
    records = [make_record("a", [("顾长风", None, None), *crowd]), make_record("b", [("顾长风", None, None), *crowd])]
    together = next(iter(groups(link([*records, *far]), "person", "顾长风")))
    assert together == ["a#p1", "b#p1"]


def test_every_link_and_split_is_explained(links: Links):
    assert all(mention.evidence for mention in links.links.values())
    joined = links.links["c03#p2"]
    assert "same organisation 青禾大学" in joined.evidence
    apart = [decision for decision in links.decisions if decision.name == "李晨"]
    assert len(apart) == 1
    assert "different organisations" in apart[0].evidence


# organisations


def test_short_form_is_the_organisation_it_is_used_for(links: Links):
    assert links.names[links.entity_ids["c05#o2"]] == "青禾大学公共管理学院"


def test_short_form_of_several_organisations_stays_alone():
    records = [
        make_record("a", [], [("中原大学", ["中大"])]),
        make_record("b", [], [("中山大学", ["中大"])]),
        make_record("c", [], ["中大"]),
    ]
    links = link(records)
    assert links.entity_ids["c#o1"] not in (links.entity_ids["a#o1"], links.entity_ids["b#o1"])


def test_what_only_begins_like_a_short_form_is_another_name():
    records = [make_record("a", [], [("北岭大学", ["北大"])]), make_record("b", [], ["北大荒垦殖社"])]
    links = link(records)
    assert links.names[links.entity_ids["b#o1"]] == "北大荒垦殖社"


def test_alias_that_is_no_abbreviation_joins_nothing():
    records = [make_record("a", [], [("山海集团公司", ["云帆科技"])]), make_record("b", [], ["云帆科技"])]
    assert len(set(link(records).entity_ids.values())) == 2


def test_relative_name_is_resolved_by_the_city_of_its_article(links: Links):
    assert links.names[links.entity_ids["c04#o1"]] == "澄海市总工会"
    assert links.entity_ids["c04#o1"] != links.entity_ids["c02#o1"]


def test_relative_name_joins_the_full_one_of_its_city():
    records = [
        make_record("a", [], ["潍坊市总工会"]),
        make_record("b", [], ["市总工会", "潍坊市人民医院"]),
        make_record("c", [], ["市总工会", "潍坊市人民医院", "烟台市第一中学"]),
    ]
    ids = link(records).entity_ids
    assert ids["a#o1"] == ids["b#o1"]
    assert ids["c#o1"] != ids["a#o1"], "two cities are named"


def test_departments_of_one_name_belong_to_the_university_of_their_article():
    records = [
        make_record("a", [], ["青禾大学", "文学院"]),
        make_record("b", [], ["青禾大学文学院"]),
        make_record("c", [], ["南屏大学", "文学院"]),
        make_record("d", [], ["文学院"]),
    ]
    ids = link(records).entity_ids
    assert ids["a#o2"] == ids["b#o1"]
    assert len({ids["a#o2"], ids["c#o2"], ids["d#o1"]}) == 3


def test_home_is_what_departments_without_another_body_belong_to():
    records = [make_record("a", [], ["文学院"]), make_record("b", [], ["青禾大学文学院"])]
    ids = link(records, home="青禾大学").entity_ids
    assert ids["a#o1"] == ids["b#o1"]


def test_renaming_that_an_article_states_joins_old_and_new_name(links: Links):
    assert links.entity_ids["c07#o2"] == links.entity_ids["c06#o1"] == links.entity_ids["c06#o2"]
    assert "as c06 says" in links.links["c07#o2"].evidence
    assert groups(links, "person", "韩霁月") == [["c06#p1", "c07#p2"]]


def test_names_side_by_side_without_a_renaming_stay_two(links: Links):
    unread = link(RECORDS)
    assert unread.entity_ids["c07#o2"] != unread.entity_ids["c06#o2"]
    of_another = link(RECORDS, texts={article: text + "。" for article, text in TEXTS.items()})
    assert of_another.entity_ids == unread.entity_ids, "the records were not made of these texts"


@pytest.mark.parametrize(
    ("name", "relative"),
    [
        ("市总工会", True), ("文学院", True), ("公共管理学院", True), ("党委宣传部", True), ("教育局", True),
        ("附属中学", True), ("外交部", False), ("潍坊市总工会", False), ("云溪省教育厅", False), ("青禾大学", False),
        ("山海集团", False), ("新华社", False), ("南屏工学院", False), ("中央民族乐团", False),
        ("联合国", False), ("联合国教科文组织", False), ("中共中央政治局", False), ("国际关系学院", True),
        ("新闻学院学生会", True), ("校园社区服务社", False), ("市场监管总局", False),
    ],
)  # fmt: skip
def test_which_names_leave_open_whose_body_it_is(name: str, relative: bool):
    assert OrganisationResolver([]).is_relative(name) is relative


# stability


def test_order_of_records_does_not_matter(links: Links):
    for seed in range(3):
        shuffled = random.Random(seed).sample(RECORDS, len(RECORDS))
        again = link(shuffled, texts=TEXTS)
        assert again.entity_ids == links.entity_ids
        assert again.links == links.links


@pytest.mark.parametrize("count", range(1, len(RECORDS)))
def test_adding_articles_changes_no_id(count: int):
    first = link(RECORDS[-count:], texts=TEXTS)
    both = link(RECORDS, previous=first, texts=TEXTS)
    for mention, entity in first.entity_ids.items():
        assert both.entity_ids[mention] == entity
    assert set(both.links) == set(link(RECORDS).links)


@pytest.mark.parametrize("count", range(1, len(RECORDS)))
def test_new_articles_alone_are_enough(count: int):
    """Giving only the new records links them to the old entities, as giving all records does."""
    first = link(RECORDS[:count])
    with_new = link(RECORDS[count:], previous=first)
    with_all = link(RECORDS, previous=first)
    assert set(with_new.links) == set(with_all.links)
    assert set(groups_of(with_new, "person")) == set(groups_of(with_all, "person"))


def groups_of(links: Links, kind: str) -> list[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for mention, entity in links.entity_ids.items():
        if entity.startswith(kind):
            found.setdefault(entity, set()).add(mention)
    return [frozenset(mentions) for mentions in found.values()]


def test_linking_again_changes_nothing(tmp_path: Path, links: Links):
    write_links(links, tmp_path / "once")
    write_links(link(RECORDS, previous=read_links(tmp_path / "once"), texts=TEXTS), tmp_path / "again")
    for name in ("entities.jsonl", "links.csv"):
        assert (tmp_path / "once" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_links_are_read_as_written(tmp_path: Path, links: Links):
    write_links(links, tmp_path)
    assert read_links(tmp_path).entity_ids == links.entity_ids
    assert read_links(tmp_path).names == links.names


# what a user knows


def test_user_joins_what_evidence_does_not():
    records = [make_record("a", [("李娜", None, None)]), make_record("b", [("李娜", None, None)])]
    links = link(records, overrides=[Override("same", "a#p1", "b#p1", "asked her")])
    assert groups(links, "person", "李娜") == [["a#p1", "b#p1"]]
    assert "asked her" in " ".join(mention.evidence for mention in links.links.values())


def test_user_joins_a_misspelt_name():
    records = [
        make_record("a", [("赵景辉", "主任", "青禾市图书馆")]),
        make_record("b", [("赵锦辉", "主任", "青禾市图书馆")]),
    ]
    links = link(records, overrides=[Override("same", "a#p1", "b#p1")])
    assert links.entity_ids["a#p1"] == links.entity_ids["b#p1"]


def test_user_splits_what_evidence_joins():
    records = [make_record(name, [("王伟", "教授", "青禾大学")]) for name in ("a", "b", "c")]
    links = link(records, overrides=[Override("different", "a#p1", "b#p1")])
    assert links.entity_ids["a#p1"] != links.entity_ids["b#p1"]


def test_user_splits_an_entity_of_an_earlier_run():
    records = [make_record(name, [("王伟", "教授", "青禾大学")]) for name in ("a", "b")]
    first = link(records)
    second = link(records, previous=first, overrides=[Override("different", "a#p1", "b#p1")])
    assert second.entity_ids["a#p1"] == first.entity_ids["a#p1"]
    assert second.entity_ids["b#p1"] != first.entity_ids["b#p1"]


def test_user_joins_two_entities_and_the_older_id_is_remembered():
    records = [make_record("a", [("李娜", None, None)]), make_record("b", [("李娜", None, None)])]
    first = link(records)
    ids = first.entity_ids
    second = link(records, previous=first, overrides=[Override("same", ids["a#p1"], ids["b#p1"])])
    assert second.entity_ids["a#p1"] == second.entity_ids["b#p1"] == ids["a#p1"]
    assert second.entities[ids["a#p1"]].formerly == [ids["b#p1"]]


def test_user_decides_on_organisations():
    records = [
        make_record("a", [], ["青禾书社"]),
        make_record("b", [], ["青禾出版社"]),
        make_record("c", [], ["青禾书社"]),
    ]
    ids = link(records, overrides=[Override("same", "b#o1", "a#o1"), Override("different", "a#o1", "c#o1")]).entity_ids
    assert ids["a#o1"] == ids["b#o1"] != ids["c#o1"]


def test_gazetteer_gives_its_ids_and_short_forms():
    records = [
        make_record("a", [("林听雨", "校长", "青禾大学"), ("李晨", "主任", "北岭医院")]),
        make_record("b", [], ["禾大"]),
    ]
    links = link(
        records,
        gazetteer=[
            GazetteerEntry("Q1", "organisation", "青禾大学", aliases=("禾大",)),
            GazetteerEntry("Q2", "person", "林听雨", organisations=("青禾大学",), titles=("校长",)),
            GazetteerEntry("Q3", "person", "李晨", organisations=("临江市总工会",), titles=("副主席",)),
        ],
    )
    assert links.entity_ids["b#o1"] == links.entity_ids["a#o1"]
    assert links.entities[links.entity_ids["a#o1"]].same_as == "Q1"
    assert links.entities[links.entity_ids["a#p1"]].same_as == "Q2"
    assert links.entities[links.entity_ids["a#p2"]].same_as is None, "another 李晨"


def test_user_files_are_read(tmp_path: Path):
    (tmp_path / "decisions.csv").write_text("decision,a,b,note\nsame,a#p1,b#p1,asked\n", encoding="utf-8-sig")
    assert read_overrides(tmp_path / "decisions.csv") == [Override("same", "a#p1", "b#p1", "asked")]
    (tmp_path / "known.csv").write_text(
        "id,kind,name,aliases,organisations,titles,first_year,last_year\n"
        "Q1,person,林听雨,,青禾大学|南屏大学,校长,2019,\n",
        encoding="utf-8",
    )
    assert read_gazetteer(tmp_path / "known.csv") == [
        GazetteerEntry("Q1", "person", "林听雨", (), ("青禾大学", "南屏大学"), ("校长",), 2019, None)
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("decision,a\nsame,x\n", "no column b"),
        ("decision,a,b\nperhaps,x,y\n", ":2: the decision is 'perhaps'"),
        ("decision,a,b\nsame,x,\n", "needs two ids"),
    ],
)
def test_faulty_user_file_names_the_line(tmp_path: Path, content: str, message: str):
    path = tmp_path / "decisions.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ArchiveError, match=message):
        read_overrides(path)


def test_folder_that_holds_no_links_is_named(tmp_path: Path):
    with pytest.raises(ArchiveError, match="was not written by `jishi link`"):
        read_links(tmp_path)
