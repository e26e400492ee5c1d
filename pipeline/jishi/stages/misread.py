"""Reading bytes again that were decoded with the wrong encoding of two or three bytes a character.

What the decoder could not read it left as U+FFFD or '?', one for each byte: which byte was lost is told by the other
bytes of the character and by the characters beside it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import NamedTuple

from jishi.stages.character_sequences import OwnSequences, character_sequences
from jishi.stages.edits import Edit
from jishi.stages.script import simplify_character

_COMMON = 10.5  # a character rarer than this (in nats) is uncommon
_LOST = None
_MARGIN = 0.7  # nats by which a character must be likelier than the next
_LIKELY_BYTE = 3.0  # nats: 0x80, which begins no character of GBK, is lost more often than all others
_LEAD_OF_MARKS = 0xE3  # in UTF-8; of its characters 。 and 、 are the ones that matter
_HAN = re.compile("[\u4e00-\u9fff]")


class Reading(NamedTuple):
    """A text read again; before, after: how many bytes each character of the two texts has."""

    text: str
    before: list[int]
    after: list[int]


def count_common(text: str) -> tuple[int, float]:
    """Give how many Chinese characters a text has, in either script, and which share of them is common."""
    chinese = _HAN.findall(text)
    alone = character_sequences().alone
    common = sum(alone.get(simplify_character(char), 99.0) < _COMMON for char in chinese)
    return len(chinese), common / len(chinese) if chinese else 0.0


def read_again(text: str, misread: str, original: str) -> Reading:
    """Read a text again that has the encoding `original` and was taken for `misread`."""
    data: list[int | None] = []
    before = []
    for char in text:
        if char in "\ufffd?":
            encoded: Sequence[int | None] = (_LOST,)
        elif char == "€" and misread == "gb18030":
            encoded = b"\x80"  # as Windows reads that byte
        else:
            encoded = char.encode(misread, "replace")
        data += encoded
        before.append(len(encoded))
    pieces = list(_parse(data, original))
    chosen = _choose([candidates for candidates, _ in pieces])
    return Reading("".join(chosen), before, [length for _, length in pieces])


def _parse(data: list[int | None], original: str) -> list[tuple[list[tuple[str, bool]], int]]:
    """Give for each character what it may be, with whether the lost byte would be a likely one, and its bytes."""
    pieces: list[tuple[list[tuple[str, bool]], int]] = []
    position = 0
    while position < len(data):
        candidates, length = _read_character(data, position, original)
        pieces.append((candidates, length))
        position += length
    return pieces


def _read_character(data: list[int | None], position: int, original: str) -> tuple[list[tuple[str, bool]], int]:
    first = data[position]
    if first is not None and first < 0x80:
        return [(chr(first), False)], 1
    for length in (3, 2) if original == "utf-8" else (2, 4):
        known = data[position : position + length]
        lost = known.count(_LOST)
        if len(known) < length or lost > 2 or (lost == 2 and known[0] != _LEAD_OF_MARKS):
            continue
        if _LOST in known:
            candidates = _complete(tuple(known), original)
        else:
            try:
                candidates = [(bytes(byte or 0 for byte in known).decode(original), False)]
            except UnicodeDecodeError:
                continue
        if candidates and len(candidates[0][0]) == 1:
            return candidates, length
    return [("?" if first is _LOST and original != "utf-8" else "\ufffd", False)], 1


@functools.lru_cache(maxsize=2000)
def _complete(known: tuple[int | None, ...], original: str) -> list[tuple[str, bool]]:
    """Give the common characters that bytes of which one is lost may be."""
    if known.count(_LOST) == 2:
        return [("。", True), ("、", True)]
    at = known.index(_LOST)
    candidates = []
    for byte in range(0x80, 0x100):
        data = bytes(byte if i == at else known[i] or 0 for i in range(len(known)))
        try:
            char = data.decode(original)
        except UnicodeDecodeError:
            continue
        if len(char) == 1 and not character_sequences().is_rare(simplify_character(char)):
            candidates.append((char, byte == 0x80))
    return candidates


def _choose(pieces: list[list[tuple[str, bool]]]) -> list[str]:
    """Choose among the candidates for each character by what stands before and behind; U+FFFD where that is open."""
    known = "".join(simplify_character(piece[0][0]) if len(piece) == 1 else "\n" for piece in pieces)
    page = OwnSequences(known)
    chosen: list[str] = []
    for number, piece in enumerate(pieces):
        if len(piece) == 1:
            chosen.append(piece[0][0])
            continue
        context = "".join(map(simplify_character, ["\n", "\n", *chosen[-2:]][-2:]))
        behind = pieces[number + 1][0][0] if number + 1 < len(pieces) and len(pieces[number + 1]) == 1 else ""
        costs = []
        for char, is_likely in piece:
            plain = simplify_character(char)
            cost = page.behind(context).cost(plain) - _LIKELY_BYTE * is_likely
            if behind:
                cost += page.behind(context[-1] + plain).cost(simplify_character(behind))
            costs.append((cost, char))
        costs.sort()
        chosen.append(costs[0][1] if len(costs) == 1 or costs[1][0] - costs[0][0] > _MARGIN else "\ufffd")
    return chosen


def line_up(
    before: str,
    before_bytes: Sequence[int],
    after: str,
    after_bytes: Sequence[int],
    offset: int,
    kind: str,
    reason: str,
) -> list[Edit]:
    """Give one edit for each shortest stretch in which whole characters of both texts have the same bytes.

    before_bytes, after_bytes: how many bytes each character has.
    """
    edits = []
    i = j = start = after_start = read_before = read_after = 0
    while i < len(before) or j < len(after):
        if read_before <= read_after:
            read_before += before_bytes[i]
            i += 1
        else:
            read_after += after_bytes[j]
            j += 1
        if read_before == read_after:
            if before[start:i] != after[after_start:j]:
                edits.append(Edit(offset + start, offset + i, after[after_start:j], kind, reason))
            start, after_start = i, j
    return edits
