"""Fixes of single characters: invisible ones, compatibility forms and radicals, full-width Latin.

Each function gives the edits that one kind of damage asks for, or none. They change what the eye cannot tell apart.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable

from jishi.lexicons import read_lines
from jishi.stages.edits import Edit

# Zero-width joiners, direction marks, BOM, soft hyphen, control characters except tab and line breaks.
INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\ufeff\ufff9\ufffa\ufffb"
    + "".join(map(chr, range(0x200B, 0x2010)))
    + "".join(map(chr, range(0x202A, 0x202F)))
    + "".join(map(chr, range(0x2060, 0x2070)))
    + "".join(chr(code) for code in (*range(0x00, 0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r\v\f\x85")
)
SURROGATES = frozenset(map(chr, range(0xD800, 0xE000)))
INTERPUNCTS = frozenset("•‧・∙⋅･")
_INTERPUNCT = re.compile("(?<=[\u4e00-\u9fff”’A-Z])[•‧・∙⋅･](?=[\u4e00-\u9fffA-Z“‘])")
LINE_BREAKS = frozenset("\r\v\f\x85\u2028\u2029")
COMPATIBILITY = frozenset("".join(map(chr, (*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20)))))
FULL_WIDTH = frozenset(map(chr, range(0xFF01, 0xFF5F))) - frozenset("！（），：；？～") | frozenset("￥￠￡")


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
    """Write the mark between the parts of a foreign name in one way: 约翰•史密斯, 约翰・史密斯 → 约翰·史密斯."""
    reason = "another mark instead of the interpunct of foreign names"
    return [Edit(*found.span(), "·", "interpunct", reason) for found in _INTERPUNCT.finditer(text)]


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
