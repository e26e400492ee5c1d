"""What is said of an event: when, where, by whom, before how many. Candidates and their features for each."""

from __future__ import annotations

import bisect
import datetime
import re
from typing import Any, NamedTuple

from jishi.stages.clauses import begin_with, locate
from jishi.stages.context import Context
from jishi.stages.evidence import describe_level
from jishi.stages.findings import AttendanceFound
from jishi.stages.numerals import read_number
from jishi.stages.organisation_lists import find_list_end, find_list_start
from jishi.stages.tagger import ORGANISATION_ROLES

HOLDING = re.compile(
    r"举行|召开|举办|开幕|启动|举辦|办理|开展|进行|主办|承办|协办|落幕|闭幕|开班|开营|揭牌|签约|签署|会见|会谈|考察|调研|访问|参观|来访|到访|"
    r"参加|出席|前往|赴|走进|迎来|开课|组织|结业|颁奖|成立|揭幕"
)

_ENDLESS = 2000  # characters on each side that are read of a sentence that does not end
_TIME_LABEL = re.compile(r"时间[：:为]?.{0,3}$")


# dates


def describe_date(context: Context, dates: list[Any], index: int, name: tuple[int, int] | None) -> list[str]:
    """Give the features of a date (of `dates`, the Doc's) as the event's; `name` is where the event's name stands."""
    date = dates[index]
    text = context.text
    sentence_start, sentence_end = context.sentence_around(date.start, date.end, _ENDLESS)
    in_title = date.start < context.body_start
    rank, same = context.date_ranks[index]
    features = [
        f"granularity={date.granularity}",
        f"anaphoric={date.anaphoric}",
        f"in_title={in_title}",
        f"rank={min(rank, 5)}",
        f"{date.granularity}:rank={min(rank, 3)}",
        f"same={min(same, 3)}",
        f"place={min((date.start - context.body_start) // 80, 6)}",
        f"days={date.start_date == date.end_date}",
    ]
    if name:
        features.append(f"name_sentence={sentence_start <= name[0] < sentence_end}")
        features.append(f"after_name={date.start > name[1]}:{sentence_start <= name[0] < sentence_end}")
    features.append(describe_level("event_date", context.evidence.role("event_date", date.start, date.end)))
    held = HOLDING.search(text, date.end, sentence_end)
    features.append(f"held={held.group() if held else None}")
    features.append(f"any_held={held is not None}")
    before, after = text[max(0, date.start - 4) : date.start], text[date.end : date.end + 4]
    for size in (1, 2):
        features += [f"before{size}={before[-size:]}", f"after{size}={after[:size]}"]
    features.append(f"label={_TIME_LABEL.search(text[max(0, date.start - 8) : date.start]) is not None}")
    features.append(f"bracket={before[-1:] in '（(' if before else False}")
    return features


_LASTS = re.compile(
    begin_with(
        "为历一连共两二三四五六七八九十",
        r"(?:(?:为期|历时|一连|连续|共)(?P<days>[0-9]{1,2}|[一两二三四五六七八九十]{1,3})[天日]|"
        r"(?P<many>[两二三四五六七八九十]{1,2})[天日](?:[来间]|的?(?:会议|展会|比赛|会期|展期|赛事|活动|时间)|[、，](?=[^，。\n]{0,12}[场张])))"
        r"(?!后|前|以来)",
    )
)
_CLOSES = re.compile(
    "闭幕|落幕|落下帷幕|帷幕[^，。]{0,4}落下|收官|收拍|结束|结业|结营|闭营|闭展|画[下上]句[点号]|告一段落|告终"
)
_OPENS = re.compile("开[幕班赛课营讲展学锣启]|启[动幕]|拉开|揭幕|起|登场|召开|举[办行]|展开|开展|进行|开始")
_UNTIL = re.compile(
    r"(?:展期|展出|展至|展览|持续|延续|开放|举行|举办|展示|进行|陈列)[^，。；\n]{0,12}[至到]$|^(?:展期|展)?至$|[一直起将，][至到]$"
)
_MOST_DAYS = 31


