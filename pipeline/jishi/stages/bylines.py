"""Names as bylines give them: an office before the name, several names without a mark between them, pen names.

新媒体中心陆佳楠 is 陆佳楠, 安若辰葛书润吕轩昂 are three people, 校医院 is a body and 小飞飞 somebody.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from jishi.lexicons import join_words, read_lines
from jishi.stages.words import is_dictionary_word

_HAN = "\u4e00-\u9fff"
_SEPARATORS = re.compile(
    r"[、，,/／&＆ 　\t|丨]+|(?<=[\u4e00-\u9fff]{2})(?:学生|实习|见习|通讯)记者(?=[\u4e00-\u9fff]{2})(?![团站部社协])"
)
_ADDRESS = re.compile(r"(?<=[\u4e00-\u9fff]{2})(?:教授|老师|同学|博士|主任|先生|女士|记者)$")
_LATIN_NAME = re.compile(r"[A-Z][a-z]+(?: [A-Z][A-Za-z]+){1,2}")
_CLASS = re.compile(r"\d{1,2}[A-Z]")  # 5B: the class of a pupil who writes
_STAFF = frozenset({"记者", "老师", "同学", "学生记者", "实习记者", "见习记者", "通讯记者"})
_DESCRIBES = re.compile(
    r"(?<=.{4})(?:研究生|博士生|硕士生|本科生|学生|教师|教授|讲师|研究员|作家|会员|主任|书记|记者|编辑)$"
)
_AND = re.compile("[和与及]")
_LONGEST_BODY = 8  # of a body that is not told by its last word
_SURE_LIST = 4  # names in a list in which one may have a family name that is not in the lexicon
_PEN_NAME = 4  # a pen name has at most so many characters


class Named(NamedTuple):
    """A name in a byline; offsets in the text it was read from."""

    name: str
    start: int
    end: int
    is_person: bool


def read_names(text: str, start: int, end: int, *, strict: bool = False, keep_office: bool = False) -> list[Named]:
    """Give who is named in `[start, end)` of a normalised text.

    strict: only people with a family name and bodies by their kind, no pen names, nothing left over. keep_office: a
    body before a person's name is given too (来源：校报陈骊骊).
    """
    if _LATIN_NAME.fullmatch(text[start:end].strip()):
        start += len(text[start:end]) - len(text[start:end].lstrip())
        end = start + len(text[start:end].rstrip())
        return [Named(text[start:end], start, end, True)]
    named: list[Named] = []
    position = start
    pieces = []
    for separator in _SEPARATORS.finditer(text, start, end):
        pieces.append((position, separator.start()))
        position = separator.end()
    pieces.append((position, end))
    for piece_start, piece_end in pieces:
        while piece_start < piece_end and text[piece_start] in "“”\"'《》「」：: ":
            piece_start += 1
        while piece_end > piece_start and text[piece_end - 1] in "“”\"'《》「」：:。. ":
            piece_end -= 1
        address = _ADDRESS.search(text, piece_start, piece_end)
        if address:
            piece_end = address.start()
        if piece_start == piece_end or _CLASS.fullmatch(text, piece_start, piece_end):
            continue
        found = _read_piece(text[piece_start:piece_end], piece_start, strict, keep_office)
        if strict and not found:
            found = _read_unsure(text, piece_start, piece_end, is_list=len(pieces) >= _SURE_LIST)
            if not found and not (named and text.endswith("记者", 0, piece_start)):
                return []
        if named and _DESCRIBES.search(text, piece_start, piece_end) and not any(item.is_person for item in found):
            continue  # 林听雨，青禾大学文学院研究生
        if found and found[0].is_person and named and not (named[-1].is_person or keep_office):
            between = text[named[-1].end : found[0].start]
            if between.isspace() or between.strip() in _STAFF:
                named.pop()  # 宣传部 金小满: where somebody works
        named += found
    return named


def _read_unsure(text: str, start: int, end: int, *, is_list: bool) -> list[Named]:
    """Give one of a long list whose family name is not in the lexicon, or such a one beside another behind 记者."""
    if (
        is_list
        and _is_pen_name(text[start:end])
        and not (is_dictionary_word(text[start:end]) or "记者" in text[start:end])
    ):
        return [Named(text[start:end], start, end, True)]
    if not text.endswith("记者", 0, start):
        return []
    return [Named(text[a:b], a, b, True) for a, b in _shift(split_names(text[start:end], lenient=True) or [], start)]


def _read_piece(piece: str, offset: int, strict: bool, keep_office: bool) -> list[Named]:
    office, names = _divide(piece, strict)
    if not names and not strict and _is_pen_name(piece[office:]):
        names = [(office, len(piece))]  # 以丹, 小飞飞, and 梁肖玉龙 behind an office
    if names:
        people = [Named(piece[a:b], offset + a, offset + b, not (keep_office and not office)) for a, b in names]
        body = [Named(piece[:office], offset, offset + office, False)] if keep_office and office > 1 else []
        return body + people
    if office == len(piece):
        name = _halve(piece)
    elif strict:
        return []
    else:
        name = piece[:office] or piece
        if not office and (len(piece) > _LONGEST_BODY or not re.fullmatch(rf"[{_HAN}A-Za-z0-9“”·-]{{2,}}", piece)):
            return []
    is_body = len(re.findall(f"[{_HAN}]", name)) > 1
    return [Named(name, offset, offset + len(name), False)] if is_body else []


def _divide(piece: str, strict: bool) -> tuple[int, list[tuple[int, int]]]:
    """Give where the office before the names ends, and the names: 新媒体中心 + 陆佳楠. No names: all of it is a body,
    or as much as is told by its last word.
    """
    if _ends_in("byline_bodies.txt").search(piece):
        return len(piece), []
    ends = [0, *(found.end() for found in _offices().finditer(piece))]
    for end in ends:
        names = split_names(piece[end:])
        if names:
            return end, _shift(names, end)
    for left, right in (found.span() for found in _AND.finditer(piece)):
        first, second = split_names(piece[:left]), split_names(piece[right:])
        if first and second:
            return 0, first + _shift(second, right)
    for end in ends[1:]:
        names = split_names(piece[end:], lenient=True)
        if names:
            return end, _shift(names, end)
    if strict:
        return ends[-1], []
    is_body = (
        len(piece) >= _SHORTEST_KIND and _ends_in("byline_kinds.txt").search(piece) is not None
    )  # not 白云|区人民法院
    leading = [(end, _leading_names(piece[end:])) for end in ends if end or not is_body]
    # 党促宣传部张宇延 社会与人口学院: three characters are a surer name than the two of 党促
    for shortest in (3, 2):
        for end, names in leading:
            if names and min(b - a for a, b in names) >= shortest:
                return end, _shift(names, end)
    return len(piece) if is_body else ends[-1], []


def _shift(spans: list[tuple[int, int]], offset: int) -> list[tuple[int, int]]:
    return [(start + offset, end + offset) for start, end in spans]


def _halve(name: str) -> str:
    """A crawl glues the heading of what follows to a body's name: 青协青协."""
    half = len(name) // 2
    return name[:half] if len(name) % 2 == 0 and name[:half] == name[half:] else name


