"""Near-duplicate articles (reprints, 通稿): the same text in other words' clothing, found by MinHash.

Method: Broder, On the resemblance and containment of documents (1997), on sets of five-character shingles of the
normalised text without punctuation; candidates by locality-sensitive banding; signatures by the library rensa.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


def find_originals(signatures: Sequence[bytes | None]) -> dict[int, int]:
    """Give for each article that repeats an earlier one the place of the first article with that text.

    signatures: in the order of the archive. Memory: about 500 bytes an article.
    """
    places = [place for place, signature in enumerate(signatures) if signature is not None]
    values = np.frombuffer(b"".join(filter(None, signatures)), "<u4").reshape(-1, PERMUTATIONS)
    earliest = np.stack([_find_earliest(band) for band in np.split(values, BANDS, axis=1)], axis=1)
    originals: dict[int, int] = {}
    for row in np.flatnonzero((earliest < np.arange(len(places))[:, None]).any(axis=1)).tolist():
        candidates = np.unique(earliest[row][earliest[row] < row])
        alike = candidates[(values[candidates] == values[row]).mean(axis=1) >= THRESHOLD]
        if len(alike):
            first = places[int(alike[0])]
            originals[places[row]] = originals.get(first, first)
    return originals


def _find_earliest(band: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Give for each row the first row with the same values (or with the same hash of them: candidates are compared)."""
    pairs = np.ascontiguousarray(band).view("<u8")
    hashes = pairs[:, 0] * np.uint64(0x9E3779B97F4A7C15) + pairs[:, 1]
    _, index, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    found: NDArray[np.int64] = index[inverse]
    return found


def estimate_resemblance(one: bytes, other: bytes) -> float:
    """Give the estimated share of shingles that two texts have in common, from their signatures."""
    return float(np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")))