def find_extent(
    context: Context, dates: list[Any], index: int, name: tuple[int, int] | None, region: tuple[int, int], kind: str
) -> tuple[str, str] | None:
    """Give the first and last day of an event of which a day is known (of `dates`, the Doc's): by the number of days
    that it lasts (历时三天的大赛13日落幕), or the day until which an exhibition is open (展期至…). None where neither
    is told. Of an opening that is the event the day itself counts."""
    date = dates[index]
    if date.granularity != "day" or not date.start_date or "X" in date.start_date or kind in ("launch", "ceremony"):
        return None
    if date.end_date != date.start_date:
        return None
    last = _find_last_day(context.text, dates, date, region) if kind == "exhibition" else None
    if last:
        return date.start_date, last
    sentences = {locate(context.sentences, date.start)}
    if name:
        sentences.add(locate(context.sentences, name[0]))
    extents = (_count_days(context, dates, date, number, region) for number in sorted(sentences))
    return next(filter(None, extents), None)


def _find_last_day(text: str, dates: list[Any], date: Any, region: tuple[int, int]) -> str | None:
    """Give the day until which an exhibition is open that opens at `date`: within a year."""
    for other in dates:
        if (
            region[0] <= other.start < region[1]
            and other.granularity in ("day", "month")
            and other.end_date
            and date.start_date < other.end_date < f"{int(date.start_date[:4]) + 1}{date.start_date[4:]}"
            and _UNTIL.search(text, max(date.end, other.start - 16), other.start)
        ):
            return str(other.end_date)
    return None


def _count_days(
    context: Context, dates: list[Any], date: Any, sentence: int, region: tuple[int, int]
) -> tuple[str, str] | None:
    """Give the days of an event that opens or closes at `date` and lasts as long as the numbered sentence says."""
    text = context.text
    start, end = context.sentences[sentence]
    lasts = _LASTS.search(text, max(start, region[0]), min(end, region[1]))
    days = read_number(lasts["days"] or lasts["many"]) if lasts else None
    if lasts is None or days is None or not 1 < days <= _MOST_DAYS:
        return None
    before = [other for other in dates if start <= other.start < lasts.start()]
    if before and before[-1].start_date != date.start_date:  # 4日登场，一连八天…最后在11日…
        return None
    day, others = datetime.date.fromisoformat(date.start_date), datetime.timedelta(days - 1)
    _, date_end = context.sentences[locate(context.sentences, date.start)]
    told = text[date.end : date_end]
    if _CLOSES.search(told):
        return (day - others).isoformat(), date.start_date
    if _OPENS.search(told):
        return date.start_date, (day + others).isoformat()
    return None


# places


class PlaceCandidate(NamedTuple):
    """A phrase that may be the venue; `lead` is the word before it, `follow` what closes it."""

    start: int
    end: int
    lead: str
    follow: str


_LEADS = re.compile(
    begin_with(
        "活会培讲演比展举集地场假在于走来前抵奔赴莅到访参考视",
        r"(?:活动|会议|培训|讲座|演出|比赛|展览|举办|集合)?(?:地点|地址|场地)(?:为|是|：|:)?\s*|假(?![如设定期装])|"
        r"(?<![存所现正实还将已曾内潜外旨])在(?![于乎校职读线座场内的这此那会])|在(?=校|线|场|内)|"
        r"(?<![关对由位属至基处终等敢勇善便用利安限])于(?![是此])|走进|来到|前往|抵达|奔赴|赴|莅临|到访|访问了?|参访|走访了?|考察了?|参观了?|视察|到(?=[^了的来会底位])",
    )
)
_PLACE_END = re.compile(
    begin_with(
        "隆顺成圆如正联共集现同热盛举召开进主拉启落闭揭组参出会与为内里上以对就向签听接迎发作做展考调慰看敬缅访办的结和，。；！？、\n（(：:",
        r"(?:隆重|顺利|成功|圆满|如期|正式|联合|共同|集中|现场|同步|热烈|盛大|热闹|举|召|开(?:展|幕|班|营|课|启|赛|讲|始)|进行|主持|"
        r"拉开|启动|落|闭|揭|组织|参加|出席|会见|会谈|与|同|为|内|里|上(?![海])|以|对|就|向|签|听|接|迎|发|作|做|展|参|考察|调研|慰问|"
        r"看望|敬献|缅怀|访|办|的|结业|热|盛|和(?=[^，]{2,8}(?:座谈|交流))|[，。；！？、\n（(：:])",
    )
)
_MAX_PLACE = 36
# A venue ends before the word of holding, not in it or behind it: …书店二楼|举办, …展览室|揭幕
_HELD = frozenset((
    "举行", "举办", "召开", "揭幕", "揭牌", "揭晓", "开幕", "闭幕", "落幕", "签约", "开班", "开营", "开课", "开讲",
    "开赛", "开展", "开启", "启动", "颁奖", "结业", "成立",
))  # fmt: skip
_DIGIT_OR_LETTER = re.compile(r"[0-9A-Z]")
_TIME = re.compile(r"[0-9]年|[0-9]月|[0-9]日|今年|去年|上午|下午|期间|时候?$|之际")


