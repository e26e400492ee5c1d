"""How likely a character is behind the two before it: the language evidence of the search for lost bytes."""

from __future__ import annotations

import functools
import math
from collections import Counter
from typing import Any

from jishi.lexicons import read_lines

_STEP = 0.25  # one level of the data file, in nats
_UNKNOWN = 16.0  # a character that the data does not know
_RARE = 12.5  # alone rarer than this: no candidate for a lost character unless the page has it
_OWN_SHARE = 0.25  # weight of the page's own sequences against those of the data


class CharacterSequences:
    """Trigram costs (negative logarithms of probabilities) of characters in simplified news text."""

    def __init__(self) -> None:
        self._alone: dict[str, float] = {}
        self._unseen: dict[str, float] = {}
        self._packed: dict[str, str] = {}
        self._followers: dict[str, dict[str, float]] = {}
        for line in read_lines("character_sequences.txt"):
            head, *costs = line.split("\t")
            head = head.replace("¶", "\n")
            if len(head) == 1:
                self._alone[head] = int(costs.pop(0)) * _STEP
            self._unseen[head] = int(costs[0]) * _STEP
            self._packed[head] = costs[1] if len(costs) > 1 else ""

    def cost(self, before: str, char: str) -> float:
        """Give the cost of `char` behind the two characters `before`: all simplified, Latin letters as a, a line break
        for the edge of a line.
        """
        found = self._find(before, char)
        if found is not None:
            return found
        unseen = self._unseen.get(before, 0.0)
        found = self._find(before[1:], char)
        if found is not None:
            return unseen + found
        return unseen + self._unseen.get(before[1:], 0.0) + self._alone.get(char, _UNKNOWN)

    def alone(self, char: str) -> float:
        """Give the cost of a character whatever stands before it."""
        return self._alone.get(char, _UNKNOWN)

    def is_rare(self, char: str) -> bool:
        """Whether a simplified character is too rare to be guessed."""
        return self.alone(char) > _RARE

    def _find(self, before: str, char: str) -> float | None:
        followers = self._followers.get(before)
        if followers is None:
            packed = self._packed.get(before)
            if packed is None:
                return None
            followers = {
                packed[i].replace("¶", "\n"): (ord(packed[i + 1]) - 48) * _STEP for i in range(0, len(packed), 2)
            }
            self._followers[before] = followers
        return followers.get(char)


@functools.cache
def character_sequences() -> CharacterSequences:
    """Give the sequences, read once."""
    return CharacterSequences()


class OwnSequences:
    """The costs of one page: those of the language, and what the page says elsewhere (its names, its subject)."""

    def __init__(self, text: str) -> None:
        """text: what of the page can be read, simplified."""
        self._language = character_sequences()
        pairs = list(map("".join, zip(text, text[1:], strict=False)))
        self._triples = Counter(map("".join, zip(pairs, text[2:], strict=False)))
        self._pairs = Counter(pairs)
        self._characters = Counter(text)
        self._costs: dict[tuple[str, str], float] = {}

    def cost(self, before: str, char: str) -> float:
        """Give the cost of `char` behind `before`, as `CharacterSequences.cost` does."""
        key = before, char
        cost = self._costs.get(key)
        if cost is None:
            cost = self._costs[key] = self._compute(before, char)
        return cost

    def _compute(self, before: str, char: str) -> float:
        cost = self._language.cost(before, char)
        if self._pairs[before]:
            own = self._triples[before + char] / self._pairs[before]
        elif self._characters[before[1:]]:
            own = self._pairs[before[1:] + char] / self._characters[before[1:]]
        else:
            return cost
        if not own:
            return cost
        return -math.log((1 - _OWN_SHARE) * math.exp(-cost) + _OWN_SHARE * own)


def word_cost(text: str) -> float:
    """Give the cost of a simplified text as words, each independent of the others, by the dictionary of jieba.
    Punctuation, digits and letters cost what they cost as characters.
    """
    dictionary, language = _dictionary(), character_sequences()
    frequencies, total = dictionary.FREQ, math.log(dictionary.total)
    best = [0.0] + [math.inf] * len(text)
    for start, char in enumerate(text):
        if not "\u4e00" <= char <= "\u9fff":
            best[start + 1] = min(best[start + 1], best[start] + language.alone(char))
            continue
        for end in range(start + 1, min(len(text), start + 6) + 1):
            count = frequencies.get(text[start:end], 0)
            if count or end == start + 1:
                best[end] = min(best[end], best[start] + total - math.log(count or 1))
    return best[-1]


@functools.cache
def _dictionary() -> Any:
    import jieba

    jieba.setLogLevel(60)
    jieba.dt.initialize()
    return jieba.dt
