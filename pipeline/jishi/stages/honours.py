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
    r"[，。、；：！？\s（）()《》”]|包括|获得?|荣获|获评|入选|授予|评为|当选|称号|先后|曾|被|是|为|系|的|由|和|与|及|等|位|名(?!师)|评选?|对|堪称|邀请|要以|本|各|两|一批|[他她其]"
)


# What follows where the word is an attribute: 劳动模范精神, 优秀教师评选.
_ATTRIBUTE = re.compile(r"精神|评选|研究|创新|学院|代表|工作室|协会|候选|推荐|表彰|培育|培训|名单|们|的培养")


# What is said around an honour: 荣获甲省劳动模范、乙市大工匠称号; 大国工匠年度殊荣.
_NAMED = re.compile(
    r"(?:荣?获得?|授予|授|评为|获评)(?:了|过|为)?([^，。；！？\s“”《》（）获授]{3,40}?)等?(?:荣誉)?称号"
)
_OUTER = re.compile(r"”?(?:年度)?(?:国家)?(?:荣誉)?(?:称号|殊荣)$")


_PRIZE = r"(?:奖|奖章|奖牌|奖学金|冠军|[金银铜]牌|标兵|模范|楷模|能手|工匠|先进个人|教师|荣誉|称号)"
_ITEM = rf"[“「]?(?P<prize>[^，。；、！？：\s“”「」]{{0,30}}?{_PRIZE}(?:（[^（）]*）)?)[”」]?(?:荣誉)?(?:称号)?"
_ONE = re.compile(rf"{_ITEM}(?=[，。；、！？\s）及和与的]|$|[“「])")
_NEXT = re.compile("[、和与及]|(?=[“「])")
_QUOTED = re.compile(r"[“「]([^“”「」]{2,30})[”」](?:[^，。；、！？]{0,4}称号)?(?=[，。；、！？\s）“「和与及的]|$)")
# What is no prize: several, or who wins another (甲获金奖、|乙摘得银奖)
_NO_ONE_PRIZE = re.compile("^[各两多几]|获|[夺摘捧]得|荣膺|拿[下到]|授予|评为|表彰为|当选|同学|先生|老师|颁奖|代表队")
_NO_PRIZE = frozenset(("奖", "大奖", "奖学金", "称号", "荣誉", "荣誉称号", "多个奖", "教师"))
_WINS = (
    r"(?P<wins>(?:被|获)?(?:授予|评为|评选为|表彰为)|荣获|喜获|分获|各获|获得|获评|获颁|获选|夺得|摘得|斩获|荣膺|捧得|拿下|当选|获|拿到)[了为]?"
    r"(?:本[^，。]{0,8}的)?"
)
# What may stand between the last name and its verb
_BETWEEN = (
    r"(?:同学|老师|同志|先生|女士|教授|选手|（[^（）]{0,20}）|等[\d一二两三四五六七八九十余]{0,4}[人位名]?(?:同学|选手|同志|教师|老师)?|"
    r"(?:创作|完成|撰写|表演|演唱|朗诵)?的?(?:作品|论文|节目|散文|诗歌|小说)?《[^《》]{1,40}》|"
    r"以[^，。；、]{1,16}?(?=夺得|获得|荣获|摘得|获)|在[^，。；、]{1,24}?中?(?=夺得|获得|荣获|摘得|获|拿到)|"
    r"则|也|还|更|均|都|曾|先后|分别|最终|一举|成功|双双|并列|[，,](?=荣获|获得|被授予|被评为|曾获))*"
)
_WON = re.compile(_BETWEEN + _WINS)
# The winner stands behind: 荣获某奖的某校学生甲
_WINNER = re.compile(rf"(?<![^，。；：、\n刚曾次除]){_WINS}")
_OF_WINNER = re.compile(r"的[^，。；、：\n]{0,24}")
# The subject is left out, as in biographies: ，曾获…
_ALSO_WON = re.compile(rf"(?<=[，。；\n])[他她]?(?:本人)?(?:曾|先后|多次|并|还|也|\d{{4}}年)+(?:被)?{_WINS}")
_LIST_GAP = re.compile(r"(?:同学|老师|（[^（）]{0,20}）)?[、和与及][^，。；：、\n]{0,24}")
_FAR = 44  # characters between the last name and its verb
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
    for won in _WINNER.finditer(text):
        prizes, behind = _read_prizes(text, won.end(), won["wins"])
        name = bisect.bisect_left(starts, behind)
        if prizes and name < len(names) and _OF_WINNER.fullmatch(text, behind, names[name][0]):
            yield from ((name, *prize) for prize in prizes)


def _read_prizes(text: str, start: int, wins: str) -> tuple[list[tuple[int, int]], int]:
    """Give the prizes named from `start` on, joined by 、 or in quotation marks one behind the other, and where they
    end."""
    prizes: list[tuple[int, int]] = []
    position = end = start
    while True:
        quoted = _QUOTED.match(text, position) if wins not in ("当选", "拿到") else None
        item = quoted or _ONE.match(text, position)
        if item is None or item.group(1) in _NO_PRIZE or _NO_ONE_PRIZE.search(item.group(1)):
            return prizes, end
        prizes.append(item.span(1))
        end = item.end()
        following = _NEXT.match(text, item.end())
        if following is None:
            return prizes, end
        position = following.end()


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
