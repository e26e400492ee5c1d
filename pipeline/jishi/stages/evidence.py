"""What the tagger thinks of any place in the text, beyond the spans that it chose: for the relation models."""

from __future__ import annotations

import bisect
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from jishi.stages.tagger import FRAME_LABELS, FRAME_TAGS, ROLES

LEVELS = (0.03, 0.1, 0.25, 0.4, 0.6, 0.8, 0.93)
_BEGIN, _END, _SINGLE = (FRAME_TAGS.index(tag) for tag in "BES")
_NUMBERS = {name: number for names in (FRAME_LABELS, ROLES) for number, name in enumerate(names)}
_LEAST = 1 / 512  # smaller probabilities are all alike


class Evidence:
    """Probabilities of frames and roles over intervals of one text; none where no tagger has read it."""

    def __init__(self, frames: npt.NDArray[Any] | None, roles: npt.NDArray[Any] | None) -> None:
        """frames: (characters, labels, O B I E S), log probabilities. roles: (characters, roles), probabilities."""
        self._sums: memoryview | None = None
        if frames is not None and roles is not None:
            least = np.maximum(frames, math.log(_LEAST)).transpose(1, 2, 0)
            sums = np.zeros((len(FRAME_LABELS), 2, len(frames) + 1))  # of I, and of the probability of not being O
            np.cumsum(least[:, 2], axis=1, out=sums[:, 0, 1:])
            np.cumsum(1 - np.exp(least[:, 0]), axis=1, out=sums[:, 1, 1:])
            total = np.zeros((len(ROLES), len(roles) + 1))
            np.cumsum(roles.T, axis=1, out=total[:, 1:])
            # read one at a time, for which a view is faster than an array and sooner made than a list
            self._sums, self._edges, self._roles = sums.data, np.ascontiguousarray(least).data, total.data

    def frame(self, label: str, start: int, end: int) -> list[str]:
        """Say how likely the tagger finds `[start, end)` to be such a frame, as it stands and as a part of one."""
        if self._sums is None or not start < end:
            return []
        number = _NUMBERS[label]
        share = (self._sums[number, 1, end] - self._sums[number, 1, start]) / (end - start)
        return [
            f"{label}={_level(self.exact(label, start, end))}",
            f"in_{label}={_level(share)}",
            f"{label}_starts={_level(math.exp(self._edges[number, _BEGIN, start]))}",
            f"{label}_ends={_level(math.exp(self._edges[number, _END, end - 1]))}",
        ]

    def exact(self, label: str, start: int, end: int) -> float:
        """Give how likely `[start, end)` is such a frame as it stands: the geometric mean over its characters; 0 where
        no tagger has read the text."""
        if self._sums is None or not start < end:
            return 0.0
        number, sums, edges = _NUMBERS[label], self._sums, self._edges
        if end - start == 1:
            return math.exp(edges[number, _SINGLE, start])
        edge = edges[number, _BEGIN, start] + edges[number, _END, end - 1]
        return math.exp((edge + sums[number, 0, end - 1] - sums[number, 0, start + 1]) / (end - start))

    def role(self, role: str, start: int, end: int) -> float:
        """Give the mean probability of a role over `[start, end)`; 0 where no tagger has read the text."""
        if self._sums is None or not start < end:
            return 0.0
        number = _NUMBERS[role]
        return float(self._roles[number, end] - self._roles[number, start]) / (end - start)


def _level(probability: float) -> int:
    return bisect.bisect_right(LEVELS, probability)


def describe_level(name: str, probability: float) -> str:
    """Give a probability as a feature."""
    return f"{name}={_level(probability)}"
