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
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from jishi.stages.character_sequences import Followers, OwnSequences, character_sequences, word_cost
from jishi.stages.damage import ALWAYS_ANNOTATED, FOLDING, damage_line, gbk_pairs, insertion, readings
from jishi.stages.edits import Edit
from jishi.stages.script import is_simplified_only, simplify_character

_LETTERS = "a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜ"
_READING = re.compile(rf"\(([{_LETTERS}]{{1,6}})\)")
_ANNOTATED = re.compile(rf"([\u4e00-\u9fff])\(([{_LETTERS}]{{1,6}})\)")
_LOST_READING = re.compile(rf"\?([{_LETTERS}]{{1,6}})\)")
_POINT = re.compile(rf"\?|\([{_LETTERS}]{{1,6}}\)")
_UNCERTAIN = re.compile(r"\?.{0,16}")

_CUTS = {",": "，", ";": "；", "?": "？"}
_MARKS = {**_CUTS, ":": "：", "(": "（", ")": "）", "!": "！"}

_UNFOLDING = str.maketrans(_MARKS)

_DIGITS = "0123456789?"
_CLOSING = {"”": "“", "’": "‘", "》": "《", "」": "「", "』": "『", "）": "（", "】": "【", "〉": "〈"}

_NEVER_FIRST = frozenset("，。；：？！、”’》）」』】")

_BEAM = 80  # hypotheses kept from one visible character to the next
_MARGIN = 16.0  # nats behind the best at which a hypothesis is given up
_LONGEST = 120  # visible characters after which a search is given up
_CLEAR = 0.1  # nats by which the best candidate must lead another
_CLEAR_DIGIT = 2.5  # the same where they differ in a digit: words say little about numbers
_WORDS_DECIDE = 8.0  # nats within which the words that candidates make are looked at
_WORD_SHARE = 0.15
_PROOFS = 40  # candidates damaged again before the place is given up
# What is pending between two visible characters: the lead byte of the next, or one of these.
_ALIGNED = -1  # nothing, the next byte begins a character
_LOST_AT_CUT = 0  # a lead byte that was lost, alone in front of a cut
_LOST_IN_PAIR = 0x100  # plus a trail byte: a lead byte that was lost because the two make no character

_COST_LOST = 11.0  # a character outside GBK stood here
_COST_BULLET = 1.5  # the bullet that stands for an interpunct is outside GBK
_COST_SIMPLIFIED = 9.0  # a simplified character in a text that was converted to traditional
_COST_UNREAD = 9.0  # an annotated character without its reading
_PAIRED = 2.0  # a closing mark: less behind its opening one, more without
_COST_NEVER_FIRST = 6.0  # a mark that begins no line
_COST_LITERAL = 6.0  # something in brackets that looks like a reading and is none


class _Hypothesis(NamedTuple):
    """What the text may have been up to here. pending: the byte that begins the next character."""

    cost: float
    pending: int
    text: str
    read: str = ""  # characters whose reading was met
    unread: bool = False  # the last character is one that the site annotates: its reading must come now


class _Page:
    """What is known of the page: the characters it annotates, whether punctuation was folded, what its text is like."""

    def __init__(self, text: str, characters: set[str]) -> None:
        self.characters = characters
        self.annotated = dict(map(insertion, characters))
        self.folded = not any(mark in text for mark in _MARKS.values())
        self.text = text

    @functools.cached_property
    def sequences(self) -> OwnSequences:
        """How characters follow one another on the page, where it can be read: not behind a '?'."""
        readable = _UNCERTAIN.sub("\n\n", _READING.sub("", self.text))
        return OwnSequences("".join(map(_evidence, readable.translate(_UNFOLDING))))

    @functools.cached_property
    def candidates(self) -> _Candidates:
        """The characters that may have been lost."""
        return _list_candidates(self)


def mend_misalignment(text: str) -> tuple[list[Edit], list[str]]:
    """Give the edits that undo readings, torn characters and shifted pairs, and warnings of what was left alone.

    A text is taken for such a page only if it annotates consistently: a gloss in a language article (謝(xiè)) is none.
    """
    characters = _find_annotated(text)
    if not characters:
        return [], []
    page = _Page(text, characters)
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
    if found < 0.5 * expected or (expected == 0 and total < 3):
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
            if "?" in original:
                unsolved.append(repr(line[start:end]))
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
    search = _Search(line, start, before, page)
    beam, position = [_Hypothesis(0.0, _ALIGNED, "")], start
    while position < len(line):
        beam, position = search.step(beam, position)
        if not beam or position - start > _LONGEST:
            return None
        if position < len(line) and _agree(beam) and not _READING.match(line, position):
            break
    else:
        beam = [search.end_line(hypothesis) for hypothesis in beam if hypothesis.pending == _ALIGNED]
        beam.sort()
    return _prove(line[start:position], position, before, beam, page)


