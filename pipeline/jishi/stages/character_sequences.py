"""How likely a character is behind the two before it: the language evidence of the search for lost bytes."""

from __future__ import annotations

import bisect
import functools
import io
import math
from importlib import resources

import numpy as np

from jishi import lexicons
from jishi.stages.words import word_counts

_STEP = 0.125  # one level of the data file, in nats
_UNKNOWN = 16.0  # a character that the data does not know
_RARE = 14.0  # alone rarer than this: no candidate for a lost character unless the page has it
_LONGEST_KEY = 8  # bytes of two characters
_CONTEXTS_KEPT = 4000
_OWN_SHARE = 0.25  # weight of the page's own sequences against those of the data


class CharacterSequences:
    """Trigram costs (negative logarithms of probabilities) of characters in simplified news text.

    A context is the two characters before: simplified, Latin letters as a, a line break for the edge of a line.
    """

    def __init__(self) -> None:
        self._data = resources.files(lexicons).joinpath("character_sequences.txt").read_bytes()
        """Lines of a character or two, costs, and what follows; read where they are asked for."""
        starts = np.flatnonzero(np.frombuffer(b"\n" + self._data[:-1], np.uint8) == ord("\n"))
        columns = np.arange(_LONGEST_KEY)
        keys = np.frombuffer(self._data + bytes(_LONGEST_KEY), np.uint8)[starts[:, None] + columns]
        sizes = (keys == ord("\t")).argmax(1)
        keys = np.where(columns < sizes[:, None], keys, 0).astype(np.uint8).view(">u8").ravel()
        order = np.argsort(keys)[np.count_nonzero(sizes == 0) :]  # without comments
        self._keys, self._starts = keys[order].astype(np.uint64).data, starts[order].astype(np.uint32).data
        self._behind = functools.lru_cache(maxsize=_CONTEXTS_KEPT)(self._read_behind)
        self.alone: dict[str, float] = {}
        for line in io.BytesIO(self._data):  # those of one character come first
            head, *costs = line.decode().split("\t")
            if len(head) == 2:
                break
            if costs:
                self.alone[head.replace("¶", "\n")] = int(costs[0]) * _STEP

    def _read_behind(self, context: str) -> tuple[float, str]:
        """Give the cost of what is not known to follow a context (or its last character), and what is known, packed."""
        head = context.replace("\n", "¶").encode("utf-8", "surrogatepass")
        key = int.from_bytes(head.ljust(_LONGEST_KEY, b"\0"), "big")
        place = bisect.bisect_left(self._keys, key)
        if not context or "¶" in context or place == len(self._keys) or self._keys[place] != key:
            return 0.0, ""
        start = self._starts[place] + len(head) + 1
        costs = self._data[start : self._data.index(b"\n", start)].decode().rstrip().split("\t")
        unseen, *known = costs[1:] if len(context) == 1 else costs
        return int(unseen) * _STEP, "".join(known)

    def is_rare(self, char: str) -> bool:
        """Whether a simplified character is too rare to be guessed."""
        return self.cost_alone(char) > _RARE

    def cost_alone(self, char: str) -> float:
        """Give the cost of a simplified character wherever it stands."""
        return self.alone.get(char, _UNKNOWN)

    def unseen(self, context: str) -> float:
        """Give the cost of leaving what is known to follow a context (or its last character)."""
        return self._behind(context)[0]

    def followers(self, context: str) -> dict[str, float]:
        """Give the costs of what is known to follow a context (or its last character)."""
        packed = self._behind(context)[1]
        return {packed[i].replace("¶", "\n"): (ord(packed[i + 1]) - 48) * _STEP for i in range(0, len(packed), 2)}


@functools.cache
def character_sequences() -> CharacterSequences:
    """Give the sequences, read once."""
    return CharacterSequences()


class Followers:
    """What each character costs behind one context."""

    __slots__ = ("_alone", "_own", "_three", "_two", "_unseen_three", "_unseen_two")

    def __init__(self, context: str, two: dict[str, float], own: dict[str, float]) -> None:
        language = character_sequences()
        self._alone = language.alone
        self._three, self._two, self._own = language.followers(context), two, own
        self._unseen_three = language.unseen(context)
        self._unseen_two = self._unseen_three + language.unseen(context[1:])

    def cost(self, char: str) -> float:
        """Give the cost of a simplified character here."""
        cost = self._three.get(char)
        if cost is None:
            cost = self._two.get(char)
            if cost is None:
                cost = self._unseen_two + self._alone.get(char, _UNKNOWN)
            else:
                cost += self._unseen_three
        own = self._own.get(char)
        if own is not None:
            cost = -math.log((1 - _OWN_SHARE) * math.exp(-cost) + _OWN_SHARE * own)
        return cost


class OwnSequences:
    """The costs on one page: those of the language, and what the page says elsewhere (its names, its subject)."""

    def __init__(self, text: str) -> None:
        """text: what of the page can be read, simplified."""
        self._counts: dict[str, dict[str, int]] = {}
        for size in (1, 2):
            for start in range(len(text) - size):
                following = self._counts.setdefault(text[start : start + size], {})
                char = text[start + size]
                following[char] = following.get(char, 0) + 1
        self._known: dict[str, Followers] = {}

    def behind(self, context: str) -> Followers:
        """Give the costs behind the two characters of `context`."""
        found = self._known.get(context)
        if found is None:
            counts = self._counts.get(context) or self._counts.get(context[1:]) or {}
            total = sum(counts.values())
            own = {char: count / total for char, count in counts.items()}
            found = self._known[context] = Followers(context, _pairs_behind(context[1:]), own)
        return found


@functools.lru_cache(maxsize=4000)
def _pairs_behind(char: str) -> dict[str, float]:
    return character_sequences().followers(char)


def word_cost(text: str) -> float:
    """Give the cost of a simplified text as words, each independent of the others, by the dictionary of jieba.
    Punctuation, digits and letters cost what they cost as characters.
    """
    counts = word_counts()
    total_cost = math.log(counts.total)
    best = [0.0] + [math.inf] * len(text)
    for start, char in enumerate(text):
        if not "\u4e00" <= char <= "\u9fff":
            best[start + 1] = min(best[start + 1], best[start] + character_sequences().cost_alone(char))
            continue
        words = counts.beginning_with(char)
        for end in range(start + 1, min(len(text), start + 6) + 1):
            count = words.get(text[start:end])
            if count or end == start + 1:
                best[end] = min(best[end], best[start] + total_cost - math.log(count or 1))
    return best[-1]
