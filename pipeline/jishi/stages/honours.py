"""Honours that the tagger left out: phrases that end as honours do (全国劳动模范, 国家杰出青年科学基金获得者), and
prizes that somebody named is said to win (甲、乙获一等奖).
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterator

from jishi.lexicons import join_words, read_lines
from jishi.stages.findings import Entity

_LONGEST = 24
# Where a phrase cannot reach beyond: marks, verbs and function words before an honour.
_CUT = re.compile(
    r"[，。、；：！？\s（）()《》”]|包括|获得?|荣获|获评|入选|授予|评为|当选|称号|先后|曾|被|是|为|系|的|由|和|与|及|等|位|名(?!师)|评选?|对|堪称|邀请|要以|本|各|两|一批|[他她其]|名单|\d[月日]|[今去]年"
)


# What follows where the word is an attribute: 劳动模范精神, 优秀教师评选.
_ATTRIBUTE = re.compile(r"精神|评选|研究|创新|学院|代表|工作室|协会|候选|推荐|表彰|培育|培训|名单|们|的培养")


# What nobody but the state gives: a body before it is where the holder works (青禾大学|长江学者林听雨)
_NATIONAL = re.compile("学者|杰青|优青|基金|特聘教授|领军人才|冠军|功臣|工匠|红旗手|标兵$")


# What is said around an honour: 荣获甲省劳动模范、乙市大工匠称号; 大国工匠年度殊荣.
_NAMED = re.compile(
    r"(?:荣?获(?!得者)得?|授予|授|评为|获评)(?:了|过|为)?([^，。；！？\s“”《》（）获授]{3,40}?)等?(?:荣誉)?称号"
)
_OUTER = re.compile(r"”?(?:年度)?(?:国家)?(?:荣誉)?(?:称号|殊荣)$")


_PRIZE = f"(?:{join_words(read_lines('prize_heads.txt'))})"
_ITEM = rf"[“「]?(?P<prize>[^，。；、！？：\s“”「」]{{0,30}}?{_PRIZE}(?:（[^（）]*）)?)[”」]?(?:荣誉)?(?:称号)?"
_ONE = re.compile(rf"{_ITEM}(?=[，。；、！？\s）及和与的]|$|[“「]|[一二两三四五\d]+[次枚项]|的?好成绩)")
# What somebody is called without the word for it: 获评优秀通讯员
_CALLED = re.compile(
    r"(?P<prize>[^，。；、！？：\s“”「」]{0,20}?(?:优秀|最美|十佳|最佳|杰出|先进|模范|星级)[^，。；、！？：\s“”「」（）的]{1,14}?)(?=等?(?:荣誉)?称号|[，。；、！？\s）]|$)"
)
_CALLS = frozenset(
    ("授予", "被授予", "获授予", "评为", "被评为", "获评为", "评选为", "被评选为", "表彰为", "被表彰为", "获评", "获选")
)
_NO_CALLING = re.compile("(?:单位|集体|组织|团队|支部|学校|学院|企业|公司|医院|项目|案例|课程|班级)$|成绩|表现")
_NEXT = re.compile("[、和与及]|，(?=[“「])|(?=[“「])")
_QUOTED = re.compile(
    r"[“「]([^“”「」]{2,30})[”」](?:[^，。；、！？“”「」]{0,4}称号|获得者|得主)?(?=[，。；、！？\s）“「和与及等的]|$)"
)
_PARTLY_QUOTED = re.compile(
    r"([“「][^“”「」]{2,30}[”」][^，。；、！？\s“”「」]{1,12}?(?:奖学金|奖章|奖))(?=[，。；、！？\s）及和与的]|$)"
)
# What is no prize: several, or who wins another (甲获金奖、|乙摘得银奖)
_NO_ONE_PRIZE = re.compile("^[各两多几]|获|[夺摘捧]得|荣膺|拿[下到]|授予|评为|表彰为|当选|同学|先生|老师|颁奖|代表队")
_NO_PRIZE = frozenset(("奖", "大奖", "奖学金", "称号", "荣誉", "荣誉称号", "多个奖", "教师"))
_WINS = (
    rf"(?P<wins>{join_words(read_lines('winning_verbs.txt'))})[了为]?(?:本[^，。]{{0,8}}的)?"
    r"(?:[^，。；、“”「」]{2,24}?(?:颁发|颁授|授予|颁赠)的?(?=[“「]))?"  # 获某某学会颁发“…”
)
# What may stand between the last name and its verb
_BETWEEN = (
    r"(?:同学|老师|同志|先生|女士|教授|选手|（[^（）]{0,20}）|等[\d一二两三四五六七八九十余]{0,4}[人位名]?(?:同学|选手|同志|教师|老师)?|"
    r"(?:创作|完成|撰写|表演|演唱|朗诵)?的?(?:作品|论文|节目|散文|诗歌|小说)?《[^《》]{1,40}》|"
    r"以[^，。；、]{1,16}?(?=夺得|获得|荣获|摘得|获)|在[^，。；、]{1,24}?中?(?=夺得|获得|荣获|摘得|获|拿到)|"
    r"则|也|还|更|均|都|曾|先后|分别|最终|一举|成功|双双|并列|[，,](?=荣获|获得|被授予|被评为|曾获))*"
)
_WON = re.compile(_BETWEEN + _WINS)
# Verb, who is given it, prize: 授予林听雨“青禾工匠”称号, 授予其“特别贡献奖”
_GIVES = re.compile(r"(?:授予|颁授|追授|颁给)(?P<to>[他她其](?:本人)?)?")
_GIVEN = re.compile(
    r"(?:先生|女士|同志|老师|同学|教授|（[^（）]{0,20}）|等[\d一二两三四五六七八九十百余]{0,4}[人位名]?(?:同志|同学)?)?"
)
# The winner stands behind: 荣获某奖的某校学生甲
_WINNER = re.compile(rf"(?<![^，。；：、\n刚曾次除]){_WINS}")
_OF_WINNER = re.compile(r"的[^，。；、：\n]{0,24}")
# The subject is left out, as in biographies: ，曾获…
_ALSO_WON = re.compile(rf"(?<=[，。；\n])[他她]?(?:本人)?(?:曾|先后|多次|并|还|也|\d{{4}}年)+(?:被)?{_WINS}")
_LIST_GAP = re.compile(r"(?:同学|老师|（[^（）]{0,20}）)?[、和与及][^，。；：、\n]{0,24}")
_FAR = 44  # characters between the last name and its verb
_TOLD_NEAR = 80  # characters before 授予其 in which who it is stands
_NAMES_NEAR = 50  # names before a sentence without a subject that are looked at


def find_awards(text: str, names: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Give who wins what by the plain sentences that tell it: (index of the name, start and end of the honour).

    names: where people are named, in order. 甲、乙、丙分别荣获“A”“B”“C” gives one to each in order, 甲、乙获A the same
    to all, 曾获A to whom the sentences before are about.
    """
    starts = [start for start, _ in names]
    for last, (_, end) in enumerate(names):
        won = _WON.match(text, end, end + _FAR)
        if won is None:
            continue
        prizes, behind = _read_prizes(text, won.end(), won["wins"])
        if text.startswith("的", behind):
            continue  # 甲，荣获某奖的乙
        listed = _list_before(text, names, last)
        if not prizes:
            continue
        each = won["wins"] == "分获" or "分别" in won.group()
        if each and len(prizes) == len(listed):
            yield from ((name, *prize) for name, prize in zip(listed, prizes, strict=True))
        elif not each or len(prizes) == 1:
            yield from ((name, *prize) for name in listed for prize in prizes)
    for won in _ALSO_WON.finditer(text):
        about = _find_topic(text, names, bisect.bisect_left(starts, won.start()))
        if about is not None:
            yield from ((about, *prize) for prize in _read_prizes(text, won.end(), won["wins"])[0])
    yield from _find_given(text, names, starts)
    for won in _WINNER.finditer(text):
        prizes, behind = _read_prizes(text, won.end(), won["wins"])
        name = bisect.bisect_left(starts, behind)
        if prizes and name < len(names) and _OF_WINNER.fullmatch(text, behind, names[name][0]):
            yield from ((name, *prize) for prize in prizes)