def _agree(beam: list[_Hypothesis]) -> bool:
    """Whether all hypotheses are back between two characters and share the last two: what follows favours none."""
    last = beam[0].text[-2:]
    return len(last) == 2 and all(h.pending == _ALIGNED and h.text[-2:] == last and not h.unread for h in beam)


def _prove(visible: str, end: int, before: str, candidates: list[_Hypothesis], page: _Page) -> tuple[int, str] | None:
    """Give the best of the candidates that are proven, if it is clearly the best."""
    proven: list[_Hypothesis] = []
    for candidate in candidates[:_PROOFS]:
        if proven and candidate.cost > proven[0].cost + _WORDS_DECIDE:
            break
        if _gives_back(visible, before, candidate, page):
            proven.append(candidate)
    if not proven:
        return None
    if len(proven) > 1:
        context = "".join(map(_evidence, before))
        proven = [
            candidate._replace(cost=candidate.cost + _WORD_SHARE * word_cost(context + _simplify(candidate.text)))
            for candidate in proven
        ]
        proven.sort()
    best, *rivals = proven
    original = best.text
    for rival in rivals:
        if rival.cost > best.cost + _CLEAR_DIGIT:
            break
        shared = _leave_open(original, rival.text)
        if shared is not None:
            original = shared
        elif rival.cost < best.cost + _CLEAR and _simplify(rival.text) != _simplify(best.text):
            return None
    if original != best.text and not _gives_back(visible, before, best._replace(text=original), page):
        return None
    return end, original


def _leave_open(one: str, other: str) -> str | None:
    """Give what two candidates share, with '?' where they differ in a digit; None if they differ in more."""
    if len(one) != len(other):
        return None
    shared = []
    for a, b in zip(one, other, strict=True):
        if a != b and a in _DIGITS and b in _DIGITS:
            shared.append("?")
        elif _evidence(a) == _evidence(b):
            shared.append(a)
        else:
            return None
    return "".join(shared)


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
def _evidence(char: str) -> str:
    """Give the form in which a character counts as language evidence."""
    if char.isascii():
        return "a" if char.isalpha() else char
    return "·" if char == "•" else simplify_character(char)


@functools.lru_cache(maxsize=30_000)
def _encode(char: str) -> bytes:
    return char.encode("gbk", "ignore")


@functools.cache
def _lost_behind(trail: int) -> tuple[frozenset[int], str]:
    """What makes no character behind `trail`, where a decoder takes that for a lead byte: lead bytes, and ASCII."""
    pairs = gbk_pairs()
    leads = frozenset(byte for byte in range(0x81, 0xFF) if bytes((trail, byte)) not in pairs)
    return leads, " !\"%'()+,-./0123456789:;="


@functools.cache
def _by_reading(reading: str) -> list[str]:
    return [char for char, own in readings().items() if own == reading]


def _find_opened(text: str, opened: str = "") -> str:
    """Give the marks that are still open at the end of a text, outermost first."""
    for mark in re.findall(f"[{''.join(_CLOSING.values())}{''.join(_CLOSING)}]", text):
        if mark not in _CLOSING:
            opened = (opened + mark)[-8:]
        elif opened.endswith(_CLOSING[mark]):
            opened = opened[:-1]
    return opened


class _Candidates(NamedTuple):
    """Characters that may have been lost: common ones, and those that the page has."""

    by_lead: dict[int, list[str]]  # without those whose trail byte a decoder takes for ASCII
    by_trail: dict[int, list[str]]


def _list_candidates(page: _Page) -> _Candidates:
    common = _common_candidates()
    language = character_sequences()
    own = [char for char in set(page.text) if language.is_rare(_evidence(char)) and len(_encode(char)) == 2]
    return _sort_candidates(common + own)


@functools.cache
def _common_candidates() -> list[str]:
    language = character_sequences()
    return [
        char
        for char in gbk_pairs().values()
        if not is_simplified_only(char) and not language.is_rare(simplify_character(char))
    ]


def _sort_candidates(characters: list[str]) -> _Candidates:
    by_lead, by_trail = defaultdict[int, list[str]](list), defaultdict[int, list[str]](list)
    for char in characters:
        lead, trail = _encode(char)
        by_trail[trail].append(char)
        if trail >= 0x80:
            by_lead[lead].append(char)
    return _Candidates(by_lead, by_trail)


