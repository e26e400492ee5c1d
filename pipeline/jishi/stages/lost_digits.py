"""Digits that the damage swallowed, where the rest of the page tells them.

A torn character takes the digit behind it along: 滬寧13日 becomes ?xiǎng)麑?3日, and nothing in the bytes says which it
was. What tells it is the same number elsewhere on the page, the calendar (?2月 is December), and the order of a
list ((1) … (?) … (3)). Which of these can be trusted was counted over 8,000 undamaged articles whose digits were
covered one at a time; `benchmarks/repair.py` counts how often they are right on articles left out of that.
"""

from __future__ import annotations

import re

from jishi.stages.damage import FOLDING

_NUMBER = re.compile(r"([0-9]*)([^0-9].{0,3})", re.DOTALL)
# Least number of times that a number must be found again: by how many of its digits are left, and by how many
# characters behind it must be the same.
_LEAST_SEEN = {(0, 2): 3, (0, 4): 2, (1, 2): 2, (1, 3): 1, (2, 2): 1}
_REACH = 10_000  # characters before and behind in which the items of a list are looked for
_MARKS_OF_LISTS = {
    ")": re.compile(r"\(([1-9])\)|\?\)"),
    "、": re.compile(r"(?<![0-9.])([1-9])、|\?、"),
    ".": re.compile(r"(?<![0-9.])([1-9])\.(?![0-9])|\?\.(?![0-9])"),
}


def find_digit(after: str, numbers: str, page: str, end: int) -> str | None:
    """Give the digit that was lost in front of `after`, if the page tells it.

    after: what is read behind it; numbers: the page without readings; both simplified, punctuation full-width.
    page: the page as it is; end: where the damaged place ends in it (code points), whose last '?' hides the digit.
    """
    mark = after[:1].translate(FOLDING)
    if mark in _MARKS_OF_LISTS and not after[1:2].isdigit():
        return _find_in_list(_MARKS_OF_LISTS[mark], page, end)
    return _find_in_calendar(after) or _find_again(after, numbers)


def _find_in_calendar(after: str) -> str | None:
    """?2月 and ?024年 can be one thing only."""
    if re.match("[0-2]月", after):
        return "1"
    year = re.match("([0-9])[0-9][0-9]年(?!前)", after)  # 距今7000年前
    if year and year[1] not in "1234":
        return "2" if year[1] == "0" else "1"
    return None


def _find_again(after: str, numbers: str) -> str | None:
    number = _NUMBER.match(after)
    if number is None:
        return None
    digits, behind = number.groups()
    if re.match("[0-9]日|[0-9]{3}年", after):
        return _find_same(digits + behind[0], 1, numbers)
    for (left, same), least in _LEAST_SEEN.items():
        if min(len(digits), 2) == left and len(behind) >= same:
            is_round = bool(digits) and not digits.strip("0")  # 100多个 and 300多个 stand in one text often enough
            found = _find_same(digits + behind[:same], least + is_round, numbers)
            if found:
                return found
    return None


def _find_same(rest: str, least: int, numbers: str) -> str | None:
    found = re.findall(rf"(?<![0-9.?？])([1-9]){re.escape(rest)}", numbers)
    return found[0] if len(found) >= least and len(set(found)) == 1 else None


def _find_in_list(pattern: re.Pattern[str], page: str, end: int) -> str | None:
    """Give the number that continues a list: (1) … (?) … (3), or 1、… ?、…"""
    start = max(0, end - _REACH)
    folded = page[start : end + _REACH].translate(FOLDING)
    offset = folded.rfind("?", 0, end - start)
    last, before = 0, 1  # the last number in front of the place, and how many lost ones lead from it to this one
    for mark in pattern.finditer(folded, 0, offset):
        last, before = (int(mark[1]), 1) if mark[1] else (last, before + 1)
    following, behind = 0, 1
    for mark in pattern.finditer(folded, offset + 2):
        if mark[1]:
            following = int(mark[1])
            break
        behind += 1
    expected = last + before
    if expected > 9:
        return None
    if following == expected + behind:
        return str(expected)
    if before > 1 or behind > 1:
        return None
    if following == 2:  # a new list begins
        return "1"
    return str(expected) if last and following in (0, 1) else None
