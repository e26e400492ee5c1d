"""The organisation written before a title or a name: 我校, 市总工会, 青岛大学劳动人事研究院, 扬州市.

Tagged organisations and places that touch are one phrase (青岛大学 + 劳动人事研究院). Where nothing is tagged, the
words back to the last mark or function word are looked at, if they end as organisations do.
"""

from __future__ import annotations

import functools
import re

from jishi.lexicons import join_words, read_lines
from jishi.stages.findings import Entity

_MAX_PHRASE = 30
_MAX_PARTS = 6
# What cannot be inside an organisation's name that the tagger missed: marks, verbs and function words.
_CUT = re.compile(
    r"[，。、；：！？\s（）()【】“”\"《》|]|以及|与会|邀请|特邀|采访|专访|来自|出席|陪同|会见|拜访|现任|曾任|时任|当选|兼任|担任|代表|介绍|随后|首先|"
    r"最后|其中|包括|主管|分管|负责|但|而|应(?!用)|主讲|主持|举办|召开|推出|掀起|领会|体会|欢迎|成功|协议|没有|还有|任职|在职|兼职|现职|[\d几一两]+[位名]|\d+[年月日]|[由请任是为的了对向将被把让同及兼就从于自与和在到]"
)
_CUT_AT_END = re.compile(rf"(?:{_CUT.pattern})$")
_DEPARTMENT = re.compile(r"[科系班组室]$")
_INSTITUTION = re.compile(r"[\u4e00-\u9fff]{2,10}?(?:大学|公司|集团|医院|基金会)")
_TERRITORY = re.compile(r"[省市区县镇乡州国盟旗村]$|(?:自治|行政|开发|高新)区$")
_SHARED_OFFICE = re.compile(r"(分?[局处署厅司所部院市县乡镇会])长")
_SHARED_BY_TOWNS = "市县乡镇"
_SHARED_BY_STATE = "部院"  # by ministries alone: 教育|部长, but no 光华|院长
_TERRITORY_ENDS = "省市县区州国乡镇村里"
_LATIN = re.compile(r"[（(][A-Za-z][A-Za-z .&\-]*[）)]$")
_OWN_BODIES = ("工会", "董事会", "监事会", "理事会", "组委会", "评委会")  # 工会|主席 of the house that is spoken of
_PREFIXES = re.compile(
    r"(?:(?:第|(?<![新上下前每这那同本历]))[一二三四五六七八九十百\d]{1,4}届|我校|本校|学校|该校|我院|本院|学院|我系|本系|我市|我省|我县|我区|集团|公司|中国|全国|国家|[校院省市区县镇乡])$"
)


@functools.cache
def generic_words() -> frozenset[str]:
    """Give the words that point at an organisation without naming it (我校, 该公司)."""
    return frozenset(read_lines("generic_organisations.txt"))


@functools.cache
def filter_words(kind: str) -> frozenset[str]:
    """Give the words of one class of organisation_filters.txt."""
    for line in read_lines("organisation_filters.txt"):
        name, _, words = line.partition(":")
        if name == kind:
            return frozenset(words.split())
    raise KeyError(kind)


def begins_with_former(text: str, start: int) -> bool:
    """Say whether 前 or 原 at `start` tells of the past (前|教育局) and begins no name (前海|管理局, 原子能|研究院)."""
    return text[start] in "前原" and not text.startswith(tuple(filter_words("no_past")), start)


@functools.cache
def _generic_at_end() -> re.Pattern[str]:
    return re.compile(f"(?:{join_words(generic_words())})$")


@functools.cache
def _organisation_at_end() -> tuple[re.Pattern[str], frozenset[str]]:
    """What finds the last word of an organisation, and the characters that it can end with."""
    heads = read_lines("organisation_heads.txt")
    pattern = re.compile(rf"(?:{join_words(heads)})(?:（[^（）]{{1,8}}）)?$")
    return pattern, frozenset({"）", "\n", *(head[-1] for head in heads)})


@functools.cache
def _territory_at_end() -> re.Pattern[str]:
    names = join_words(read_lines("territories.txt"))
    return re.compile(rf"(?:(?:{names})(?:王国|共和国|联邦|新|临时|过渡|前)?(?:政府)?)+$")


@functools.cache
def _praise() -> tuple[re.Pattern[str], frozenset[str]]:
    words = read_lines("praise.txt")
    pattern = re.compile(rf"(?:(?:{join_words(words)})、?)+(?<!专家、)$")
    return pattern, frozenset({"、", *(word[-1] for word in words)})


def skip_praise(text: str, start: int, end: int) -> int:
    """Give where the praise that ends at `end` begins (集团|顶尖|技师), not before `start`; `end` if there is none."""
    pattern, last = _praise()
    if end <= start or text[end - 1] not in last:
        return end
    found = pattern.search(text, max(start, end - 16), end)
    return found.start() if found else end


def is_territory(text: str) -> bool:
    """Say whether `text` is the name of a country, province or city (or several in a row)."""
    return _territory_at_end().match(text) is not None and not text.endswith("政府")


def ends_like_organisation(text: str) -> bool:
    """Say whether `text` ends in a word that names of organisations end in."""
    pattern, last = _organisation_at_end()
    return text[-1:] in last and pattern.search(text[-12:]) is not None


