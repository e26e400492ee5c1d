"""Which names of organisations name the same one: 市总工会 and 潍坊市总工会, 台科大 and 国立台湾科技大学.

Joined are names that the text itself equates (以下简称…), a name and its ending after a place or parent, and an
abbreviation whose characters stand in order in exactly one longer name.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict

from jishi.lexicons import read_lines
from jishi.stages.abbreviations import abbreviates, is_short_form, list_beginnings, strip_form
from jishi.stages.affiliations import ends_like_organisation, filter_words
from jishi.stages.departments import is_department
from jishi.stages.public_bodies import public_bodies

# What may stand before a name without making it another organisation.
_FORMAL = re.compile(
    r"(?:中国|中华人民共和国|中华民国|国立|私立|公立|财团法人|社团法人|中共|全国|中华|[省市区县州盟]立)$"
)
_DIVISION = re.compile(r"^.{1,12}[省市区县镇乡州国]$")
_ORDINAL = re.compile(r"第?[一二三四五六七八九十百\d]{1,4}届")
# 潍坊市总工会（以下简称“市总工会”）, 松江科技大学（松科大）
_EQUATED = re.compile(r"(?P<mark>[（(，])?(?P<word>(?:以下)?(?:均|统)?(?:简称|下称)(?:为|：)?)?[“‘「\"]?")
_CLOSING = re.compile(r"[”’」\"]?[）)，。；]")
_EXPLICIT = re.compile(
    r"[（(，](?:以下)?(?:均|统)?(?:简称|下称)(?:为|：)?[“‘「\"]?([^”’」\"）)（(，。；\n]{2,12})[”’」\"]?[）)，。；]"
)
_BRACKETED = re.compile(r"[（(]([\u4e00-\u9fff]{2,6}|[A-Z][A-Za-z&.'-]+(?: [A-Za-z&.'-]+)*)[）)]")
_PARTY = re.compile(r"民[革盟建进]|农工党|致公党|九三学社|台盟|共青团|中国(?:国民党革命|民主|农工|致公)")
_UNIVERSITY = re.compile(r".{2,}?大学")
# What may follow a short form in the full name: 玉川|银行, 海岳|国际股份有限公司
_FORM = re.compile(
    r"(?:科技|技术|国际|控股|企业)*(?:股份)?(?:有限)?(?:责任)?(?:集团|公司|集团公司|企业)|大学|学院|医院|银行|基金会|托[婴儿育]中心|幼儿园|[社报]"
)
_TAIL = 3  # characters of a department's name that two names share
_LEAD = 120  # characters of the opening, whose department is the article's own
_OFTEN = 3  # mentions of an organisation that an article is about
_MOST = 128  # longer names that are compared with a short one: a list of all schools of a province has thousands
_SHORTEST_ENDING = 3  # characters of a name that is the ending of another
# 运输及|房屋局, 2018级|文学院, 第六条|学生处
_NO_BEGINNING = re.compile(
    r"[与和及暨、非的]$|^(?:高等|应用|国际|世界|全国|亚洲|中国|中华)$|\d(?:级|届|年)?$|^第.{1,3}[条章节项]$"
)
_SCHOOL = re.compile(r"学院$")  # which ends names of universities too: 国立北岭|护理学院
_SOON = 150  # characters within which a department goes back to the one named with its parent

Span = tuple[int, int]


class NameIndex:
    """The names of one article, found again by how they end, how they begin and what an abbreviation may begin with."""

    def __init__(self, text: str, names: dict[str, list[Span]]) -> None:
        self.names = names
        self.by_ending: dict[str, list[str]] = defaultdict(list)
        self.by_beginning: dict[str, list[str]] = defaultdict(list)
        self.by_start: dict[str, list[str]] = defaultdict(list)
        self.equated: dict[str, str] = {}
        universities = {found.group() for name in names if (found := _UNIVERSITY.match(name))}
        self.one_university = len(universities) == 1
        lengths = {len(_plain(name)) for name in (*names, *universities)}
        starts = {start: name for name, spans in names.items() for start, _ in spans}
        for name, spans in names.items():
            plain = _plain(name)
            for length in lengths:
                if length < len(plain):
                    self.by_ending[plain[-length:]].append(name)
                if length < len(name):
                    self.by_start[name[:length]].append(name)
            for char in list_beginnings(name):
                self.by_beginning[char].append(name)
            for _, end in spans:
                short = self._find_equated(text, end, starts)
                if short is None:
                    continue
                if name.isascii() and not short.isascii():  # a Latin name in front: SJCO（松江公司）
                    self.equated.setdefault(name, short)
                elif len(short) < len(name) or (short.isascii() and not name.isascii()):
                    self.equated.setdefault(short, name)

    @staticmethod
    def _find_equated(text: str, end: int, starts: dict[int, str]) -> str | None:
        """Give the name that the text equates with the one that ends at `end`."""
        opening = _EQUATED.match(text, end)
        if opening is None or not opening.group():
            return None
        name = starts.get(opening.end())
        if name is None or not _CLOSING.match(text, opening.end() + len(name)):
            return None
        if opening["word"]:
            return name
        # a bracket alone may name who carries a centre, or a second host
        short = len(name) <= 6 or name.isascii() or name[-1] == text[end - 1]
        return name if opening["mark"] in ("（", "(") and short else None


def _plain(name: str) -> str:
    return name.replace("人民政府", "政府")


def find_stated_aliases(text: str, start: int, end: int) -> Span | None:
    """Give where the short form stands that 以下简称… or a bracket gives to the name from `start` to `end`.

    松江海洋学系（海洋系）, 松江诊所（Songjiang Clinic）
    """
    found = _EXPLICIT.match(text, end)
    if found is None:
        found = _BRACKETED.match(text, end)
        name = text[start:end]
        if found is None or not (found[1].isascii() or is_short_form(found[1], name)):
            return None
        if not ends_like_organisation(name if found[1].isascii() else found[1]):
            return None
    return found.span(1)


def join_names(text: str, names: dict[str, list[Span]]) -> list[list[str]]:
    """Give the names in groups of one organisation each, the longest name first, Chinese before Latin ones.

    names: each name with where it stands in `text`.
    """
    ordered = sorted(names, key=lambda name: (name.isascii(), -len(name), names[name][0]))
    index = NameIndex(text, names)
    group_of: dict[str, list[str]] = {}
    groups: list[list[str]] = []
    for name in ordered:
        if name in group_of:
            continue
        longer = _find_long_form(name, index, group_of)
        if longer is not None and longer in group_of:
            group_of[name] = group_of[longer]
            group_of[longer].append(name)
            continue
        group = [name] if longer is None else [name, longer]
        groups.append(group)
        group_of.update(dict.fromkeys(group, group))
    return groups


def _find_long_form(name: str, index: NameIndex, groups: dict[str, list[str]]) -> str | None:
    names = index.names
    if name in index.equated:
        return index.equated[name]
    known = next((full for full in _known_forms().get(name, ()) if full in names), None)
    if known:
        return known
    bodies = _public_forms().get(name, ())
    known = next((other for other in names if other != name and other.endswith(bodies)), None) if bodies else None
    if known:
        return known
    stated = index.equated.get(name[:-2]) if name.endswith("大学") else None
    if stated and stated.endswith("大学"):
        return stated  # 南护大学, where 南护 is said to be 国立南岭护理大学
    plain, department = _plain(name), is_department(name)
    endings = [
        other for other in index.by_ending.get(plain, ()) if _extends(_plain(other)[: -len(plain)], plain, names)
    ]
    if department:
        endings = [other for other in endings if index.one_university or _may_own(other, name, index)]
    if name in filter_words("office"):
        endings = [other for other in endings if not _PARTY.match(other)]  # 市委 is not 九三学社云汀市委
    if endings:
        return _nearest_before(endings, names, names[name][0][0])
    ending = _find_only_ending(name, index, groups, department=department)
    if ending is not None:
        return ending
    candidates = [
        other
        for char in dict.fromkeys(list_beginnings(name)[:2])
        for other in index.by_beginning.get(char, ())
        if len(other) > len(name) and not (department and other.endswith(name))
    ]
    if name in filter_words("office"):  # 市委 is no abbreviation of 市住建委; 人大 may be a university
        candidates = [other for other in candidates if other.endswith("大学") or strip_form(other) == strip_form(name)]
    candidates = sorted(dict.fromkeys(candidates), key=lambda other: (-len(other), names[other][0]))[:_MOST]
    for within in (False, True):
        short = [other for other in candidates if abbreviates(name, other, names, within=within)]
        whole = [
            other
            for other in short
            if _share_tail(name, other)
            or not any(other != p and other.startswith(p) and not name.startswith(p) for p in names)
        ]  # 清大 is 清源大学, not 清源大学图书馆
        if short:
            one = whole and all(groups[other] is groups[whole[0]] for other in whole)
            return whole[0] if one else None
    if ends_like_organisation(name) or name.endswith("大"):
        return None
    return min(
        (other for other in index.by_start.get(name, ()) if _FORM.fullmatch(other, len(name))), key=len, default=None
    )


@functools.cache
def _bodies_by_themselves() -> frozenset[str]:
    """Names that are their own whatever longer name ends in them, or that name none: 教育部, 党中央."""
    return frozenset(read_lines("national_bodies.txt")).union(
        public_bodies(), filter_words("bare"), filter_words("office"), filter_words("kind")
    )


def _find_only_ending(name: str, index: NameIndex, groups: dict[str, list[str]], *, department: bool) -> str | None:
    """Give the longer name that ends in `name`, where all such names are one organisation's: 青禾银行|云州分行."""
    if len(name) < _SHORTEST_ENDING or name in _bodies_by_themselves():
        return None
    longer = [other for other in index.by_ending.get(_plain(name), ()) if other in groups]
    if not longer or any(groups[other] is not groups[longer[0]] for other in longer):
        return None
    beginnings = [other[: -len(name)] for other in longer]
    if any(map(_NO_BEGINNING.search, beginnings)):
        return None
    if department and _SCHOOL.search(name) and not all(map(ends_like_organisation, beginnings)):
        return None
    if department and (is_department(longer[0]) or not any(_may_own(other, name, index) for other in longer)):
        return None
    return longer[0]