def find_place_candidates(context: Context) -> list[PlaceCandidate]:
    """Give the phrases after a word of place (在, 于, 走进, 地点：), with up to four right ends each, after a time
    up to 里, 内 or a comma, and what the tagger marked as venue."""
    text = context.text
    inside = bytearray(len(text) + 1)
    for start, end, label in context.entities:
        if label in ("ORG", "LOC"):
            inside[start + 1 : end] = b"\1" * (end - start - 1)
    found: dict[tuple[int, int], PlaceCandidate] = {}
    for lead in _LEADS.finditer(text):
        start = lead.end()
        if start < len(text) and text[start] in "的了是与和，。、":
            continue
        labelled = "地点" in lead.group() or "地址" in lead.group()
        ends = 0
        for closing in _PLACE_END.finditer(text, start + 2, min(len(text), start + _MAX_PLACE)):
            if inside[closing.start()] or (labelled and closing.group() not in "，。；\n"):
                continue
            if not _is_held(text, start, closing.start()):
                found.setdefault(
                    (start, closing.start()),
                    PlaceCandidate(start, closing.start(), lead.group().strip(), closing.group()),
                )
                ends += 1
            if ends == 4 or closing.group() in "，。；！？\n":
                break
    for time in _AFTER_TIME.finditer(text):
        start = time.end()
        for closing in _UNLED_END.finditer(text, start + 3, min(len(text), start + 26)):
            if not inside[closing.start()]:
                found.setdefault(
                    (start, closing.start()), PlaceCandidate(start, closing.start(), "时", closing.group())
                )
            if closing.group() in "，。；\n":
                break
    for start, end, label in context.frames.over(0, len(text)):
        if label == "PLACE" and not inside[start] and not inside[end] and not _is_held(text, start, end):
            found.setdefault(
                (start, end), PlaceCandidate(start, end, text[max(0, start - 1) : start], text[end : end + 1])
            )
    return sorted(found.values(), key=lambda c: (c.start, c.end))


# 8月16日晚，某村的院坝里，…: a venue that no word of place leads
_AFTER_TIME = re.compile(
    begin_with(
        "日号上下中夜当今昨晚傍清一0123456789",
        r"(?:[日号]|[上下中]午|[夜当今昨]?晚上?|傍晚|清晨|一大早|[0-9][时分点]许?)，?(?![^，。；\n]{0,2}[，。；\n])",
    )
)
_UNLED_END = re.compile("[里内上前外]|[，。；\n]")


def _is_held(text: str, start: int, end: int) -> bool:
    return text[max(start, end - 2) : end] in _HELD or (end > start and text[end - 1 : end + 1] in _HELD)


def read_place_field(context: Context, region: tuple[int, int]) -> str | None:
    """Give the venue that an announcement states behind 地点：, without what stands in brackets behind it."""
    for field in context.fields:
        if field.kind == "place" and region[0] <= field.start < region[1]:
            place = _PLACE_VALUE.match(context.text, field.start, field.end)
            if place and len(place.group()) <= _MAX_PLACE:
                return place.group().rstrip()
    return None


_PLACE_VALUE = re.compile(r"(?:(?!讲座内容|报告内容|内容简介|主讲|欢迎| [/／])[^，。；、（(：:\n]){2,}")


