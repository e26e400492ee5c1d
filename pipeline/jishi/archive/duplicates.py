"""Near-duplicate articles (reprints, 通稿): the same text in other words' clothing, found by MinHash.

Method: Broder, On the resemblance and containment of documents (1997), on sets of five-character shingles of the
normalised text without punctuation; candidates by locality-sensitive banding; signatures by the library rensa.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import numpy as np

from jishi.archive.errors import MissingExtraError

PERMUTATIONS = 64
BANDS = 16  # of four values each: resemblance 0.8 becomes a candidate with 99.98%, 0.5 with 64%
THRESHOLD = 0.8
SHINGLE = 5
MIN_CHARACTERS = 50  # below that, notices of the same form differ in a name and a number

_NOT_WORDS = re.compile(r"[\W_]+")


@functools.cache
def _import_rensa() -> Any:
    try:
        import rensa
    except ImportError as error:
        raise MissingExtraError("marking near duplicates", "duplicates") from error
    return rensa


def check_available() -> None:
    """Raise MissingExtraError if the library is not installed."""
    _import_rensa()


def compute_signature(text: str) -> bytes | None:
    """Give the MinHash signature of a normalised text (64 little-endian 32-bit integers), None for a short one."""
    text = _NOT_WORDS.sub("", text)
    if len(text) < MIN_CHARACTERS:
        return None
    minhash = _import_rensa().RMinHash(num_perm=PERMUTATIONS, seed=1)
    minhash.update(list({text[i : i + SHINGLE] for i in range(len(text) - SHINGLE + 1)}))
    return np.asarray(minhash.digest(), dtype="<u4").tobytes()


class DuplicateFinder:
    """Tells for each article in turn which earlier one it repeats. Memory: about 2 kB an article."""

    def __init__(self) -> None:
        self._bands: list[dict[bytes, int]] = [{} for _ in range(BANDS)]
        self._originals: list[tuple[str, bytes]] = []

    def find_original(self, identifier: str, signature: bytes | None) -> str | None:
        """Give the id of the first article that this one repeats; remember this one if it repeats none."""
        if signature is None:
            return None
        width = len(signature) // BANDS
        bands = [signature[i * width : (i + 1) * width] for i in range(BANDS)]
        candidates = sorted({known[band] for known, band in zip(self._bands, bands, strict=True) if band in known})
        for candidate in candidates:
            original, other = self._originals[candidate]
            if estimate_resemblance(signature, other) >= THRESHOLD:
                return original
        number = len(self._originals)
        self._originals.append((identifier, signature))
        for known, band in zip(self._bands, bands, strict=True):
            known.setdefault(band, number)
        return None


def estimate_resemblance(one: bytes, other: bytes) -> float:
    """Give the estimated share of shingles that two texts have in common, from their signatures."""
    return float(np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")))
