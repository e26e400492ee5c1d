"""Where the names of organisations begin and end: what the tagger took in too much, or cut off.

Each function takes the normalised text and the tagged spans, in order and without overlaps, and gives them mended.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise, zip_longest

from jishi.lexicons import join_words, read_lines
from jishi.stages.abbreviations import is_short_form
from jishi.stages.affiliations import ends_like_organisation, filter_words, is_territory
from jishi.stages.departments import is_department
from jishi.stages.listed_bodies import add_listed
from jishi.stages.public_bodies import complete_bodies
from jishi.stages.subordinate_bodies import join_subordinates
from jishi.stages.tagger import TaggedSpan
from jishi.stages.titles import surnames

_SYMBOLS = re.compile(r"[^\w“‘「『《〈（(【\[]+|_+")
_QUOTES = {"”": "“", "’": "‘", "」": "「", "』": "『", "》": "《"}
_BRACKETS = {"）": "（", ")": "(", "]": "[", "】": "【"}
_QUOTED = 12  # characters inside quotation marks that begin a name: “太湖明珠”服务站
_SENTENCE = re.compile(r"[。！？\n]")
# 校学生会, 院青协: the school's or college's own, where no longer word ends in 校 or 院
_OWN_SCHOOL = re.compile(r"(?:^|[^\u4e00-\u9fff]|[的和与及由对向为了是着])(?:校|院(?=学生会|研究生会|青协|团委))")
_WRITERS_OFFICE = re.compile(r"学[校院]办公室")
_FIRST = re.compile(r"(?![在与由受据让为对向今而应从各自经因当被把将])[\u4e00-\u9fff]")  # 和|峰狮子会 in a headline
_AGENT = re.compile(r"[\u4e00-\u9fff]{1,4}(?<!自)由(?![来衷于])(?=.{4})")  # 工程由|海岳营造公司
_SOMEBODY = re.compile(r"[\u4e00-\u9fff]{2,4}[及与和暨、](?=.{4})")
_STATUS = re.compile(r"(?:国立|私立|部立|县立|公立)$")
_SCHOOL = re.compile(r"(?:大学|学院|学校|[高国女]中|小学|[国附]小|高[工商职]|医院|幼儿园)$")
_CUT_SCHOOL = re.compile(r"[中小](?=[、，。；：（）\s与及和等]|校长|师生|学生|教师|老师|$)")  # 安顺国|中
_AFTER = "则亦均也皆"  # words that follow a name and end none
_PUPILS = re.compile(r"学(?=[童生])")  # 杨梅国小|学童
_CUT_PART = re.compile(r"[与和及][系院校所]$")  # 总务处|与系|办
_LARGE = re.compile(r"(?:大学|学院|公司|集团|医院|协会|学会|基金会|研究所|研究院|研究中心|博物馆)")
_SURE = 0.75  # the score of a name that mends others
_LEAST, _CONFIRMED = 0.25, 0.5  # scores of a name without and with a title behind it
_FEWEST = 3  # characters of a part of a name that is one by itself

# Between two names that the tagger took for one.
_TOGETHER = re.compile(
    r"合作共建|共同主办|共同举办|联合主办|联合举办|联合(?![会国社体总工报库大])|携手|会同|协同|[\d一二三四五六七八九十百]+位"
)
_BELOW = re.compile(r"(?:全资|控股)?子公司|(?:旗|属|辖|下)[下属](?:的|之)?")  # 海岳集团|旗下|青禾银行
_INSTITUTION = re.compile(
    r"(?P<first>.{2,}(?:(?<!科)学院|[学科]系|研究[所院]|中心|委员会|协会|学会|出版社|支部|[部处系科]))"
    r"(?P<second>[\u4e00-\u9fff]{2,8}大学(?!生).*)"
    r"|(?P<programme>.{2,}(?:[硕博]士班|学程|[系科](?![学技研普大])))(?P<hospital>(?!附设|附属)[\u4e00-\u9fff]{2,8}(?:大学(?!生)|医院).*)"
)
_OWNED = re.compile(r"(?:大学|学院|公司|医院).{1,12}[部处系科]$")
_COLLEGES = re.compile(r"(?P<parent>.*大学)?(?P<first>.+?学院)(?P<second>[\u4e00-\u9fff]+学院)")
_UNIVERSITY = re.compile(r"大学$")
_DASH = re.compile(r"[-—–－]{1,2}")
_SHORT_FORM = re.compile(r"(.{2,})[（(](?P<word>(?:以下)?简称[:：]?)?([^（）()]{2,12})[）)](.*)")

_DOUBLED = re.compile(r"([科处股局队室所司厅庭])\1长")
# A department with its office: 预算科|科长, 心内科|副主任
_DEPARTMENT = re.compile(
    r"(?P<department>(?:(?![的和与及在由为对等兼任])[\u4e00-\u9fff]){1,9}(?P<kind>[科处股室庭队部司]))"
    r"副?(?:[大中]?(?P=kind)长|主任)"
)

# 卫生局长: the office is 局长, the body 卫生局, and both have 局. The organisation gets what is before the office; see
# `affiliations.share_ending`.
_SHARED = re.compile(r"(?P<body>[\u4e00-\u9fff]{2,9}?)(?P<office>分?(?P<kind>[局处署厅司所])长)")
_WITH_BODY = re.compile(
    r"(?P<body>[\u4e00-\u9fff]{1,8}(?P<kind>[局处署厅司科课室股队]))(?P<office>副?(?P=kind)长|(?<=[室科])副?主任)"
)
_TOWN = re.compile(r"(?P<body>[\u4e00-\u9fff]{2,5}?)(?P<office>(?P<kind>[市县乡镇])长)")
_STATE = re.compile(rf"(?P<body>{join_words(filter_words('state'))})(?P<office>(?P<kind>[部院])长)")
# A text of Taiwan, where 外交部长 is the 部长 of the 外交部.
_TAIWAN = re.compile(r"行政院|立法院|立法委员|立委|总统府|国立[\u4e00-\u9fff]{2,6}大学|[县市]府")
_NO_TOWN = re.compile(r"挂职|民选|首位|女|网红|[老新双]$")
_DEPUTY = re.compile(r"(?P<body>[\u4e00-\u9fff]{0,6}(?P<kind>人大))(?P<office>代表)")
_LEVEL_FIRST = re.compile(r"(?:[省市县区州旗]|全国)人大")
_ASSEMBLY = re.compile(rf"(?P<body>{join_words(filter_words('assembly'))})(?P<office>(?P<kind>会)长)")
_COMMITTEE_OVER = re.compile(r".+委(?=(?:组织|宣传|统战)部$)")
_HEAD_OF = re.compile(r"[部院局处署厅司所](?=长)")
_WITHIN = re.compile(r"(?![和及与由])[\u4e00-\u9fff]")
_NO_BODY = re.compile(r"[副正原前代兼现新时]|首[任席]|卸任|.*(?:[副原前代任总兼]|常务|执行|署理|名誉|助理|分管)$")
_LEANING = 0.7  # the score of such a body: too short a form to be looked for elsewhere

_COMMITTEE = re.compile(r"(?:分?团委|党委|党组|党总支)$")
_MANNER = re.compile(r"(?:驻会|专职|常务|名誉)$")  # how an office is held
_SECRETARY = re.compile(r"(?:第一|常务)?副?书记|委员(?!会)|成员")


def mend_ends(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Let organisations begin and end where their names do: without 到, ♠ or 则, with 校, 美国 or an opening mark."""
    spans = _continue_names(text, complete_bodies(text, spans))
    known = {text[span.start : span.end] for span in spans if span.label == "ORG"}
    result: list[TaggedSpan] = []
    for span in spans:
        if span.label == "ORG":
            floor = next((other.end for other in reversed(result) if other.label != "LOC"), 0)
            end = span.end
            if text[end - 1] in _AFTER and ends_like_organisation(text[span.start : end - 1]):
                end -= 1
            if _PUPILS.match(text, end - 1) and _SCHOOL.search(text, span.start, end - 1):
                end -= 1
            part = _CUT_PART.search(text, span.start + 2, end)
            if part and ends_like_organisation(text[span.start : part.start()]):
                end = part.start()
            school = _CUT_SCHOOL.match(text, end) if text[end - 1] == "国" else None
            if school and not is_territory(text[span.start : end]):
                end = school.end()
            start = span.start
            if result and result[-1].label == "TITLE" and result[-1].end == start:
                start = _skip_somebody(text, start, end)
            start = _find_front(text, start, end, floor, known)
            while result and result[-1].label == "LOC" and start <= result[-1].start:
                result.pop()
            span = span._replace(start=start, end=end)
        if span.start < span.end:
            result.append(span)
    return _confirm(text, add_listed(text, join_subordinates(text, result)))