def _share_tail(name: str, other: str) -> bool:
    """Say whether two names have the same department: 清大文学院, 清源大学文学院."""
    return len(name) > _TAIL and name[-_TAIL:] == other[-_TAIL:]


def _may_own(other: str, name: str, index: NameIndex) -> bool:
    """Say whether a department without its parent may be `other`, which is named with it.

    It stands soon after, or `other` or its parent is what the article is about: the 护理系 of the school that writes is
    not that of another school in a list.
    """
    names = index.names
    first = names[name][0][0]
    if not ends_like_organisation(other[: -len(name)]):
        return True  # 台湾|护理学会
    if names[other][0][0] < _LEAD or any(0 <= first - end <= _SOON for _, end in names[other]):
        return True
    university = _UNIVERSITY.match(other)
    parent = university.group() if university else other[: -len(name)]
    forms = {parent, *index.by_start.get(parent, ()), *index.by_ending.get(parent, ())}
    own = [names[form] for form in forms if form in names]
    return any(spans[0][0] < _LEAD for spans in own) or sum(map(len, own)) >= _OFTEN


@functools.cache
def _known_forms() -> dict[str, list[str]]:
    """Short forms that everybody knows, each with the full names that it may stand for."""
    return {words[0]: words[1:] for words in map(str.split, read_lines("organisation_short_forms.txt"))}


