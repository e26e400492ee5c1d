"""Recombined names: the same article with other people and organisations, so that the frame is learnt and not the name.

Surnames and given names are drawn from those of the corpora and put together anew; every mention of a person in an
article gets the same new name. Organisations are replaced by others that end alike (…大学 by …大学).
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from data import Sequence
from rows import FIELDS

from jishi.stages.tagger import ENTITY_LABELS

COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 司徒 夏侯 端木 百里 呼延 南宫 西门 独孤".split()  # noqa: SIM905
)


class NamePool:
    """Surnames, given names and organisations to draw from."""

    def __init__(self, names: Counter[str], organisations: Iterable[str]) -> None:
        surnames: Counter[str] = Counter()
        single: Counter[str] = Counter()
        double: Counter[str] = Counter()
        first: Counter[str] = Counter()
        second: Counter[str] = Counter()
        for name, count in names.items():
            surname = name[:2] if name[:2] in COMPOUND_SURNAMES else name[:1]
            given = name[len(surname) :]
            if not 2 <= len(name) <= 4 or not 1 <= len(given) <= 2:
                continue
            surnames[surname] += min(count, 3)
            if len(given) == 1:
                single[given] += 1
            else:
                double[given] += 1
                first[given[0]] += 1
                second[given[1]] += 1
        # A surname that few people have in a corpus is likely the tagger's error.
        self.surnames = {surname: n for surname, n in surnames.items() if n > 5}
        self.single, self.double, self.first, self.second = single, double, first, second
        self.lists = {
            name: (list(table), list(np.cumsum([count**0.75 for count in table.values()])))
            for name, table in (
                ("surnames", self.surnames),
                ("single", single),
                ("double", double),
                ("first", first),
                ("second", second),
            )
        }  # fmt: skip
        self.foreign = sorted(name for name in names if "·" in name and len(name) > 3)
        self.endings: dict[str, list[str]] = defaultdict(list)
        for form in sorted(set(organisations)):
            if len(form) > 3:
                self.endings[form[-2:]].append(form)

    def draw(self, kind: str, rng: random.Random) -> str:
        population, weights = self.lists[kind]
        return rng.choices(population, cum_weights=weights)[0]

    def new_name(self, rng: random.Random) -> str:
        """Give a Chinese name: a surname, then one character or two that are given names or could be; at times a
        foreign name with its interpunct."""
        if self.foreign and rng.random() < 0.06:
            return rng.choice(self.foreign)
        surname = self.draw("surnames", rng)
        if rng.random() < 0.25:
            return surname + self.draw("single", rng)
        if rng.random() < 0.4:
            return surname + self.draw("double", rng)
        return surname + self.draw("first", rng) + self.draw("second", rng)

    def new_organisation(self, form: str, rng: random.Random) -> str | None:
        """Give another organisation that ends alike, if there is one."""
        others = self.endings.get(form[-2:], ())
        return rng.choice(others) if len(others) > 2 else None


def recombine(
    sequence: Sequence, pool: NamePool, rng: random.Random, people: float = 0.7, organisations: float = 0.15
) -> Sequence:
    """Give the sequence with some of its people and organisations replaced, all mentions of one form alike."""
    text = sequence.text
    new: dict[tuple[str, str], str | None] = {}
    parts: list[tuple[int, int, str | None, str]] = []
    position = 0
    for start, end, label in entity_spans(sequence):
        form = text[start:end]
        if label not in ("PERSON", "ORG"):
            continue
        if (label, form) not in new:
            replacement = None
            if label == "PERSON" and 2 <= len(form) <= 3 and form[0] in pool.surnames and rng.random() < people:
                replacement = pool.new_name(rng)
            elif label == "ORG" and len(form) > 3 and rng.random() < organisations:
                replacement = pool.new_organisation(form, rng)
            new[label, form] = replacement
        inner = sequence.frames[start + 1 : end - 1] if end - start > 2 else sequence.frames[start:end]
        if new[label, form] is not None and (inner == inner[0]).all():  # no frame begins or ends within
            parts.append((position, start, None, ""))
            parts.append((start, end, new[label, form], label))
            position = end
    if not parts:
        return sequence
    parts.append((position, len(text), None, ""))
    fields = [name for name in FIELDS if name not in ("words", "shapes")]
    columns = {name: [] for name in fields}  # type: dict[str, list[np.ndarray]]
    texts = []
    for start, end, replacement, _ in parts:
        if replacement is None:
            texts.append(text[start:end])
            for name in fields:
                columns[name].append(getattr(sequence, name)[start:end])
            continue
        texts.append(replacement)
        for name in fields:
            columns[name].append(stretch(getattr(sequence, name)[start:end], len(replacement)))
    result = Sequence("".join(texts), sequence.source)
    for name in fields:
        setattr(result, name, np.concatenate(columns[name]))
    return result


def stretch(values: np.ndarray, length: int) -> np.ndarray:
    """Give the labels of a span for one of another length: the first and last stay, the middle is repeated or cut.

    Spans have at least two characters before and after; of two, B E, the middle would be I: the bit after B.
    """
    n = len(values)
    if n == length:
        return values
    middle = values[1:2] if n > 2 or values[0] == values[1] else values[:1] << values.dtype.type(1)
    return np.concatenate((values[:1], np.repeat(middle, length - 2), values[-1:])).astype(values.dtype)


def entity_spans(sequence: Sequence) -> list[tuple[int, int, str]]:
    """Give the spans whose tags are certain."""
    bits = sequence.entities
    certain = (bits & (bits - np.uint32(1))) == 0
    begins = {1 << (1 + 4 * i): label for i, label in enumerate(ENTITY_LABELS)}
    spans = []
    starts = [int(i) for i in np.flatnonzero(certain & np.isin(bits, list(begins)))]
    for start, following in pairwise([*starts, len(bits)]):
        label = begins[int(bits[start])]
        inside, last = bits[start] << np.uint32(1), bits[start] << np.uint32(2)
        end = start + 1
        while end < following and bits[end] == inside:
            end += 1
        if end < following and bits[end] == last:
            spans.append((start, end + 1, label))
    return spans
