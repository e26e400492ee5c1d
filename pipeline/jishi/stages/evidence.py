"""What the tagger thinks of any place in the text, beyond the spans that it chose: for the relation models."""

from __future__ import annotations

import bisect
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from jishi.stages.tagger import FRAME_LABELS, ROLES

LEVELS = (0.03, 0.1, 0.25, 0.4, 0.6, 0.8, 0.93)
_LEAST = 1 / 512  # smaller probabilities are all alike


class Evidence:
    """Probabilities of frames and roles over intervals of one text; none where no tagger has read it."""

    def __init__(self, frames: npt.NDArray[Any] | None, roles: npt.NDArray[Any] | None) -> None:
        """frames: (characters, labels, O B I E S), log probabilities. roles: (characters, roles), probabilities."""
        self._frames: list[Any] | None = None
        self._roles: list[Any] | None = None
        if frames is not None and roles is not None:
            least = np.maximum(frames, math.log(_LEAST)).astype(np.float64)
            sums = np.zeros((len(FRAME_LABELS), 2, len(frames) + 1))  # of I, and of the probability of not being O
            np.cumsum(least[:, :, 2].T, axis=1, out=sums[:, 0, 1:])
            np.cumsum(1 - np.exp(least[:, :, 0].T), axis=1, out=sums[:, 1, 1:])
            self._frames = sums.tolist()
            self._edges: list[Any] = least[:, :, (1, 3, 4)].transpose(1, 2, 0).tolist()  # B, E, S
            total = np.zeros((len(ROLES), len(roles) + 1))
            np.cumsum(roles.T, axis=1, out=total[:, 1:])
            self._roles = total.tolist()

    def frame(self, label: str, start: int, end: int) -> list[str]:
        """Say how likely the tagger finds `[start, end)` to be such a frame, as it stands and as a part of one."""
        if self._frames is None or not start < end:
            return []
        number = FRAME_LABELS.index(label)
        first, last, _ = self._edges[number]
        _, covered = self._frames[number]
        share = (covered[end] - covered[start]) / (end - start)
        return [
            f"{label}={_level(self.exact(label, start, end))}",
            f"in_{label}={_level(share)}",
            f"{label}_starts={_level(math.exp(first[start]))}",
            f"{label}_ends={_level(math.exp(last[end - 1]))}",
        ]

    def exact(self, label: str, start: int, end: int) -> float:
        """Give how likely `[start, end)` is such a frame as it stands: the geometric mean over its characters; 0 where
        no tagger has read the text."""
        if self._frames is None or not start < end:
            return 0.0
        number = FRAME_LABELS.index(label)
        first, last, single = self._edges[number]
        if end - start == 1:
            return math.exp(single[start])
        inside = self._frames[number][0]
        return math.exp((first[start] + last[end - 1] + inside[end - 1] - inside[start + 1]) / (end - start))

    def role(self, role: str, start: int, end: int) -> float:
        """Give the mean probability of a role over `[start, end)`; 0 where no tagger has read the text."""
        if self._roles is None or not start < end:
            return 0.0
        sums = self._roles[ROLES.index(role)]
        return float(sums[end] - sums[start]) / (end - start)


def _level(probability: float) -> int:
    return bisect.bisect_right(LEVELS, probability)


def describe_level(name: str, probability: float) -> str:
    """Give a probability as a feature."""
    return f"{name}={_level(probability)}"
