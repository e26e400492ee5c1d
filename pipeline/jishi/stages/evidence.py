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
        scores = np.maximum(self._frame_scores[:, FRAME_LABELS.index(label)], math.log(_LEAST))
        sums = np.zeros((2, len(scores) + 1))
        np.cumsum(scores[:, _INSIDE], out=sums[0, 1:])
        np.cumsum(1 - np.exp(scores[:, _OUTSIDE]), out=sums[1, 1:])
        edges = np.ascontiguousarray(scores.T)
        self._frames[label] = frame = _Frame(
            sums[0].data, sums[1].data, edges[_BEGIN].data, edges[_END].data, edges[_SINGLE].data
        )
        return frame

    def frame(self, label: str, start: int, end: int) -> list[str]:
        """Say how likely the tagger finds `[start, end)` to be such a frame, as it stands and as a part of one."""
        if not self._is_read or not start < end:
            return []
        frame = self._frames.get(label) or self._read_frame(label)
        share = (frame.marked[end] - frame.marked[start]) / (end - start)
        return [
            describe_level(label, self.exact(label, start, end)),
            describe_level(f"in_{label}", share),
            describe_level(f"{label}_starts", math.exp(frame.begins[start])),
            describe_level(f"{label}_ends", math.exp(frame.ends[end - 1])),
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


def describe_level(name: str, probability: float) -> str:
    """Give a probability as a feature."""
    return _describe_levels(name)[bisect.bisect_right(LEVELS, probability)]
