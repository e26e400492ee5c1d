"""Undoing the damage of `jishi.stages.damage`: readings in brackets, characters torn by them, pairs shifted by a cut.

The visible text determines the bytes, except that '?' hides one byte at the end of a piece, or two that make no
character. From left to right the search feeds the bytes to a parser of the *original* text, tries every value of a
hidden byte, and weighs the characters that come out by how well they follow one another (a beam search). Of what is
left, `jishi.stages.lost_choice` takes what, damaged again, gives the page back; where nothing does, or two candidates
are equally good, the text stays and a warning says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from jishi.stages.damage import ALWAYS_ANNOTATED, FOLDING, readings
from jishi.stages.edits import Edit
from jishi.stages.lost_bytes import (
    ALIGNED,
    LETTERS,
    LOST_READING,
    MARKS,
    READING,
    Hypothesis,
    Page,
    Search,
    find_straddling,
)
from jishi.stages.lost_choice import choose, place_in

_ANNOTATED = re.compile(rf"([\u4e00-\u9fff])\(([{LETTERS}]{{1,6}})\)")
_POINT = re.compile(rf"\?|\([{LETTERS}]{{1,6}}\)")

_LONGEST = 120  # visible characters after which a search is given up
_LISTED = 10  # places without a repair that are named in warnings


def mend_misalignment(text: str) -> tuple[list[Edit], list[str]]:
    """Give the edits that undo readings, torn characters and shifted pairs, and warnings of what was left alone.

    A text is taken for such a page only if it annotates consistently: a gloss in a language article (謝(xiè)) is none.
    """
    characters = _find_annotated(text)
    if not characters:
        return [], []
    page = Page(text, characters)
    edits: list[Edit] = []
    unsolved: list[str] = []
    for line in text.split("\n"):
        for edit in _mend_line(line, page, unsolved):
            edits.append(edit._replace(start=edit.start + page.line_start, end=edit.end + page.line_start))
        page.line_start += len(line) + 1
    if len(unsolved) > _LISTED:
        unsolved[_LISTED:] = [f"{len(unsolved) - _LISTED} more places without a certain repair"]
    return edits, [f"gbk_misalignment: {place}" for place in unsolved]


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
    if found < 0.5 * expected or (expected == 0 and total < 3):
        return set()
    return set(consistent)


def _mend_line(line: str, page: Page, unsolved: list[str]) -> Iterator[Edit]:
    """Give the edits of one line, in order."""
    before = ""  # the end of the original text up to `position`
    position = 0
    while point := _POINT.search(line, position):
        start = point.start()
        before = (before + line[position:start])[-4:]
        if point.group() == "?":
            following = "" if LOST_READING.match(line, start) else line[start + 1 : start + 2]
            solved = _search(line, start, _restore_mark(before, following, page), page)
            if solved is None:
                if _looks_torn(line, start):
                    unsolved.append(f"no certain repair of {line[max(0, start - 6) : start + 12]!r}; left alone")
                before, position = before + "?", start + 1
                continue
            end, original = solved
            if "?" in original:
                unsolved.append(f"a character of {line[start:end]!r} is lost")
            yield from _compare(line, start, end, original)
            before, position = before + original, end
            continue
        reading = point.group()[1:-1]
        if before and readings().get(before[-1]) == reading:
            yield Edit(start, point.end(), "", "pinyin_annotation", "a reading in brackets behind its character")
        elif find_straddling(before, reading):
            yield Edit(start, point.end(), "", "pinyin_annotation", "a reading in brackets between two bytes")
        else:
            before += point.group()
        position = point.end()


def _looks_torn(line: str, start: int) -> bool:
    return bool(LOST_READING.match(line, start)) or line[start + 1 : start + 2] in tuple(",;，；")


def _restore_mark(before: str, following: str, page: Page) -> str:
    """Give the text before a damaged place with its last mark in full-width form, as it was before folding."""
    if page.folded and before and before[-1] in MARKS and not (before[-2:-1].isascii() and following.isalnum()):
        return before[:-1] + MARKS[before[-1]]
    return before


def _compare(line: str, start: int, end: int, original: str) -> Iterator[Edit]:
    """Give the edit from what is visible in `[start, end)` to the original, without what they share at the end."""
    visible = line[start:end]
    if visible.translate(FOLDING) == original.translate(FOLDING):
        return
    while original and visible[-1] == original[-1] and len(visible) > 1:
        visible, original = visible[:-1], original[:-1]
    reason = "characters torn or shifted between their bytes"
    yield Edit(start, start + len(visible), original, "gbk_misalignment", reason)


def _search(line: str, start: int, before: str, page: Page) -> tuple[int, str] | None:
    """Give the end of the place that begins with the '?' at `start` and its original text; None if there is no proof.

    before: the original text that leads up to it.
    """
    if page.effort < 0:
        return None
    search = Search(line, start, before, page)
    beam, position = [Hypothesis(0.0, ALIGNED, "")], start
    while position < len(line):
        beam, position = search.step(beam, position)
        if not beam or position - start > _LONGEST or page.effort < 0:
            return None
        if position < len(line) and _agree(beam) and not READING.match(line, position):
            break
    else:
        beam = [search.end_line(hypothesis) for hypothesis in beam if hypothesis.pending == ALIGNED]
        beam.sort()
    original = choose(place_in(line, start, position, before, page), before, beam, page)
    return None if original is None else (position, original)


def _agree(beam: list[Hypothesis]) -> bool:
    """Whether all hypotheses are back between two characters and share the last two: what follows favours none."""
    last = beam[0].text[-2:]
    return len(last) == 2 and all(h.pending == ALIGNED and h.text[-2:] == last and not h.unread for h in beam)
