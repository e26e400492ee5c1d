"""jieba's words of a text, by its Rust sister where that is installed: the same words, ten times as fast.

The two differ in three places, which are mended here: how a run of Latin letters and marks is parted (2017-2018), rare
ideographs that jieba does not know as such, and readings that are equally likely, where each has its own favourite.
`rjieba` (jieba-rs) has no wheel for some machines; there jieba itself is used.
"""

from __future__ import annotations

import functools
import importlib
import logging
import re
import warnings
from typing import Any, cast

rjieba: Any
try:
    rjieba = importlib.import_module("rjieba")
except ImportError:  # no wheel for this machine
    rjieba = None

LONGEST_BLOCK = 1000  # a longer stretch without punctuation is no sentence; jieba's time grows with its square

_BLOCK = r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%\-]"  # what jieba reads in one go
_LONG_BLOCK = re.compile(rf"(?<!{_BLOCK}){_BLOCK}{{{LONGEST_BLOCK + 1},}}")
_RARE = re.compile(r"([\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0010ffff])")  # words by themselves to jieba
_BLOCKS = re.compile(rf"{_BLOCK}+")
_REPEATED = re.compile(r"([\u4e00-\u9fd5])\1\1")  # 超超超超
_MARK = re.compile(r"[._\-]")
_LATIN = re.compile(r"[a-zA-Z0-9+#&._%\-]+")
_LATIN_PARTS = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")


def cut_words(text: str) -> list[str]:
    """Give the words of a text, white space and marks included, so that they join to the text again."""
    words: list[str] = []
    done = 0
    for block in _LONG_BLOCK.finditer(text):
        words += _cut(text[done : block.start()])
        for start in range(block.start(), block.end(), LONGEST_BLOCK):
            words += _cut(text[start : min(start + LONGEST_BLOCK, block.end())])
        done = block.end()
    return words + _cut(text[done:]) if done else _cut(text)


def is_dictionary_word(word: str) -> bool:
    """Say whether jieba's dictionary has `word` (simplified script)."""
    if rjieba is not None:
        return bool(rjieba.has_word(word))
    return bool(_load_jieba().dt.FREQ.get(word))


def load_frequencies() -> tuple[dict[str, int], int]:
    """Give the counts of the words of jieba's dictionary (0: only the beginning of a word) and their sum."""
    dictionary = _load_jieba().dt
    return cast(dict[str, int], dictionary.FREQ), cast(int, dictionary.total)


@functools.cache
def _load_jieba() -> Any:
    """Import jieba without its log lines and without its warnings (escape sequences, pkg_resources)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba

        jieba.setLogLevel(logging.CRITICAL)
        jieba.initialize()
    return jieba


def _cut(text: str) -> list[str]:
    if rjieba is None:
        return cast(list[str], _load_jieba().lcut(text))
    unseen = _compile_unseen()
    if not unseen.search(text) and not _REPEATED.search(text):
        return _cut_fast(text)
    words: list[str] = []
    done = 0
    for block in _BLOCKS.finditer(text):
        if unseen.search(block.group()) or _REPEATED.search(block.group()):
            words += _cut_fast(text[done : block.start()])
            words += _load_jieba().lcut(block.group())
            done = block.end()
    return words + _cut_fast(text[done:])


@functools.cache
def _compile_unseen() -> re.Pattern[str]:
    """What finds characters that jieba's hidden Markov model never saw as a word: all readings of theirs are as bad."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from jieba.finalseg import emit_P as emissions
    seen = emissions["S"]
    unseen = [chr(code) for code in range(0x4E00, 0x9FD6) if chr(code) not in seen]
    return re.compile(f"[{''.join(unseen)}]")


def _cut_fast(text: str) -> list[str]:
    if not _RARE.search(text):
        return _part_latin(text, rjieba.cut(text))
    words: list[str] = []
    for part in _RARE.split(text):
        if part:
            words += [part] if _RARE.match(part) else _part_latin(part, rjieba.cut(part))
    return words


def _part_latin(text: str, words: list[str]) -> list[str]:
    """Part runs of Latin letters, digits and marks as jieba does; words of its dictionary (C++) stay whole."""
    if not _MARK.search(text):
        return words
    parted: list[str] = []
    run = ""
    for word in (*words, ""):
        if word.isascii() and _LATIN.fullmatch(word) and not (len(word) > 1 and rjieba.has_word(word)):
            run += word
            continue
        if run:
            parted += [part for part in _LATIN_PARTS.split(run) if part]
            run = ""
        if word:
            parted.append(word)
    return parted
