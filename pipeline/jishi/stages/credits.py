"""Credits: who wrote, photographed, edited and checked an article, and where it was taken from.

They stand in the header (来源：… 作者：…), in the dateline (新华社北京9月2日电（记者 …）) and at the end, with a label
before (撰稿：…；审核：…), behind (… 供稿, … 摄), or as names alone in brackets. Offsets are those of the normalised
text.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from jishi.lexicons import join_words, read_lines
from jishi.stages.affiliations import is_territory
from jishi.stages.bylines import Named, read_names, split_names
from jishi.stages.findings import CreditFound
from jishi.stages.titles import surnames
from jishi.stages.words import is_dictionary_word

_TAIL = 420  # characters at the end in which labels are looked for
_HEAD = 300  # the same at the beginning of the body
_HAN = "\u4e00-\u9fff"
_BEHIND_LABEL = re.compile(r"[：:/|丨‖＼\\]|[图文]、")  # without one of which there is no label
_GAP = r"\s*(?:\|\||[：:/|丨‖＼\\])\s*"
# What follows a credit on a page but is none: 点赞, 扫码关注 …
_TRAILER = re.compile(
    "部分|来源于|来自|源于|源自|点击|点赞|听说|长按|扫描|扫码|识别|欢迎|关注我|阅读原文|分享|声明|版权|更多|在看|特别鸣谢|"
    "获取|查看|推荐阅读|往期|原文始发|图为|文中|封面|本文|新媒体运营|投稿邮箱|联系"
)
_MEDIUM = rf"(?:[{_HAN}]{{0,8}}(?:社|网|报|台|在线|客户端))"
_DATELINE = re.compile(
    rf"(?:^|\n)[ 　]*(?:【|\[)?(?P<medium>{_MEDIUM})"
    rf"(?:[{_HAN}]{{0,6}}?(?:\d{{1,2}}月)?\d{{1,2}}日)?(?:电|专?讯|消息|/[{_HAN}]{{2,4}}讯)(?![{_HAN}]*[台视影])"
)
_TOLD_BY = re.compile(
    rf"[ 　]{{0,4}}据(?P<medium>[{_HAN}]{{2,8}}?(?:社|网|报|台)) ?(?:\d{{1,2}}月)?\d{{1,2}}日(?:电|报道|消息)"
)
_STAFF = "记者|通讯员|特派员|实习生|特约撰稿人|特约撰稿"
_STAFF_LABEL = rf"(?:本报|本刊|本网|本台|特约|全媒体|融媒体|融媒|见习|实习|首席|学生|摄影|文字)*(?:{_STAFF})"
_REPORTERS = re.compile(
    rf"[（(【\[〔]\s*(?P<all>[{_HAN}]{{0,10}}?(?:{_STAFF})[^（）()【】\[\]〔〕。\n]{{2,60}})[）)】\]〕]"
)
_REPORTERS_OF = re.compile(
    rf"(?P<medium>[{_HAN}]{{2,8}}?(?:社|网|报|电视台|电台|客户端)) ?(?:全媒体|融媒体|融媒|见习|实习|首席)?记者"
)
_BOTH = re.compile(r"[ /]*(?:文[/、并]?摄|文[/、并]?图|图[/、]?文|摄影报道)$")  # 记者 王某 文/摄
_LAST = re.compile(r"(?<=[。！？”…」])\s*[（(](?P<inside>[^（）()\n]{2,30})[）)]\s*$")
# 音乐组组长 林听雨 报导, 公司办公室 林听雨 / 图文
_LAST_LINE = re.compile(
    rf"(?<=\n)[ 　]*(?P<names>[{_HAN}、]{{2,12}}(?:[ 　]+[{_HAN}、]{{2,8}}){{0,2}})(?:[ 　]+|[ 　]*/[ 　]*)"
    r"(?P<label>报导|报道|摄影报道|图文|文图|文/图|图/文|撰稿|撰文)\s*$"
)
_DESCRIBED = re.compile("[，,](?=系|现为|单位)")
_PLAIN_LINE = re.compile(r"(?<![^\n])[ ]*([^\n。：:]{4,60})(?![^\n])")
_AT_BODY = re.compile(
    rf"(?P<body>(?:[{_HAN}]*(?:部|处|科|室|组|院|系|会|局|所|馆|站|台|队|报|社|中心|中学|小学|大学|学校|街道|镇|乡|村|县|社区|公司|"
    rf"广播|秘书|官|员|干事|主任|书记|[组处科部]长)[ /]+)+)(?P<name>[{_HAN}]{{2,4}})"
)
_STAFF_INSIDE = re.compile(rf"(?<![{_HAN}]){_STAFF_LABEL}")
_NAMES_ONLY = re.compile(rf"[{_HAN}·]{{2,6}}(?:[ 、，,]+[{_HAN}·]{{2,6}})*")
_BODY_ALONE = re.compile(rf"[{_HAN}]{{2,16}}(?:部|处|科|办公室|研究室|院|会|局|所|馆|中心|编辑组|公司)")
_PRESS_OFFICE = re.compile(rf"[{_HAN}]{{2,3}}宣")  # 永公宣: a police force's own
_ABOUT_AUTHOR = re.compile(rf"(?P<name>[{_HAN}·]{{2,6}})[，,](?:系|[{_HAN}]{{2,6}}人[，,]|[^，,]{{2,16}}会员|.*著有).*")
_AUTHOR_IS = re.compile(
    rf"[（(](?:本文)?作者(?:[ ：:]*(?P<first>[{_HAN}·]{{2,8}})[，, ]+(?:系|为|是|现为)[^（）()\n]{{2,40}}"
    rf"|(?:系|为|是|单位)[^（）()\n，。]{{2,40}}[ ]+(?P<last>[{_HAN}·]{{2,8}}))[）)]"
)
_DESK = re.compile(
    rf"[/／][{_HAN}]{{2,6}}?报[导道]$|[ ]?(?:综合|现场|采访)?报[导道]$"
)  # 记者王某／青禾报导: where it is reported from names nobody
# The same with the place or the day glued to the name: 记者王某南屏报导, 记者王某青禾28日电
_FILED = re.compile(rf"(?P<place>[{_HAN}]{{2,8}})(?:(?:(?:\d{{1,2}}月)?\d{{1,2}}日)?专?[电讯]|报[导道]|特稿)$")
_OF_MEDIUM = re.compile(rf"/(?P<medium>[{_HAN}]{{1,8}}(?:新闻|报|社|网|电视|广播|台|周刊|电子报))$")
_PLAIN_NAMES = re.compile(rf"[{_HAN}]{{2,4}}(?:[ 、]+[{_HAN}]{{2,4}})+")
_REPORTER_LINE = re.compile(
    rf"(?:^|[\n。！？”])[ 　]*(?:本报|本网|本刊|本台|特约|实习|见习|{_MEDIUM})?(?:记者|通讯员)[ 　/：:]*"
    rf"(?P<names>[^，。；！？\n（）()]{{2,20}}?)[ 　/]*(?:[{_HAN}]{{2,3}}报[导道]|报[导道]|[ 　]*\n|$)"
)
_TAIWAN_REPORTER = re.compile(rf"记者(?P<names>[{_HAN}]{{2,4}}?)[/／ ]?(?:[{_HAN}]{{2}})?报导")
_BEHIND = re.compile(
    r"(?P<names>[^（）()。；！？\n]{2,40}?)[ 　]*[/ 　]?"
    r"(?P<label>供稿|摄影报道|报道|报导|摄影|拍摄|文[/并]摄|摄|供图|撰稿|撰文|整理|图、文|图文|文/图|文、图|图/文|(?<=/)文|(?<=/)图|编辑)$"
)
_GIVEN_BEFORE_LABEL = re.compile(
    rf"(?P<names>[{_HAN}、]{{2,30}})[ ]?(?P<label>供稿|供图)[ 、]+(?=[{_HAN}/]{{1,5}}[：:/])"
)
_PHOTOS_FROM = re.compile(rf"(?:图片|照片|图)(?:均|皆)?由(?P<names>[{_HAN}、]{{2,20}})提供$")
_GLUED = re.compile(rf"(?:文/图|图/文|图文|文图|文|图)[ 　]?(?=[{_HAN}]{{2}})")  # （文/图刘小禾 马听雨）
# 记者林听雨/文 何小笙/图
_WRITER_AND_PHOTOGRAPHER = re.compile(
    rf"(?:《[^《》]{{2,12}}》)?[{_HAN}]{{0,8}}?(?:{_STAFF})?[ ]?(?P<writer>[{_HAN}、]{{2,9}})[ ]?(?:(?<=[ ])|/)[ ]?文"
    rf"[ ，,、/]{{0,2}}(?:{_STAFF})?[ ]?(?P<photographer>[{_HAN}、]{{2,9}})[ ]?(?:(?<=[ ])|/)[ ]?[图摄]"
)
_BRACKETED = re.compile(r"[（(【\[]([^（）()【】\[\]\n]{2,60})[）)】\]]")
_SHOT_BY = re.compile(
    rf"(?:^|[。！？…）) ])(?:{_MEDIUM})?(?:本报|本网)?(?:记者|通讯员)?[ 　]*"
    rf"(?P<names>[{_HAN}、 ·]{{2,14}})[ 　]*摄[）)]?$"
)
_GIVEN = re.compile(
    rf"[ ]{{0,9}}(?P<names>[{_HAN}、， ]{{2,30}}?)[ ]{{0,9}}(?P<label>供稿|供图)"
    r"(?=$|[ ]{0,9}(?:摄影|编辑|文|图)[/：:])"
)
_GIVEN_BEHIND = re.compile(rf"(?<=[。！？”）)])[ ]{{0,9}}(?P<names>[{_HAN}、 ]{{2,20}})[ ]{{0,9}}(?P<label>供稿|供图)$")
_SHOT_TAIL = 80  # characters at the end of a line that a photographer's credit stands in
_TAKEN_FROM = re.compile(
    r"(?:^|[（(。\n])[ 　]*(?:(?:根据|据|综合)(?P<told>[^（）()，。；\n]{2,20}?)(?:消息|报道)(?:编辑|整理)?[）)\n]"
    r"|(?:摘|转)自[：:]?(?P<taken>[^（）()，。；\n]{2,24}))"
    r"|转载自[：:]?(?P<reprinted>[“「《][^”」》\n]{2,24}|微信公众号[：:]?[“「]?[^”」（）()，。；\n]{2,24}|[^（）()，。；\n]{2,24})"
)
_DATED = re.compile(rf"(?P<medium>{_MEDIUM})\d{{2,4}}/\d{{1,2}}/\d{{1,2}}")
_LINKED = re.compile(r"原文链接[：:]?\s*\[(?P<medium>[^\[\]\n]{2,12})\]")


# A page's owner glued to the last name: 编辑：宣传部张三|中国某某大学青年志愿者协会
_GLUED_BODY = re.compile(rf"(?<=[{_HAN}])(?=中国[{_HAN}]{{6,}})")


_NAMES_BETWEEN = re.compile(rf"[{_HAN}]{{2,4}}(?:[、 ][{_HAN}]{{2,4}})*[ ]?")  # 合影图/|林听雨|文/何小笙


class _Label(NamedTuple):
    start: int
    end: int
    roles: tuple[str, ...]
    is_vague: bool  # a word that often stands in ordinary text


_VAGUE = frozenset(["文", "图", "编", "摄", "报道", "整理", "采访", "记录", "新闻", "记者", "通讯员", "拍摄", "照片"])


def find_credits(text: str, body_start: int = 0) -> list[CreditFound]:
    """Give the credits of a normalised text, in order of appearance, one entry a person (or body) and role.

    body_start: where the body begins, if a title stands before it.
    """
    found: list[CreditFound] = []
    for find in (
        _find_datelines,
        _find_labelled,
        _find_bracketed,
        _find_behind,
        _find_sources,
        _find_last,
    ):
        found += find(text, body_start)
    unique: dict[tuple[str, str], CreditFound] = {}
    for credit in sorted(found, key=lambda credit: (credit.start, credit.end)):
        unique.setdefault((credit.name, credit.role), credit)
    return list(unique.values())


def _credit(named: list[Named], roles: tuple[str, ...]) -> Iterator[CreditFound]:
    for item in named:
        if item.name in _roles() or (item.is_person and item.name.endswith(_LABELS_BEHIND)):
            continue  # 文|章来源, 冉供稿: a label misread
        for role in roles:
            if role == "contributor":  # 宣传部供稿 tells where an article comes from, 张三供稿 who wrote it
                role = "author" if item.is_person else "source"
            yield CreditFound(item.name, role, item.start, item.end)


# What stands behind a name and is no part of it
_LABELS_BEHIND = ("供稿", "供图", "摄影", "报道", "报导", "编辑")


# labels before names


@functools.cache
def _roles() -> dict[str, tuple[str, ...]]:
    table = {}
    for line in read_lines("credit_labels.txt"):
        label, _, roles = line.partition("\t")
        table[label] = tuple(roles.split())
    return table


@functools.cache
def _label_pattern() -> re.Pattern[str]:
    labels = join_words(_roles())
    return re.compile(rf"(?P<label>{labels})(?P<gap>{_GAP}|(?<=[图文])、)")


def _find_labelled(text: str, body_start: int) -> Iterator[CreditFound]:
    labels = [label for zone in _zones(text, body_start) for label in _find_labels(text, *zone)]
    for i, label in enumerate(labels):
        if i and labels[i - 1].end == label.start and re.match(_STAFF_LABEL, text[label.start : label.end]):
            label = label._replace(roles=labels[i - 1].roles)  # 图/学生记者：何小笙
        following = labels[i + 1].start if i + 1 < len(labels) else len(text)
        end = _end_of_value(text, label.end, following)
        if label.roles == ("source",):
            yield from _read_source(text, label.end, end)
        elif label.roles:
            named = read_names(text, label.end, end, strict=label.is_vague)
            in_chain = following - label.end <= _SHORT and "\n" not in text[label.end : following]
            if not named and (label.roles == ("reviewer",) or (label.is_vague and in_chain)):
                named = _read_rare_name(text, label.end, end)
            yield from _credit(named, ("author",) if label.roles == ("contributor",) else label.roles)
    yield from _find_unmarked_chain(text, body_start)
    yield from _find_spaced_chain(text, body_start)
    yield from _find_line_chains(text, body_start)


def _read_rare_name(text: str, start: int, end: int) -> list[Named]:
    """A name with a rare family name alone behind a label: 终审：容城."""
    value = text[start:end].strip()
    if not _RARE_NAME.fullmatch(value) or is_dictionary_word(value):
        return []
    offset = text.index(value, start)
    return [Named(value, offset, offset + len(value), True)]


_SHORT = 12  # characters behind a label before the next one
_RARE_NAME = re.compile(rf"[{_HAN}]{{1,2}}[^部处室院会办团所系局校社科\W]")


def _find_spaced_chain(text: str, body_start: int) -> Iterator[CreditFound]:
    """文/图 读者服务组 庄雅雯, 文字 张三 摄影 李四: labels and names with spaces between, a line of its own."""
    for line in _SPACED_LINE.finditer(text, max(body_start, len(text) - _TAIL)):
        roles: tuple[str, ...] = ()
        for word in _WORD.finditer(text, line.start("line"), line.end("line")):
            if word.group() in _roles():
                roles = _roles()[word.group()]
            else:
                yield from _credit(read_names(text, *word.span()), roles)


_WORD = re.compile(r"\S+")
_SPACED_LINE = re.compile(
    r"(?:^|\n)[ ]*(?P<line>(?:文[/、]?图|图[/、]?文|文字|撰文|撰稿|摄影|供稿)"
    rf"(?:[ ]+[{_HAN}/、]{{1,10}}){{1,8}})[ ]*(?=\n|$)"
)


def _zones(text: str, body_start: int) -> list[tuple[int, int]]:
    """Give where credits stand: the short lines at the beginning of the body, and the end."""
    tail = max(body_start, len(text) - _TAIL)
    zones = []
    position, lines = body_start, 0
    while position < min(tail, body_start + _HEAD) and lines < 4:
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        if end - position <= 120:
            zones.append((position, min(end, tail)))
        position, lines = end + 1, lines + 1
    return [*zones, (tail, len(text))]


def _find_labels(text: str, start: int, end: int) -> Iterator[_Label]:
    if not _BEHIND_LABEL.search(text, start, end):
        return
    last_end = -100
    labels = list(_label_pattern().finditer(text, start, end))
    for found, following in itertools.zip_longest(labels, labels[1:]):
        label, gap = found["label"], found["gap"].strip()
        before = text[found.start() - 1 : found.start()] if found.start() else "\n"
        follows_credit = found.start() - last_end <= 30 and not re.search(r"[。！？\n]", text[last_end : found.start()])
        if not follows_credit and gap != "、" and label in ("文", "图") and following is not None and _is_han(before):
            follows_credit = _NAMES_BETWEEN.fullmatch(text, found.end(), following.start()) is not None
        if label == "新闻" and gap not in ("|", "||", "丨"):
            continue
        if len(label) == 1 and _is_han(before) and not follows_credit:
            continue
        if gap in ("/", "、") and len(label) == 1 and not follows_credit and _is_han(before):
            continue
        if (
            label in ("时间", "日期", "指导", "图片", "新闻", "报道", "记者")
            and gap in ("：", ":")
            and _is_han(before)
            and not follows_credit
        ):
            continue
        last_end = found.end()
        yield _Label(found.start(), found.end(), _roles()[label], label in _VAGUE or _roles()[label] == ("reviewer",))


def _is_han(char: str) -> bool:
    return bool(char) and "\u4e00" <= char <= "\u9fff"


def _end_of_value(text: str, start: int, limit: int) -> int:
    """Give where the names behind a label end: at the next label, the end of the line, a bracket, or other matter."""
    stop = re.compile(r"[\n。；;！？（）()【】\]…]").search(text, start, limit)
    end = stop.start() if stop else limit
    described = _DESCRIBED.search(text, start, end)
    end = described.start() if described else end  # 作者：王某，系某会会员
    trailer = _TRAILER.search(text, start, end) or _GLUED_BODY.search(text, start + 2, end)
    if trailer:
        return trailer.start()
    return end - 2 if text.endswith("提供", start, end) else end


# What follows a medium's name behind 来源: its account, an issue, a day, the rest of a title
_BEHIND_MEDIUM = re.compile(r"[”》](?=微信|公众号|.{0,2}(?:19|20)\d\d|$)|(?<=[网报社刊究]) ?(?:19|20)\d\d ?[-年/.]")
_URL = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}[\w/.-]*")


def _read_source(text: str, start: int, end: int) -> Iterator[CreditFound]:
    """来源：校报 陈骊骊 names the medium and may name its reporter."""
    address = _URL.match(text, start)
    if address:
        yield CreditFound(address.group(), "source", *address.span())
        return
    behind = _BEHIND_MEDIUM.search(text, start, end)
    for item in read_names(text, start, behind.start() if behind else end, keep_office=True):
        yield CreditFound(item.name, "author" if item.is_person else "source", item.start, item.end)


_UNMARKED = re.compile(r"(?:图文|文字|图片|美编|编辑|摄影|排版|文|图|编)")
_SENTENCE_EDGE = re.compile(r"(?:^|[。！？~\n”）)])[ ]*(?=(?:图文|文字|文|图)[\u4e00-\u9fff])")


def _find_unmarked_chain(text: str, body_start: int) -> Iterator[CreditFound]:
    """文支教项目部图信息技术部编宣传推广部梁肖玉龙: labels without a mark, told by their following one another."""
    start = max(body_start, len(text) - 160)
    for edge in _SENTENCE_EDGE.finditer(text, start):
        position = edge.end()
        chain: list[tuple[str, list[Named]]] = []
        while label := _UNMARKED.match(text, position):
            value_start = label.end()
            stop = re.compile(rf"[^{_HAN}]|{_TRAILER.pattern}").search(text, value_start)
            limit = stop.start() if stop else len(text)
            cuts = [m.start() for m in _UNMARKED.finditer(text, value_start + 2, limit)] + [limit]
            for cut in cuts:
                named = read_names(text, value_start, cut, strict=True)
                if named:
                    chain.append((label.group(), named))
                    position = cut
                    break
            else:
                break
        if len(chain) >= 2:
            for label_text, named in chain:
                yield from _credit(named, _roles()[label_text])
            return


# brackets, labels behind names, datelines


def _find_bracketed(text: str, body_start: int) -> Iterator[CreditFound]:
    start = max(body_start, len(text) - _TAIL)
    for found in _BRACKETED.finditer(text, start):
        inside, offset = found.group(1), found.start(1)
        pair = _WRITER_AND_PHOTOGRAPHER.fullmatch(inside)
        if pair:
            for group, role in (("writer", "author"), ("photographer", "photographer")):
                yield from _credit(read_names(text, offset + pair.start(group), offset + pair.end(group)), (role,))
            continue
        if _label_pattern().match(inside) and not _GLUED.match(inside):
            continue  # read with the other labels
        ends_paragraph = text[found.end() : found.end() + 1] in ("", "\n") or not text[found.end() :].strip()
        position = offset
        for part in re.split(r"([，；;])", inside):
            given = _GIVEN_BEFORE_LABEL.match(part)  # 青禾区法院 供稿 通讯员：林听雨
            behind = given or _BEHIND.match(part)
            glued = _GLUED.match(part)
            if glued and not behind:
                named = read_names(text, position + glued.end(), position + len(part), strict=True)
                press = _PRESS_OFFICE.fullmatch(part, glued.end())
                if press:
                    named = [Named(press.group(), position + press.start(), position + press.end(), True)]
                yield from _credit([item for item in named if item.is_person], _roles()[glued.group().strip()])
            if behind and not re.match("根?据|综合|转|摘", part):
                label = behind["label"]
                if "记者" in part and label in ("报道", "报导") and _REPORTERS.match(text, found.start()):
                    break  # read as a chain
                desk = _DESK.search(part) if "记者" in part else None
                named = read_names(
                    text,
                    position,
                    position + (desk.start() if desk else behind.end("names")),
                    strict=label in ("编辑", "报道", "报导", "整理", "文", "图"),
                )
                if not named and (body := _AT_BODY.fullmatch(behind["names"].strip())):
                    named = _at(body, text.index(body.group(), position))  # 协会秘书处 乌云 编辑
                yield from _credit(named, _roles().get(label) or ("author",))
            photos = _PHOTOS_FROM.fullmatch(part)
            if photos:
                named = read_names(text, position + photos.start("names"), position + photos.end("names"), strict=True)
                yield from _credit(named, ("photographer",))
            position += len(part)
        before = text[found.start() - 1 : found.start()]
        if ends_paragraph and before in "。！？”…\n" and len(inside) <= 24 and not inside.endswith(_LABELS_BEHIND):
            named = read_names(text, offset, offset + len(inside), strict=True)
            if named and all(item.is_person for item in named) and named[0].start == offset:
                yield from _credit(named, ("author",))


def _find_behind(text: str, body_start: int) -> Iterator[CreditFound]:
    """医技药剂党支部供稿 as a line of its own, 图为演出现场。蔡昊摄 at the end of one."""
    for line in re.finditer(r"[^\n]+", text[body_start:]):
        start, end = body_start + line.start(), body_start + line.end()
        content = text[start:end]
        if "摄" not in content and "供" not in content:
            continue
        shot = _SHOT_BY.search(content, max(0, len(content) - _SHOT_TAIL))
        if shot:
            yield from _credit(
                read_names(text, start + shot.start("names"), start + shot.end("names"), strict=True), ("photographer",)
            )
        given = _GIVEN.match(content) or _GIVEN_BEHIND.search(content, max(0, len(content) - _SHOT_TAIL))
        if given and end > len(text) - _TAIL:
            named = read_names(text, start + given.start("names"), start + given.end("names"))
            yield from _credit(named, _roles()[given["label"]])


def _find_datelines(text: str, body_start: int) -> Iterator[CreditFound]:
    for found in _DATELINE.finditer(text, max(0, body_start - 1), min(len(text), body_start + _HEAD)):
        medium = found["medium"]
        if not medium.startswith(("本", "我", "该")):
            yield CreditFound(medium, "source", found.start("medium"), found.end("medium"))
        break
    told = _TOLD_BY.match(text, body_start, min(len(text), body_start + _HEAD))
    if told:
        yield CreditFound(told["medium"], "source", *told.span("medium"))
    if not any(word in text for word in _STAFF.split("|")):
        return
    for found in _REPORTERS.finditer(text, body_start):
        medium = _REPORTERS_OF.match(text, found.start("all"))
        if medium and not medium["medium"].startswith(("本", "我", "该", "校", "院")):
            yield CreditFound(medium["medium"], "source", *medium.span("medium"))
        yield from _read_chain(text, *found.span("all"), strict=False)
    for pattern in (_REPORTER_LINE, _TAIWAN_REPORTER):
        for found in pattern.finditer(text, body_start):
            if re.search(_STAFF, found["names"]):
                continue  # read as a chain
            yield from _credit(read_names(text, found.start("names"), found.end("names"), strict=True), ("author",))


@functools.cache
def _chain_label() -> re.Pattern[str]:
    """A label in a chain without colons: staff anywhere, the other labels behind a space or a mark."""
    labels = join_words(
        label
        for label in _roles()
        if len(label) > 1 and _roles()[label] and not {"source", "contributor"} & {*_roles()[label]}
    )
    edge = r"(?<![^\s、，,；;/|])"
    return re.compile(
        rf"(?:{edge}[{_HAN}]{{0,10}}?|){_STAFF_LABEL}[ ：:]*|{edge}(?P<label>{labels})(?:[ ：:/]+|(?=[{_HAN}]))"
    )


def _read_chain(text: str, start: int, end: int, *, strict: bool) -> Iterator[CreditFound]:
    """记者张三 通讯员李四、王五 编辑 赵六: the names behind each of the words.

    strict: nothing, if a word names nobody, or if the only one is glued to its name.
    """
    both = _BOTH.search(text, start, end)
    end = both.start() if both else end
    words = list(_chain_label().finditer(text, start, end))
    chain: list[tuple[list[Named], tuple[str, ...]]] = []
    for i, word in enumerate(words):
        limit = words[i + 1].start() if i + 1 < len(words) else end
        medium = None if word["label"] else _OF_MEDIUM.search(text, word.end(), limit)
        last = medium.start() if medium else _leave_desk(text, word.end(), limit)
        named = read_names(text, word.end(), last, strict=True)
        if medium and named:
            yield CreditFound(medium["medium"], "source", *medium.span("medium"))
        if not named and word.group().endswith((" ", "：", ":")):
            named = _read_rare_name(text, word.end(), limit) or _read_plain_names(text, word.end(), limit, strict)
        if word["label"]:
            chain.append((named, _roles()[word["label"]]))
        else:
            chain.append(
                ([item for item in named if item.is_person], ("author", "photographer") if both else ("author",))
            )
    if strict and not (words and words[0].start() == start and all(named for named, _ in chain)):
        return
    if strict and len(words) == 1 and _is_han(words[0].group()[-1]):
        return  # 实习生王某 as a heading
    for named, roles in chain:
        yield from _credit(named, roles)


def _leave_desk(text: str, start: int, limit: int) -> int:
    """Give where the names of reporters end before the place they report from: 王某/青禾报导, 王某青禾28日电."""
    desk = _DESK.search(text[start:limit])
    filed = _FILED.match(text, start, limit)
    if filed and not (desk and text[start + desk.start()] in "/／"):
        order = (4, 3) if text[start : start + 2] in surnames() else (3, 2)
        sizes = [size for size in order if split_names(text[start : start + size])]
        places = [(size, text[start + size : filed.end("place")]) for size in sizes]
        places = [(size, place) for size, place in places if len(place) > 1]
        known = [size for size, place in places if is_territory(place) or is_dictionary_word(place)]
        if known or (places and len(split_names(filed["place"]) or ()) < 2):
            return start + (known[0] if known else places[0][0])
    return start + desk.start() if desk else limit


def _read_plain_names(text: str, start: int, end: int, strict: bool) -> list[Named]:
    """Give names without a family name, parted by spaces: 通讯员 乌云 巴雅尔. strict: only beside one that has one."""
    value = text[start:end].strip()
    if not _PLAIN_NAMES.fullmatch(value) or _BODY_ALONE.search(value):
        return []
    return read_names(text, start, end) if not strict or any(map(split_names, re.split("[ 、]+", value))) else []


def _find_line_chains(text: str, body_start: int) -> Iterator[CreditFound]:
    """记者 何小笙 实习生 路小漫, 文字 伊小然|图片 县博物馆|审核 迟小宝: labels and names, a line of its own."""
    for zone_start, zone_end in _zones(text, body_start):
        for line in _PLAIN_LINE.finditer(text, zone_start, zone_end):
            yield from _read_chain(text, line.start(1), line.start(1) + len(line.group(1).rstrip()), strict=True)


def _find_last(text: str, body_start: int) -> Iterator[CreditFound]:
    """The last bracket of an article: （宣传科 汝小南）, （县检察院研究室）, （作者系县文联会员 巴小渡）."""
    for found in _AUTHOR_IS.finditer(text, max(body_start, len(text) - _TAIL)):
        group = "first" if found["first"] else "last"
        yield CreditFound(found[group], "author", *found.span(group))
    line = _LAST_LINE.search(text, max(body_start, len(text) - _SHOT_TAIL))
    if line and not line["names"].startswith(("据", "根据", "综合", "转", "摘")):
        at_body = _AT_BODY.fullmatch(line["names"])
        named = _at(at_body, line.start("names")) if at_body else read_names(text, *line.span("names"), strict=True)
        people = [item for item in named if item.is_person]
        yield from _credit(people, _roles().get(line["label"], ("author",)))
    last = _LAST.search(text, max(body_start, len(text) - _SHOT_TAIL))
    if not last:
        return
    inside = last["inside"].strip()
    offset = text.index(inside, last.start("inside"))
    if _TRAILER.search(inside) or inside.startswith(("据", "根据", "转", "摘", "图", "注")):
        return
    staff = _STAFF_INSIDE.search(inside)
    # 林听雨 巴雅尔 本网记者 柯岩; the other reporters' brackets are read above
    if staff and staff.start() and not re.search(_STAFF, inside[: staff.start()]):
        before = inside[: staff.start()].rstrip("、，, ")
        named = read_names(text, offset, offset + len(before)) if _NAMES_ONLY.fullmatch(before) else []
        if named and all(item.is_person for item in named):
            yield from _credit(named, ("author",))
            yield from _read_chain(text, offset + staff.start(), offset + len(inside), strict=False)
            return
    label = _label_pattern().search(inside)
    at_body = _AT_BODY.fullmatch(inside[: label.start()].rstrip() if label else inside)  # 外事处 林听雨 编辑/何小笙
    about = _ABOUT_AUTHOR.fullmatch(inside)
    if about:
        yield from _credit(read_names(text, offset, offset + about.end("name"), strict=True), ("author",))
    elif at_body and at_body["name"] not in _roles() and not _BODY_ALONE.fullmatch("某某" + at_body["name"]):
        yield CreditFound(at_body["name"], "author", offset + at_body.start("name"), offset + at_body.end("name"))
    elif _PRESS_OFFICE.fullmatch(inside) or _BODY_ALONE.fullmatch(inside):
        yield CreditFound(inside, "author", offset, offset + len(inside))


def _at(body: re.Match[str], offset: int) -> list[Named]:
    """Give the name behind a body. offset: where the match begins in the text."""
    return [Named(body["name"], offset + body.start("name"), offset + body.end("name"), True)]


def _find_sources(text: str, body_start: int) -> Iterator[CreditFound]:
    start = max(body_start, len(text) - _TAIL)
    tail = text[start:]
    may_be_taken = any(word in tail for word in ("消息", "报道", "摘自", "转自", "转载自"))  # which the pattern needs
    for found in _TAKEN_FROM.finditer(text, start) if may_be_taken else ():
        group = next(name for name in ("told", "taken", "reprinted") if found[name])
        name, offset = found[group], found.start(group)
        quoted = re.search(r"[“「《]([^”」》]+)", name)
        if quoted:
            name, offset = quoted.group(1), offset + quoted.start(1)
        trimmed = re.sub(r"微信公众号$|公众号平台$", "", name).strip()
        if trimmed:
            yield CreditFound(trimmed, "source", offset, offset + len(trimmed))
    for found in (*_LINKED.finditer(text, start), *(_DATED.finditer(text, start) if "/" in tail else ())):
        yield CreditFound(found["medium"], "source", *found.span("medium"))
