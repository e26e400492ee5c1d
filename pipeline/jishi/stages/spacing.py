"""Fixes of spaces inside Chinese text: letter-spaced headings and texts, texts with a space between all words, 张　伟,
2 0 2 4年.
"""

from __future__ import annotations

import functools
import re

from jishi.lexicons import read_lines
from jishi.stages.character_sequences import word_cost
from jishi.stages.edits import Edit
from jishi.stages.script import to_simplified, to_traditional

SPACES = frozenset(
    " \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u2800\u3000"
)
_SPACE = "[" + "".join(sorted(SPACES)) + "]"
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARK = "，。；：？！、）】》”’（【《“‘—…"

_UNUSUAL = re.compile("[" + "".join(sorted(SPACES - {" ", "\t"})) + "]")
_LETTER_SPACED = re.compile(rf"(?<![{_HAN}])[{_HAN}](?:{_SPACE}{{1,3}}[{_HAN}]){{2,}}(?![{_HAN}])")
_SPLIT_NAME = re.compile(rf"(?<![{_HAN}])([{_HAN}]){_SPACE}{{1,4}}([{_HAN}])(?![{_HAN}])")
_BESIDE_MARK = re.compile(
    rf"(?<=[{_HAN}{_MARK}])(?:{_SPACE}+(?=[，。；：？！、）】》”’])|(?<=[，。；：？！、（【《“‘]){_SPACE}+(?=[{_HAN}]))"
)
_BETWEEN = re.compile(rf"(?<=[{_HAN}]){_SPACE}{{1,2}}(?=[{_HAN}])")
_ONE_HAN = re.compile(rf"[{_HAN}]")
_ROUNDS = 4

_GAIN = 6.0  # nats by which words must be likelier without a space


def join_spaced_lines(text: str) -> list[Edit]:
    """Close up lines in which a space stands between all characters (青 禾 市 2 0 2 4 年) or words (青禾市 举办 了).

    Spaces between Latin words stay, and of wider gaps between characters one space. A list of names has no words like
    的 and 在 and no marks between its spaces.
    """
    edits: list[Edit] = []
    doubtful: list[list[Edit]] = []
    for line in re.finditer(r"[^\n]+", text):
        first, last = line.span()
        gaps = [gap.span() for gap in _GAP.finditer(text, first, last) if first < gap.start() and gap.end() < last]
        if len(gaps) < _GAPS_LEAST:
            continue
        bounds = [line.start(), *(offset for gap in gaps for offset in gap), line.end()]
        pieces = [text[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True)]
        joined = sum(len(piece) - 1 for piece in pieces if _ONE_HAN.match(piece))
        if len(gaps) < _GAPS_SHARE * (len(gaps) + joined):
            continue
        single = sum(len(piece) == 1 for piece in pieces)
        if single >= _SINGLE_SHARE * len(pieces):
            if not _is_list(pieces):
                edits += _close_gaps(text, gaps, pieces, "letter_spacing", "a line with a space between all characters")
            continue
        closed = _close_gaps(text, gaps, pieces, "word_spacing", "a line with a space between all words")
        glued = sum(piece in _ALONE for piece in pieces)
        if len(pieces) >= _PIECES_LEAST and glued >= _GLUE_SHARE * len(pieces) and len(line.group()) < 4 * len(pieces):
            edits += closed
        else:
            doubtful.append(closed)
    if any(edit.kind == "word_spacing" for edit in edits):  # then a headline is written so, too
        edits += [edit for closed in doubtful for edit in closed]
    return sorted(edits)


_GAP = re.compile(f"{_SPACE}+")
_GAPS_LEAST = 3
_GAPS_SHARE = 0.3  # of the places between two signs
_SINGLE_SHARE = 0.9
_PIECES_LEAST = 8
_GLUE_SHARE = 0.12
# What stands between two spaces only where all words do.
_ALONE = frozenset("，。、；：？！“”《》（）的了在和是与與等为為对對将將于於由从從以并並及有也都把被让讓上中个個这這")


def _is_list(pieces: list[str]) -> bool:
    """Whether single characters are a list of numerals, or family names and given names in turns."""
    characters = "".join(piece for piece in pieces if _ONE_HAN.match(piece))
    is_list_of_names = len(characters) % 2 == 0 and set(characters[::2]) <= _surnames()
    return is_list_of_names or set(characters) <= _ENUMERATED


