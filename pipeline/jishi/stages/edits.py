"""Edits of a text and the alignment they leave behind: where each piece of the new text came from, and the way back.

Offsets are code points, intervals half open. An edit replaces a piece that is not empty; a fix never inserts from
nothing, so that every character of a mended text has a source.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Edit(NamedTuple):
    """Replace `[start, end)` of a text by `after`; `kind` names the fix and `reason` says what was wrong."""

    start: int
    end: int
    after: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Repair:
    """One change made to the source text, in a form that can be replayed.

    start, end: code points of the source text. `before` stood there, `after` stands there now.
    """

    kind: str
    start: int
    end: int
    before: str
    after: str
    reason: str

    @property
    def span(self) -> tuple[int, int]:
        """The span of the source text that was changed."""
        return self.start, self.end


class Alignment:
    """The correspondence of two texts, `before` and `after`, as the intervals in which they differ.

    Built from disjoint intervals in order; outside of them the texts are equal character for character.
    """

    __slots__ = ("_after_starts", "_before_starts", "after_length", "before_length", "changes")

    def __init__(self, before_length: int, changes: Sequence[tuple[int, int, int, int]] = ()) -> None:
        """changes: (before start, before end, after start, after end), in order, none empty on the `before` side."""
        self.changes = list(changes)
        self.before_length = before_length
        last = self.changes[-1] if self.changes else (0, 0, 0, 0)
        self.after_length = last[3] + before_length - last[1]
        self._before_starts = [change[0] for change in self.changes]
        self._after_starts = [change[2] for change in self.changes]

    def to_before(self, start: int, end: int) -> tuple[int, int]:
        """Give the interval of the text before that `[start, end)` of the text after was made from.

        It grows to whole changes and never shifts. What was deleted at its edges is not part of it. An empty interval
        gives an empty one. Raises ValueError if the interval does not lie in the text after.
        """
        _check(start, end, self.after_length)
        if not self.changes:
            return start, end
        first = self._to_before(start)[0] if start < self.after_length else self.before_length
        if start == end:
            return first, first
        return first, self._to_before(end - 1)[1]

    def to_after(self, start: int, end: int) -> tuple[int, int]:
        """Give the interval of the text after that `[start, end)` of the text before became.

        It grows to whole changes; it is empty where all of it was deleted. Raises ValueError as `to_before` does.
        """
        _check(start, end, self.before_length)
        if not self.changes:
            return start, end
        first = self._to_after(start)[0] if start < self.before_length else self.after_length
        if start == end:
            return first, first
        return first, max(first, self._to_after(end - 1)[1])

    def _to_before(self, offset: int) -> tuple[int, int]:
        index = bisect_right(self._after_starts, offset) - 1
        if index < 0:
            return offset, offset + 1
        before_start, before_end, _, after_end = self.changes[index]
        if offset < after_end:
            return before_start, before_end
        offset += before_end - after_end
        return offset, offset + 1

    def _to_after(self, offset: int) -> tuple[int, int]:
        index = bisect_right(self._before_starts, offset) - 1
        if index < 0:
            return offset, offset + 1
        _, before_end, after_start, after_end = self.changes[index]
        if offset < before_end:
            return after_start, after_end
        offset += after_end - before_end
        return offset, offset + 1


def _check(start: int, end: int, length: int) -> None:
    if not 0 <= start <= end <= length:
        raise ValueError(f"[{start}, {end}) does not lie in a text of {length} characters")


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Give the text with all edits made. They are disjoint and in order."""
    pieces, position = [], 0
    for edit in edits:
        pieces.append(text[position : edit.start])
        pieces.append(edit.after)
        position = edit.end
    pieces.append(text[position:])
    return "".join(pieces)


def align_edits(length: int, edits: Iterable[Edit]) -> Alignment:
    """Give the alignment of a text of `length` characters with what `apply_edits` makes of it."""
    changes, shift = [], 0
    for start, end, after, _, _ in edits:
        changes.append((start, end, start + shift, start + shift + len(after)))
        shift += len(after) - (end - start)
    return Alignment(length, changes)


def compose_edits(text: str, first: list[Edit], between: str, second: list[Edit]) -> list[Edit]:
    """Give the edits that lead from `text` straight to what `second` makes of `between`, which `first` made of `text`.

    Edits of the two that touch the same characters become one, so that the result is disjoint: it has the kind of the
    earliest and the reasons of all.
    """
    if not first or not second:
        return first or second
    composed: list[Edit] = []
    shift = 0  # from offsets of `between` to offsets of `text`, behind the edits of `first` already taken
    i = j = 0
    placed = _place(first)
    while i < len(first) or j < len(second):
        takes_first = i < len(first) and (j == len(second) or placed[i] <= (second[j].start, second[j].start))
        low, high = placed[i] if takes_first else (second[j].start, second[j].end)
        start, end = low + shift, high + shift
        if takes_first:
            start = first[i].start
        parts: list[Edit] = []
        pieces: list[str] = []
        position = low
        while True:
            if i < len(first) and (placed[i][0] < high or (takes_first and not parts)):
                takes_first = False
                high = max(high, placed[i][1])
                shift = first[i].end - placed[i][1]
                parts.append(first[i])
                i += 1
            elif j < len(second) and second[j].start < high:
                high = max(high, second[j].end)
                pieces += (between[position : second[j].start], second[j].after)
                position = second[j].end
                parts.append(second[j])
                j += 1
            else:
                break
        end = high + shift
        pieces.append(between[position:high])
        reasons = dict.fromkeys(part.reason for part in parts)
        composed.append(Edit(start, end, "".join(pieces), parts[0].kind, "; ".join(reasons)))
    return composed


def _place(edits: list[Edit]) -> list[tuple[int, int]]:
    """Give where each edit's result lies in the edited text."""
    places, shift = [], 0
    for start, end, after, _, _ in edits:
        places.append((start + shift, start + shift + len(after)))
        shift += len(after) - (end - start)
    return places