_OPENING = 150  # characters of the body in which it is told where a visit goes
_GOES_TO = re.compile(
    r"(?:来到|来|到|赴|莅临|前往|走进|做客|走访|抵达|访问|参观)(?P<place>[我本][校院系局市县区所馆厂镇乡村部台]|[^，。；、：\n“《]{2,24}?)"
    r"(?:进行|开展|实地|集中|专题)?(?:调研|考察|参观|访问|走访|指导|交流|视察|检查|座谈|讲学|慰问|参访|访视|督导|巡查)"
)
_HELD_AT = re.compile(
    r"[在于假](?P<place>[^，。；、：\n“”《》]{2,24}?)(?:隆重|顺利|成功|圆满|正式|胜利|如期)?"
    r"(?:举[办行]|召开|开[幕班讲赛营]|启[动幕]|揭[幕牌]|闭幕|落幕|收官|颁奖|签约|结业|登场)"
)


def find_stated_place(context: Context, is_visit: bool) -> str | None:
    """Give the venue where it is an organisation or a place of which the title tells that the event was held there
    (讲座在某学院举行), or title or opening that a visit goes there (来我校调研)."""
    text = context.text
    told = [_HELD_AT.search(text, 0, context.body_start)]
    if is_visit:
        told = [
            _GOES_TO.search(text, 0, context.body_start),
            _GOES_TO.search(text, context.body_start, context.body_start + _OPENING),
        ]
    for match in filter(None, told):
        place = match["place"]
        if (is_visit and len(place) == 2 and place[0] in "我本") or any(
            (start, end) == match.span("place") and label in ("ORG", "LOC")
            for start, end, label in _overlapping(context.entities, *match.span("place"))
        ):
            return place
    return None


def trim_place(place: str) -> str:
    """Give a venue without the word that leads it in and what was done there (礼堂隆重, 走廊展出)."""
    return _PLACE_EDGES.sub("", place)


_PLACE_EDGES = re.compile(
    "^(?:[）)、]|(?:在(?![线校职水建地])|于(?![都山田洪家桥集谦右]))(?=.{3}))|(?<=..)(?:展出|隆重|联合|顺利|成功|圆满|盛大|正式|进行|开展|先后|共同|集中|密集|同时|学习|调研)+$"
)


def describe_place(
    context: Context, candidate: PlaceCandidate, name: tuple[int, int] | None, date: int | None
) -> list[str]:
    """Give the features of a venue candidate; `name` is where the event's name stands, `date` where its date does."""
    text = context.text
    start, end = candidate.start, candidate.end
    place = text[start:end]
    sentence_start, sentence_end = context.sentences[locate(context.sentences, start)]
    features = [
        f"lead={candidate.lead}",
        f"follow={candidate.follow}",
        f"{candidate.lead}:{candidate.follow}",
        f"last1={place[-1]}",
        f"last2={place[-2:]}",
        f"first2={place[:2]}",
        f"length={min(len(place) // 3, 8)}",
        f"digits={_DIGIT_OR_LETTER.search(place) is not None}",
        f"time={_TIME.search(place) is not None}",
        f"first1={place[0]}",
        f"in_title={start < context.body_start}",
        f"place={min(max(0, start - context.body_start) // 60, 8)}",
    ]
    held = HOLDING.search(text, end, min(sentence_end, end + 30))
    features.append(f"held={held.group() if held else None}")
    features.append(f"held_at={min((held.start() - end) // 2, 5) if held else None}")
    if name:
        features.append(f"name_sentence={sentence_start <= name[0] < sentence_end}")
        features.append(f"after_name={start >= name[1]}:{sentence_start <= name[0] < sentence_end}")
        features.append(f"in_name={start < name[1] and name[0] < end}")
    if date is not None:
        gap = start - date
        features.append(f"after_date={0 <= gap < 30}:{sentence_start <= date < sentence_end}")
    for ent_start, ent_end, label in _overlapping(context.entities, start, end):
        features.append(f"ent={label}:{(ent_start, ent_end) == (start, end)}")
        features.append(f"ent_first={label}:{ent_start == start}")
    for frame_start, frame_end, label in context.frames.over(start, end):
        if label == "PLACE":
            features.append(f"frame={frame_start == start}:{frame_end == end}")
    features += context.evidence.frame("PLACE", start, end)
    after = text[end : end + 4]
    before = text[max(sentence_start, start - len(candidate.lead) - 3) : start]
    features += [f"after1={after[:1]}", f"after2={after[:2]}", f"before3={before[:3]}"]
    return features