def _confirm(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Let a name that ends as organisations do count where a title is right behind it, though the tagger only leaned
    to it: 杉原国小|校长."""
    result = list(spans)
    for i, (body, office) in enumerate(pairwise(spans)):
        if (
            (body.label, office.label) == ("ORG", "TITLE")
            and body.end == office.start
            and _LEAST <= body.score < _CONFIRMED
            and body.end - body.start >= _FEWEST
            and ends_like_organisation(text[body.start : body.end])
        ):
            result[i] = body._replace(score=_CONFIRMED)
    return result


def _continue_names(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Let an organisation go on where the text goes on as in a longer name that is sure elsewhere: 教育部|产学中心."""
    longer: dict[str, list[str]] = defaultdict(list)
    for name in {text[span.start : span.end] for span in spans if span.label == "ORG" and span.score >= _SURE}:
        longer[name[:_FEWEST]].append(name)
    result: list[TaggedSpan] = []
    for span, after in zip_longest(spans, spans[1:]):
        if span.label == "ORG":
            names = longer.get(text[span.start : span.start + _FEWEST], [])
            ends = (span.start + len(name) for name in names if text.startswith(name, span.start))
            end = max(ends, default=span.end)
            if end > span.end and (after is None or after.start >= end):
                span = span._replace(end=end)
        result.append(span)
    return result


def _skip_somebody(text: str, start: int, end: int) -> int:
    """Leave out a person whose title stands before and who was taken with the organisation: 主席|霍思远及|海岳协会."""
    listed = _SOMEBODY.match(text, start, end)
    if listed is None or text[start] not in surnames() or ends_like_organisation(text[start : listed.end() - 1]):
        return start
    return listed.end()


def _find_front(text: str, start: int, end: int, floor: int, known: set[str]) -> int:
    symbols = _SYMBOLS.match(text, start, end)
    if symbols:
        start = symbols.end()
    if start == 1 and _FIRST.match(text):
        start = 0
    start = _close_marks(text, start, end, floor)
    agent = _AGENT.match(text, start, end)
    if agent and ends_like_organisation(text[agent.end() : end]):
        return agent.end()
    status = _STATUS.search(text, max(floor, start - 2), start)
    if status and _SCHOOL.search(text, start, end):
        return status.start()
    lead = _leading_words().match(text, start, end)
    if lead and end - lead.end() >= _FEWEST:
        rest = text[lead.end() : end]
        if rest in known or (lead["always"] and _ends_like_name(rest)):
            return lead.end()
    if _WRITERS_OFFICE.fullmatch(text, max(floor, start - 2), end):
        return start - 2
    own = _OWN_SCHOOL.match(text, max(floor, start - 2))
    if own and own.end() == start:
        return start - 1
    country = _countries().search(text, max(floor, start - 6), start)
    if country and country.end() == start and _LARGE.search(text, start, end) and not names_country(text[start:end]):
        return country.start()
    return start


def _ends_like_name(name: str) -> bool:
    """Say whether a name ends as names of bodies do, or as those of firms without 公司: 青禾创投."""
    return ends_like_organisation(name) or name.endswith(tuple(filter_words("trade")))


def _close_marks(text: str, start: int, end: int, floor: int) -> int:
    """Take in the mark that opens a quotation closed inside a name; leave out what precedes a bracket closed there."""
    for offset in range(start, end):
        char = text[offset]
        if char in _QUOTES and _QUOTES[char] not in text[start:offset]:
            opening = text.rfind(_QUOTES[char], max(floor, offset - _QUOTED - 1), offset)
            if opening >= 0 and not _SENTENCE.search(text, opening, offset):
                return opening
        elif char in _BRACKETS and _BRACKETS[char] not in text[start:offset] and offset + _FEWEST < end:
            return offset + 1
    return start


@functools.cache
def _leading_words() -> re.Pattern[str]:
    always, doubtful = (join_words(filter_words(kind)) for kind in ("lead", "lead_doubtful"))
    return re.compile(f"(?P<always>{always})|(?:{doubtful})")


@functools.cache
def _country_names() -> str:
    lines = read_lines("territories.txt")
    names = [name for name in lines[: lines.index("北京市")] if name not in ("中国", "中华民国")]
    return join_words(names)


@functools.cache
def _countries() -> re.Pattern[str]:
    return re.compile(f"(?:{_country_names()})$")


@functools.cache
def _country_first() -> re.Pattern[str]:
    return re.compile(f"(?:{_country_names()}|中国)")


def names_country(name: str) -> bool:
    """Say whether a name begins with a country's."""
    return _country_first().match(name) is not None


def split_names(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Part organisations that are two: 党支部|联合|药剂科, 松江大学文学院|北辰大学, 数学学院|法学院."""
    result: list[TaggedSpan] = []
    for span in spans:
        if span.label != "ORG":
            result.append(span)
            continue
        parts = _find_parts(text[span.start : span.end])
        result.extend(span._replace(start=span.start + start, end=span.start + end) for start, end in parts)
    return result


def _find_parts(name: str) -> list[tuple[int, int]]:
    cut = _find_cut(name) if len(name) >= 2 * _FEWEST else None
    if cut is None:
        return [(0, len(name))]
    first, second = cut
    rest = [(start + second, end + second) for start, end in _find_parts(name[second:])] if second < len(name) else []
    return [(0, first), *rest]


def _find_cut(name: str) -> tuple[int, int] | None:
    """Give where the first of several names ends and the next begins; None where there is but one."""
    owned = _BELOW.search(name, 2)
    if owned and ends_like_organisation(name) and len(name) - owned.end() >= _FEWEST:
        return owned.span()
    for joint in _TOGETHER.finditer(name, _FEWEST):
        rest = name[joint.end() :]
        if len(rest) < 2 or not ends_like_organisation(name[: joint.start()]):
            continue
        if joint.group()[-1] == "位":
            return joint.start(), len(name)  # 文学院|80位|合唱团 is no name
        if len(rest) >= _FEWEST and ends_like_organisation(rest) and not is_department(rest):
            return joint.span()
    dash = _DASH.search(name)
    if dash and _UNIVERSITY.search(name, 0, dash.start()) and _UNIVERSITY.search(name, dash.end()):
        return dash.span()
    touching = _INSTITUTION.fullmatch(name)
    if touching:
        first = touching["first"] or touching["programme"]
        if touching["programme"] or first[-1] not in "部处系科" or _OWNED.search(first) or _ends_in_department(first):
            return len(first), len(first)
    colleges = _COLLEGES.match(name)
    if colleges and is_department(colleges["first"]) and is_department(colleges["second"]):
        return colleges.end("first"), colleges.end("first")
    bodies = _national_bodies()
    return next(((i, i) for i in range(3, len(name) - 2) if name[:i] in bodies and name[i:] in bodies), None)


def _ends_in_department(name: str) -> bool:
    return any(is_department(name[start:]) for start in range(len(name) - 2))


@functools.cache
def _national_bodies() -> frozenset[str]:
    return frozenset(read_lines("national_bodies.txt"))


def split_short_forms(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Part 松江大学（简称松大）文学院 and 新城科技工业学校（新科工） into the name, its short form and what follows."""
    result: list[TaggedSpan] = []
    for span in spans:
        match = _SHORT_FORM.fullmatch(text, span.start, span.end) if span.label == "ORG" else None
        if match is None or not (match["word"] or is_short_form(match[3], match[1])):
            result.append(span)
            continue
        groups = (1, 3, 4) if len(match[4]) >= _FEWEST else (1, 3)
        result.extend(span._replace(start=match.start(group), end=match.end(group)) for group in groups)
    return result


def join_touching(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Join two organisations that touch where the text has them as one elsewhere: 教育部|产学中心."""
    spans = complete_bodies(text, spans)  # which split_joined may have parted: 运输|及|房屋局
    known = {text[span.start : span.end] for span in spans if span.label == "ORG"}
    result: list[TaggedSpan] = []
    for span in spans:
        last = result[-1] if result else None
        if (
            last is not None
            and last.label == span.label == "ORG"
            and last.end == span.start
            and text[last.start : span.end] in known
        ):
            result[-1] = last._replace(end=span.end, score=max(last.score, span.score))
        else:
            result.append(span)
    return result


def join_departments(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Let an organisation take in the department between it and the office that the department has, whether the tagger
    gave it to the office or to nothing: 云汀市财政局|预算科 + 科长. An office begins with no part of a department:
    纳税服务股 + 股长, not 股股长."""
    result: list[TaggedSpan] = []
    for span in spans:
        if span.label == "TITLE":
            if _DOUBLED.match(text, span.start, span.end):
                span = span._replace(start=span.start + 1)
            last = result[-1] if result else None
            found = (
                _DEPARTMENT.fullmatch(text, last.end, span.end) if last is not None and last.label == "ORG" else None
            )
            if last is not None and found:
                result[-1] = last._replace(end=found.end("department"))
                span = span._replace(start=found.end("department"))
            span = _part_body(text, result, span)
        result.append(span)
    return result


def _part_body(text: str, before: list[TaggedSpan], office: TaggedSpan) -> TaggedSpan:
    """Give the office that a title ends in, and add the body before it to the spans `before`: 云汀县|消防 + 局长,
    社会处 + 处长."""
    last = before[-1] if before else None
    touching = last if last is not None and last.end == office.start and last.label in ("ORG", "LOC") else None
    if touching and text[office.start - 1] == "分" and text[office.start : office.start + 2] in ("局长", "署长"):
        before[-1] = touching._replace(end=office.start - 1)
        return office._replace(start=office.start - 1)
    found = (
        _WITH_BODY.fullmatch(text, office.start, office.end)
        or _SHARED.fullmatch(text, office.start, office.end)
        or _find_town(text, office)
        or _find_ministry(text, office, last)
        or _ASSEMBLY.fullmatch(text, office.start, office.end)
        or _DEPUTY.fullmatch(text, office.start, office.end)
    )
    if found is None or found["body"][-1] == found["office"][0] == "分" or _NO_BODY.match(found["body"]):
        return office
    place = text[office.start - 1 : office.start]
    cut = _WITHIN.match(place) and (last is None or last.end != office.start)
    if cut and not _LEVEL_FIRST.match(found["body"]):
        return office  # 基层|卫生科科长 is cut, 邀请|区人大代表 is not
    begin, score = office.start, min(office.score, _LEANING)
    if (
        touching
        and not found["body"].endswith("全国人大")
        and (touching.label == "ORG" or is_territory(text[touching.start : touching.end]) or place in "市县区乡镇")
    ):
        begin = touching.start
        before.pop()
    if found["kind"] == "人大" and found.end("body") - begin == 2:
        return office  # 人大代表 of nowhere
    label = "LOC" if found["kind"] in "市县乡镇" else "ORG"
    before.append(TaggedSpan(begin, found.end("body"), label, score))
    return office._replace(start=found.start("office"))


def _find_town(text: str, office: TaggedSpan) -> re.Match[str] | None:
    """Give the town and its head in a title that is both: 云汀|市长."""
    found = _TOWN.fullmatch(text, office.start, office.end)
    return None if found is None or _NO_TOWN.match(found["body"]) else found


def _find_ministry(text: str, office: TaggedSpan, last: TaggedSpan | None) -> re.Match[str] | None:
    """Give the ministry and its head in a title that is both, as texts of Taiwan have it: 外交|部长, but 某国 +
    外交部长."""
    found = _STATE.fullmatch(text, office.start, office.end)
    if (
        found is None
        or (last is not None and last.end == office.start)
        or text[office.start - 1 : office.start] == "兼"
    ):
        return None
    return found if found["kind"] == "院" or _is_of_taiwan(text) else None


@functools.lru_cache(maxsize=1)
def _is_of_taiwan(text: str) -> bool:
    """Say whether a text names bodies of Taiwan; asked once a minister."""
    return _TAIWAN.search(text) is not None


def free_heads(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Add the head of a body between it and a name, which has the body's last character too: 教育部|长|林听雨 is
    教育部, 部长 and 林听雨. A country's minister and a committee's officer have it whole: 市委 + 组织部长."""
    result: list[TaggedSpan] = []
    for span, after in zip_longest(spans, spans[1:]):
        result.append(span)
        if (
            span.label == "ORG"
            and after is not None
            and after.label == "PERSON"
            and after.start == span.end + 1
            and span.end - span.start >= _FEWEST
            and _HEAD_OF.match(text, span.end - 1)
        ):
            country = _country_first().match(text, span.start, span.end - 1) if text[span.end - 1] == "部" else None
            above = country or _COMMITTEE_OVER.match(text, span.start, span.end)
            middle = above.end() if above else span.end - 1
            result[-1] = span._replace(end=middle, label="LOC" if country else "ORG")
            result.append(TaggedSpan(middle, span.end + 1, "TITLE", span.score))
    return result


def return_offices(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Give to an office what belongs to it: 文学院分团委 + 书记 is 文学院 + 分团委书记, so is 书协驻会 + 副主席."""
    result = list(spans)
    for i, (body, office) in enumerate(pairwise(spans)):
        if (body.label, office.label) != ("ORG", "TITLE") or body.end != office.start:
            continue
        committee = _COMMITTEE.search(text, body.start, body.end)
        if committee is None or not _SECRETARY.match(text, office.start, office.end):
            committee = _MANNER.search(text, body.start, body.end)
        if committee and committee.start() - body.start >= 2:
            result[i] = body._replace(end=committee.start())
            result[i + 1] = office._replace(start=committee.start())
    return result