def _is_pen_name(text: str) -> bool:
    return 2 <= len(text) <= _PEN_NAME and bool(re.fullmatch(rf"[{_HAN}]+", text))


@functools.cache
def _ends_in(lexicon: str) -> re.Pattern[str]:
    return re.compile(f"(?:{join_words(read_lines(lexicon))})$")


@functools.cache
def _offices() -> re.Pattern[str]:
    return re.compile(f"(?:{join_words(read_lines('byline_offices.txt'))})|[A-Za-z0-9]")


@functools.cache
def _surnames() -> dict[str, float]:
    """Give the cost of each family name: rarer ones cost more."""
    costs: dict[str, float] = {}
    for line in read_lines("surnames.txt"):
        if len(line) <= 2:
            costs[line] = 0.3
        else:
            costs.update({char: 0.004 * i for i, char in enumerate(line)})
    for char in "".join(read_lines("rare_surnames.txt")):
        costs.setdefault(char, 1.5)
    return costs


def split_names(text: str, *, lenient: bool = False) -> list[tuple[int, int]] | None:
    """Give the personal names that a string of Chinese characters consists of, as (start, end); None if it does not.

    lenient: one with a family name that is not in the lexicon may stand beside others.
    """
    if not 2 <= len(text) <= 60 or not re.fullmatch(f"[{_HAN}]+", text):
        return None
    costs = [0.0] + [float("inf")] * len(text)
    backs = [0] * (len(text) + 1)
    for start in range(len(text)):
        if costs[start] == float("inf"):
            continue
        for end in range(start + 2, min(len(text), start + 4) + 1):
            cost = costs[start] + _cost_of_name(text[start:end], lenient)
            if cost < costs[end]:
                costs[end], backs[end] = cost, start
    if costs[-1] == float("inf"):
        return None
    spans, end = [], len(text)
    while end:
        spans.append((backs[end], end))
        end = backs[end]
    unknown = sum(text[start] not in _surnames() and text[start : start + 2] not in _surnames() for start, _ in spans)
    return spans[::-1] if unknown <= len(spans) // 3 else None


def _cost_of_name(name: str, lenient: bool) -> float:
    surnames = _surnames()
    if name[:2] in _BEGINS_OFFICE or name[-1] in _NEVER_GIVEN or (len(name) > 2 and name[-1] in _ENDS_OFFICE):
        return float("inf")
    if name[:2] in surnames and len(name) in (3, 4):
        return 1.0
    single = surnames.get(name[0])
    if single is None:
        return 6.0 if lenient and len(name) == 3 else float("inf")
    if len(name) == 4:
        return 2.6 + single if name[1] in surnames else float("inf")
    return {2: 1.4, 3: 1.0}[len(name)] + single


_SHORTEST_KIND = 5
_NEVER_GIVEN = "组部处科室社院报办摄的了是在号与和及或为"
_ENDS_OFFICE = "系会班组局委队站网台等"
_BEGINS_OFFICE = frozenset({"宣传", "文艺", "文化", "组织", "安全", "管理", "关工", "党政", "党委", "党建", "纪委"})


def _leading_names(text: str) -> list[tuple[int, int]]:
    """Give the names that a string begins with, where other matter is glued to them (王森 听说好看的人)."""
    for end in range(min(len(text) - 1, 16), 1, -1):
        names = split_names(text[:end])
        if end == 2 and is_dictionary_word(text[:2]):
            break  # 卫生|福利部
        if names and _begins_word(text[end:]) and not is_dictionary_word(text[end - 1 : end + 1]):
            return names
    return []


def _begins_word(text: str) -> bool:
    return not re.match(f"[{_HAN}]", text) or len(text) == 1 or is_dictionary_word(text[:2])
