"""How likely one character follows another in Chinese news: the language evidence of the search for lost bytes."""

from __future__ import annotations

import functools

from jishi.lexicons import read_lines

_STEP = 0.25  # one level of the data file, in nats
_UNKNOWN = 16.0  # a character that the data does not know


class CharacterPairs:
    """Bigram costs (negative logarithms of probabilities) of characters in simplified news text."""

    def __init__(self) -> None:
        self._alone: dict[str, float] = {}
        self._backoff: dict[str, float] = {}
        self._followers: dict[str, str] = {}
        self._parsed: dict[str, dict[str, float]] = {}
        for line in read_lines("character_pairs.txt"):
            head, alone, backoff, *followers = line.split("\t")
            char = "\n" if head == "¶" else head
            self._alone[char] = int(alone) * _STEP
            self._backoff[char] = int(backoff) * _STEP
            self._followers[char] = "".join(followers)

    def cost(self, before: str, char: str) -> float:
        """Give the cost of `char` after `before`: both simplified, a line break for the edge of a line."""
        if char.isascii() and char.isalpha():
            char = "a"
        if before.isascii() and before.isalpha():
            before = "a"
        followers = self._parsed.get(before)
        if followers is None:
            packed = self._followers.get(before, "")
            followers = {
                "\n" if packed[i] == "¶" else packed[i]: (ord(packed[i + 1]) - 48) * _STEP
                for i in range(0, len(packed), 2)
            }
            self._parsed[before] = followers
        found = followers.get(char)
        if found is not None:
            return found
        return self._backoff.get(before, 0.0) + self._alone.get(char, _UNKNOWN)


@functools.cache
def character_pairs() -> CharacterPairs:
    """Give the pairs, read once."""
    return CharacterPairs()
