"""People with their positions, honours and forms of address, with entities given."""

from __future__ import annotations

from typing import Any

import pytest
from marked_text import build_doc, read_cases
from spacy.tokens import Doc

from jishi.text import normalise


def show_positions(doc: Doc) -> dict[str, list[str]]:
    return {p.name: sorted(f"{q.organisation_text or ''}/{q.title}" for q in p.positions) for p in doc._.people}


@pytest.mark.parametrize("case", read_cases("people"))
def test_positions(case: dict[str, Any]) -> None:
    expected = {
        normalise(name).text: sorted(normalise(position).text for position in positions)
        for name, positions in case["expected"].items()
    }
    assert show_positions(build_doc(case["text"])) == expected


def test_spans_are_where_the_strings_stand() -> None:
    doc = build_doc("{O:海岳集团}{T:董事长}{P:戴文涛}致辞，{P:戴文涛}{T:董事长}感谢{O:海岳集团}员工。")
    (person,) = doc._.people
    assert [doc.text[start:end] for start, end in person.spans] == ["戴文涛", "戴文涛"]
    (position,) = person.positions
    assert doc.text[position.start : position.end] == "董事长"
    assert doc._.organisations[position.organisation].name == "海岳集团"


def test_a_reign_is_nobody_but_a_name_at_the_end_is_somebody() -> None:
    assert show_positions(build_doc("此桥建于{P:明正德}年间，管桥的是{P:明正德}")) == {"明正德": []}
    assert show_positions(build_doc("此桥建于{P:明正德}年间。")) == {}


@pytest.mark.parametrize("act", ["中场断球", "传道授业", "裁判比赛", "参谋此事"])
def test_what_somebody_does_is_no_title_though_it_can_be_one(act: str) -> None:
    assert show_positions(build_doc(f"{{P:陈力行}}{act}。")) == {"陈力行": []}


def test_family_name_with_title_is_a_mention_of_the_person() -> None:
    doc = build_doc("{T:校长}{P:刘青山}和{P:李慕白}老师到场。刘校长致辞，李老师作答。")
    found = {p.name: [doc.text[start : end + 2] for start, end in p.references] for p in doc._.people}
    assert found == {"刘青山": ["刘校长"], "李慕白": ["李老师"]}


@pytest.mark.parametrize(
    ("title", "text", "names"),
    [
        ("{P:林听雨}教授来访", "南屏大学教授{P:林昕雨}来访，{P:林昕雨}作报告。", ["林昕雨"]),
        ("{P:林听雨}、{P:林昕雨}来访", "{P:林昕雨}作报告。", ["林听雨", "林昕雨"]),
        ("{P:林听雨}教授来访", "{P:林昕雨}陪同{P:林听雨}参观。", ["林听雨", "林昕雨"]),
        ("{P:林听雨}教授来访", "{P:林昕雨}、{P:林听风}到场。", ["林听雨", "林昕雨", "林听风"]),
        ("{P:林雨}教授来访", "{P:林宇}到场。", ["林雨", "林宇"]),
        ("{P:林听雨}教授来访", "{P:周听雨}到场。", ["林听雨", "周听雨"]),
    ],
)
def test_a_name_misspelt_in_the_title_is_the_one_of_the_text(title: str, text: str, names: list[str]) -> None:
    assert [person.name for person in build_doc(text, title=title)._.people] == names


def test_family_name_shared_by_two_people_is_left_alone() -> None:
    doc = build_doc("{P:李慕白}与{P:李青莲}老师到场，李老师致辞。")
    assert [person.references for person in doc._.people] == [[], []]


def test_who_is_named_in_the_byline_only_is_no_person_of_the_article() -> None:
    text = "{T:校长}{P:刘青山}致辞。（通讯员 {P:王小满}）"
    assert [person.name for person in build_doc(text, credits=["王小满"])._.people] == ["刘青山"]


def test_who_acts_and_signs_is_a_person() -> None:
    text = "{P:王小满}老师主持。（文/{P:王小满}）"
    assert [person.name for person in build_doc(text, credits=["王小满"])._.people] == ["王小满"]


def test_name_that_the_tagger_missed_once_is_found_again() -> None:
    doc = build_doc("{P:欧阳云山}出席。随后，欧阳云山教授作报告。")
    (person,) = doc._.people
    assert len(person.spans) == 2
    assert [position.title for position in person.positions] == ["教授"]