def _close_gaps(text: str, gaps: list[tuple[int, int]], pieces: list[str], kind: str, reason: str) -> list[Edit]:
    usual = sorted(end - start for start, end in gaps)[len(gaps) // 2]
    edits = []
    for (start, end), before, behind in zip(gaps, pieces, pieces[1:], strict=False):
        is_latin = before[-1:].isascii() and behind[:1].isascii() and (before + behind).strip(".,") != ""
        if kind == "letter_spacing":
            after = " " if end - start > usual + 1 else ""
        else:
            after = " " if is_latin and before[-1:].isalnum() and behind[:1].isalnum() else ""
        if text[start:end] != after:
            edits.append(Edit(start, end, after, kind, reason))
    return edits


def join_spaced_digits(text: str) -> list[Edit]:
    """Close up numbers whose digits stand apart: 2 0 2 4 年 1 0 月 → 2024年10月. A list of numbers (1 2 3) stays."""
    edits = []
    for number in _SPACED_NUMBER.finditer(text):
        start, end = number.span()
        if start and text[start - 1] in _IN_NUMBERS:
            continue
        if start > 1 and text[start - 1] in SPACES and text[start - 2] in "年月日":
            start -= 1
        for space in re.finditer(f"{_SPACE}+", text[start:end]):
            at = start + space.start()
            edits.append(Edit(at, start + space.end(), "", "letter_spacing", "digits of a number apart"))
    return edits


_SPACED_NUMBER = re.compile(
    rf"[0-9](?:{_SPACE}[0-9])+{_SPACE}?(?=[年月日号號届屆周週点點时時人名位余餘多个個家所场場期次万萬千百])"
)
_IN_NUMBERS = frozenset("0123456789.:-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def join_letter_spaced(text: str) -> list[Edit]:
    """Close up letter-spaced headings: 关 于 举 办 → 关于举办. Single characters in a row, three or more; a list of
    family names or numerals (一 二 三, 甲 乙 丙) is none.
    """
    edits = []
    for heading in _LETTER_SPACED.finditer(text):
        characters = re.sub(_SPACE, "", heading.group())
        is_list_of_names = len(characters) % 2 == 0 and set(characters[::2]) <= _surnames()  # 张　伟　李　娜
        if not is_list_of_names and not set(characters) <= _ENUMERATED:
            edits += _close(heading, "letter_spacing", "a letter-spaced heading")
    return edits


_ENUMERATED = frozenset("一二三四五六七八九十甲乙丙丁戊己庚辛日月火水木金土东西南北中")


def join_split_names(text: str) -> list[Edit]:
    """Close up two-character names that were spaced to the width of three: 张　伟 → 张伟.

    The first character is a family name, and no other Chinese character touches either.
    """
    edits = []
    for name in _SPLIT_NAME.finditer(text):
        if name[1] in _surnames() and name[2] not in _NO_GIVEN_NAME:
            edits += _close(name, "split_name", "a name of two characters spaced to the width of three")
    return edits


_NO_GIVEN_NAME = frozenset("的了是在有和与與及或为為等年月日时分第一二三四五六七八九十男女岁歲")


@functools.cache
def _surnames() -> frozenset[str]:
    """Give the family names of one character, in both scripts."""
    simplified = "".join(line for line in read_lines("surnames.txt") if len(line) > 2)
    return frozenset(simplified + to_traditional(simplified))


def _close(found: re.Match[str], kind: str, reason: str) -> list[Edit]:
    return [
        Edit(found.start() + space.start(), found.start() + space.end(), "", kind, reason)
        for space in re.finditer(f"{_SPACE}+", found.group())
    ]


def join_split_words(text: str) -> list[Edit]:
    """Close up a space inside a word: 我校举 办了 → 我校举办了. Only where the characters make words joined that they
    do not make apart; the space between two words (主讲人 李晓) stays.
    """
    spaces = [space.span() for space in _BETWEEN.finditer(text)]
    closed: dict[int, int] = {}  # where a space that is taken out begins and ends
    for _ in range(_ROUNDS):  # a space that goes may bring words together at the next
        opened = {end: start for start, end in closed.items()}
        found = []
        for start, end in spaces:
            if start in closed:
                continue
            left, right = _read_back(text, start, opened), _read_on(text, end, closed)
            if len(left) + len(right) < 5:
                continue
            before, behind = to_simplified(left, "traditional"), to_simplified(right, "traditional")
            if word_cost(before + behind) < word_cost(before) + word_cost(behind) - _GAIN:
                found.append((start, end))
        if not found:
            break
        closed.update(found)
    return [Edit(*span, "", "space", "a space inside a word") for span in sorted(closed.items())]


def _read_back(text: str, position: int, opened: dict[int, int]) -> str:
    """Up to four Chinese characters before a position, over the spaces that go."""
    read = ""
    while position and len(read) < 4:
        position = opened.get(position, position)
        if not position or not _ONE_HAN.match(text, position - 1):
            break
        position -= 1
        read = text[position] + read
    return read


def _read_on(text: str, position: int, closed: dict[int, int]) -> str:
    """Up to four Chinese characters from a position on, over the spaces that go."""
    read = ""
    while position < len(text) and len(read) < 4:
        position = closed.get(position, position)
        if not _ONE_HAN.match(text, position):
            break
        read += text[position]
        position += 1
    return read


def remove_spaces_at_marks(text: str) -> list[Edit]:
    """Take out spaces between a Chinese character and a mark of punctuation: 会议 ，  →  会议，."""
    reason = "a space beside Chinese punctuation"
    return [Edit(*space.span(), "", "space", reason) for space in _BESIDE_MARK.finditer(text)]


def unify_spaces(text: str) -> list[Edit]:
    """Replace unusual spaces (no-break, ideographic, of typographic width) by ordinary ones."""
    return [Edit(*space.span(), " ", "space", "an unusual space") for space in _UNUSUAL.finditer(text)]
