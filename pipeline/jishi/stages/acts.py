"""Words that tell what people do at an event (主持, 致辞, 作报告 …), found once and asked for by place."""

from __future__ import annotations

import bisect
import functools
import re
from typing import NamedTuple

from jishi.lexicons import join_words, read_lines


class Act(NamedTuple):
    """One act word in the text."""

    start: int
    end: int
    word: str
    kind: str


@functools.cache
def _act_words() -> tuple[re.Pattern[str], dict[str, str]]:
    kinds = dict(line.split("\t") for line in read_lines("act_words.txt"))
    return re.compile(join_words(kinds)), kinds


class ActIndex:
    """The act words of a normalised text."""

    def __init__(self, text: str) -> None:
        pattern, kinds = _act_words()
        self.acts = [Act(m.start(), m.end(), m.group(), kinds[m.group()]) for m in pattern.finditer(text)]
        self._starts = [act.start for act in self.acts]

    def between(self, start: int, end: int) -> list[Act]:
        """Give the act words that begin in `[start, end)`, in order."""
        return self.acts[bisect.bisect_left(self._starts, start) : bisect.bisect_left(self._starts, max(start, end))]