def test_untagged_name_between_title_and_mark_or_in_a_list_of_names() -> None:
    doc = build_doc(
        "{O:北辰大学}{T:院士}尤正，{T:教授}{P:陆知白}、史大方、{P:何静远}出席，{T:书记}讲话，{T:主任}安排、检查。"
    )
    assert [person.name for person in doc._.people] == ["尤正", "陆知白", "史大方", "何静远"]


def test_honorific_is_kept_and_is_no_title() -> None:
    (person,) = build_doc("{P:何静远}女士捐赠了图书。")._.people
    assert (person.honorific, person.positions) == ("女士", [])


def test_honour_goes_to_the_person_it_is_said_of() -> None:
    doc = build_doc("{H:全国劳动模范}{P:陈力行}作报告，{T:主席}{P:贾松年}主持。")
    assert {person.name: person.honours for person in doc._.people} == {"陈力行": ["全国劳动模范"], "贾松年": []}


def test_untagged_honour_is_known_by_its_ending() -> None:
    doc = build_doc("全国劳动模范{P:陈力行}作报告。会议部署评选优秀教师。{T:主席}{P:贾松年}主持。")
    assert {person.name: person.honours for person in doc._.people} == {"陈力行": ["全国劳动模范"], "贾松年": []}


def test_who_wins_another_prize_in_a_list_is_no_part_of_the_first() -> None:
    doc = build_doc("{P:陈力行}获金奖、{P:贾松年}摘得银奖。")
    assert {person.name: person.honours for person in doc._.people} == {"陈力行": ["金奖"], "贾松年": ["银奖"]}


def test_honours_listed_before_the_word_for_a_title_of_honour_are_theirs() -> None:
    doc = build_doc("荣获临江市劳动模范、松江大工匠称号的{T:技师}{P:陈力行}作报告，{T:主席}{P:贾松年}主持。")
    honours = {person.name: person.honours for person in doc._.people}
    assert sorted(honours["陈力行"]) == ["临江市劳动模范", "松江大工匠"]
    assert honours["贾松年"] == []


def test_honour_in_a_list_of_people_has_one_holder() -> None:
    doc = build_doc(
        "活动汇聚了荣获{H:松江大工匠}称号的{O:青禾厂}{T:技师}{P:陈力行}，{O:临江大学}{T:副校长}{P:贾松年}，"
        "以及{O:临江大学}{T:教授}{P:王小云}。"
    )
    honours = {person.name: person.honours for person in doc._.people}
    assert honours == {"陈力行": ["松江大工匠"], "贾松年": [], "王小云": []}


def test_honour_of_a_bare_list_is_each_members() -> None:
    doc = build_doc("{P:陈力行}、{P:贾松年}、{P:王小云}荣获{H:松江大工匠}称号，{T:主席}{P:何静远}主持。")
    holders = {person.name for person in doc._.people if person.honours == ["松江大工匠"]}
    assert holders == {"陈力行", "贾松年", "王小云"}


def test_what_is_said_around_an_honour_is_no_part_of_it() -> None:
    doc = build_doc("荣获{H:松江大工匠年度殊荣}的{T:技师}{P:陈力行}作报告。")
    assert [person.honours for person in doc._.people] == [["松江大工匠"]]


def test_quotation_marks_of_an_honour_are_whole() -> None:
    doc = build_doc("授予{P:陈力行}“{H:松江工匠”国家荣誉称号}，授予{P:王小云}“{H:青岚”奖}。")
    assert {person.name: person.honours for person in doc._.people} == {"陈力行": ["松江工匠"], "王小云": ["“青岚”奖"]}


def test_who_guides_the_winners_wins_nothing() -> None:
    doc = build_doc("{T:学生}{P:陈力行}、{P:贾松年}在{T:教授}{P:王小云}老师的悉心指导下取得{H:国家特等奖}。")
    assert {person.name: person.honours for person in doc._.people}["王小云"] == []


def test_a_tagged_honour_of_nothing_but_the_word_for_it_stays_a_string() -> None:
    doc = build_doc("荣获{H:荣誉称号}的{T:技师}{P:陈力行}作报告。")
    assert all(honour for person in doc._.people for honour in person.honours)


def test_confidence_is_a_probability() -> None:
    doc = build_doc("{O:海岳集团}{T:董事长}{P:戴文涛}、{P:何静远}，{T:教授}，与会。")
    positions = [position for person in doc._.people for position in person.positions]
    assert positions
    assert all(position.confidence is not None and 0.0 <= position.confidence <= 1.0 for position in positions)