# organisers


def describe_organiser(context: Context, start: int, end: int, name: tuple[int, int] | None) -> list[str]:
    """Give the features of an organisation's mention as organiser of the event whose name stands at `name`."""
    text = context.text
    sentence_start, sentence_end = context.sentence_around(start, end, _ENDLESS)
    clause_start, clause_end = context.clauses[locate(context.clauses, start)]
    clause_end = min(clause_end, sentence_end)
    first, last = find_list_start(context, start), find_list_end(context, end)
    before, after = text[max(sentence_start, first - 6) : first], text[last : last + 6]
    features = [
        f"in_title={start < context.body_start}",
        f"first_sentence={sentence_start <= context.body_start + 1}",
        f"listed={last > end or first < start}",
        f"clause_start={first == clause_start}",
        f"last2={text[max(start, end - 2) : end]}",
        f"last1={text[end - 1]}",
    ]
    for size in (1, 2, 3):
        features += [f"before{size}={before[-size:]}", f"after{size}={after[:size]}"]
    for place, (a, b) in {"clause": (last, clause_end), "sentence": (clause_end, sentence_end)}.items():
        for word in _ORGANISING.finditer(text, a, max(a, b)):
            features.append(f"{place}={word.group()}")
            features.append(f"{place}:{word.group()}:{min((word.start() - last) // 6, 5)}")
    for word in _ORGANISING.finditer(text, sentence_start, start):
        near = start - word.end() < 4
        features.append(f"earlier={word.group()}:{near}")
    features.append(f"by={'由' in before or '受' in before}")
    if name:
        features.append(f"in_name={name[0] <= start < name[1]}")
        features.append(f"before_name={end <= name[0]}:{sentence_start <= name[0] < sentence_end}")
        features.append(f"name_gap={min(max(name[0] - end, -1) // 6, 8)}")
    for role in ORGANISATION_ROLES:
        features.append(describe_level(role, context.evidence.role(role, start, end)))
    following = _overlapping(context.entities, end, end + 2)
    if following and following[0][2] in ("TITLE", "PERSON"):
        features.append(f"next={following[0][2]}")
    return features


_ORGANISING = re.compile(
    r"主办|承办|协办|举办|举行|召开|指导|支持|联合|合办|组织|开展|发起|启动|办理|筹办|策划|共同|联办|赞助|参加|出席|开设|邀请|委托|"
    r"主持|执行|携手|承担|安排|推出|参与"
)


def _overlapping(entities: list[tuple[int, int, str]], start: int, end: int) -> list[tuple[int, int, str]]:
    """The entities that share a character with `[start, end)`; they do not overlap each other."""
    first = max(0, bisect.bisect_left(entities, (start,)) - 1)
    found = []
    for entity in entities[first:]:
        if entity[0] >= end:
            break
        if entity[1] > start:
            found.append(entity)
    return found


# attendance

# from its first character on: what a run of digits is not followed by, no part of the run is followed by
_NUMERAL = (
    r"(?:(?<![0-9０-９])[0-9０-９][0-9０-９,，]*|"
    r"(?<![一二两三四五六七八九十百千万])[一二两三四五六七八九十百千万]+)"
)
_MOST_DIGITS = 9
_ATTENDANCE = re.compile(
    begin_with(
        "近将不超逾多至约大预估0-9０-９一二两三四五六七八九十百千万",
        r"(?P<under>近|将近|不足|不到)?(?P<over>超过|逾|多达|至少)?(?P<about>(?:约|大约|预计|估计)有?)?"
        r"(?P<number>" + _NUMERAL + r")(?P<unit>[百千万]?)(?P<more>余|多|几)?(?P<vague>左右|上下)?"
        r"(?:名|位|人次|人|个|(?<=[余多])(?=学生|师生|教师|学者|专家|代表|嘉宾|观众))(?=(?P<what>[^，。；！？\n]{0,30}))",
    )
)
_PRESENT = re.compile(
    r"参加|出席|参与|到场|与会|参会|到会|观看|聆听|齐聚|赴会|现场|列席|共聚|观摩|莅临|参训|报名|会聚|汇聚|汇集|参赛"
)


