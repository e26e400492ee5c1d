"""Whether a short name abbreviates a long one: 台科大 and 国立台湾科技大学, 人大法学院 and 中国人民大学法学院.

Abbreviations of Chinese names keep characters of the long form in order, the first of them near its beginning, and end
in a character that tells the kind (大, 院, 委).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection

from jishi.lexicons import join_words, read_lines
from jishi.stages.affiliations import ends_like_organisation
from jishi.stages.departments import department_words

_LEADING_FORMAL = re.compile(
    r"(?:中国|中华人民共和国|中华民国|私立|公立|财团法人|社团法人|全国|[校院]|学[校院]|[我本][校院])"
)
_DIVISIONS = "省市区县"
_LOWER = re.compile(r"街道|[市区县镇乡村]")
_GENERIC_START = re.compile(r"[校院]|学[校院]|[我本][校院系]")
_PARENT = re.compile(r".{2,10}?(?:大学|学院|公司|集团|医院|中学|省|市|部(?:中央)?)(?=.{2})")
_SHORT_UNIVERSITY = re.compile(r"[\u4e00-\u9fff]{1,3}大(?!学)(?=.{2})")
_FULL_UNIVERSITY = re.compile(r".{2,}?大学(?=.{2})")
_INSTITUTION = re.compile(r"(?:大学|学院|公司|集团|医院|博物馆|图书馆|[日晚]报|银行|协会|学会)$")
_FIRM = re.compile(r"(?:公司|集团)$")  # whose short forms may keep four characters: 友森科技
# 青禾银行|股份有限公司
_LEGAL_FORM = re.compile(r"(?:控股|集团)?(?:股份)?有限(?:责任)?公司|股份|公司")
_NATIONAL = re.compile(r"中国|全国|中华|国家|国立")
_CENTURY = re.compile(r"^(?:19|20)(?=\d\d级)")  # 2015级1班, 15级1班
_LONGEST_SHORT = 6  # characters of a short form; a longer one may leave out as many as this:
_MOST_LEFT_OUT = 3
_SAME_START = 3  # and begins with as many characters of the long form: 青禾县市场监|管局
_OTHER_BODY = re.compile("常务|基金|团委|分|副")  # what a short form cannot leave out: 红十字|基金|会
_FEWEST_LEFT = 4  # characters of a name without the country or province before it
_ORDINAL = re.compile(r"第?[一二三四五六七八九十百\d]{1,4}届")
# How short forms end, with what the long form may end in: 台科大, 国发院, 一中, 人社局.
_SHORT_ENDINGS = {
    "大": ("大学",),
    "院": ("院",),
    "所": ("所",),
    "中": ("中学", "高中", "国中"),
    "高": ("高中", "高级中学"),
    "小": ("小学",),
    "局": ("局",),
    "署": ("署",),
    "部": ("部",),
    "处": ("处",),
    "系": ("系",),
    "委": ("委员会", "委"),
    "办": ("办公室", "办"),
    "会": ("会",),
    "组": ("组",),
    "社": ("社",),
    "协": ("协会",),
    "联": ("联合会", "联盟"),
    "中心": ("中心",),
    "学院": ("学院",),
    "公司": ("公司",),
    "集团": ("公司", "集团"),
    "银行": ("银行", "公司"),
    "医院": ("医院",),
    "大学": ("大学",),
    "队": ("队",),
    "科": ("科",),
    "馆": ("馆",),
    "台": ("台", "电视台"),
    "厅": ("厅",),
    "专校": ("专科学校",),
    "职校": ("职业学校",),
    "职高": ("职业高中", "职业高级中学"),
    "府": ("政府",),
}
_TERM = r"(?:第?[一二三四五六七八九十百\d]{1,4}届)?"
_COMMITTEE = re.compile(
    r"(?:(?P<conference>(?:中国)?(?:人民政治协商会议|人民政协|政协))|(?P<party>民[革盟建进]|农工党|致公党|九三学社)"
    rf"|共青团|中国共产主义青年团){_TERM}(?P<place>[\u4e00-\u9fff]{{1,12}}?)(?P<division>[省市区县州]){_TERM}委(?:员?会)?"
)
_PLAIN = re.compile(r"教育|研究|科学|技术|工程|学|与|及|和")  # what says little in a department's name
_LEVEL = re.compile(r"国际|世界|全国|亚洲|欧洲")
_FULL_ENDINGS = ("大学", "学院", "医院", "公司", "中学", "小学", "银行")
_CORPORATE = re.compile(
    r"股份有限公司|有限责任公司|有限公司|集团公司|集团|公司|科学与|与|及|和|高等|管理|研究|有限|股份"
)


@functools.cache
def _territories() -> re.Pattern[str]:
    return re.compile(join_words(read_lines("territories.txt")))


@functools.lru_cache(maxsize=4096)
def _begin_of_territory(name: str) -> int:
    """Give the length of the country, province or city that a name begins with; 0 where there is none."""
    found = _territories().match(name)
    return found.end() if found and found.group() != "中国" else 0


@functools.lru_cache(maxsize=4096)
def strip_form(name: str) -> str:
    """Give the name without words of form: 中国, 国立, 第十四届, the 人民 of 人民政府, a leading 校."""
    name = _CENTURY.sub("", name.replace("农村商业银行", "农商银行"))
    name = _ORDINAL.sub("", name.replace("人民政府", "政府").replace("国立", "").replace("国家科学院", "科学院"))
    formal = _LEADING_FORMAL.match(name)
    return name[formal.end() :] if formal and len(name) - formal.end() >= 3 else name


@functools.lru_cache(maxsize=4096)
def _list_committee_forms(long: str) -> tuple[str, ...]:
    """Give the short forms of a committee whose place stands in its middle: 政协云汀市委员会 is 云汀市政协,
    共青团云汀市委 is 团市委, 民革云汀市委会 is 民革市委会."""
    found = _COMMITTEE.fullmatch(long)
    if found is None:
        return ()
    place, division = found["place"], found["division"]
    if found["conference"]:
        return (f"{place}{division}政协", f"{division}政协")
    if found["party"]:
        return (f"{found['party']}{division}委会", f"{found['party']}{division}委")
    return (f"{place}团{division}委", f"团{division}委")


def abbreviates(short: str, long: str, names: Collection[str], *, within: bool = False) -> bool:
    """Say whether `short` is made of characters of `long` in order, as abbreviations of names are.

    The endings must fit (台科大, …大学); a full name (山东大学) abbreviates no other full name (山东师范大学) unless
    what it leaves out are words of form, or both have the same parent (浙江大学计算机学院).

    names: all names of the article. within: look for the beginning behind the parent in the long form (东亚所 in
    松江大学东亚研究所).
    """
    if short in _list_committee_forms(long):
        return True
    if short[0] == "国" and long.startswith("国立"):
        return len(short) <= 4 and _INSTITUTION.search(long) is not None and _begins_in_order(short[1:], long[2:])
    territory = _begin_of_territory(long)
    placed = short[0] == long[0] or _NATIONAL.match(short) or _begin_of_territory(short)
    far = bool(territory) and not placed and len(long) - territory >= _FEWEST_LEFT
    if far and abbreviates(short, long[territory:], names, within=within):
        return True  # 海大医学院 is 香港|海屿大学医学院
    plain_short, plain_long = strip_form(short), strip_form(long)
    term, other = _find_terms(short), _find_terms(long)
    if term and other and term != other:
        return False
    if plain_short == plain_long:
        return True
    if plain_long == plain_short + "学" and plain_short.endswith("大"):
        return True
    if len(plain_short) < 2 or len(plain_long) <= len(plain_short):
        return False
    if plain_long.startswith(plain_short):
        return _LEGAL_FORM.fullmatch(plain_long, len(plain_short)) is not None
    if _GENERIC_START.match(short) or len(plain_long) > 3 * len(plain_short) + 3:
        return False
    if len(plain_short) >= 3 and plain_short in plain_long[:-2] and not plain_long.endswith(plain_short):
        return False  # 市财政局 is above 云汀市财政局监督局, not the same
    if _abbreviates_both(plain_short, plain_long, names):
        return True
    tail = _common_ending(plain_short, plain_long)
    if tail >= 3 and len(plain_short) - tail in (2, 3, 4):  # 人大 + 法学院
        parent, head = plain_long[: len(plain_long) - tail], plain_short[: len(plain_short) - tail]
        if plain_short.endswith("基金会") and parent.startswith(head):
            return True  # 安馨基金会 is 安馨|社会福利慈善|基金会
        if len(head) > 2 and parent.startswith(head) and ends_like_organisation(head):
            return False  # 松江大学|学生会 is not that of 松江大学文学院
        return ends_like_organisation(parent) and _begins_in_order(head, parent)
    ending = next((end for end in _SHORT_ENDINGS if plain_short.endswith(end) and len(end) == 2), plain_short[-1])
    if ending not in _SHORT_ENDINGS:
        brand = len(plain_short) == 4 and plain_short[:2] == plain_long[:2] and _FIRM.search(long) is not None
        return (
            (len(plain_short) <= 3 or brand)
            and _INSTITUTION.search(long) is not None
            and _begins_in_order(plain_short, plain_long)
        )
    long_ending = next(
        (full for full in sorted(_SHORT_ENDINGS[ending], key=len, reverse=True) if long.endswith(full)), ""
    )
    if not long_ending:
        return False
    body, stem = plain_short[: -len(ending)], plain_long[: -len(long_ending)]
    if within:  # 东亚所 is 松江大学|东亚研究所
        above = _PARENT.match(stem)
        if above is None or plain_short != short or len(short) > 5:
            return False
        stem = stem[above.end() :]
    if not body or not _begins_in_order(body, stem):
        return False
    if len(body) > 1 and body in department_words() and not _abbreviates_department(body, stem, ending):
        return False  # 护理系 is no short form of 护理助产系, nor 社会学会 of 社会工作学会; 通识中心 is of 通识教育中心
    left_out = _subtract(stem, body)
    if ending == "委" and body[-1] in _DIVISIONS and left_out:
        return False  # 云汀市委 is 云汀市委员会, not 云汀市发改委
    if body[0] in _DIVISIONS and _LOWER.search(left_out[stem.find(body[0]) :]):
        return False  # 区党工委 is not that of 云汀区海岳街道
    if _LEVEL.search(left_out):
        return False  # 红十字会 is no 红十字国际委员会
    if short.endswith(_FULL_ENDINGS):
        shares_parent = any(
            short.startswith(parent) and long.startswith(parent) and len(short) > len(parent) + 2
            for parent in names
            if parent not in (short, long)
        )
        return shares_parent or _CORPORATE.sub("", left_out) == ""
    if plain_short.endswith("大") and len(plain_short) == 2:  # 湖大 is 湖南大学, not 湖北中医药大学
        return len(plain_long) == 4
    if len(plain_short) <= _LONGEST_SHORT:
        return True
    alike = plain_short[:_SAME_START] == plain_long[:_SAME_START] and len(left_out) <= _MOST_LEFT_OUT
    return alike and _OTHER_BODY.search(left_out) is None


def _abbreviates_both(short: str, long: str, names: Collection[str]) -> bool:
    """Say whether a school and its department are both abbreviated: 清健大职安系, 清源健康大学职业安全卫生系."""
    of_short, of_long = _SHORT_UNIVERSITY.match(short), _FULL_UNIVERSITY.match(long)
    if of_short is None or of_long is None or long.endswith(short[of_short.end() :]):
        return False
    return abbreviates(of_short.group(), of_long.group(), names) and abbreviates(
        short[of_short.end() :], long[of_long.end() :], names
    )


def is_short_form(short: str, name: str) -> bool:
    """Say whether the characters of `short` stand in a much longer name in order: 新科工, 新城科技工业学校."""
    rest = iter(name)
    begins = short[0] in strip_form(name)[:6] or short[0] in list_beginnings(name)
    ordered = all(char in rest for char in short) or (short[:2] == name[:2] and set(short) <= set(name))  # 新城高工
    return begins and ordered and 2 * len(short) <= len(name)


def _abbreviates_department(body: str, stem: str, ending: str) -> bool:
    """Say whether a word that is a department by itself may yet abbreviate another: 研发 is 研究发展, 通识 通识教育."""
    if body in stem:
        return ending != "会" and _PLAIN.sub("", stem.replace(body, "", 1)) == ""
    return stem[0] == body[0]


@functools.lru_cache(maxsize=4096)
def _find_terms(name: str) -> frozenset[str]:
    return frozenset(_ORDINAL.findall(name))


def _common_ending(a: str, b: str) -> int:
    size = 0
    while size < min(len(a), len(b)) and a[-1 - size] == b[-1 - size]:
        size += 1
    return size


def _begins_in_order(body: str, stem: str) -> bool:
    """Say whether the characters of `body` stand in `stem` in order, the first among the first two."""
    position = 0
    for i, char in enumerate(body):
        position = stem.find(char, position)
        if position < 0 or (i == 0 and position > (6 if char in _DIVISIONS else 1)):
            return False
        position += 1
    return True


def _subtract(long: str, short: str) -> str:
    rest, i = [], 0
    for char in long:
        if i < len(short) and char == short[i]:
            i += 1
        else:
            rest.append(char)
    return "".join(rest)


def list_beginnings(name: str) -> list[str]:
    """Give the characters of a name that an abbreviation of it may begin with, its own beginning first."""
    plain = strip_form(name)
    characters = list(dict.fromkeys(plain[:2]))
    territory = _begin_of_territory(name)
    if territory:
        characters += name[territory : territory + 2]
    parent = _PARENT.match(plain)
    if parent:
        characters += plain[parent.end() : parent.end() + 2]
    characters += [char for char in plain[:7] if char in _DIVISIONS]
    characters += [form[0] for form in _list_committee_forms(name)]
    return list(dict.fromkeys(characters))
