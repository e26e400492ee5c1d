"""How well a stretch of text reads: the second opinion, with up to four characters at a time, on lost bytes.

`character_sequences` says quickly which characters may follow two others, for the search; this says more exactly, for
the few candidates that the search leaves, how likely they are between what stands before and behind them.

The data is a list of sequences of two to four characters, each with what its last character gains by the first one's
being known (in nats, as one of 16 steps), kept in the manner of a Bloom filter: of a sequence there is only a
fingerprint of twelve bits, in a bucket that its hash gives. One in a thousand that is not there is taken for another.
"""

from __future__ import annotations

import functools
import math
import zlib
from array import array
from bisect import bisect_left
from importlib import resources

import numpy as np

from jishi.stages.character_sequences import character_sequences

LONGEST = 4  # characters of a sequence
LEVELS = 16  # steps of a gain
FINGERPRINTS = 4096
BUCKET = 4  # entries of a bucket, on average
EDGE = "\n"  # before and behind a line

_UNSEEN = -1.0  # what a character gains that was never seen behind a context that is known
_OWN_SHARE = 0.25  # weight of the page's own sequences
_OWN_LONGEST = 4

_FOLDED = str.maketrans(dict(zip(",;?:()!•", "，；？：（）！·", strict=True)))
_LATIN = str.maketrans(dict.fromkeys("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "a"))


def evidence(text: str) -> str:
    """Give a simplified text as it counts: punctuation full-width, every Latin letter a."""
    return text.translate(_FOLDED).translate(_LATIN)


def locate(sequence: str) -> int:
    """Give the number from which the place of a sequence and its fingerprint follow."""
    return zlib.crc32(sequence.encode("utf-16-le", "surrogatepass"))


class CharacterNgrams:
    """Costs (negative logarithms of probabilities) of characters behind up to three others, in simplified news text."""

    def __init__(self) -> None:
        with resources.files("jishi.lexicons").joinpath("character_ngrams.npz").open("rb") as file:
            data = np.load(file)
            self._entries = memoryview(data["entries"])
            sizes = data["sizes"]
            self._steps: list[list[float]] = data["steps"].tolist()
        self._starts = array("I", [0, *np.cumsum(sizes, dtype=np.uint32).tolist()])
        self._buckets = len(sizes)
        self._alone = character_sequences().cost_alone

    def gain(self, sequence: str) -> float | None:
        """Give what the last character of two to four gains by the first; None if they were hardly ever seen."""
        rest, bucket = divmod(locate(sequence), self._buckets)
        lowest = rest % FINGERPRINTS * LEVELS
        end = self._starts[bucket + 1]
        place = bisect_left(self._entries, lowest, self._starts[bucket], end)
        if place == end:
            return None
        level = self._entries[place] - lowest
        return self._steps[len(sequence)][level] if level < LEVELS else None

    @functools.lru_cache(maxsize=40_000)  # noqa: B019 (there is one, for the life of the process)
    def cost(self, sequence: str) -> float:
        """Give the cost of the last character of up to four behind the others."""
        cost = self._alone(sequence[-1])
        for length in range(2, len(sequence) + 1):
            gain = self.gain(sequence[-length:])
            if gain is not None:
                cost -= gain
                continue
            if length == 2 or self.gain(sequence[-length:-1]) is not None:
                cost -= _UNSEEN
            break
        return cost


@functools.cache
def character_ngrams() -> CharacterNgrams:
    """Give the sequences, read once."""
    return CharacterNgrams()


class OwnNgrams:
    """How well a stretch of text reads on one page: by the language, and by what the page says elsewhere."""

    def __init__(self, text: str) -> None:
        """text: what of the page can be read, simplified."""
        text = evidence(text)
        self._counts: dict[str, int] = {}
        for length in range(1, _OWN_LONGEST + 2):
            for start in range(len(text) - length + 1):
                piece = text[start : start + length]
                self._counts[piece] = self._counts.get(piece, 0) + 1

    def cost(self, before: str, text: str, after: str) -> float:
        """Give the cost of `text` and of what it makes of `after`, which is read behind it; all of them simplified."""
        whole = evidence(before + text + after)
        start = len(before)
        end = start + len(text) + min(len(after), LONGEST - 1)
        language, counts = character_ngrams(), self._counts
        total = 0.0
        for place in range(start, end):
            cost = language.cost(whole[max(0, place - LONGEST + 1) : place + 1])
            for length in range(min(_OWN_LONGEST, place), 0, -1):
                seen = counts.get(whole[place - length : place + 1])
                if seen:
                    own = seen / (counts[whole[place - length : place]] + 1)
                    cost = -math.log((1 - _OWN_SHARE) * math.exp(-cost) + _OWN_SHARE * own)
                    break
            total += cost
        return total
