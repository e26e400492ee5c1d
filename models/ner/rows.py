"""Rows and batches: sequences laid end to end in long arrays, cut into rows, drawn at random into batches."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from data import ANY_FRAME, ANYTHING, NO_SILVER, OUTSIDE, Sequence, segment

from jishi.stages.tagger import PADDING, WORD_BUCKETS


@dataclass(slots=True)
class Rows:
    """Texts laid end to end: one long array a field, and where each row begins and ends."""

    characters: Any
    words: Any
    shapes: Any
    entities: Any
    frames: Any
    silver: Any
    roles: Any
    roles_known: Any
    bounds: list[tuple[int, int]] = field(default_factory=list)


BREAK = re.compile(r"[^\n。！？；]*[\n。！？；]*")


def pieces(text: str, limit: int = 480) -> Iterator[tuple[int, int]]:
    """Cut a text after sentences, into pieces of at most `limit` characters where sentences allow it."""
    start = end = 0
    for match in BREAK.finditer(text):
        if match.end() - start > limit and end > start:
            yield start, end
            start = end
        end = match.end()
        while end - start > limit * 2:
            yield start, start + limit
            start += limit
    if end > start:
        yield start, end


FIELDS = ("entities", "frames", "silver", "roles", "roles_known", "words", "shapes")
BLANK = {
    "entities": OUTSIDE,
    "frames": ANY_FRAME,
    "silver": NO_SILVER,
    "roles": 0,
    "roles_known": 0,
    "words": 0,
    "shapes": 0,
}


def lay_out(sequences: Iterable[Sequence], look_up: Any, join: int = 0, limit: int = 480) -> Rows:
    """Segment, cut and concatenate sequences. join: short ones are joined by a newline up to this many characters."""
    columns: dict[str, list[Any]] = {name: [] for name in (*FIELDS, "characters")}
    bounds: list[tuple[int, int]] = []
    total = 0
    open_row: int | None = None
    for sequence in sequences:
        if not sequence.text:
            continue
        if sequence.words is None:
            sequence.words, sequence.shapes = segment(sequence.text)
        for name in FIELDS:
            columns[name].append(getattr(sequence, name))
        columns["characters"].append(look_up(sequence.text).astype(np.uint16))
        if join:
            for name in FIELDS:
                columns[name].append(np.array([BLANK[name]], columns[name][-1].dtype))
            columns["characters"].append(look_up("\n").astype(np.uint16))
            end = total + len(sequence.text) + 1
            if open_row is None:
                open_row = total
            if end - open_row >= join:
                bounds.append((open_row, end))
                open_row = None
            total = end
        else:
            bounds += [(total + a, total + b) for a, b in pieces(sequence.text, limit)]
            total += len(sequence.text)
    if open_row is not None:
        bounds.append((open_row, total))
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}
    return Rows(bounds=bounds, **joined)


# --- batches ------------------------------------------------------------------------------------------------------

GAP = 4  # padding between two rows of a lane
WITHHELD = WORD_BUCKETS  # the word of a character whose word is not shown
EMPTY = {
    "characters": PADDING, "words": WITHHELD, "shapes": 0, "entities": ANYTHING, "frames": ANY_FRAME,
    "silver": NO_SILVER, "roles": 0, "roles_known": 0,
}  # fmt: skip


class Source:
    """Rows of one corpus, each drawn once before any is drawn again."""

    def __init__(self, rows: Rows, rng: random.Random) -> None:
        self.rows = rows
        self.rng = rng
        self.order: list[int] = []
        self.mean_length = float(np.mean([end - start for start, end in rows.bounds]))

    def draw(self) -> tuple[int, int]:
        if not self.order:
            self.order = list(range(len(self.rows.bounds)))
            self.rng.shuffle(self.order)
        return self.rows.bounds[self.order.pop()]


def draw_batch(
    sources: Mapping[str, Source], shares: Mapping[str, float], rng: random.Random, lanes: int, length: int = 1024
) -> dict[str, Any]:
    """Fill `lanes` lanes of `length` characters with rows. shares: of the characters, by source."""
    names = [name for name in shares if shares[name] > 0]
    weights = [shares[name] / sources[name].mean_length for name in names]
    batch = {name: np.full((lanes, length), value, np.int64) for name, value in EMPTY.items()}
    for lane in range(lanes):
        position = 0
        while position < length - 20:
            source = sources[rng.choices(names, weights)[0]]
            start, end = source.draw()
            size = min(end - start, length - position)
            for name, values in batch.items():
                values[lane, position : position + size] = getattr(source.rows, name)[start : start + size]
            position += size + GAP
    return batch
