"""Script: which one a text is written in, and its conversion to simplified Chinese."""

from __future__ import annotations

import functools
from typing import Any

from jishi.records import Script
from jishi.stages.edits import Edit

# Written in both scripts, or traditional in one sense only: no evidence of a script, and not to be touched in a
# simplified text (乾隆, 名著, 瞭望, 慰藉).
_SHARED = frozenset("乾著瞭藉徵於餘夥麽昇覆麼鍾锺")


@functools.cache
def _converter(name: str) -> Any:
    import opencc

    return opencc.OpenCC(name)


@functools.cache
def _distinctive() -> tuple[frozenset[str], frozenset[str]]:
    """Characters of traditional only and of simplified only."""
    ideographs = "".join(map(chr, range(0x4E00, 0xA000)))
    simple = _converter("t2s").convert(ideographs)
    traditional_only = {a for a, b in zip(ideographs, simple, strict=True) if a != b} - _SHARED
    full = _converter("s2t").convert("\n".join(ideographs)).split("\n")
    simplified_only = {a for a, b in zip(ideographs, full, strict=True) if a != b and a not in traditional_only}
    # 后, 里, 干 and others are words of their own in traditional text as well
    simplified_only = {char for char in simplified_only if char in simple and char not in _WORDS_OF_BOTH}
    return frozenset(traditional_only), frozenset(simplified_only)


_WORDS_OF_BOTH = frozenset(
    "后里干于余云台冬斗丑卜面谷松郁制表只向志注岳布周游几千秋困卷当尝克准吁范征才采系了家姜胜沈丰回欲御佣"
)


def classify_script(text: str, characters: set[str] | None = None) -> Script:
    """Say whether a text is simplified, traditional or mixed. Without a distinctive character it is simplified.

    characters: the set of the text's characters, where the caller has it already.
    """
    traditional_only, simplified_only = _distinctive()
    characters = set(text) if characters is None else characters
    if characters.isdisjoint(traditional_only):
        return "simplified"
    traditional = sum(map(text.count, characters & traditional_only))
    simplified = sum(map(text.count, characters & simplified_only))
    if traditional <= max(simplified * 0.05, 1 if simplified else 0):
        return "simplified"
    return "traditional" if simplified <= traditional * 0.05 else "mixed"


def to_simplified(text: str, script: Script) -> str | list[Edit]:
    """Give the text in simplified script."""
    converted: str = _converter("t2s").convert(text)
    return converted


def to_traditional(text: str) -> str:
    """Give the text in traditional script, as a mechanical conversion makes it."""
    converted: str = _converter("s2t").convert(text)
    return converted


@functools.lru_cache(maxsize=30_000)
def simplify_character(char: str) -> str:
    """Give the simplified form of a single character."""
    converted: str = _converter("t2s").convert(char)
    return converted


def is_simplified_only(char: str) -> bool:
    """Whether a character belongs to simplified script alone: no traditional text has it."""
    return char in _distinctive()[1]
