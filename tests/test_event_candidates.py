"""Where an event's name and attendance may stand: candidates, before a model decides."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc

from jishi.stages.context import Context, build_context
from jishi.stages.event_facts import (
    describe_organiser,
    find_attendance,
    find_place_candidates,
    find_stated_place,
    trim_place,
)
from jishi.stages.event_names import find_name_candidates, strip_leading_words
from jishi.stages.events import find_told_type, is_no_event
from jishi.stages.findings import EventFound, register_extensions
from jishi.stages.groups import PersonGroup
from jishi.stages.roles import _describe_group, settle_sides
from jishi.stages.stated_organisers import is_byline, tell_stated_role


def build(text: str, event: str | None = None, title: str = "", body: str | None = None) -> Context:
    """The context of a text of which the tagger marked `event`, and `body` as an organisation."""
    register_extensions()
    text = f"{title}\n{text}" if title else text
    doc = Doc(spacy.blank("zh").vocab, words=list(text), spaces=[False] * len(text))
    doc._.body_start = len(title) + 1 if title else 0
    if event:
        start = text.index(event)
        doc.spans["frames"] = [doc.char_span(start, start + len(event), label="EVENT")]
    if body:
        start = text.index(body)
        doc.ents = [doc.char_span(start, start + len(body), label="ORG")]
    return build_context(doc)


def names(text: str, event: str | None = None) -> set[str]:
    return {text[c.start : c.end] for c in find_name_candidates(build(text, event), set())}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("6月1日，青禾大学举办推介说明会（二），百余人到场。", "推介说明会（二）"),
        ("6月1日，临江市图书馆举办“临江讲坛”第十二讲。", "“临江讲坛”第十二讲"),
        ("6月1日，松涛学院学生会换届会在明理楼召开。", "松涛学院学生会换届会"),
        ("松涛学院2024年“丰收杯”越野赛在东操场举行。", "2024年“丰收杯”越野赛"),
        ("6月1日晚，舞剧专场演出《临江渡》在市大剧院上演。", "舞剧专场演出《临江渡》"),
        ("【记者江雨/临江报导】2024“春风杯”少年篮球邀请赛落幕。", "2024“春风杯”少年篮球邀请赛"),
    ],
)
def test_names_are_among_the_candidates(text: str, wanted: str):
    assert wanted in names(text)


def test_an_event_that_the_tagger_marked_needs_no_head_noun():
    text = "6月1日晚，青禾大学迎来星空咖啡屋。"
    assert "星空咖啡屋" not in names(text)
    assert "星空咖啡屋" in names(text, "星空咖啡屋")


def test_no_name_begins_with_a_closing_mark():
    text = "会后，青禾大学（南校区）座谈会、联欢晚会在礼堂举行。"
    assert not any(name[0] in "）、，" for name in names(text))


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("心理讲坛第六期在腾讯会议平台开讲。", "会议"),
        ("《临江市住房管理办法》已经市人民政府第45次常务会议审议通过，现印发给你们。", "常务会议"),
        ("【记者江雨/临江报导】2024“春风杯”少年篮球邀请赛落幕。", "报导"),
        ("由临江学会发起的“心灵驿站”公益讲座在图书馆举行。", "发起"),
    ],
)
def test_what_names_no_event_is_no_candidate(text: str, unwanted: str):
    assert not any(name.startswith(unwanted) or name.endswith(unwanted) for name in names(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("来自21个省市的400多名滑雪爱好者参赛。", (400, "over", "400多名")),
        ("松涛学院1位院士、2位馆长以及近200名师生齐聚一堂。", (200, "under", "近200名")),
        ("讲座由林听雨主持，60余学生到场。", (60, "over", "60余")),
        ("临江市约12,000位居民参加。", (12000, "about", "约12,000位")),
    ],
)
def test_numbers_of_people_are_among_the_candidates(text: str, wanted: tuple[int, str, str]):
    assert wanted in {(found.count, found.bound, found.text) for found, _ in find_attendance(build(text))}


@pytest.mark.parametrize(
    ("text", "venue"),
    [
        ("读书会在青藤书店二楼举办。", "青藤书店二楼"),
        ("工作会议在县政府三楼会议室召开。", "县政府三楼会议室"),
        ("联展5日在青禾美术馆第一展览室揭幕，展期一月。", "青禾美术馆第一展览室"),
    ],
)
def test_a_venue_ends_before_the_word_of_holding(text: str, venue: str):
    found = {text[c.start : c.end] for c in find_place_candidates(build(text))}
    assert venue in found
    assert not any(place.startswith(venue) and place != venue for place in found if "，" not in place)


@pytest.mark.parametrize(
    "text",
    [
        "据了解，自5月以来，青禾镇已召开议事会36场，参会群众1500余人次。",
        "会议应到委员328人，出席符合规定。",
        f"共有{'9' * 5000}人参加。",
    ],
)
def test_numbers_of_many_events_or_of_members_and_endless_ones_are_no_candidates(text: str):
    assert find_attendance(build(text)) == []


@pytest.mark.parametrize(
    ("text", "medium", "wanted"),
    [
        ("江畔开论坛\n临江网南屏11月20日电（记者江雨）论坛20日举行。", "临江网", True),
        ("【临江日报讯】论坛20日举行。", "临江日报", True),
        ("临江网20日在南屏举办论坛。", "临江网", False),
        ("论坛由临江网主办。", "临江网", False),
    ],
)
def test_the_medium_of_a_dispatch_is_told(text: str, medium: str, wanted: bool):
    start = text.index(medium)
    assert is_byline(build(text), start, start + len(medium)) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("8月16日晚，青禾县谷口村的院坝里，听雨用方言开讲。", "青禾县谷口村的院坝"),
        ("6月28日上午，滨湖派出所二楼会议室，一张长桌，两壶清茶。", "滨湖派出所二楼会议室"),
        ("10时许，渡口码头上人声鼎沸。", "渡口码头"),
    ],
)
def test_a_venue_may_follow_a_time_without_a_word_of_place(text: str, wanted: str):
    assert wanted in {text[c.start : c.end] for c in find_place_candidates(build(text))}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("在第三届江畔读书会", "第三届江畔读书会"),
        ("向第五届南屏文化节", "第五届南屏文化节"),
        ("的“渡口之夜”朗诵会", "“渡口之夜”朗诵会"),
        ("而在教学说明会", "教学说明会"),
        ("这场名为“归来”的校友座谈会", "“归来”的校友座谈会"),
        ("主题的“江畔论坛”", "“江畔论坛”"),
        ("举世瞩目的临江灯会", "临江灯会"),
        ("召开春季工作会议", "春季工作会议"),
        ("在线阅读节", "在线阅读节"),
        ("为“艾”发光活动", "为“艾”发光活动"),
        ("向阳花公益活动", "向阳花公益活动"),
        ("是谁在唱歌朗诵会", "是谁在唱歌朗诵会"),
        ("在湘院士报告会", "在湘院士报告会"),
        ("在美校友会年会", "在美校友会年会"),
        ("的士司机技能大赛", "的士司机技能大赛"),
        ("举办地推介大会", "举办地推介大会"),
        ("展开的画卷美术展", "展开的画卷美术展"),
    ],
)
def test_a_name_loses_the_words_that_lead_it_in(name: str, wanted: str):
    assert strip_leading_words(name) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "在参赛的153支队伍中，该校排名为108名。",
        "全县成功避让地质灾害三起，避免伤亡121人。",
        "演练模拟爆炸造成320多人受伤。",
        "朗诵会在学生中心八百人礼堂举行。",
        "青年交流团随千人计划来访。",
        "数百名学生到场聆听。",
        "几千余名居民参加。",
    ],
)
def test_numbers_of_others_than_those_present_are_no_candidates(text: str):
    assert find_attendance(build(text)) == []


@pytest.mark.parametrize(
    ("text", "body", "role"),
    [
        ("读书会于5月8日举行，承办单位市图书馆准备了茶点。", "市图书馆", "organiser"),
        ("论坛得到各方响应，协办单位包括青禾基金会。", "青禾基金会", "co_organiser"),
        ("5月8日，学生会与仁心医院合办义诊。", "仁心医院", "host"),
        ("竞赛由青禾大学合作举办，今年是第三届。", "青禾大学", "host"),
        ("5月8日下午，中文系邀请作家方听雨来校主讲《渡口的月色》。", "中文系", "host"),
        ("研讨会开了两天。临走时，松涛学院再次举办研讨会。", "松涛学院", "host"),
        ("这场由松涛学院所联合举办的江畔研讨会吸引了许多学生。", "松涛学院", "host"),
        ("座谈会由青禾银行赞助，市商务局指导。", "市商务局", "supporter"),
        ("中文系邀请各位同学参加讲座并作报告。", "中文系", None),
        ("承办单位请市图书馆延长了时间。", "市图书馆", None),
    ],
)
def test_the_part_of_an_organisation_is_told(text: str, body: str, role: str | None):
    start = text.index(body)
    name = (text.index("研讨会"), text.index("研讨会") + 3) if "研讨会" in text else None
    assert tell_stated_role(build(text), start, start + len(body), name) == role


@pytest.mark.parametrize(
    ("title", "day", "score", "wanted"),
    [
        ("新著《渡口的细节》近日出版", None, 0.6, True),
        ("新著《渡口的细节》近日出版", None, 0.9, False),
        ("南屏市领导会见来宾", None, 0.6, False),
        ("培养学生国际视野的措施", "2024-05-08", 0.6, False),
        ("龙卷风重创青禾县", "2024-05-08", 0.9, True),
        ("青禾县召开台风应对会", "2024-05-08", 0.6, False),
    ],
)
def test_of_an_event_something_is_known(title: str, day: str | None, score: float, wanted: bool):
    event = EventFound(type="visit", name=None, start=0, end=2, date=0 if day else None, start_date=day)
    context = build("经过半年准备，工作告一段落。", title=title)
    assert is_no_event(context, score, event) is wanted
    event.place = "青禾县"
    assert not is_no_event(context, score, event)


@pytest.mark.parametrize(
    ("text", "name", "kinds", "wanted"),
    [
        ("副院长王毅然等莅临青禾小学，看望教师并座谈。", "王毅然", ("visit",), {"visitor"}),
        ("刘慧同学应图书馆邀请，赴临江市图书馆参观。", "刘慧同学", ("visit",), {"visitor"}),
        ("书记方知白带队前往南屏县考察。", "方知白", ("conference",), {"visitor"}),
        ("副县长连新水向郑局长一行介绍了工作。", "连新水", ("visit",), {"attendee"}),
        ("副县长连新水陪同考察。", "连新水", ("visit",), {"attendee", "visitor"}),
        ("局长郑春江到会讲话。", "郑春江", ("conference",), {"attendee", "visitor"}),
        ("校长王明溪为获奖学生颁奖。", "王明溪", ("award",), {"attendee", "visitor", "other"}),
    ],
)
def test_the_sides_of_a_visit_are_told_apart(text: str, name: str, kinds: tuple[str, ...], wanted: set[str]):
    group = PersonGroup(text.index(name), text.index(name) + len(name), [])
    scores = {"attendee": 0.6, "visitor": 0.5, "other": 0.1}
    settled = settle_sides(scores, build(text), [group], kinds)
    assert {role for role, score in settled.items() if score >= 0.5} == wanted


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("“暖冬”捐衣活动", "volunteering"),
        ("安全知识有奖征答", "competition"),
        ("“职业起点”就业博览会", "recruitment"),
        ("“新渡口”启用典礼", "launch"),
        ("江畔文学奖颁奖典礼", "award"),
        ("江畔文学奖颁奖礼", "award"),
        ("“渡口之夜”活动", None),
        ("典礼", None),
    ],
)
def test_the_ending_of_a_name_tells_its_type(name: str, kind: str | None):
    assert find_told_type(name) == kind


@pytest.mark.parametrize(
    ("title", "text", "body", "is_visit", "wanted"),
    [
        ("市委来我校调研", "5月8日，市委一行三人听取汇报。", None, True, "我校"),
        ("交流工作", "5月8日，林听雨一行到青禾县教育局走访。", "青禾县教育局", True, "青禾县教育局"),
        ("控烟讲座在新闻学院举行", "5月8日，林听雨主讲。", "新闻学院", False, "新闻学院"),
        ("控烟讲座在欢笑中举行", "5月8日，林听雨主讲。", None, False, None),
        ("控烟讲座", "5月8日，林听雨来我校考察。", None, False, None),
    ],
)
def test_the_venue_that_title_or_opening_states(
    title: str, text: str, body: str | None, is_visit: bool, wanted: str | None
):
    assert find_stated_place(build(text, title=title, body=body), is_visit) == wanted


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("青禾大学礼堂隆重", "青禾大学礼堂"),
        ("图书馆走廊展出", "图书馆走廊"),
        ("在行政楼中庭", "行政楼中庭"),
        ("南屏县渡口村先后", "南屏县渡口村"),
        ("）校医院三楼", "校医院三楼"),
        ("在线教室", "在线教室"),
        ("于山堂", "于山堂"),
        ("于家村广场", "于家村广场"),
        ("于洪区体育馆", "于洪区体育馆"),
        ("在建教学楼工地", "在建教学楼工地"),
        ("学习中心", "学习中心"),
        ("线上", "线上"),
    ],
)
def test_a_venue_loses_the_words_around_it(place: str, wanted: str):
    assert trim_place(place) == wanted


def test_a_clause_without_end_costs_no_more_than_a_long_one():
    contexts = [build("青禾大学" + "举办" * count, body="青禾大学") for count in (2_000, 4_000)]
    few, many = (len(describe_organiser(context, 0, 4, None)) for context in contexts)
    assert few == many > 100
    contexts = [build("林听雨" + "的" * count + "主持") for count in (400, 600)]
    near, far = (_describe_group(context, context.text, PersonGroup(0, 3, []), ()) for context in contexts)
    assert "next:主持" in near
    assert "next:主持" not in far