# of several events or years: 自5月以来…参会群众1500余人次
_CUMULATIVE = re.compile("(?<!开幕|开展|启动)以来|每年|历年|连续[^，。；]{1,4}年|应到[^，。；\\n]{0,6}$")


# of a rank, of people who were saved, taught or counted elsewhere: 排名为108名, 避免伤亡121人, 录取新生3000人
_OF_OTHERS = re.compile("(?:排名|名列|位列|保护|伤亡|培养|问责|录取|招收|资助|救助|惠及|覆盖)[^，。；\\n]{0,6}$")
_HARMED_OR_HALL = re.compile("[^，。；\\n]{0,4}(?:受伤|死亡|遇难|失踪|被困|丧生|获救)|大?礼堂|大?会堂|大?教室|计划")
_NO_NUMBER = re.compile("(?<!人)[数几][百千万十]$")  # 数百名, 几千名


def find_attendance(context: Context) -> list[tuple[AttendanceFound, list[str]]]:
    """Give each number of people with the features that tell whether it is how many took part."""
    text = context.text
    found = []
    for match in _ATTENDANCE.finditer(text):
        count = _read_number(match["number"], match["unit"])
        if count is None or count < 2:
            continue
        end = match.end()
        bound = "exact"
        if match["under"]:
            bound = "under"
        elif match["over"] or match["more"]:
            bound = "over"
        elif match["about"] or match["vague"] or re.fullmatch(r"[百千万]", match["number"]):
            bound = "about"
        sentence_start, sentence_end = context.sentence_around(match.start(), end, _ENDLESS)
        clause_start, clause_end = context.clauses[locate(context.clauses, match.start())]
        clause_start, clause_end = max(clause_start, sentence_start), min(clause_end, sentence_end)
        if (
            _CUMULATIVE.search(text, max(sentence_start, match.start() - 60), match.start())
            or _OF_OTHERS.search(text, max(sentence_start, match.start() - 16), match.start())
            or _HARMED_OR_HALL.match(text, end, sentence_end)
            or _NO_NUMBER.search(text, max(0, match.start("number") - 2), match.start("number") + 1)
        ):
            continue
        before, after = text[max(sentence_start, match.start() - 4) : match.start()], text[end : end + 4]
        features = [
            f"bound={bound}",
            f"size={min(len(str(count)), 5)}",
            f"unit={text[end - 1]}",
            f"total={bool(re.search(r'共|共计|总计|合计|一行', text[clause_start : match.start()]))}",
            f"digits={match['number'][0].isdigit()}",
            f"in_title={match.start() < context.body_start}",
            f"place={min(max(0, match.start() - context.body_start) // 80, 6)}",
        ]
        for size in (1, 2):
            features += [f"before{size}={before[-size:]}", f"after{size}={after[:size]}"]
        present = _PRESENT.search(text, end, clause_end)
        features.append(f"present={present.group() if present else None}")
        features.append(f"present_any={present is not None}")
        earlier = _PRESENT.search(text, clause_start, match.start())
        features.append(f"earlier={earlier.group() if earlier else None}")
        features.append(f"later={_PRESENT.search(text, clause_end, sentence_end) is not None}")
        features += [f"what={match['what'][i : i + 2]}" for i in range(min(8, max(0, len(match["what"]) - 1)))]
        found.append((AttendanceFound(count, bound, match.group(), match.start(), end), features))
    return found


_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000}


def _read_number(numeral: str, unit: str) -> int | None:
    plain = re.sub(r"[,，]", "", numeral)
    if plain.isdigit():
        return int(plain) * _UNITS.get(unit, 1) if len(plain) <= _MOST_DIGITS else None
    total, section, digit = 0, 0, None
    for char in plain + unit:
        if char in _DIGITS:
            if digit is not None:
                return None
            digit = _DIGITS[char]
        elif char == "万":
            total += (section + (digit or 0) or 1) * 10000
            section, digit = 0, None
        else:
            section += (1 if digit is None else digit) * _UNITS[char]
            digit = None
    return total + section + (digit or 0)
