"""Fixes of punctuation: the marks that a crawl folded to ASCII, put back where a Chinese sentence needs them.

The form of a mark in the normalised text depends on its neighbours alone, never on the form it was found in: a folded
text and the text it was folded from come out alike.
"""

from __future__ import annotations

import re

from jishi.stages.edits import Edit

_WIDE = str.maketrans(",;:?!()", "，；：？！（）")
_NARROW = str.maketrans("，；：？！（）", ",;:?!()")
MARKS = frozenset(",;:?!()，；：？！（）")
_KIND = "folded_punctuation"
_REASON_WIDE = "a mark of a Chinese sentence in ASCII form"
_REASON_NARROW = "a full-width mark inside a number, a time or Latin text"

_CHINESE = "\u3001-\u301f\u3021-\u3029\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_IS_CHINESE = re.compile(f"[{_CHINESE}]")
# Marks to look at: every ASCII one, and full-width ones that do not follow a Chinese character.
_POINT = re.compile(rf"[,;:?!]|(?<![{_CHINESE}])[，；：？！]")
_BRACKET = re.compile(r"[()（）\n]")
_SKIPPED = frozenset(",;:?!()，；：？！（）\"'[]［］<>")
_THOUSANDS = re.compile(r"\d{1,3}(?:[,，]\d{3})+(?!\d)")
_NEAR = 12  # characters around a mark between two signs in which Chinese text is looked for
_LOOK = 8  # how many marks and brackets in a row are skipped to find the neighbour


def restore_punctuation(text: str) -> list[Edit]:
    """Give , ; : ? ! ( ) and their full-width forms the form their neighbours ask for.

    校长, → 校长， but 1,200, 9:30, Smith, J. and f(x) stay ASCII, and 9：30 becomes so.
    """
    edits: list[Edit] = []
    for found in _POINT.finditer(text):
        i, mark = found.start(), found.group()
        wide = _is_wide(text, i, mark.translate(_NARROW))
        _change(edits, i, mark, wide)
    for i, mark, wide in _shape_brackets(text):
        _change(edits, i, mark, wide)
    edits.sort()
    return edits


def _change(edits: list[Edit], i: int, mark: str, wide: bool) -> None:
    form = mark.translate(_WIDE if wide else _NARROW)
    if form != mark:
        edits.append(Edit(i, i + 1, form, _KIND, _REASON_WIDE if wide else _REASON_NARROW))


def _neighbour(text: str, i: int, step: int) -> str:
    for _ in range(_LOOK):
        i += step
        if not 0 <= i < len(text) or text[i] == "\n":
            return ""
        if text[i] not in _SKIPPED:
            return text[i]
    return ""


def _is_wide(text: str, i: int, mark: str) -> bool:
    left, right = _neighbour(text, i, -1), _neighbour(text, i, 1)
    if _IS_CHINESE.match(left):
        return True
    if left.isdigit() and right.isdigit():
        if mark == ":" or text[i - 1] != left or text[i + 1] != right:  # 9:30
            return False
        return not _is_in_thousands(text, i) and _is_near_chinese(text, i)  # 第1，2名
    if _IS_CHINESE.match(right):
        return True
    if mark == ":" and text.startswith("//", i + 1):  # https://
        return False
    if left.isalnum() and (right.isalnum() or not right):  # Smith, J.
        return False
    return _is_near_chinese(text, i)  # 增长3.2%，9.4%和9.6%


def _is_near_chinese(text: str, i: int) -> bool:
    start = max(i - _NEAR, text.rfind("\n", 0, i))
    end = text.find("\n", i, i + _NEAR)
    return bool(_IS_CHINESE.search(text, max(0, start), end if end >= 0 else i + _NEAR))


def _is_in_thousands(text: str, i: int) -> bool:
    start = i
    while start > 0 and i - start < 20 and (text[start - 1].isdigit() or text[start - 1] in ",，"):
        start -= 1
    number = _THOUSANDS.match(text, start)
    return number is not None and number.start() < i < number.end()


def _shape_brackets(text: str) -> list[tuple[int, str, bool]]:
    """Give offset, mark and whether it is to be full-width, for each round bracket: pairs come out alike."""
    shaped: list[tuple[int, str, bool]] = []
    opened: list[int] = []
    for found in _BRACKET.finditer(text):
        i, mark = found.start(), found.group()
        if mark in "(（":
            opened.append(i)
        elif mark in ")）" and opened:
            start = opened.pop()
            wide = bool(
                _IS_CHINESE.match(_neighbour(text, start, -1))
                or _IS_CHINESE.match(_neighbour(text, i, 1))
                or _IS_CHINESE.search(text, start, i)
            )
            shaped += [(start, text[start], wide), (i, mark, wide)]
        elif mark == "\n":
            shaped += [(start, text[start], _stands_in_chinese(text, start)) for start in opened]
            opened.clear()
        else:
            shaped.append((i, mark, _stands_in_chinese(text, i)))
    shaped += [(start, text[start], _stands_in_chinese(text, start)) for start in opened]
    return shaped


def _stands_in_chinese(text: str, i: int) -> bool:
    return bool(_IS_CHINESE.match(_neighbour(text, i, -1)) or _IS_CHINESE.match(_neighbour(text, i, 1)))