def _find_given(text: str, names: list[tuple[int, int]], starts: list[int]) -> Iterator[tuple[int, int, int]]:
    """Give who is given what by name, behind the verb: 授予甲、乙“…”称号, 授予其“…”."""
    for gives in _GIVES.finditer(text):
        first = bisect.bisect_left(starts, gives.end())
        if gives["to"]:
            near = max(0, gives.start() - _TOLD_NEAR)
            line = text.rfind("\n", near, gives.start()) + 1
            if first and names[first - 1][0] >= max(line, near):
                yield from ((first - 1, *prize) for prize in _read_prizes(text, gives.end(), "授予")[0])
            continue
        if first == len(names) or starts[first] != gives.end():
            continue
        last = first
        while (
            last + 1 < len(names)
            and _LIST_GAP.fullmatch(text, names[last][1], starts[last + 1])
            and not _GIVES.search(text, names[last][1], starts[last + 1])  # 授予甲、|授予乙“…”: a list of its own
        ):
            last += 1
        given = _GIVEN.match(text, names[last][1])
        prizes = _read_prizes(text, given.end() if given else names[last][1], "授予")[0]
        yield from ((name, *prize) for name in range(first, last + 1) for prize in prizes)


def _read_prizes(text: str, start: int, wins: str) -> tuple[list[tuple[int, int]], int]:
    """Give the prizes named from `start` on, joined by 、 or in quotation marks one behind the other, and where they
    end."""
    prizes: list[tuple[int, int]] = []
    position = end = start
    while True:
        item = _read_prize(text, position, wins)
        if item is None or item.group(1) in _NO_PRIZE or _NO_ONE_PRIZE.search(item.group(1)):
            return prizes, end
        prizes.append(item.span(1))
        end = item.end()
        following = _NEXT.match(text, item.end())
        if following is None:
            return prizes, end
        position = following.end()


