"""The choice among what may have stood at a damaged place: proven candidates, weighed between their neighbours.

A candidate is proven when, damaged again, it gives what is visible. The search weighs characters from left to right,
two before each; here the few that are left are weighed once more, longer sequences and what follows the place included.
Where two are equally good none is taken, and of a digit or mark that nothing decides only the '?' is kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from jishi.stages.character_ngrams import EDGE, LONGEST, evidence
from jishi.stages.character_sequences import word_cost
from jishi.stages.damage import FOLDING, damage_line, insertion
from jishi.stages.lost_bytes import READING, Hypothesis, Page, encode
from jishi.stages.lost_digits import find_digit
from jishi.stages.script import simplify_character

_PROOFS = 40  # candidates damaged again before the place is given up
_WEIGHED = 12.0  # nats behind the best within which proven candidates are weighed once more
# What counts how much, fitted on articles of the corpus that are neither counted nor measured, damaged as sites 5 to 8.
_WEIGHT_SEARCH, _WEIGHT_NGRAMS, _WEIGHT_WORDS = 0.3, 0.5, 0.35
_CLEAR = 0.02  # nats by which the best candidate must lead another
_CERTAIN = 0.97  # share that a lost digit or mark must have among all that may have stood there
_BEFORE = 6  # characters in front of a place that are looked at
_SEEN = 24  # visible characters behind it

_OPEN = re.compile("[ -~]")  # what may be lost without a trace


class Place(NamedTuple):
    """A damaged place: what is visible, and what stands around it, as evidence. end: where it ends in the page."""

    visible: str
    before: str
    after: str
    end: int


def place_in(line: str, start: int, end: int, before: str, page: Page) -> Place:
    """Give the place `[start, end)` of a damaged line. before: the original text that leads up to it."""
    seen, damaged, _ = READING.sub("", line[end : end + _SEEN]).partition("?")
    if not damaged and end + _SEEN >= len(line):
        seen += EDGE
    leading = evidence(simplify((EDGE + before)[-_BEFORE:]))
    return Place(line[start:end], leading, evidence(simplify(seen)), page.line_start + end)


def choose(place: Place, before: str, candidates: list[Hypothesis], page: Page) -> str | None:
    """Give the original text of a place, with '?' for what cannot be known; None if there is no proof or no choice.

    before: the original text that leads up to it. candidates: best first.
    """
    proven = list(_prove(place.visible, before, candidates, page))
    if len(proven) < 2:
        return proven[0].text if proven else None
    weighed: dict[str, tuple[float, str]] = {}  # simplified text: cost, text
    for candidate in proven:
        simple = simplify(candidate.text)
        cost = _weigh(candidate.cost, simple, place, page)
        if simple not in weighed or cost < weighed[simple][0]:
            weighed[simple] = cost, candidate.text
    groups: dict[str, list[tuple[float, str]]] = {}
    for simple, found in weighed.items():
        groups.setdefault(_OPEN.sub("?", simple), []).append(found)
    ranked = sorted((_add_up(group), sorted(group)) for group in groups.values())
    if len(ranked) > 1 and ranked[1][0] < ranked[0][0] + _CLEAR:
        return None
    original = _leave_open(ranked[0][1], place, page)
    best = ranked[0][1][0][1]
    if original != best and not _gives_back(place.visible, before, original, proven[0].read, page):
        return None
    return original


def _prove(visible: str, before: str, candidates: list[Hypothesis], page: Page) -> Iterator[Hypothesis]:
    best: float | None = None
    for candidate in candidates[:_PROOFS]:
        if best is not None and candidate.cost > best + _WEIGHED:
            break
        if _gives_back(visible, before, candidate.text, candidate.read, page):
            best = candidate.cost if best is None else best
            yield candidate


def _weigh(cost: float, text: str, place: Place, page: Page) -> float:
    """Give the cost of a simplified candidate among its neighbours. cost: what the search found."""
    after = place.after[: LONGEST - 1]
    ngrams = page.ngrams.cost(place.before, text, after)
    words = word_cost(place.before + evidence(text) + after)
    return _WEIGHT_SEARCH * cost + _WEIGHT_NGRAMS * ngrams + _WEIGHT_WORDS * words


def _add_up(group: list[tuple[float, str]]) -> float:
    """Give the cost of one or the other of texts; of those that differ in a Latin letter the best stands for all."""
    costs: dict[str, float] = {}
    for cost, text in group:
        key = evidence(text)
        costs[key] = min(cost, costs.get(key, cost))
    return -math.log(sum(math.exp(-cost) for cost in costs.values()))


def _leave_open(group: list[tuple[float, str]], place: Place, page: Page) -> str:
    """Give the best of texts that differ in ASCII characters alone, with '?' where neither they nor the page decide."""
    least, best = group[0]
    shares = [(math.exp(least - cost), text) for cost, text in group]
    total = sum(share for share, _ in shares)
    certain = list(best)
    for i, char in enumerate(best):
        share = sum(share for share, text in shares if text[i] == char) / total
        if share == 1 or not _OPEN.match(char):
            continue
        after = evidence(simplify(best[i + 1 :])) + place.after
        digit = find_digit(after, page.numbers, page.text, place.end) if char.isdigit() else None
        certain[i] = digit or (char if share >= _CERTAIN else "?")
    return "".join(certain)


def _gives_back(visible: str, before: str, text: str, read: str, page: Page) -> bool:
    """Whether a candidate, damaged again behind the character that leads up to it, gives what is visible."""
    table = page.annotated | dict(map(insertion, read))
    context = before[-1:].replace("?", "")
    again = damage_line(context + text, table)
    head = context + table.get(encode(context), b"").decode("gbk") if context else ""
    if page.folded:
        again, head = again.translate(FOLDING), head.translate(FOLDING)
    return again == head + visible


def simplify(text: str) -> str:
    """Give a text as candidates are compared: simplified, punctuation in ASCII."""
    return "".join(map(simplify_character, text)).translate(FOLDING)