class _Search:
    """The steps of one search: from the hypotheses before a visible character to those behind it."""

    def __init__(self, line: str, start: int, before: str, page: _Page) -> None:
        self.line, self.page, self.candidates = line, page, page.candidates
        self.before = ("\n\n" + before)[-2:]
        self.limit = float("inf")  # the cost above which nothing is kept, in the step that is being made
        self.opened = _find_opened(line[:start].translate(_UNFOLDING))
        cuts = _CUTS if page.folded else {mark: mark for mark in _CUTS.values()}
        self.cuts = {visible: _encode(mark) for visible, mark in cuts.items()}

    def step(self, beam: list[_Hypothesis], position: int) -> tuple[list[_Hypothesis], int]:
        """Read what stands at `position`; give the hypotheses, best first, and where to go on."""
        line = self.line
        lost = _LOST_READING.match(line, position)
        shown = _READING.match(line, position)
        end = position + 1
        if lost:
            read, end = functools.partial(self._read_lost_reading, reading=lost[1]), lost.end()
        elif shown:
            read, end = functools.partial(self._read_reading, reading=shown[1]), shown.end()
        elif line[position] == "?":
            read = functools.partial(self._read_lost, position=position)
        else:
            read = functools.partial(self._read_character, position=position)
        grown: list[_Hypothesis] = []
        self.limit = float("inf")
        for hypothesis in beam:  # best first
            if hypothesis.cost > self.limit:
                break
            if hypothesis.unread and not shown:
                hypothesis = hypothesis._replace(cost=hypothesis.cost + _COST_UNREAD, unread=False)
            for following in read(hypothesis):
                if following.cost <= self.limit:
                    grown.append(following)
                    self.limit = min(self.limit, following.cost + _MARGIN)
        grown.sort()
        best: dict[tuple[int, str], _Hypothesis] = {}
        for hypothesis in grown:
            if hypothesis.cost > self.limit or len(best) == _BEAM:
                break
            best.setdefault((hypothesis.pending, hypothesis.text), hypothesis)
        return list(best.values()), end

    def end_line(self, hypothesis: _Hypothesis) -> _Hypothesis:
        """Add the cost of the line's ending here."""
        cost = hypothesis.cost + self._followers(hypothesis).cost("\n")
        return hypothesis._replace(cost=cost + _COST_UNREAD * hypothesis.unread)

    def _last(self, hypothesis: _Hypothesis) -> str:
        return hypothesis.text[-1:] or self.before[-1]

    def _followers(self, hypothesis: _Hypothesis) -> Followers:
        text = hypothesis.text[-2:]
        if len(text) < 2:
            text = (self.before + text)[-2:]
        return self.page.sequences.behind(_evidence(text[0]) + _evidence(text[1]))

    def _choose(self, hypothesis: _Hypothesis, candidates: Iterable[str]) -> Iterator[str]:
        """Give those of the candidates that may still belong to the best hypothesis."""
        cost_of, slack = self._followers(hypothesis).cost, self.limit - hypothesis.cost
        return (char for char in candidates if cost_of(_evidence(char)) <= slack + _PAIRED)

    def _add(self, hypothesis: _Hypothesis, char: str, pending: int = _ALIGNED, inside: bool = False) -> _Hypothesis:
        """Add a character. pending: what follows it; inside: the visible character does not end where this one does."""
        cost = hypothesis.cost + self._followers(hypothesis).cost(_evidence(char))
        if is_simplified_only(char):
            cost += _COST_SIMPLIFIED
        if char in _NEVER_FIRST and self._last(hypothesis) == "\n":
            cost += _COST_NEVER_FIRST
        if char in _CLOSING:
            cost += self._weigh_closing(hypothesis.text, char)
        unread = char in self.page.characters
        if unread and (inside or pending != _ALIGNED):
            cost, unread = cost + _COST_UNREAD, False
        return _Hypothesis(cost, pending, hypothesis.text + char, hypothesis.read, unread)

    def _weigh_closing(self, text: str, char: str) -> float:
        """Give what speaks against a closing mark here: a pair must have been opened."""
        opened = _find_opened(text, self.opened)
        return -_PAIRED if opened.endswith(_CLOSING[char]) else _PAIRED

    def _read_lost_reading(self, hypothesis: _Hypothesis, reading: str) -> Iterator[_Hypothesis]:
        """'?' hides a byte and the bracket of a reading."""
        pending = hypothesis.pending
        if pending == _ALIGNED:  # the byte begins a character; with the byte before it it was annotated
            trail = _encode(self._last(hypothesis))[-1:]
            for char in _by_reading(reading):
                lead = _encode(char)[1]
                if _encode(char)[:1] == trail and lead > 0x80:
                    yield hypothesis._replace(pending=lead, read=hypothesis.read + char)
        elif pending != _LOST_AT_CUT:  # the byte ends an annotated character
            for char in _by_reading(reading):
                if self._may_begin(pending, char) and _encode(char)[1] >= 0x80:
                    added = self._add(hypothesis, char)
                    yield added._replace(read=hypothesis.read + char, unread=False)

    @staticmethod
    def _may_begin(pending: int, char: str) -> bool:
        lead = _encode(char)[0]
        return lead in _lost_behind(pending - _LOST_IN_PAIR)[0] if pending >= _LOST_IN_PAIR else lead == pending

    def _read_reading(self, hypothesis: _Hypothesis, reading: str) -> Iterator[_Hypothesis]:
        last = self._last(hypothesis)
        if 0 < hypothesis.pending < _LOST_IN_PAIR:  # between two bytes that were visible as one character
            char = gbk_pairs().get(_encode(last)[-1:] + bytes((hypothesis.pending,)))
            if char is not None and readings().get(char) == reading:
                yield hypothesis._replace(read=hypothesis.read + char)
        elif hypothesis.pending == _ALIGNED:
            char = last if readings().get(last) == reading else _straddling(self.before + hypothesis.text, reading)
            if char:
                yield hypothesis._replace(read=hypothesis.read + char, unread=False)
            else:
                cost = hypothesis.cost + _COST_LITERAL + _COST_UNREAD * hypothesis.unread
                yield hypothesis._replace(cost=cost, text=f"{hypothesis.text}({reading})", unread=False)

    def _read_lost(self, hypothesis: _Hypothesis, position: int) -> Iterator[_Hypothesis]:
        """'?' is itself, hides one byte before a cut or the end, or hides two that make no character."""
        following = self.line[position + 1 : position + 2]
        ends_piece = not following or following in self.cuts
        pending = hypothesis.pending
        if pending == _LOST_AT_CUT:
            yield from self._cut_unknown(hypothesis, "?")
        elif pending == _ALIGNED:
            question = self._add(hypothesis, "？" if self.page.folded else "?")
            yield question._replace(cost=min(question.cost, hypothesis.cost + _COST_LOST))
            bullet = self._add(hypothesis, "•")
            yield bullet._replace(cost=bullet.cost + _COST_BULLET)
            if ends_piece and following:
                yield hypothesis._replace(pending=_LOST_AT_CUT)
        else:
            if "?" in self.cuts:
                yield from self._complete(hypothesis, self.cuts["?"])
            for char in self._choose(hypothesis, self._candidates_behind(pending)):
                if ends_piece:
                    yield self._add(hypothesis, char)
                trail = _encode(char)[1]
                leads, ascii_characters = _lost_behind(trail)
                if leads:
                    yield self._add(hypothesis, char, pending=_LOST_IN_PAIR + trail)
                if not ends_piece:
                    added = self._add(hypothesis, char, inside=True)
                    for ascii_character in self._choose(added, ascii_characters):
                        yield self._add(added, ascii_character)

    def _candidates_behind(self, pending: int) -> Iterable[str]:
        if pending < _LOST_IN_PAIR:
            return self.candidates.by_lead[pending]
        leads = _lost_behind(pending - _LOST_IN_PAIR)[0]
        return (char for lead in leads for char in self.candidates.by_lead[lead])

    def _cut_unknown(self, hypothesis: _Hypothesis, visible: str) -> Iterator[_Hypothesis]:
        mark = self.cuts.get(visible)
        if mark:
            for char in self._choose(hypothesis, self.candidates.by_trail[mark[0]]):
                yield self._add(hypothesis, char, pending=mark[1])

    def _read_character(self, hypothesis: _Hypothesis, position: int) -> Iterator[_Hypothesis]:
        visible = self.line[position]
        if hypothesis.pending == _LOST_AT_CUT:
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
        if hypothesis.pending >= _LOST_IN_PAIR:
            leads = _lost_behind(hypothesis.pending - _LOST_IN_PAIR)[0]
            candidates = (char for char in self.candidates.by_trail[data[0]] if _encode(char)[0] in leads)
            completed = list(self._choose(hypothesis, candidates))
        else:
            char = gbk_pairs().get(bytes((hypothesis.pending,)) + data[:1])
            completed = [char] if char is not None else []
        for char in completed:
            if len(data) == 1:
                yield self._add(hypothesis, char)
            elif data[1] > 0x80:
                yield self._add(hypothesis, char, pending=data[1])
            elif data[1] < 0x80:
                yield self._add(self._add(hypothesis, char, inside=True), chr(data[1]))