def test_text_without_entities_has_nobody() -> None:
    doc = build_doc("今天下了一天雨。")
    assert doc._.people == []
    assert doc._.organisations == []


def test_every_place_of_a_name_with_a_space_is_kept() -> None:
    doc = build_doc("{P:Ana Rivera}{T:教授}到访。{P:Ana Rivera}作报告，随后Rivera教授答问。")
    (person,) = doc._.people
    assert [doc.text[start:end] for start, end in person.spans] == ["Ana Rivera", "Ana Rivera"]
    assert [doc.text[start:end] for start, end in person.references] == ["Rivera"]


def test_last_name_of_two_people_is_the_one_named_last() -> None:
    doc = build_doc("{P:Ana Rivera}致辞，{P:Juan Rivera}作报告。{P:Rivera}还答了问。")
    assert [person.name for person in doc._.people] == ["Ana Rivera", "Juan Rivera"]


def test_title_behind_a_last_name_is_nobody_elses() -> None:
    doc = build_doc("{P:刘青山}{T:校长}致辞，对Rivera{T:教授}表示感谢，{P:何静远}是{O:IBM}{T:总裁}。")
    assert show_positions(doc) == {"刘青山": ["/校长"], "何静远": ["IBM/总裁"]}


def test_untagged_name_at_the_end_of_a_list() -> None:
    doc = build_doc("看望农户{P:陆知白}、史大方家中，{P:何静远}、乔木森等参加。")
    assert [person.name for person in doc._.people] == ["陆知白", "史大方", "何静远", "乔木森"]


def test_a_law_or_a_shrine_that_bears_a_name_names_nobody() -> None:
    assert [p.name for p in build_doc("他证明了{P:魏铮}猜想，参观{P:陆知白}祠，{P:何静远}陪同。")._.people] == [
        "何静远"
    ]