def share_ending(text: str, start: int, end: int) -> int:
    """Give where a body ends that shares its last character with the office behind it: 卫生|局长 is 卫生局 + 局长,
    云汀|市长 is 云汀市 + 市长."""
    office = _SHARED_OFFICE.match(text, end)
    if office is None or end - start < 2 or text[end - 1] == office[1][-1] or ends_like_organisation(text[start:end]):
        return end
    kind = office[1]
    if kind in _SHARED_BY_STATE and not text.endswith(tuple(filter_words("state")), start, end):
        return end
    if kind == "会" and not text.endswith(tuple(filter_words("assembly")), start, end):
        return end
    if kind in _SHARED_BY_TOWNS and (text[end - 1] in _TERRITORY_ENDS or not "\u4e00" <= text[end - 1] <= "\u9fff"):
        return end
    return office.end(1)


class AffiliationFinder:
    """Finds the organisation phrase that ends at an offset of one text."""

    def __init__(
        self, text: str, entities: list[Entity], titles: list[tuple[int, int]], names: list[tuple[int, int]]
    ) -> None:
        self.text = text
        self.tagged = {ent.end: (ent.start, ent.label) for ent in entities if ent.label in ("ORG", "LOC")}
        self.barriers = {end for _, end in (*titles, *names)}
        self.barriers.update(ent.end for ent in entities if ent.label in ("PERSON", "TITLE", "HONOUR"))

    def find(self, end: int, *, guess: bool = True) -> tuple[int, int] | None:
        """Give the organisation phrase that ends at `end` (a 的 between is passed over), or None.

        guess: also take untagged words that end as organisations or territories do.
        """
        text = self.text
        while end and text[end - 1] in " \u3000”":
            end -= 1
        end = skip_praise(text, 0, end)  # 集团|顶尖|技师, 研究院的|领军人物、|二级教授
        latin = _LATIN.search(text, max(0, end - _MAX_PHRASE), end)
        if latin and latin.start() > 0:
            end = latin.start()  # 松江大学（SJU）校长
            if end not in self.tagged and latin.end() in self.tagged:
                self.tagged[end] = self.tagged[latin.end()]
        start = self._extend(end)
        if start == end and end and text[end - 1] == "的":
            start = self._extend(end - 1)
            if start < end - 1:
                end -= 1
            else:
                start = end
        found = (start, end) if start < end else self._guess(end) if guess else None
        if found and found[1] in self.tagged:
            shared = share_ending(text, *found)
            if self.tagged[found[1]][1] == "ORG" or text[shared - 1] in _SHARED_BY_TOWNS:
                found = found[0], shared
        if found and found[1] - found[0] > 2 and begins_with_former(text, found[0]):
            return found[0] + 1, found[1]  # 前教育局局长
        return found

    def find_others(self, start: int) -> list[tuple[int, int]]:
        """Give the organisations listed before the phrase that begins at `start`: 甲公司、乙公司 before a shared title.

        Only where the list begins a clause or follows a title or name; else it may be a list of those present.
        """
        text = self.text
        others: list[tuple[int, int]] = []
        position = start
        while position and text[position - 1] in "、和与及" and (position - 1) in self.tagged:
            begin = self._extend(position - 1)
            others.append((begin, position - 1))
            position = begin
        if not others or len(others) > 2:
            return []
        before = text[position - 1 : position]
        opens = position == 0 or before in "，。；：\n" or (before == "、" and position - 1 in self.barriers)
        return others if opens else []

    def _extend(self, end: int) -> int:
        """Give where the phrase of touching organisations and places that ends at `end` begins; `end` if none does."""
        text, start = self.text, end
        for _ in range(_MAX_PARTS):
            part = self.tagged.get(start)
            if part is None or part[0] >= start:
                break
            if _DEPARTMENT.search(text, part[0], start) and _INSTITUTION.match(text, start, end):
                break  # 三年制护理科|云汀大学护理系: no department has a university
            start = part[0]
        if start < end and text[start - 1 : start] in ("-", "—") and start - 1 in self.tagged:
            start = self.tagged[start - 1][0]  # 清源科协-松江大学研究中心
        if start < end:
            prefix = _PREFIXES.search(text, max(0, start - 6), start)
            if prefix and (prefix.group()[-1] == "届" or self._begins_word(prefix.start())):
                start = prefix.start()
        return start

    def _begins_word(self, offset: int) -> bool:
        """Say whether a short word at `offset` stands free: after a mark, a function word or something tagged."""
        if offset == 0 or offset in self.barriers or offset in self.tagged:
            return True
        before = self.text[max(0, offset - 2) : offset]
        return _CUT_AT_END.search(before) is not None or not "\u4e00" <= before[-1] <= "\u9fff"

    def _guess(self, end: int) -> tuple[int, int] | None:
        text = self.text
        floor = max(0, end - _MAX_PHRASE)
        for offset in range(end, floor - 1, -1):
            if offset in self.barriers:
                floor = offset
                break
        territory = _territory_at_end().search(text, floor, end)
        if territory:
            return territory.span()
        start = floor
        for cut in _CUT.finditer(text, floor, end):
            start = cut.end()
        phrase = text[start:end]
        if not phrase or phrase.endswith(tuple(filter_words("event"))):
            return None  # a headline without marks: …召开换届大会|林听雨会长
        own = _generic_at_end().search(phrase)
        if own and len(own.group()) > 1 and own.group()[0] in "我本该":
            return start + own.start(), end  # 成功举办|我院
        named = len(phrase) >= 3 or phrase[0].isdigit()
        pointing = phrase in generic_words() or phrase in filter_words("office") or phrase in _OWN_BODIES
        if pointing or (named and (_TERRITORY.search(phrase) or ends_like_organisation(phrase))):
            if len(phrase) == 1 and not self._begins_word(start):
                return None
            return start, end
        if own and len(own.group()) > 1:
            return start + own.start(), end
        return None