@functools.cache
def _public_forms() -> dict[str, tuple[str, ...]]:
    """Short forms of public bodies, each with the names that it may stand for."""
    forms: dict[str, list[str]] = defaultdict(list)
    for full, shorts in public_bodies().items():
        for short in shorts:
            forms[short].append(full)
    return {short: tuple(full) for short, full in forms.items()}


@functools.cache
def _territories() -> frozenset[str]:
    return frozenset(read_lines("territories.txt"))


def _extends(prefix: str, name: str, names: dict[str, list[tuple[int, int]]]) -> bool:
    """Say whether `prefix` before `name` still names the same organisation: a place, a formal word, its parent."""
    if (
        prefix in _territories()
        or prefix in names
        or _ORDINAL.fullmatch(prefix)
        or _FORMAL.search(prefix)
        or _DIVISION.match(prefix)
    ):
        return True
    if prefix.endswith("系") and not prefix.endswith("关系"):
        return True
    if name[0] in "省市区县镇乡州" and len(prefix) <= 6:
        return True
    return prefix.endswith(
        (
            "大学",
            "学院",
            "公司",
            "集团",
            "医院",
            "委",
            "部",
            "局",
            "厅",
            "处",
            "科",
            "室",
            "协会",
            "学会",
            "中学",
            "学校",
            "附属",
            "附设",
        )
    )


def _nearest_before(forms: list[str], names: dict[str, list[tuple[int, int]]], offset: int) -> str:
    """Give the form that stands last before `offset`, else the first one after it."""
    before = [(max(s for s, _ in names[form] if s < offset), form) for form in forms if names[form][0][0] < offset]
    return max(before)[1] if before else min(forms, key=lambda form: names[form][0])
