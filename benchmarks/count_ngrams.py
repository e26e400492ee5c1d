"""Count the character sequences behind the second opinion on lost bytes: `jishi/lexicons/character_ngrams.npz`.

    python benchmarks/count_ngrams.py [--shared ../shared]

Counts pairs, triples and quadruples of characters over the news corpus and the labelled sentences, without the articles
that `benchmarks/repair.py` measures on (`is_held_out`, the dev set), and estimates how likely the last character is
behind the others: interpolated Kneser-Ney smoothing with one discount an order (Chen and Goodman 1999). What is kept,
and how it is stored, is told in `jishi.stages.character_ngrams`. Takes two minutes and 3 GB.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from repair import is_held_out, read_articles

import jishi
from jishi.stages.character_ngrams import BUCKET, EDGE, FINGERPRINTS, LEVELS, LONGEST, evidence, locate
from jishi.stages.character_sequences import character_sequences

OUTPUT = Path(jishi.__file__).parent / "lexicons" / "character_ngrams.npz"
LEAST = {2: 2, 3: 3, 4: 7}  # sequences seen less often are left out
SENTENCES = ("people-199801", "cluener-train", "msra-val", "university-news", "uner-simp-train", "resume-train")
_BASE = 7000  # most frequent characters that are told apart
_SAMPLE = 30  # characters in common with a dev article that keep an article out


class Order(NamedTuple):
    """All sequences of one length, as numbers in base `_BASE`, in ascending order."""

    sequences: np.ndarray
    counts: np.ndarray
    likely: np.ndarray  # natural logarithm of the last character's probability behind the others


def read_texts(shared: Path) -> Iterator[str]:
    """Give the normalised texts that are counted."""
    dev = [text for _, text in read_articles(shared / "benchmark/dev.articles.jsonl")]
    samples = {text[start : start + _SAMPLE] for text in dev for start in (60, 260) if len(text) > start + _SAMPLE}
    for identifier, text in read_articles(shared / "corpora/news/articles.jsonl"):
        if not is_held_out(identifier) and not any(sample in text for sample in samples):
            yield jishi.normalise(text).text
    for name in SENTENCES:
        with (shared / f"corpora/ner/{name}.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                yield jishi.normalise(json.loads(line)["text"]).text


def estimate(numbers: np.ndarray) -> dict[int, Order]:
    """Give all sequences of up to `LONGEST` characters with their counts and probabilities.

    numbers: the characters of the whole text as numbers below `_BASE`.
    """
    found: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    codes = numbers
    for length in range(1, LONGEST + 1):
        if length > 1:
            codes = codes[:-1] * np.uint64(_BASE) + numbers[length - 1 :]
        found[length] = np.unique(codes, return_counts=True)
    orders: dict[int, Order] = {}
    for length, (sequences, counts) in found.items():
        weights = _count_contexts(sequences, found[length + 1][0], length) if length < LONGEST else counts
        once, twice = int((weights == 1).sum()), int((weights == 2).sum())
        discount = once / (once + 2 * twice)
        if length == 1:
            probability = (weights + 0.5) / (weights.sum() + 0.5 * len(weights))
        else:
            contexts = sequences // np.uint64(_BASE)
            starts = np.flatnonzero(np.r_[True, contexts[1:] != contexts[:-1]])
            sizes = np.diff(np.r_[starts, len(contexts)])
            totals = np.repeat(np.add.reduceat(weights, starts), sizes)
            shorter = orders[length - 1]
            rest = np.searchsorted(shorter.sequences, sequences % np.uint64(_BASE ** (length - 1)))
            passed_on = discount * np.repeat(sizes, sizes) / totals
            probability = np.maximum(weights - discount, 0) / totals + passed_on * np.exp(shorter.likely[rest])
        orders[length] = Order(sequences, counts, np.log(probability))
    return orders


def _count_contexts(sequences: np.ndarray, longer: np.ndarray, length: int) -> np.ndarray:
    """Give in how many contexts each sequence was seen: behind how many different characters."""
    inner, counts = np.unique(longer % np.uint64(_BASE**length), return_counts=True)
    weights = np.ones(len(sequences), dtype=np.int64)  # the beginning of the text
    weights[np.searchsorted(sequences, inner)] = counts
    return weights


def pack(orders: dict[int, Order], characters: list[str]) -> dict[str, np.ndarray]:
    """Give the arrays of the data file. characters: what each number below `_BASE` stands for; 0: no character."""
    alone = character_sequences().cost_alone
    steps = np.empty((LONGEST + 1, LEVELS), dtype=np.float32)
    located: list[tuple[int, int]] = []
    for length, least in LEAST.items():
        order, shorter = orders[length], orders[length - 1]
        kept = np.flatnonzero(order.counts >= least)
        sequences, likely = order.sequences[kept], order.likely[kept]
        rest = sequences % np.uint64(_BASE ** (length - 1))
        if length == 2:
            costs = np.array([alone(char) if char else np.nan for char in characters])
            gains = likely + costs[rest.astype(int)]
        else:
            gains = likely - shorter.likely[np.searchsorted(shorter.sequences, rest)]
        digits = [(sequences // np.uint64(_BASE**place)) % np.uint64(_BASE) for place in range(length - 1, -1, -1)]
        known = np.logical_and.reduce([digit > 0 for digit in digits])
        gains = gains[known]
        edges = np.quantile(gains, np.linspace(0, 1, LEVELS + 1))
        levels = np.clip(np.searchsorted(edges, gains, side="right") - 1, 0, LEVELS - 1)
        steps[length] = [gains[levels == level].mean() for level in range(LEVELS)]
        for level, *row in zip(levels.tolist(), *(digit[known].tolist() for digit in digits), strict=True):
            located.append((level, locate("".join(characters[number] for number in row))))
        print(f"{length} characters: {len(gains):,} kept of {len(order.sequences):,}")
    buckets = len(located) // BUCKET
    rows = sorted((number % buckets, number // buckets % FINGERPRINTS, level) for level, number in located)
    entries = np.array([fingerprint * LEVELS + level for _, fingerprint, level in rows], dtype=np.uint16)
    sizes = np.bincount([bucket for bucket, _, _ in rows], minlength=buckets).astype(np.uint8)
    return {"entries": entries, "sizes": sizes, "steps": steps}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    options = parser.parse_args()
    text = EDGE + EDGE.join(map(evidence, read_texts(options.shared))) + EDGE
    frequent = [char for char, _ in Counter(text).most_common(_BASE - 1)]
    number_of = {char: number for number, char in enumerate(frequent, 1)}
    orders = estimate(np.array([number_of.get(char, 0) for char in text], dtype=np.uint64))
    np.savez(OUTPUT, **pack(orders, ["", *frequent]))
    print(f"{len(text):,} characters counted; {OUTPUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
