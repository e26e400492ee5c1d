"""The fix of lines that were broken at a width in the middle of sentences, as e-mail, PDF and old editors do.

A text is taken for broken so if most of its lines end in the middle of sentences and have one width, or if several of
its breaks stand inside words or before a mark that no line begins with; verses, lists and tables stay.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from jishi.stages.character_sequences import word_cost
from jishi.stages.edits import Edit
from jishi.stages.script import to_simplified
from jishi.stages.spacing import SPACES
from jishi.stages.words import is_dictionary_word

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BLANK = "".join(sorted(SPACES))
_BREAK = re.compile(rf"\n[\n{_BLANK}]*")
# How a line ends whose sentence goes on.
_OPEN_END = re.compile(rf"[{_HAN}A-Za-z0-9，、“‘《（(·—%-]|(?<![。！？…])[”’》）」』]")
_FINISHED = ("。\n", "！\n", "？\n", "；\n", "：\n", "\n\n")
_GOES_ON = re.compile(rf"[{_HAN}A-Za-z0-9“‘《（(，。、；：？！”’》）)]")
_NO_BEGINNING = frozenset("，。、；：？！”’》）)")
_NEW_BEGINNING = re.compile(
    r"[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[、.．）) ]|第[一二三四五六七八九十]+[、章条节]"
    rf"|[{_HAN}]{{2,6}}[：:]"
)
_AROUND = 4  # characters on both sides of a break that are tried as words
_GAIN = 6.0  # nats by which words must be likelier without the break
_LEAST_TORN = 2  # breaks inside words that show a text to be broken at a width
_SHARE_TORN = 0.2  # of the breaks inside sentences
_LEAST_EVEN = 4  # breaks behind lines of one width that show it without
_SHARE_EVEN = 0.75
_EVEN = 2  # characters by which lines of one width differ, for no line begins with a mark
_NARROWEST = 15  # characters
_SHORT = 0.7  # a line shorter than this share of the usual width ended where its author ended it


class _Break(NamedTuple):
    start: int
    end: int
    width: int
    """Characters of the line before."""
    is_indented: bool
    is_blank: bool


def join_wrapped_lines(text: str) -> list[Edit]:
    """Join lines that were broken at a width in the middle of sentences."""
    if text.count("\n") - sum(map(text.count, _FINISHED)) < _LEAST_TORN:
        return []
    found = _find_breaks(text)
    if len(found) < _LEAST_TORN:
        return []
    widths = sorted(point.width for point in found)
    usual = widths[len(widths) * 3 // 4]
    if usual < _NARROWEST:
        return []
    even = sum(abs(width - usual) <= _EVEN for width in widths)
    lines = [len(line) for line in text.split("\n") if line]
    is_even = even >= max(_LEAST_EVEN, _SHARE_EVEN * len(found)) and 2 * len(found) >= len(lines)
    is_even = is_even and max(lines[1:]) <= usual + _EVEN  # else the lines are headlines over paragraphs
    torn = {point.start for point in found if _is_torn(text, point.start, point.end)}
    if not is_even and len(torn) < max(_LEAST_TORN, _SHARE_TORN * len(found)):
        return []
    is_cut = sum(width == usual for width in widths) >= _SHARE_EVEN * len(found)  # by a program, within Latin words too
    marks_paragraphs = 2 * sum(point.is_indented for point in found) < len(found)
    is_spread = 2 * sum(point.is_blank for point in found) > len(found)
    edits = []
    for number, (start, end, width, is_indented, is_blank) in enumerate(found):
        if start not in torn and (
            width < _SHORT * usual
            or (is_indented and marks_paragraphs)
            or (is_blank and not is_spread)
            or (number == 0 and "\n" not in text[:start] and width < usual - _EVEN)  # a headline
        ):
            continue
        between_latin = text[start - 1].isascii() and text[end].isascii() and text[end].isalpha()
        space = " " if between_latin and not is_cut else ""
        edits.append(Edit(start, end, space, "line_break", "a line broken inside a sentence"))
    return edits


def _find_breaks(text: str) -> list[_Break]:
    """Give the breaks at which a sentence may go on."""
    found = []
    line_start = 0
    for point in _BREAK.finditer(text):
        start, end = point.span()
        while start and text[start - 1] in SPACES:
            start -= 1
        begun, line_start = line_start, end
        if not start or end == len(text):
            continue
        if text[end] not in _NO_BEGINNING and not _OPEN_END.match(text, start - 1):
            continue
        if not _GOES_ON.match(text, end) or _NEW_BEGINNING.match(text, end):
            continue
        blank = point.group()
        is_indented = len(blank) - blank.rindex("\n") > 2 or blank.endswith("\u3000")
        found.append(_Break(start, end, start - begun, is_indented, blank.count("\n") > 1))
    return found


def _is_torn(text: str, start: int, end: int) -> bool:
    """Whether a break stands inside a word, or before a mark that no line begins with."""
    if text[end] in _NO_BEGINNING:
        return True
    before = _HAN_BEFORE.search(text[max(0, start - _AROUND) : start])
    behind = _HAN_BEHIND.match(text[end : end + _AROUND])
    if not before or not behind or len(before.group()) + len(behind.group()) < 3:
        return False
    left, right = (to_simplified(part, "traditional") for part in (before.group(), behind.group()))
    if not any(is_dictionary_word(left[i:] + right[:j]) for i in range(len(left)) for j in range(1, len(right) + 1)):
        return False  # as is nearly always so
    return word_cost(left + right) < word_cost(left) + word_cost(right) - _GAIN


_HAN_BEFORE = re.compile(f"[{_HAN}]+$")
_HAN_BEHIND = re.compile(f"[{_HAN}]+")