def _read_prize(text: str, position: int, wins: str) -> re.Match[str] | None:
    """Give the prize that stands at a position; its first group is the name."""
    if wins not in ("当选", "拿到") and (
        quoted := _QUOTED.match(text, position) or _PARTLY_QUOTED.match(text, position)
    ):
        return quoted
    if (item := _ONE.match(text, position)) or wins not in _CALLS:
        return item
    called = _CALLED.match(text, position)
    return None if called is None or _NO_CALLING.search(called["prize"]) else called


def _list_before(text: str, names: list[tuple[int, int]], last: int) -> list[int]:
    """Give the list of names that ends with one, in order."""
    first = last
    while first and _LIST_GAP.fullmatch(text, names[first - 1][1], names[first][0]):
        first -= 1
    return list(range(first, last + 1))


def _find_topic(text: str, names: list[tuple[int, int]], following: int) -> int | None:
    """Give the name that a sentence without a subject goes on about: the only one of the line, as far as it is near."""
    if not following:
        return None
    nearest = following - 1
    line = text.rfind("\n", 0, names[nearest][0]) + 1
    near = [span for span in names[max(0, following - _NAMES_NEAR) : following] if span[0] >= line]
    return nearest if len({text[slice(*span)] for span in near}) == 1 else None


@functools.cache
def _heads() -> re.Pattern[str]:
    return re.compile(f"(?:{join_words(read_lines('honour_heads.txt'))})(?:获得者|得主)?")


def find_honours(text: str, entities: list[Entity]) -> list[tuple[int, int]]:
    """Give the honours of a text in order: those tagged, and the phrases that end as honours do where none is tagged.

    Which person an honour is said of is not decided here: 评选优秀教师 names nobody's.
    """
    tagged = [(entity.start, entity.end) for entity in entities if entity.label == "HONOUR"]
    taken = {offset for e in entities if e.label in ("PERSON", "ORG") for offset in range(e.start, e.end)}
    bodies = {entity.end: entity.start for entity in entities if entity.label == "ORG"}
    honours = [(start, start + (len(_OUTER.sub("", text[start:end])) or end - start)) for start, end in tagged]
    for named in _NAMED.finditer(text):
        start = named.start(1)
        for item in re.split("[、和及与]", named.group(1)):
            end = start + len(item)
            if (
                len(item) > 2
                and not any(a < end and start < b for a, b in honours)
                and taken.isdisjoint(range(start, end))
            ):
                honours.append((start, end))
            start = end + 1
    for head in _heads().finditer(text):
        if _ATTRIBUTE.match(text, head.end()):
            continue
        if any(start < head.end() and head.start() < end for start, end in tagged):
            continue
        start = max(0, head.start() - _LONGEST)
        for cut in _CUT.finditer(text, start, head.start()):
            start = cut.end()
        while start < head.start() and start in taken:
            start += 1
        if taken.isdisjoint(range(start, head.end())):
            if start in bodies and not _NATIONAL.search(head.group()):
                start = bodies[start]
            honours.append((start, head.end()))
    return sorted(_balance_quotes(text, start, end) for start, end in honours)


def _balance_quotes(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out quotation marks around an honour, and take in the one whose partner is inside it (“松江”奖)."""
    if text[start] == "“" and text[end - 1] == "”" and text.count("“", start, end) == 1 and end - start > 2:
        return start + 1, end - 1
    opening, closing = text.count("“", start, end), text.count("”", start, end)
    if closing > opening and start and text[start - 1] == "“":
        return start - 1, end
    if opening > closing and text[end : end + 1] == "”":
        return start, end + 1
    return start, end
