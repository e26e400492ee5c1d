"""jieba's words of a text, by its Rust sister where that is installed: the same words, ten times as fast.

The two differ in three places, which are mended here: how a run of Latin letters and marks is parted (2017-2018), rare
ideographs that jieba does not know as such, and readings that are equally likely, where each has its own favourite.
`rjieba` (jieba-rs) has no wheel for some machines; there jieba itself is used.
"""

from __future__ import annotations

import functools
import importlib.util
import logging
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np

rjieba: Any
try:
    rjieba = importlib.import_module("rjieba")
except ImportError:  # no wheel for this machine
    rjieba = None

LONGEST_BLOCK = 1000  # a longer stretch without punctuation is no sentence; jieba's time grows with its square

_KEPT_CHARACTERS = 2000  # whose words are kept at hand

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
    return bool(_load_jieba(whole=True).FREQ.get(word))


class WordCounts:
    """How often words occur, by jieba's dictionary.

    Its file is read where a word is asked for: all of it as a dictionary takes 60 MB and most of a second. `in`, `[]`
    and `get` answer as jieba's own dictionary does, so that a jieba tokenizer can use these counts in its stead.
    """

    def __init__(self) -> None:
        self._data = _find_file("dict.txt").read_bytes()
        """Lines of a word, its count and its part of speech."""
        self.total = sum(int(found[1]) for found in re.finditer(rb" (\d+)", self._data))
        characters = np.frombuffer(self._data, np.uint8)
        starts = np.append(0, np.flatnonzero(characters == ord("\n"))[:-1] + 1)
        first = sum(characters[starts + i].astype(np.uint32) << (16 - 8 * i) for i in range(3))
        order = np.argsort(first, kind="stable")
        self._first, self._starts = first[order], starts[order]
        self._kept = functools.lru_cache(maxsize=_KEPT_CHARACTERS)(lambda character: dict(self._read(character)))
        self._longest = functools.lru_cache(maxsize=_KEPT_CHARACTERS)(
            lambda character: max(map(len, self._kept(character)), default=0)
        )

    def beginning_with(self, character: str) -> dict[str, int]:
        """Give the counts of the words that begin with a character."""
        return self._kept(character)

    def get(self, word: str, default: int | None = None) -> int | None:
        """Give the count of a word, or `default`."""
        return self._kept(word[0]).get(word, default)

    def __getitem__(self, beginning: str) -> int:
        """Give the count of a word; 0 of what is none."""
        return self._kept(beginning[0]).get(beginning, 0)

    def __contains__(self, beginning: str) -> bool:
        """Say whether a word as long as this, or longer, begins with the same character."""
        return len(beginning) <= self._longest(beginning[0])

    def _read(self, character: str) -> Iterator[tuple[str, int]]:
        """Yield the words that begin with a character, and their counts."""
        written = character.encode()[:3]
        number = int.from_bytes(written.ljust(3, b"\0"), "big")
        first, last = np.searchsorted(self._first, [number, number + (1 << 8 * (3 - len(written)))])
        for start in self._starts[first:last].tolist():
            word, count, _ = self._data[start : self._data.index(b"\n", start)].decode().split(" ")
            yield word, int(count)


@functools.cache
def word_counts() -> WordCounts:
    """Give the counts, their file read once."""
    return WordCounts()


def _find_file(name: str) -> Path:
    """Give where a file of jieba lies, without importing it: that takes a sixth of a second."""
    package = importlib.util.find_spec("jieba")
    if package is None or not package.submodule_search_locations:
        raise ImportError("jieba is not installed")
    return Path(package.submodule_search_locations[0]) / name


@functools.cache
def _load_jieba(whole: bool) -> Any:
    """Give jieba's tokenizer, with the whole of its dictionary (where it reads every text) or with `word_counts`.

    jieba is imported without its log lines and without its warnings (escape sequences, pkg_resources).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba

        jieba.setLogLevel(logging.CRITICAL)
    tokenizer = jieba.Tokenizer()
    if whole:
        tokenizer.initialize()
    else:
        tokenizer.FREQ, tokenizer.total, tokenizer.initialized = word_counts(), word_counts().total, True
    return tokenizer


def _cut(text: str) -> list[str]:
    if rjieba is None:
        return cast(list[str], _load_jieba(whole=True).lcut(text))
    unseen = _compile_unseen()
    if not unseen.search(text) and not _REPEATED.search(text):
        return _cut_fast(text)
    words: list[str] = []
    done = 0
    for block in _BLOCKS.finditer(text):
        if unseen.search(block.group()) or _REPEATED.search(block.group()):
            words += _cut_fast(text[done : block.start()])
            words += _load_jieba(whole=False).lcut(block.group())
            done = block.end()
    return words + _cut_fast(text[done:])


@functools.cache
def _compile_unseen() -> re.Pattern[str]:
    """What finds characters that jieba's hidden Markov model never saw as a word: all readings of theirs are as bad."""
    source = importlib.util.spec_from_file_location("prob_emit", _find_file("finalseg/prob_emit.py"))
    assert source is not None
    assert source.loader is not None
    emissions = importlib.util.module_from_spec(source)
    source.loader.exec_module(emissions)
    seen = emissions.P["S"]
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
