"""What the tagger thinks of any place in the text, beyond the spans that it chose: for the relation models."""

from __future__ import annotations

import bisect
import functools
import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from jishi.stages.tagger import FRAME_LABELS, FRAME_TAGS, ROLES

LEVELS = (0.03, 0.1, 0.25, 0.4, 0.6, 0.8, 0.93)
_OUTSIDE, _BEGIN, _INSIDE, _END, _SINGLE = (FRAME_TAGS.index(tag) for tag in "OBIES")
_LEAST = 1 / 512  # smaller probabilities are all alike


class _Frame(NamedTuple):
    """What is known of a kind of frame, character by character; read one at a time, for which a view is faster than an
    array and sooner made than a list. Logarithms, but for `marked`."""

    inside: memoryview
    """Sums up to each character of being inside."""
    marked: memoryview
    """Sums up to each character of the probability of belonging to such a frame."""
    begins: memoryview
    ends: memoryview
    alone: memoryview
    features: tuple[list[str], ...]
    """By level: of the frame as it stands, of a part of one, of its beginning, of its end."""


class Evidence:
    """Probabilities of frames and roles over intervals of one text; none where no tagger has read it."""

    def __init__(self, frames: npt.NDArray[Any] | None, roles: npt.NDArray[Any] | None) -> None:
        """frames: (characters, labels, O B I E S), log probabilities. roles: (characters, roles), probabilities."""
        self._is_read = frames is not None and roles is not None
        self._frame_scores = frames
        self._frames: dict[str, _Frame] = {}
        self._roles = {} if roles is None else {role: roles[:, number].data for number, role in enumerate(ROLES)}

    def _read_frame(self, label: str) -> _Frame:
        assert self._frame_scores is not None
        scores = np.maximum(np.ascontiguousarray(self._frame_scores[:, FRAME_LABELS.index(label)].T), math.log(_LEAST))
        sums = np.zeros((2, scores.shape[1] + 1))
        scores[_INSIDE].cumsum(out=sums[0, 1:])
        (1 - np.exp(scores[_OUTSIDE])).cumsum(out=sums[1, 1:])
        self._frames[label] = frame = _Frame(
            sums[0].data,
            sums[1].data,
            scores[_BEGIN].data,
            scores[_END].data,
            scores[_SINGLE].data,
            _frame_features(label),
        )
        return frame

    def frame(self, label: str, start: int, end: int) -> list[str]:
        """Say how likely the tagger finds `[start, end)` to be such a frame, as it stands and as a part of one."""
        if not self._is_read or not start < end:
            return []
        frame = self._frames.get(label) or self._read_frame(label)
        share = (frame.marked[end] - frame.marked[start]) / (end - start)
        whole, part, begins, ends = frame.features
        return [
            whole[bisect.bisect_right(LEVELS, self.exact(label, start, end))],
            part[bisect.bisect_right(LEVELS, share)],
            begins[bisect.bisect_right(LEVELS, math.exp(frame.begins[start]))],
            ends[bisect.bisect_right(LEVELS, math.exp(frame.ends[end - 1]))],
        ]

    def exact(self, label: str, start: int, end: int) -> float:
        """Give how likely `[start, end)` is such a frame as it stands: the geometric mean over its characters; 0 where
        no tagger has read the text."""
        if not self._is_read or not start < end:
            return 0.0
        frame = self._frames.get(label) or self._read_frame(label)
        if end - start == 1:
            return math.exp(frame.alone[start])
        edge = frame.begins[start] + frame.ends[end - 1]
        return math.exp((edge + frame.inside[end - 1] - frame.inside[start + 1]) / (end - start))

    def role(self, role: str, start: int, end: int) -> float:
        """Give the mean probability of a role over `[start, end)`; 0 where no tagger has read the text."""
        if not self._is_read or not start < end:
            return 0.0
        return math.fsum(self._roles[role][start:end].tolist()) / (end - start)


@functools.cache
def _describe_levels(name: str) -> list[str]:
    return [f"{name}={level}" for level in range(len(LEVELS) + 1)]


@functools.cache
def _frame_features(label: str) -> tuple[list[str], ...]:
    return tuple(map(_describe_levels, (label, f"in_{label}", f"{label}_starts", f"{label}_ends")))


def describe_level(name: str, probability: float) -> str:
    """Give a probability as a feature."""
    return _describe_levels(name)[bisect.bisect_right(LEVELS, probability)]
