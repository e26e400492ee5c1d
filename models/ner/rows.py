"""Rows and batches: sequences laid end to end in long arrays, cut into rows, drawn at random into batches.

Batches are gathered on the device (a GPU, where there is one) from one long column a field.
"""

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
    entities: Any = None  # None: nothing is known
    frames: Any = None
    silver: Any = None
    roles: Any = None
    roles_known: Any = None
    public: Any = None
    bounds: list[tuple[int, int]] = field(default_factory=list)


BREAK = re.compile(r"[^\n。！？；]*[\n。！？；]*")


def pieces(text: str, limit: int = 1000) -> Iterator[tuple[int, int]]:
    """Cut a text after sentences, into pieces of at most `limit` characters where sentences allow it."""
    start = end = 0
    for match in BREAK.finditer(text):
        if match.end() - start > limit and end > start:
            yield start, end
            start = end
        end = match.end()
        while end - start > limit:
            yield start, start + limit
            start += limit
    if end > start:
        yield start, end


FIELDS = ("entities", "frames", "silver", "roles", "roles_known", "words", "shapes", "public")
BLANK = {
    "entities": OUTSIDE,
    "frames": ANY_FRAME,
    "silver": NO_SILVER,
    "roles": 0,
    "roles_known": 0,
    "words": 0,
    "shapes": 0,
    "public": ANYTHING,
}


def lay_out(sequences: Iterable[Sequence], look_up: Any, join: int = 0, limit: int = 1000) -> Rows:
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
    "silver": NO_SILVER, "roles": 0, "roles_known": 0, "public": ANYTHING,
}  # fmt: skip


class Source:
    """Rows of one corpus, each drawn once before any is drawn again. offset: of the corpus in the pool."""

    def __init__(self, rows: Rows, offset: int, rng: random.Random) -> None:
        self.bounds = [(offset + start, offset + end) for start, end in rows.bounds]
        self.rng = rng
        self.order: list[int] = []
        self.mean_length = float(np.mean([end - start for start, end in rows.bounds]))

    def draw(self) -> tuple[int, int]:
        if not self.order:
            self.order = list(range(len(self.bounds)))
            self.rng.shuffle(self.order)
        return self.bounds[self.order.pop()]


class Pool:
    """All corpora end to end on a device; batches are drawn from them. length: of a lane, in characters."""

    def __init__(self, corpora: Mapping[str, Rows], device: Any, seed: int, length: int = 1024) -> None:
        import torch

        self.device, self.length = device, length
        self.sources: dict[str, Source] = {}
        self.areas: dict[str, tuple[int, int]] = {}
        rng, total = random.Random(seed), 1  # place 0 is padding
        for name, rows in corpora.items():
            self.sources[name] = Source(rows, total, rng)
            self.areas[name] = (total, total + len(rows.characters))
            total += len(rows.characters)
        self.columns = {}
        for name, value in EMPTY.items():
            column = np.full(total, value, np.int32)
            for corpus, rows in corpora.items():
                values = getattr(rows, name)
                if values is not None:
                    column[slice(*self.areas[corpus])] = values
            self.columns[name] = torch.from_numpy(column).to(device)
        self.taught: Any = None  # (characters of the taught corpus, all heads), in 16 bits
        self.taught_area = (0, 0)

    def draw(self, shares: Mapping[str, float], rng: random.Random, lanes: int) -> dict[str, Any]:
        """Fill lanes with rows, of several corpora. shares: of the characters, by source."""
        names = [name for name in shares if shares[name] > 0]
        weights = [shares[name] / self.sources[name].mean_length for name in names]
        places, numbers = np.zeros((lanes, self.length), np.int64), np.zeros((lanes, self.length), np.int32)
        for lane in range(lanes):
            position = number = 0
            while position < self.length - 20:
                start, end = self.sources[rng.choices(names, weights)[0]].draw()
                size, number = min(end - start, self.length - position), number + 1
                places[lane, position : position + size] = np.arange(start, start + size)
                numbers[lane, position : position + size] = number
                position += size + GAP
        return self.gather(places, numbers)

    def gather(self, places: Any, numbers: Any) -> dict[str, Any]:
        """Give the columns of some places (lanes, length), what the teacher says there, and the rows' numbers."""
        import torch

        where = torch.from_numpy(places).to(self.device)
        batch = {name: column[where].long() for name, column in self.columns.items()}
        batch["rows"] = torch.from_numpy(numbers).to(self.device)
        if self.taught is not None:
            first, last = self.taught_area
            batch["is_taught"] = (where >= first) & (where < last)
            batch["taught"] = self.taught[(where - first).clamp(0, last - first - 1)]
        return batch
