"""Where a phrase stands in a text, and how often, at a cost that does not grow with the text.

A long article names so many people, bodies and events that searching the whole text for each would take time with the
square of its length. Its pairs of neighbours are sorted once; a phrase is looked for where its rarest pair stands.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

_SORTED_FROM = 8_000  # characters; a shorter text is searched through faster
_OFTEN = 0.002  # share of the places from which on searching through the text is faster: 周周周周
_PAIRS = 6  # pairs of a phrase among which the rarest is taken


class PhraseFinder:
    """Finds phrases in one text."""

    def __init__(self, text: str) -> None:
        self.text = text

    @functools.cached_property
    def _pairs(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
        """The pairs of neighbours in ascending order, and where each stands."""
        pairs = _read_pairs(self.text)
        order = np.argsort(pairs, kind="stable")
        return pairs[order], order

    def places(self, phrase: str) -> Iterator[int]:
        """Give every place at which a phrase stands, in order, overlapping ones included."""
        if len(self.text) < _SORTED_FROM or len(phrase) < 2:
            yield from self._search(phrase)
            return
        pairs, order = self._pairs
        asked = _read_pairs(phrase[: _PAIRS + 1])
        first, last = np.searchsorted(pairs, asked), np.searchsorted(pairs, asked, side="right")
        rarest = int((last - first).argmin())
        if last[rarest] - first[rarest] > len(self.text) * _OFTEN:
            yield from self._search(phrase)
            return
        for place in order[first[rarest] : last[rarest]].tolist():
            if place >= rarest and self.text.startswith(phrase, place - rarest):
                yield place - rarest

    def _search(self, phrase: str) -> Iterator[int]:
        place = self.text.find(phrase)
        while place >= 0:
            yield place
            place = self.text.find(phrase, place + 1)

    def places_apart(self, phrase: str) -> Iterator[int]:
        """Give the places that do not overlap the one before."""
        end = 0
        for place in self.places(phrase):
            if place >= end:
                yield place
                end = place + len(phrase)

    def count(self, phrase: str, most: int) -> int:
        """Give how often a phrase stands in the text without overlap; `most` is as far as is counted."""
        if len(self.text) < _SORTED_FROM:
            return min(self.text.count(phrase), most)
        return sum(1 for _ in itertools.islice(self.places_apart(phrase), most))


def _read_pairs(text: str) -> npt.NDArray[np.uint64]:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    return (codes[:-1] << np.uint64(32)) | codes[1:]