@pytest.mark.parametrize(
    ("text", "honours"),
    [
        (
            "{P:陈力行}、{P:贾松年}、{P:王小云}分别荣获“全市模范”“最美教师”“青岚卫士”称号。",
            {"陈力行": ["全市模范"], "贾松年": ["最美教师"], "王小云": ["青岚卫士"]},
        ),
        (
            "{O:青禾医院}{P:陈力行}、{O:松江医院}{P:贾松年}获青年医师演讲比赛一等奖。",
            {"陈力行": ["青年医师演讲比赛一等奖"], "贾松年": ["青年医师演讲比赛一等奖"]},
        ),
        ("{P:陈力行}、{P:贾松年}分获一等奖、二等奖。", {"陈力行": ["一等奖"], "贾松年": ["二等奖"]}),
        (
            "{P:陈力行}等同学完成的作品《云图》获特等奖，{P:贾松年}主持。",
            {"陈力行": ["特等奖"], "贾松年": []},
        ),
        (
            "获得刺绣赛项金奖的该校{T:学生}{P:陈力行}到场，{P:贾松年}，荣获某某奖章的{P:王小云}在座。",
            {"陈力行": ["刺绣赛项金奖"], "贾松年": [], "王小云": ["某某奖章"]},
        ),
        ("{P:陈力行}长期从事史学研究，曾获省社会科学优秀成果奖。", {"陈力行": ["省社会科学优秀成果奖"]}),
        ("{P:陈力行}为5名“{H:训练标兵}”颁发证书，{P:贾松年}宣读名单。", {"陈力行": [], "贾松年": []}),
        ("全国五一劳动奖章获得者、工作室带头人{P:陈力行}回忆。", {"陈力行": ["全国五一劳动奖章获得者"]}),
        ("{P:陈力行}组成的中国队获金牌，{P:贾松年}两次获奖。", {"陈力行": [], "贾松年": []}),
        (
            "{P:陈力行}先后被表彰为“临江名师”“松江标兵”，“青禾骨干”“一课一案”省优奖、“青岚卫士”获得者等光荣称号。",
            {"陈力行": ["临江名师", "松江标兵", "青禾骨干", "“一课一案”省优奖", "青岚卫士"]},
        ),
        ("{P:陈力行}获评集团优秀通讯员，{P:贾松年}获评优秀单位。", {"陈力行": ["集团优秀通讯员"], "贾松年": []}),
        ("{P:陈力行}获评为十佳读书人，{P:贾松年}获授予模范读者。", {"陈力行": ["十佳读书人"], "贾松年": ["模范读者"]}),
        ("{T:连长}{P:陈力行}荣立二等功。", {"陈力行": ["二等功"]}),
        (
            "授予{P:陈力行}“青禾工匠”、授予{P:贾松年}、{P:王小云}“星河奖”。",
            {"陈力行": ["青禾工匠"], "贾松年": ["星河奖"], "王小云": ["星河奖"]},
        ),
        ("金奖得主为{P:陈力行}，银奖得主为{P:贾松年}。", {"陈力行": ["金奖得主"], "贾松年": ["银奖得主"]}),
        ("{P:陈力行}获得青禾学会颁发的“星河奖”。", {"陈力行": ["星河奖"]}),
        ("授予{P:陈力行}、{P:贾松年}同志“青禾工匠”称号。", {"陈力行": ["青禾工匠"], "贾松年": ["青禾工匠"]}),
        ("感谢{O:青禾大学}{T:副校长}{P:陈力行}的支持，大赛授予其“特别贡献奖”称号。", {"陈力行": ["特别贡献奖"]}),
        ("{O:青禾师范}优秀教师{P:陈力行}到场。", {"陈力行": ["青禾师范优秀教师"]}),
        ("{O:青禾师范}长江学者{P:陈力行}到场。", {"陈力行": ["长江学者"]}),
        (
            "获奖名单硕士一等奖：{P:陈力行}硕士二等奖：{P:贾松年}、{P:王小云}组织和保障人员{P:何静远}",
            {"陈力行": ["硕士一等奖"], "贾松年": ["硕士二等奖"], "王小云": ["硕士二等奖"], "何静远": []},
        ),
        (
            "今年市长奖得主为一班{P:陈力行}、二班{P:贾松年}；{P:王小云}致谢。",
            {"陈力行": ["市长奖得主"], "贾松年": ["市长奖得主"], "王小云": []},
        ),
        (
            "一、98学年优良导师奖\n教育学院{P:陈力行}老师\n理学院{P:贾松年}老师、{P:王小云}老师\n"
            "典礼由{P:何静远}主持，来宾很多。",
            {"陈力行": ["优良导师奖"], "贾松年": ["优良导师奖"], "王小云": ["优良导师奖"], "何静远": []},
        ),
        ("一等奖：空缺\n颁奖：{P:陈力行}\n指导教师：{P:贾松年}", {"陈力行": [], "贾松年": []}),
    ],
)
def test_prizes_go_to_who_is_said_to_win_them(text: str, honours: dict[str, list[str]]) -> None:
    assert {person.name: person.honours for person in build_doc(text)._.people} == honours


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("新华社{P:南屏}3月13日电 {P:何静远}到访。", ["何静远"]),
        ("{P:青云庙}住持{P:释明听}主持，{P:林寺}在座。", ["释明听", "林寺"]),
        ("{P:云南·昆明}的晨光，{P:何静远}摄影。", ["何静远"]),
        ("在学{P:雷锋}纪念日，{P:何静远}讲{P:雷锋}的故事。", ["何静远", "雷锋"]),
        ("她演{P:花木兰}，{P:何静远}导演。", ["何静远"]),
        ("旧宅建于{P:嘉庆}年间，{P:何静远}捐赠。", ["何静远"]),
        ("{P:廖伯伯}和{P:何伯}常来，{P:熊爸}也来。", []),
        ("名单：{P:7何静远}、{P:陆知白6}、{P:4.贾松年}。", ["何静远", "陆知白", "贾松年"]),
        (
            "{P:贾松年何静远李慕白}和{P:戈尔巴乔夫}，{P:敖登其木格}。",
            ["贾松年", "何静远", "李慕白", "戈尔巴乔夫", "敖登其木格"],
        ),
        ("{P:吉安娜Gianna}和{P:Malek长传}给{P:Jeffrey何静远}。", ["吉安娜", "Malek", "Jeffrey何静远"]),
        ("{P:Yumi Nawi}（汉名{P:何静远}）是社工，{P:Mai Thị Hoa}（{P:黄知梅}）教课。", ["Yumi Nawi", "Mai Thị Hoa"]),
        ("{P:President Woodrow Lee}签署。", ["Woodrow Lee"]),
    ],
)
def test_who_is_named(text: str, names: list[str]) -> None:
    assert [person.name for person in build_doc(text)._.people] == names
