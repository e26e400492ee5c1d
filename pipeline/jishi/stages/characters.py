"""Fixes of single characters: invisible ones, compatibility forms and radicals, marks in forms of their own (for
vertical lines, half a column, small), full-width and mathematical Latin, letters that stand for digits.

Each function gives the edits that one kind of damage asks for, or none. They change what the eye cannot tell apart.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable

from jishi.lexicons import read_lines
from jishi.stages.edits import Edit
from jishi.stages.script import to_traditional

# Zero-width joiners, direction marks, BOM, soft hyphen, control characters except tab and line breaks.
INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u3164\ufeff\uffa0\ufff9\ufffa\ufffb"
    + "".join(map(chr, range(0x200B, 0x2010)))
    + "".join(map(chr, range(0x202A, 0x202F)))
    + "".join(map(chr, range(0x2060, 0x2070)))
    + "".join(map(chr, (*range(0xE0000, 0xE0080), *range(0xE0100, 0xE01F0))))
    + "".join(chr(code) for code in (*range(0x00, 0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r\v\f\x85")
)
SURROGATES = frozenset(map(chr, range(0xD800, 0xE000)))
_DOTS = "•‧・∙⋅･ㆍ᛫◦˙﹒\u0387"
INTERPUNCTS = frozenset(_DOTS + ".")
_STOP_IN_NAME = re.compile("\\.(?=[\u4e00-\u9fff]{2})")  # 约翰.史密斯
_INTERPUNCT = re.compile(f"(?<=[\u4e00-\u9fff”’A-Z])[{_DOTS}](?=[\u4e00-\u9fffA-Z“‘])")
LINE_BREAKS = frozenset("\r\v\f\x85\u2028\u2029")
COMPATIBILITY = frozenset("".join(map(chr, (*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20)))))
FULL_WIDTH = frozenset(map(chr, range(0xFF01, 0xFF5F))) - frozenset("！（），：；？～") | frozenset("￥￠￡")
MATHEMATICAL = frozenset(map(chr, range(0x1D400, 0x1D800)))
# Marks of punctuation in forms for vertical lines (FE10, FE30), small ones (FE50) and half a column wide (FF61),
# without what faces and ornaments are made of.
_FORMS = dict(
    zip(
        "︐︑︒︓︔︕︖︗︘︰︹︺︻︼︽︾︿﹀﹁﹂﹃﹄﹐﹑﹔﹕﹖﹗﹙﹚﹝﹞﹟﹠﹡﹢﹣﹤﹥﹦﹨﹩﹪﹫｢｣､",
        "，、。：；！？〖〗：〔〕【】《》〈〉「」『』，、；：？！（）〔〕#&*+-<>=\\$%@「」、",
        strict=True,
    )
)
FORMS = frozenset(_FORMS) | frozenset("｡︵")
_STOP_OF_HALF_WIDTH = re.compile("(?<=[\u4e00-\u9fff」』）》”])｡")
_VERTICAL_BRACKETS = re.compile("(︵)[^︵︶\n]*[\u4e00-\u9fff][^︵︶\n]*(︶)")
# What is printed over or behind a character and changes nothing about it; emoji keep theirs.
ATTACHED = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0x0332, 0x0339), 0x0305, *range(0x20D0, 0x20E0))))
_ATTACHED = re.compile(
    f"(?<=[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff，。：；！？“”（）])[{''.join(sorted(ATTACHED))}]+"
)
# 二O一九年, 二00九年; 20l9年
LETTERS_FOR_DIGITS = frozenset("OoОο0○◯lI")
_ZERO_IN_NUMERAL = re.compile("[一二三四五六七八九〇]([OoОο0○◯]{1,2})(?=[一二三四五六七八九〇年月日])")
_NUMBER = re.compile(r"[0-9lIO]{1,4}(?=\s?[年月日])")


def _every_run(characters: frozenset[str], kind: str, reason: str) -> Callable[[str], list[Edit]]:
    pattern = re.compile("[" + re.escape("".join(sorted(characters))) + "]+")
    return lambda text: [Edit(found.start(), found.end(), "", kind, reason) for found in pattern.finditer(text)]


remove_invisible = _every_run(INVISIBLE, "invisible_character", "an invisible or control character")


def replace_surrogates(text: str) -> tuple[list[Edit], list[str]]:
    """Replace half a surrogate pair, which is no character and cannot be written, by U+FFFD."""
    reason = "half a surrogate pair, left by a decoder"
    edits = [Edit(i, i + 1, "\ufffd", "lone_surrogate", reason) for i, char in enumerate(text) if char in SURROGATES]
    return edits, [f"undecodable: {len(edits)} characters that are no text were replaced by \ufffd"]


def unify_line_breaks(text: str) -> list[Edit]:
    """Turn CR LF, CR, NEL, LS, PS, VT and FF into one line feed."""
    breaks = re.finditer(r"\r\n|[\r\v\f\x85\u2028\u2029]", text)
    return [Edit(m.start(), m.end(), "\n", "line_break", "a line break of another system") for m in breaks]


def unify_interpuncts(text: str) -> list[Edit]:
    """Write the mark between the parts of a foreign name in one way: 约翰•史密斯, 约翰.史密斯 → 约翰·史密斯."""
    reason = "another mark instead of the interpunct of foreign names"
    found = [mark.start() for mark in _INTERPUNCT.finditer(text)]
    for stop in _STOP_IN_NAME.finditer(text):
        around = text[max(0, stop.start() - 2) : stop.start()] + text[stop.end() : stop.end() + 2]
        if len(around) == 4 and _transliterating() >= set(around):
            found.append(stop.start())
    return [Edit(start, start + 1, "·", "interpunct", reason) for start in sorted(found)]


@functools.cache
def _transliterating() -> frozenset[str]:
    """The characters that foreign names are written with, in both scripts."""
    characters = "".join(read_lines("transliteration_characters.txt"))
    return frozenset(characters + to_traditional(characters))


@functools.cache
def _radicals() -> dict[str, str]:
    return {line[0]: line[2] for line in read_lines("radicals.txt")}


def replace_compatibility_forms(text: str) -> list[Edit]:
    """Replace radicals and compatibility ideographs by the ordinary character: ⻬ → 齐, ⾦ → 金, 金 (U+F90A) → 金.

    Text extracted from PDF files is full of them. A radical that is shown alone (the radical ⺡ means water) has no
    ordinary counterpart and stays.
    """
    edits = []
    for i, char in enumerate(text):
        if char in COMPATIBILITY:
            ordinary = _radicals().get(char) or unicodedata.normalize("NFKC", char)
            if ordinary != char:
                reason = "a radical or compatibility form instead of the character"
                edits.append(Edit(i, i + 1, ordinary, "compatibility_form", reason))
    return edits


def fold_width(text: str) -> list[Edit]:
    """Replace full-width Latin letters, digits and signs by ASCII: ２０２４ → 2024. Punctuation of Chinese sentences
    (，：；？！（）) and the wave of ranges (～) stay.
    """
    edits = []
    for found in re.finditer(_FULL_WIDTH_RUN, text):
        folded = unicodedata.normalize("NFKC", found.group())
        edits.append(Edit(found.start(), found.end(), folded, "full_width", "full-width letters or digits"))
    return edits


_FULL_WIDTH_RUN = re.compile("[" + re.escape("".join(sorted(FULL_WIDTH))) + "]+")


def fold_mathematical(text: str) -> list[Edit]:
    """Replace letters and digits of formulas, which some pages take for bold type, by ASCII: 𝟐𝟎𝟐𝟒 → 2024."""
    reason = "letters or digits of formulas"
    return [
        Edit(*run.span(), unicodedata.normalize("NFKC", run.group()), "full_width", reason)
        for run in re.finditer("[\U0001d400-\U0001d7ff]+", text)
    ]


def replace_forms(text: str) -> list[Edit]:
    """Replace marks of punctuation in forms of their own by the ordinary ones: ﹁ → 「, ﹐ → ，, ｡ → 。."""
    spans = {mark.start(): _FORMS[mark.group()] for mark in _EVERY_FORM.finditer(text)}
    spans |= {stop.start(): "。" for stop in _STOP_OF_HALF_WIDTH.finditer(text)}
    for pair in _VERTICAL_BRACKETS.finditer(text):
        spans |= {pair.start(1): "（", pair.start(2): "）"}
    reason = "a mark in a form of its own"
    return [Edit(start, start + 1, spans[start], "form_of_mark", reason) for start in sorted(spans)]


_EVERY_FORM = re.compile("[" + re.escape("".join(_FORMS)) + "]")


def remove_attached(text: str) -> list[Edit]:
    """Take out what is printed over or behind Chinese characters: underlines, strokes, selectors of variants."""
    reason = "a sign attached to a character"
    return [Edit(*run.span(), "", "attached_sign", reason) for run in _ATTACHED.finditer(text)]


def restore_digits(text: str) -> list[Edit]:
    """Write digits for letters that look like them: 二O一九年 → 二〇一九年, 20l9年 → 2019年."""
    reason = "another sign instead of a digit"
    edits = [Edit(*zero.span(1), "〇" * len(zero[1]), "digit", reason) for zero in _ZERO_IN_NUMERAL.finditer(text)]
    for number in _NUMBER.finditer(text) if "l" in text or "I" in text or "O" in text else ():
        found, before = number.group(), text[number.start() - 1 : number.start()]
        digits = found.translate(_DIGITS)
        is_number = any(map(str.isdigit, found)) or (len(found) == 1 and found != "O" and before >= "\u4e00")
        if (
            digits != found
            and is_number
            and not found.startswith("O2O")
            and not (before.isascii() and before.isalnum())
        ):
            edits.append(Edit(*number.span(), digits, "digit", reason))
    return sorted(edits)


_DIGITS = str.maketrans("lIO", "110")
