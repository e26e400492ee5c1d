"""Undoing the damage of `jishi.stages.damage`: readings in brackets, characters torn by them, pairs shifted by a cut.

The visible text determines the bytes, except that '?' hides one byte at the end of a piece, or two that make no character.
From left to right the search feeds the bytes to a parser of the *original* text, tries every value of a hidden byte, and
weighs the characters that come out by how well they follow one another (a beam search). What it settles on is damaged
again and must give the page back; where nothing does, or two candidates are equally good, the text stays and a warning
says so.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from jishi.stages.character_pairs import character_pairs
from jishi.stages.damage import ALWAYS_ANNOTATED, FOLDING, damage_line, gbk_pairs, insertion, readings
from jishi.stages.edits import Edit
from jishi.stages.script import is_simplified_only, simplify_character

_LETTERS = "a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜ"
_READING = re.compile(rf"\(([{_LETTERS}]{{1,6}})\)")
_ANNOTATED = re.compile(rf"([\u4e00-\u9fff])\(([{_LETTERS}]{{1,6}})\)")
_LOST_READING = re.compile(rf"\?([{_LETTERS}]{{1,6}})\)")
_POINT = re.compile(rf"\?|\([{_LETTERS}]{{1,6}}\)")

_CUTS = {",": "，", ";": "；", "?": "？"}
_MARKS = {**_CUTS, ":": "：", "(": "（", ")": "）", "!": "！"}

_BEAM = 80  # hypotheses kept from one visible character to the next
_MARGIN = 22.0  # nats behind the best at which a hypothesis is given up
_LONGEST = 120  # visible characters after which a search is given up
_CLEAR = 0.7  # nats by which the best candidate must lead a different one
_PROOFS = 40  # candidates damaged again before the place is given up
_UNKNOWN_LEAD = 0  # pending: the lead byte of a character was lost
_ALIGNED = -1  # pending: none, the next byte begins a character

_COST_LOST = 11.0  # a character outside GBK stood here
_COST_SIMPLIFIED = 9.0  # a simplified character in a text that was converted to traditional
_COST_UNREAD = 9.0  # an annotated character without its reading
_COST_LITERAL = 6.0  # something in brackets that looks like a reading and is none


class _Hypothesis(NamedTuple):
    """What the text may have been up to here. pending: the byte that begins the next character."""

    cost: float
    pending: int
    text: str
    read: str = ""  # characters whose reading was met
    unread: bool = False  # the last character is one that the site annotates: its reading must come now


class _Page(NamedTuple):
    """What is known of the site: the characters it annotates, and whether punctuation was folded."""

    annotated: dict[bytes, bytes]
    characters: frozenset[str]
    folded: bool


def mend_misalignment(text: str) -> tuple[list[Edit], list[str]]:
    """Give the edits that undo readings, torn characters and shifted pairs, and warnings of what was left alone.

    A text is taken for such a page only if it annotates consistently: a gloss in a language article (謝(xiè)) is none.
    """
    characters = _find_annotated(text)
    if not characters:
        return [], []
    folded = not any(mark in text for mark in _MARKS.values())
    page = _Page(dict(map(insertion, characters)), frozenset(characters), folded)
    edits: list[Edit] = []
    unsolved: list[str] = []
    start = 0
    for line in text.split("\n"):
        for edit in _mend_line(line, page, unsolved):
            edits.append(edit._replace(start=edit.start + start, end=edit.end + start))
        start += len(line) + 1
    return edits, [f"gbk_misalignment: no certain repair of {place}; left alone" for place in unsolved]


def _find_annotated(text: str) -> set[str]:
    """Give the characters that the page annotates with their readings; none if it does not look like such a page."""
    table = readings()
    counts: dict[str, int] = defaultdict(int)
    for char, reading in _ANNOTATED.findall(text):
        if table.get(char) == reading:
            counts[char] += 1
    if not counts:
        return set()
    total = sum(counts.values())
    consistent = {char: count for char, count in counts.items() if count >= 0.5 * text.count(char)}
    if sum(consistent.values()) < 0.8 * total:
        return set()
    expected = sum(map(text.count, ALWAYS_ANNOTATED))
    found = sum(count for char, count in consistent.items() if char in ALWAYS_ANNOTATED)
    if found < 0.8 * expected or (expected == 0 and total < 3):
        return set()
    return set(consistent)


def _mend_line(line: str, page: _Page, unsolved: list[str]) -> Iterator[Edit]:
    """Give the edits of one line, in order."""
    before = ""  # the end of the original text up to `position`
    position = 0
    while point := _POINT.search(line, position):
        start = point.start()
        before = (before + line[position:start])[-4:]
        if point.group() == "?":
            solved = _search(line, start, _restore_mark(before, line[start + 1 : start + 2], page), page)
            if solved is None:
                if _looks_torn(line, start):
                    unsolved.append(repr(line[max(0, start - 6) : start + 12]))
                before, position = before + "?", start + 1
                continue
            end, original = solved
            yield from _compare(line, start, end, original)
            before, position = before + original, end
            continue
        reading = point.group()[1:-1]
        if before and readings().get(before[-1]) == reading:
            yield Edit(start, point.end(), "", "pinyin_annotation", "a reading in brackets behind its character")
        elif _straddling(before, reading):
            yield Edit(start, point.end(), "", "pinyin_annotation", "a reading in brackets between two bytes")
        else:
            before += point.group()
        position = point.end()


def _looks_torn(line: str, start: int) -> bool:
    return bool(_LOST_READING.match(line, start)) or line[start + 1 : start + 2] in tuple(",;，；")


def _restore_mark(before: str, following: str, page: _Page) -> str:
    """Give the text before a damaged place with its last mark in full-width form, as it was before folding."""
    if page.folded and before and before[-1] in _MARKS and not (before[-2:-1].isascii() and following.isalnum()):
        return before[:-1] + _MARKS[before[-1]]
    return before


def _straddling(before: str, reading: str) -> str | None:
    """Give the character that the last byte of a character and a Latin letter behind it make, if `reading` is its."""
    if len(before) < 2 or not before[-1].isascii():
        return None
    char = gbk_pairs().get(_encode(before[-2])[-1:] + _encode(before[-1]))
    return char if char is not None and readings().get(char) == reading else None


def _compare(line: str, start: int, end: int, original: str) -> Iterator[Edit]:
    """Give the edit from what is visible in `[start, end)` to the original, without what they share at the end."""
    visible = line[start:end]
    if visible.translate(FOLDING) == original.translate(FOLDING):
        return
    while original and visible[-1] == original[-1] and len(visible) > 1:
        visible, original = visible[:-1], original[:-1]
    reason = "characters torn or shifted between their bytes"
    yield Edit(start, start + len(visible), original, "gbk_misalignment", reason)


def _search(line: str, start: int, before: str, page: _Page) -> tuple[int, str] | None:
    """Give the end of the place that begins with the '?' at `start` and its original text; None if there is no proof.

    before: the original text that leads up to it.
    """
    search = _Search(line, before, page)
    beam, position = [_Hypothesis(0.0, _ALIGNED, "")], start
    while position < len(line):
        beam, position = search.step(beam, position)
        if not beam or position - start > _LONGEST:
            return None
        if position < len(line) and _agree(beam):
            break
    else:
        beam = [search.end_line(hypothesis) for hypothesis in beam if hypothesis.pending == _ALIGNED]
        beam.sort()
    return _prove(line[start:position], position, before, beam, page)


def _agree(beam: list[_Hypothesis]) -> bool:
    """Whether all hypotheses are back between two characters and share the last one: what follows favours none."""
    last = beam[0].text[-1:]
    return bool(last) and all(h.pending == _ALIGNED and h.text[-1:] == last and not h.unread for h in beam)


def _prove(
    visible: str, end: int, before: str, candidates: list[_Hypothesis], page: _Page
) -> tuple[int, str] | None:
    proven: _Hypothesis | None = None
    for candidate in candidates[:_PROOFS]:
        if proven and candidate.cost > proven.cost + _CLEAR:
            break
        if not _gives_back(visible, before, candidate, page):
            continue
        if proven is None:
            proven = candidate
        elif _simplify(candidate.text) != _simplify(proven.text):
            return None
    return (end, proven.text) if proven else None


def _gives_back(visible: str, before: str, candidate: _Hypothesis, page: _Page) -> bool:
    """Whether a candidate, damaged again behind the character that leads up to it, gives what is visible."""
    table = page.annotated | dict(map(insertion, candidate.read))
    context = before[-1:].replace("?", "")
    again = damage_line(context + candidate.text, table)
    head = context + table.get(_encode(context), b"").decode("gbk") if context else ""
    if page.folded:
        again, head = again.translate(FOLDING), head.translate(FOLDING)
    return again == head + visible


def _simplify(text: str) -> str:
    return "".join(map(simplify_character, text)).translate(FOLDING)


@functools.lru_cache(maxsize=30_000)
def _encode(char: str) -> bytes:
    return char.encode("gbk", "ignore")


@functools.cache
def _trails_of(lead: int) -> tuple[tuple[int, str], ...]:
    """The characters that a lead byte begins, with their trail bytes; only bytes that a decoder cannot take for ASCII."""
    return tuple((pair[1], char) for pair, char in gbk_pairs().items() if pair[0] == lead and pair[1] >= 0x80)


@functools.cache
def _cut_characters() -> tuple[str, ...]:
    """The characters whose trail byte is the lead byte of ， ； ？."""
    return tuple(char for pair, char in gbk_pairs().items() if pair[1] == 0xA3)


@functools.cache
def _invalid_after(trail: int) -> tuple[int, ...]:
    """Bytes that make no character behind `trail`, where a decoder takes that for a lead byte."""
    pairs = gbk_pairs()
    return tuple(byte for byte in (*range(0x20, 0x40), *range(0x81, 0xFF)) if bytes((trail, byte)) not in pairs)


@functools.cache
def _by_reading() -> dict[tuple[int, str], tuple[str, ...]]:
    """Characters by GBK lead byte and reading."""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for char, reading in readings().items():
        found[_encode(char)[0], reading].append(char)
    return {key: tuple(characters) for key, characters in found.items()}


class _Search:
    """The steps of one search: from the hypotheses before a visible character to those behind it."""

    def __init__(self, line: str, before: str, page: _Page) -> None:
        self.line, self.before, self.page = line, before, page
        self.pair_cost = character_pairs().cost
        cuts = _CUTS if page.folded else {mark: mark for mark in _CUTS.values()}
        self.cuts = {visible: _encode(mark) for visible, mark in cuts.items()}

    def step(self, beam: list[_Hypothesis], position: int) -> tuple[list[_Hypothesis], int]:
        """Read what stands at `position`; give the hypotheses, best first, and where to go on."""
        line = self.line
        grown: list[_Hypothesis] = []
        lost = _LOST_READING.match(line, position)
        shown = _READING.match(line, position)
        if lost:
            for hypothesis in beam:
                grown += self._read_lost_reading(self._charge_unread(hypothesis), lost[1])
            end = lost.end()
        elif shown:
            for hypothesis in beam:
                grown += self._read_reading(hypothesis, shown[1])
            end = shown.end()
        else:
            read = self._read_lost if line[position] == "?" else self._read_character
            for hypothesis in beam:
                grown += read(self._charge_unread(hypothesis), position)
            end = position + 1
        grown.sort()
        best: dict[tuple[int, str], _Hypothesis] = {}
        for hypothesis in grown:
            if hypothesis.cost > grown[0].cost + _MARGIN or len(best) == _BEAM:
                break
            best.setdefault((hypothesis.pending, hypothesis.text), hypothesis)
        return list(best.values()), end

    def end_line(self, hypothesis: _Hypothesis) -> _Hypothesis:
        """Add the cost of the line's ending here."""
        cost = self.pair_cost(simplify_character(self._last(hypothesis)), "\n")
        return self._charge_unread(hypothesis)._replace(cost=hypothesis.cost + cost)

    def _last(self, hypothesis: _Hypothesis) -> str:
        return hypothesis.text[-1:] or self.before[-1:] or "\n"

    def _charge_unread(self, hypothesis: _Hypothesis) -> _Hypothesis:
        if not hypothesis.unread:
            return hypothesis
        return hypothesis._replace(cost=hypothesis.cost + _COST_UNREAD, unread=False)

    def _add(self, hypothesis: _Hypothesis, char: str, pending: int = _ALIGNED, inside: bool = False) -> _Hypothesis:
        """Add a character. pending: what follows it; inside: the visible character does not end where this one does."""
        cost = hypothesis.cost + self.pair_cost(simplify_character(self._last(hypothesis)), simplify_character(char))
        if is_simplified_only(char):
            cost += _COST_SIMPLIFIED
        unread = char in self.page.characters
        if unread and (inside or pending != _ALIGNED):
            cost, unread = cost + _COST_UNREAD, False
        return _Hypothesis(cost, pending, hypothesis.text + char, hypothesis.read, unread)

    def _read_lost_reading(self, hypothesis: _Hypothesis, reading: str) -> Iterator[_Hypothesis]:
        """'?' hides a byte and the bracket of a reading."""
        if hypothesis.pending == _ALIGNED:  # the byte begins a character; with the byte before it it was annotated
            trail = _encode(self._last(hypothesis))[-1:]
            for char in _by_reading().get((trail[0], reading), ()) if trail else ():
                lead = _encode(char)[1]
                if lead > 0x80:
                    yield hypothesis._replace(pending=lead, read=hypothesis.read + char)
        elif hypothesis.pending != _UNKNOWN_LEAD:  # the byte ends an annotated character
            for char in _by_reading().get((hypothesis.pending, reading), ()):
                if _encode(char)[1] >= 0x80:
                    added = self._add(hypothesis, char)
                    yield added._replace(read=hypothesis.read + char, unread=False)

    def _read_reading(self, hypothesis: _Hypothesis, reading: str) -> Iterator[_Hypothesis]:
        last = self._last(hypothesis)
        if hypothesis.pending > 0:  # between two bytes that were visible as one character
            char = gbk_pairs().get(_encode(last)[-1:] + bytes((hypothesis.pending,)))
            if char is not None and readings().get(char) == reading:
                yield hypothesis._replace(read=hypothesis.read + char)
        elif hypothesis.pending == _ALIGNED:
            char = last if readings().get(last) == reading else _straddling(self.before + hypothesis.text, reading)
            if char:
                yield hypothesis._replace(read=hypothesis.read + char, unread=False)
            else:
                cost = hypothesis.cost + _COST_LITERAL
                yield self._charge_unread(hypothesis)._replace(cost=cost, text=f"{hypothesis.text}({reading})")

    def _read_lost(self, hypothesis: _Hypothesis, position: int) -> Iterator[_Hypothesis]:
        """'?' is itself, hides one byte before a cut or the end, or hides two that make no character."""
        following = self.line[position + 1 : position + 2]
        ends_piece = not following or following in self.cuts
        pending = hypothesis.pending
        if pending == _UNKNOWN_LEAD:
            yield from self._cut_unknown(hypothesis, "?")
        elif pending == _ALIGNED:
            question = self._add(hypothesis, "？" if self.page.folded else "?")
            yield question._replace(cost=min(question.cost, hypothesis.cost + _COST_LOST))
            if ends_piece and following:
                yield hypothesis._replace(pending=_UNKNOWN_LEAD)
        else:
            if ends_piece:
                for _, char in _trails_of(pending):
                    yield self._add(hypothesis, char)
            yield from self._complete(hypothesis, self.cuts.get("?", b""))
            for trail, char in _trails_of(pending):
                following_bytes = _invalid_after(trail)
                if not following_bytes:
                    continue
                added = self._add(hypothesis, char, inside=True)
                for byte in following_bytes:
                    if byte < 0x80:
                        yield self._add(added, chr(byte))
                    else:
                        yield added._replace(pending=byte)

    def _cut_unknown(self, hypothesis: _Hypothesis, visible: str) -> Iterator[_Hypothesis]:
        mark = self.cuts.get(visible)
        if mark:
            for char in _cut_characters():
                yield self._add(hypothesis, char, pending=mark[1])

    def _read_character(self, hypothesis: _Hypothesis, position: int) -> Iterator[_Hypothesis]:
        visible = self.line[position]
        if hypothesis.pending == _UNKNOWN_LEAD:
            yield from self._cut_unknown(hypothesis, visible)
        elif hypothesis.pending == _ALIGNED:
            yield self._add(hypothesis, self._unfold(hypothesis, position))
        else:
            yield from self._complete(hypothesis, _encode(visible))
            if self.page.folded and visible in _MARKS:
                yield from self._complete(hypothesis, _encode(_MARKS[visible]))

    def _unfold(self, hypothesis: _Hypothesis, position: int) -> str:
        visible = self.line[position]
        if not self.page.folded or visible not in _MARKS:
            return visible
        following = self.line[position + 1 : position + 2]
        return visible if self._last(hypothesis).isascii() and following.isascii() and following else _MARKS[visible]

    def _complete(self, hypothesis: _Hypothesis, data: bytes) -> Iterator[_Hypothesis]:
        """Complete the pending character by the first of the bytes; a second one begins the next character."""
        char = gbk_pairs().get(bytes((hypothesis.pending,)) + data[:1])
        if char is None:
            return
        if len(data) == 1:
            yield self._add(hypothesis, char)
        elif data[1] > 0x80:
            yield self._add(hypothesis, char, pending=data[1])
        elif data[1] < 0x80:
            yield self._add(self._add(hypothesis, char, inside=True), chr(data[1]))
