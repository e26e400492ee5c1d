"""The damage that a common Chinese web conversion does, as a model: what `jishi.stages.misalignment` undoes and proves.

A site of this kind shows simplified articles in traditional script, with the reading of many characters in brackets
behind them. Its program knows bytes of GBK and no characters: 們在 is 82 83 D4 DA, and where it finds 83 D4 (冊) it
puts a reading between the two. In the same way it divides the text wherever it sees the bytes of ， ； or ？, be they
the end of one character and the beginning of the next. Decoding each part by itself turns whatever makes no character
into '?'. Last, the crawl writes full-width punctuation as ASCII.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping

from jishi.lexicons import read_lines
from jishi.stages.script import to_traditional

FOLDING = str.maketrans("，；？：（）！", ",;?:()!")
# Every site that we know annotates these.
ALWAYS_ANNOTATED = frozenset(
    "來內冊創動務勢勵區國團執堅報場學實專對導強應戰揚擔時書會業構樹獨獻現產當發稱級絡統網"
    "聯臺號術計訓設評請譽負責質車轉農進過遠長開關隊領養點"
)
_CUT = re.compile(rb"(\xa3[\xac\xbb\xbf])")


@functools.cache
def readings() -> dict[str, str]:
    """Give the reading of every character that a site may annotate: traditional ones of GB 2312's range."""
    table = {}
    for line in read_lines("bracketed_readings.txt"):
        reading, characters = line.split("\t")
        table.update(dict.fromkeys(characters, reading))
    return table


@functools.cache
def insertion(char: str) -> tuple[bytes, bytes]:
    """Give the GBK bytes of a character and of its reading in brackets, for a character of `readings()`."""
    return char.encode("gbk"), f"({readings()[char]})".encode("gbk")


@functools.cache
def gbk_pairs() -> dict[bytes, str]:
    """Give the character of each valid pair of GBK bytes."""
    pairs = {}
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            pair = bytes((lead, trail))
            try:
                pairs[pair] = pair.decode("gbk")
            except UnicodeDecodeError:
                continue
    return pairs


def damage_line(line: str, annotated: Mapping[bytes, bytes]) -> str:
    """Give one line of traditional text as such a site serves it, punctuation not folded.

    annotated: GBK bytes of each character that the site annotates → GBK bytes of what it inserts.
    """
    data = _annotate(line.encode("gbk", errors="replace"), annotated)
    return "".join(map(_decode, _CUT.split(data)))


def _annotate(data: bytes, annotated: Mapping[bytes, bytes]) -> bytes:
    out: list[bytes] = []
    i = 0
    while i < len(data):
        if data[i] < 0x80:
            out.append(data[i : i + 1])
            i += 1
            continue
        pair, straddling = data[i : i + 2], data[i + 1 : i + 3]
        if pair in annotated:
            out += (pair, annotated[pair])
            i += 2
        elif straddling in annotated and data[i + 2 : i + 4] not in annotated:
            out += (data[i : i + 3], annotated[straddling], data[i + 3 : i + 4])
            i += 4
        else:
            out.append(pair)
            i += 2
    return b"".join(out)


def _decode(piece: bytes) -> str:
    try:
        return piece.decode("gbk")
    except UnicodeDecodeError:
        pass
    pairs, out, i = gbk_pairs(), [], 0
    while i < len(piece):
        if piece[i] < 0x80:
            out.append(chr(piece[i]))
            i += 1
        else:
            out.append(pairs.get(piece[i : i + 2], "?"))
            i += 2
    return "".join(out)


@functools.lru_cache(maxsize=8)
def annotated_by(seed: int) -> dict[bytes, bytes]:
    """Give the table of a made-up site: number 0 annotates what every site does, others a third of the rest as well."""
    chosen = (
        char
        for char in readings()
        if char in ALWAYS_ANNOTATED or (seed and hashlib.sha256(f"{seed}{char}".encode()).digest()[0] < 85)
    )
    return dict(map(insertion, chosen))


def damage(text: str, level: int = 3, seed: int = 0) -> str:
    """Give a page of such a site, made from `text` (either script).

    level: 1 for readings behind whole characters only, 2 for all that happens to bytes, 3 for ASCII punctuation too.
    seed: the site, as in `annotated_by`. What GBK cannot write is '?' from level 2 on.
    """
    annotated = annotated_by(seed)
    lines = to_traditional(text).split("\n")
    if level == 1:
        behind = {pair.decode("gbk"): pair.decode("gbk") + added.decode("gbk") for pair, added in annotated.items()}
        return "\n".join("".join(behind.get(char, char) for char in line) for line in lines)
    damaged = "\n".join(damage_line(line, annotated) for line in lines)
    return damaged.translate(FOLDING) if level >= 3 else damaged
