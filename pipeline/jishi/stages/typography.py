"""Fixes of punctuation: the marks that a crawl folded to ASCII, put back where a Chinese sentence needs them, and one
form of quotation marks.

The form of a mark in the normalised text depends on its neighbours alone, never on the form it was found in: a folded
text and the text it was folded from come out alike.
"""

from __future__ import annotations

import itertools
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


QUOTES = frozenset("\"'〝〞〟❝❞„‟″`«»≪≫<”“‘")
_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
# Pairs of marks that a Chinese text uses for “ ” and 《 》.
_PAIRS = [
    (opening, re.compile(rf"({opening})[^{inside}\n]{{1,{longest}}}?({closing})"), ordinary)
    for opening, inside, closing, longest, ordinary in (
        ("〝", "〝〞〟", "[〞〟]", 200, "“”"),
        ("❝", "❝❞", "❞", 200, "“”"),
        ("„", "„“”", "[“”]", 200, "“”"),
        ("‟", "‟”", "”", 200, "“”"),
        ("``", "`", "''", 200, "“”"),
        ("''", "'", "''", 200, "“”"),
        ("″", "″", "″", 200, "“”"),
        ('""', '"', '""', 200, "“”"),
        ("«", "«»", "»", 60, "《》"),
        ("≪", "≪≫", "≫", 60, "《》"),
        ("<<", "<>", ">>", 60, "《》"),
    )
]
_STRAIGHT_SINGLE = re.compile(rf"(?<![A-Za-z0-9\'])(\')(?=[^\'\n]*[{_HAN}])[^\'\n]{{1,60}}(\')(?![A-Za-z0-9\'])")
_SINGLE = re.compile(r"(‘)[^‘’\n]{1,60}(’)")
_QUOTE_REASON = "another kind of quotation mark"


def unify_quotes(text: str) -> list[Edit]:
    """Write quotation marks of a Chinese text in one way: "…", 〝…〞, „…“ → “…”, «…» → 《…》. Apostrophes, inches and
    quotations in Latin letters stay; where both ends of a pair have one form, the marks of a line have to be even.
    """
    edits: dict[int, Edit] = {}
    for mark, pattern, ordinary in _PAIRS:
        if mark in text:
            for pair in pattern.finditer(text):
                _pair_up(edits, pair, text, ordinary)
    has_double = "“" in text
    for pair in _STRAIGHT_SINGLE.finditer(text) if "'" in text else ():
        _pair_up(edits, pair, text, "‘’" if has_double else "“”")
    if "‘" in text and not has_double and '"' not in text and "「" not in text:
        for pair in _SINGLE.finditer(text):
            _pair_up(edits, pair, text, "“”")
    for mark, other in (('"', ""), ("”", "“"), ("“", "”")):
        if mark in text and not (other and other in text):
            _alternate(edits, text, mark)
    return [edits[start] for start in sorted(edits)]


def _pair_up(edits: dict[int, Edit], pair: re.Match[str], text: str, ordinary: str) -> None:
    (start, inside), (inside_end, end) = pair.span(1), pair.span(2)
    if not _encloses_chinese(text, start, end):
        return
    if any(edit.start < inside and start < edit.end for edit in edits.values()):
        return
    if any(edit.start < end and inside_end < edit.end for edit in edits.values()):
        return
    for at, until, mark in ((start, inside, ordinary[0]), (inside_end, end, ordinary[1])):
        if text[at:until] != mark:
            edits[at] = Edit(at, until, mark, "quotation_mark", _QUOTE_REASON)


def _alternate(edits: dict[int, Edit], text: str, mark: str) -> None:
    """Make the marks of each line open and close by turns, if they are even and Chinese stands in each pair."""
    for line in re.finditer(rf"[^\n]*{mark}[^\n]*", text):
        if 2 * mark in line.group():  # two in a row are one mark, or two pairs
            continue
        places = [line.start() + found.start() for found in re.finditer(mark, line.group())]
        pairs = list(zip(places[::2], places[1::2], strict=False))
        if len(places) % 2 or not all(_encloses_chinese(text, start, end + 1) for start, end in pairs):
            continue
        for at, ordinary in ((at, ordinary) for pair in pairs for at, ordinary in zip(pair, "“”", strict=True)):
            if mark != ordinary and at not in edits:
                edits[at] = Edit(at, at + 1, ordinary, "quotation_mark", _QUOTE_REASON)


def _encloses_chinese(text: str, start: int, end: int) -> bool:
    """Whether Chinese stands in a pair and no space beside it, which would leave open what the marks belong to."""
    beside = text[max(0, start - 1) : start] + text[end : end + 1]
    return " " not in beside and re.search(f"[{_HAN}]", text[start:end]) is not None


_SENTENCE_DOT = re.compile(rf"(?<=[{_HAN}”》）)])\.(?=[\s{_HAN}“《（(]|$|[0-9]+[年月日])")
_DOTS_ENOUGH = 2


def restore_full_stops(text: str) -> list[Edit]:
    """Write 。 for full stops of a Chinese text that has none but ASCII ones."""
    if "。" in text:
        return []
    dots = [dot.start() for dot in _SENTENCE_DOT.finditer(text)]
    if len(dots) < _DOTS_ENOUGH or any(b - a < 5 for a, b in itertools.pairwise(dots)):
        return []
    return [Edit(dot, dot + 1, "。", _KIND, _REASON_WIDE) for dot in dots]
