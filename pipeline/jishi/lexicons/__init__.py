"""Word lists and patterns as data files. Lines that begin with `#` are comments; each file's first tell its origin."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from importlib import resources


@functools.cache
def read_lines(name: str) -> tuple[str, ...]:
    """Give the entries of `lexicons/<name>`, one a line, without comments and blank lines."""
    text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
    return tuple(line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#"))


def join_words(words: Iterable[str]) -> str:
    """Give words as the alternatives of a pattern, those of one first character together: so a longer one stands before
    those that it begins with, and nine of ten are never tried."""
    endings: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        endings.setdefault(word[:1], []).append(word[1:])
    alternatives = []
    for first, rest in endings.items():
        joined = "|".join(map(re.escape, rest))
        alternatives.append(re.escape(first) + (f"(?:{joined})" if len(rest) > 1 else joined))
    return "|".join(alternatives)
