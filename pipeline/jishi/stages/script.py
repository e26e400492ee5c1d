"""Script: which one a text is written in, and its conversion to simplified Chinese.

OpenCC does the conversion, by phrases; what it decides one way only is decided here by words: 乾 stays in 徐乾學 and
乾隆 and becomes 干 in 餅乾; 著 stays in 名著 and becomes 着 in 看著. Conversion never changes the number of characters.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from jishi.lexicons import join_words, read_lines
from jishi.records import Script

# In both scripts, or traditional in one sense only: no evidence of a script, and left alone in a simplified text
# (乾隆, 名著, 瞭望, 慰藉, 宫商角徵羽).
_SHARED = frozenset("乾著瞭藉徵於餘夥麽麼昇覆鍾锺汎鉅菸祐喆堃妳牠祂慾牀恆託讚蹟週佈佔僱")
# Simplified forms that are words of their own in traditional text: no evidence of simplified script.
_WORDS_OF_BOTH = frozenset(
    "后里干于余云台冬斗丑卜面谷松郁制表只向志注岳布周游几千秋困卷当尝克准吁范征才采系了家姜胜沈丰回欲御佣"
)
_UNLIKE = 0.003  # share of characters that `to_traditional` writes otherwise: some are damaged
_STRAY = 0.05  # share of characters of the other script that does not make a text mixed


@functools.cache
def _converter(name: str) -> Any:
    import opencc

    return opencc.OpenCC(name)


_IDEOGRAPHS = "".join(map(chr, range(0x4E00, 0xA000)))


@functools.cache
def _traditional_only() -> frozenset[str]:
    """Give the characters of traditional script only."""
    simple = _converter("t2s").convert(_IDEOGRAPHS)
    return frozenset(a for a, b in zip(_IDEOGRAPHS, simple, strict=True) if a != b and _is_common(b)) - _SHARED


@functools.cache
def _simplified_only() -> frozenset[str]:
    """Give the characters of simplified script only."""
    simplified_only = set(_IDEOGRAPHS) - _traditional_only() - _WORDS_OF_BOTH
    for standard in ("s2t", "s2tw", "s2hk"):  # 吃 and 群 are written so in Taiwan
        full = _converter(standard).convert("\n".join(_IDEOGRAPHS)).split("\n")
        simplified_only -= {a for a, b in zip(_IDEOGRAPHS, full, strict=True) if a == b}
    return frozenset(simplified_only)


def _is_common(char: str) -> bool:
    """Whether a simplified form is in use: 䶮 and 玚 are not, people write 龑 and 瑒."""
    return bool(char.encode("gbk", "ignore"))


@functools.cache
def _traditional_pattern() -> re.Pattern[str]:
    return re.compile(f"[{''.join(sorted(_traditional_only()))}]")


def classify_script(text: str) -> Script:
    """Say whether a text is simplified, traditional or mixed. Without a distinctive character it is simplified."""
    if not _traditional_pattern().search(text):
        return "simplified"
    characters = set(text)
    traditional = sum(map(text.count, characters & _traditional_only()))
    simplified = sum(map(text.count, characters & _simplified_only()))
    if simplified and traditional <= max(simplified * _STRAY, 1):
        return "simplified"
    return "traditional" if simplified <= traditional * _STRAY else "mixed"


def to_simplified(text: str, script: Script, *, was_simplified: bool = False) -> str:
    """Give a text in simplified script, character for character.

    script: what `classify_script` says of it. In a simplified text only stray characters that have no place there
    change (張琪 → 张琪); 乾隆, 名著 and 瞭望 stay. was_simplified: the text is a simplified one that a program turned
    into traditional script. What the program does not write was there before: 昇騰 was 昇腾, for 升腾 becomes 升騰.
    """
    if was_simplified and script != "simplified":
        return _restore_shared(text, to_simplified(text, script))
    if script == "simplified":
        return text.translate(_stray_characters()) if _traditional_pattern().search(text) else text
    converted: str = _converter("t2s").convert(text)
    if len(converted) != len(text):  # no phrase of OpenCC does this today
        converted = "".join(map(simplify_character, text))
    return _settle(text, converted)


def _settle(text: str, converted: str) -> str:
    """Correct a conversion where the words around a character decide otherwise."""
    settled = converted
    for char, words in _kept_characters().items():
        if char in text:
            settled = _keep_in_names(text, settled, char, words)
    if "著" in settled and "着" not in text:
        settled = _zhu().sub(lambda found: found.group(1) or "着", settled)
    settled = _words().sub(lambda found: _word_forms()[found.group()], settled)
    return _restore_rare(text, settled)


def _keep_in_names(text: str, converted: str, char: str, words: re.Pattern[str]) -> str:
    """Put a character back where it stands in a personal name: 徐乾學, 王汎森, 李本乾教授, but not in 曬乾 or 餅乾."""
    characters = list(converted)
    in_words = {offset for word in words.finditer(text) for offset in range(*word.span())}
    for name in _names_with(char).finditer(text):
        offset = name.start() + name.group().index(char)
        if offset not in in_words:
            characters[offset] = char
    return "".join(characters)


@functools.cache
def _names_with(char: str) -> re.Pattern[str]:
    surnames = "".join(line for line in read_lines("surnames.txt") if len(line) > 2)
    surnames += to_traditional(surnames)
    edge = r"(?<![\u4e00-\u9fff])|(?<=[和与與及暨由對对向為为是員员長长任師师授士生記记者])"
    titles = "教授|老[师師]|院[长長]|校[长長]|主任|先生|同[学學]|博士|[书書][记記]"
    behind = rf"(?=[^\u4e00-\u9fff]|$|{titles}|[为為等和与與在就])"
    return re.compile(rf"(?:{edge})(?:[{surnames}]{char}[\u4e00-\u9fff]|[{surnames}][\u4e00-\u9fff]{char}{behind})")


def _restore_shared(text: str, converted: str) -> str:
    """Put back characters of both scripts where the simplified form would have been written otherwise (昇腾).

    That is known only of a program that otherwise writes what `to_traditional` does; others turn 着 into 著.
    """
    if _SHARED.isdisjoint(text):
        return converted
    again = to_traditional(converted)
    if len(again) != len(text):
        return converted
    unlike = sum(a != c and a not in _SHARED for a, c in zip(text, again, strict=True))
    if unlike > _UNLIKE * len(text):
        return converted
    return "".join(a if a in _SHARED and a != c else b for a, b, c in zip(text, converted, again, strict=True))


def _restore_rare(text: str, converted: str) -> str:
    """Put back characters whose simplified form is not in use: people write 龑 and 瑒, not 䶮 and 玚."""
    rare = {char for char in set(text) - set(converted) if not _is_common(simplify_character(char))}
    if not rare:
        return converted
    return "".join(a if a in rare else b for a, b in zip(text, converted, strict=True))


@functools.cache
def _stray_characters() -> dict[int, str]:
    return {ord(char): simplify_character(char) for char in _traditional_only()}


@functools.cache
def _kept_characters() -> dict[str, re.Pattern[str]]:
    kept = {}
    for line in read_lines("script_kept.txt"):
        char, words = line.split("\t")
        kept[char] = re.compile(join_words(words.split()))
    return kept


@functools.cache
def _word_forms() -> dict[str, str]:
    return dict(line.split("\t") for line in read_lines("script_words.txt"))


@functools.cache
def _words() -> re.Pattern[str]:
    return re.compile(join_words(_word_forms()))


@functools.cache
def _zhu() -> re.Pattern[str]:
    """A word of 著 (group 1), 著 at the end of a clause behind an author, or any other 著."""
    return re.compile(f"({join_words(read_lines('script_zhu_words.txt'))})|著")


@functools.lru_cache(maxsize=30_000)
def simplify_character(char: str) -> str:
    """Give the simplified form of a single character."""
    converted: str = _converter("t2s").convert(char)
    return converted


def to_traditional(text: str) -> str:
    """Give the text in traditional script, as a mechanical conversion makes it."""
    converted: str = _converter("s2t").convert(text)
    return converted


def is_simplified_only(char: str) -> bool:
    """Whether a character belongs to simplified script alone: no traditional text has it."""
    return char in _simplified_only()
