"""The search for lost bytes: what may have stood where a damaged page shows '?'.

A hypothesis is an original text up to some visible character, with the byte that begins the next character if the two
do not end together. Each step reads what is visible next in every way the damage allows.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from jishi.stages.character_ngrams import OwnNgrams
from jishi.stages.character_sequences import Followers, OwnSequences, character_sequences
from jishi.stages.damage import gbk_pairs, insertion, readings
from jishi.stages.script import is_simplified_only, simplify_character, to_traditional

LETTERS = "a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜ"
READING = re.compile(rf"\(([{LETTERS}]{{1,6}})\)")
LOST_READING = re.compile(rf"\?([{LETTERS}]{{1,6}})\)")
_UNCERTAIN = re.compile(r"\?.{0,16}")

_REST_OF_NAME = re.compile(r"[^，。；：？！,;:?!“”《》\n]{1,16}[”》]")

_CUTS = {",": "，", ";": "；", "?": "？"}
MARKS = {**_CUTS, ":": "：", "(": "（", ")": "）", "!": "！"}
_UNFOLDING = str.maketrans(MARKS)
_BRACKETS = {"(": "（", ")": "）"}
_CLOSING = {"”": "“", "’": "‘", "》": "《", "」": "「", "』": "『", "）": "（", "】": "【", "〉": "〈"}
_NEVER_FIRST = frozenset("，。；：？！、”’》）」』】")

_BEAM = 100  # hypotheses kept from one visible character to the next
_MARGIN = 11.0  # nats behind the best at which a hypothesis is given up
_EFFORT = 2_000_000  # candidates weighed for one page, some seconds' worth; an ordinary page needs 30,000
_NUMBERS = 50_000  # characters of the page in which a number is looked for again
_QUOTED = 300  # characters before a place in which opening marks are looked for
# What is pending between two visible characters: the lead byte of the next, or one of these.
ALIGNED = -1  # nothing, the next byte begins a character
_LOST_AT_CUT = 0  # a lead byte that was lost, alone in front of a cut
_LOST_IN_PAIR = 0x100  # plus a trail byte: a lead byte that was lost because the two make no character

# Costs in nats beside those of the characters themselves.
_COST_LOST = 11.0  # a character outside GBK stood here
_COST_BULLET = 1.5  # the bullet that stands for an interpunct is outside GBK
_COST_ASKED_IN_NAME = 12.0  # of 106 lost marks inside 《…》 or “…” in the corpus 93 are bullets, 10 question marks
_COST_SIMPLIFIED = 9.0  # a simplified character in a text that was converted to traditional
_COST_UNREAD = 9.0  # an annotated character without its reading
_COST_NEVER_FIRST = 6.0  # a mark that begins no line
_COST_LITERAL = 6.0  # something in brackets that looks like a reading and is none
_PAIRED = 2.0  # a closing mark: less behind its opening one, more without


class Hypothesis(NamedTuple):
    """What the text may have been up to here. pending: the byte that begins the next character."""

    cost: float
    pending: int
    text: str
    read: str = ""  # characters whose reading was met
    unread: bool = False  # the last character is one that the site annotates: its reading must come now


class Page:
    """What is known of the page: the characters it annotates, whether punctuation was folded, what its text is like."""

    def __init__(self, text: str, characters: set[str]) -> None:
        self.characters = characters
        self.annotated = dict(map(insertion, characters))
        self.folded = not any(mark in text for mark in MARKS.values())
        self.text = text
        self.effort = _EFFORT
        self.line_start = 0  # where the line that is being mended begins

    @functools.cached_property
    def readable(self) -> str:
        """What can be read of the page, as evidence: not what stands behind a '?'."""
        readable = _UNCERTAIN.sub("\n\n", READING.sub("", self.text))
        return "".join(map(evidence_of, readable.translate(_UNFOLDING)))

    @functools.cached_property
    def numbers(self) -> str:
        """The page without its readings, as evidence for numbers: the digits that are visible are the original's."""
        return "".join(map(evidence_of, READING.sub("", self.text[:_NUMBERS])))

    @functools.cached_property
    def sequences(self) -> OwnSequences:
        """How characters follow one another on the page."""
        return OwnSequences(self.readable)

    @functools.cached_property
    def ngrams(self) -> OwnNgrams:
        """How well a candidate reads on the page."""
        return OwnNgrams(self.readable)

    @functools.cached_property
    def candidates(self) -> _Candidates:
        """The characters that may have been lost."""
        return _list_candidates(self)


class Search:
    """The steps of one search: from the hypotheses before a visible character to those behind it."""

    def __init__(self, line: str, start: int, before: str, page: Page) -> None:
        self.line, self.page, self.candidates = line, page, page.candidates
        self.before = ("\n\n" + before)[-2:]
        self.limit = float("inf")  # the cost above which nothing is kept, in the step that is being made
        self.opened = _find_opened(line[max(0, start - _QUOTED) : start].translate(_UNFOLDING))
        cuts = _CUTS if page.folded else {mark: mark for mark in _CUTS.values()}
        self.cuts = {visible: encode(mark) for visible, mark in cuts.items()}

    def step(self, beam: list[Hypothesis], position: int) -> tuple[list[Hypothesis], int]:
        """Read what stands at `position`; give the hypotheses, best first, and where to go on."""
        line = self.line
        lost = LOST_READING.match(line, position)
        shown = READING.match(line, position)
        end = position + 1
        if lost:
            read, end = functools.partial(self._read_lost_reading, reading=lost[1]), lost.end()
        elif shown:
            read, end = functools.partial(self._read_reading, reading=shown[1]), shown.end()
        elif line[position] == "?":
            read = functools.partial(self._read_lost, position=position)
        else:
            read = functools.partial(self._read_character, position=position)
        grown: list[Hypothesis] = []
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
            if len(grown) > 4 * _BEAM:
                self.page.effort -= len(grown)
                grown.sort()
                del grown[2 * _BEAM :]
                self.limit = min(self.limit, grown[-1].cost)
        self.page.effort -= len(grown)
        grown.sort()
        best: dict[tuple[int, str], Hypothesis] = {}
        for hypothesis in grown:
            if hypothesis.cost > self.limit or len(best) == _BEAM:
                break
            best.setdefault((hypothesis.pending, hypothesis.text), hypothesis)
        return list(best.values()), end

    def end_line(self, hypothesis: Hypothesis) -> Hypothesis:
        """Add the cost of the line's ending here."""
        cost = hypothesis.cost + self._followers(hypothesis).cost("\n")
        return hypothesis._replace(cost=cost + _COST_UNREAD * hypothesis.unread)

    def _last(self, hypothesis: Hypothesis) -> str:
        return hypothesis.text[-1:] or self.before[-1]

    def _followers(self, hypothesis: Hypothesis) -> Followers:
        text = hypothesis.text[-2:]
        if len(text) < 2:
            text = (self.before + text)[-2:]
        return self.page.sequences.behind(evidence_of(text[0]) + evidence_of(text[1]))

    def _choose(self, hypothesis: Hypothesis, candidates: Iterable[str]) -> list[str]:
        """Give those of the candidates that may still belong to the best hypothesis."""
        candidates = list(candidates)
        self.page.effort -= len(candidates)
        cost_of, slack = self._followers(hypothesis).cost, self.limit - hypothesis.cost + _PAIRED
        return [char for char in candidates if cost_of(evidence_of(char)) <= slack]

    def _add(self, hypothesis: Hypothesis, char: str, pending: int = ALIGNED, inside: bool = False) -> Hypothesis:
        """Add a character. pending: what follows it; inside: the visible character does not end where this one does."""
        cost = hypothesis.cost + self._followers(hypothesis).cost(evidence_of(char))
        if is_simplified_only(char):
            cost += _COST_SIMPLIFIED
        if char in _NEVER_FIRST and self._last(hypothesis) == "\n":
            cost += _COST_NEVER_FIRST
        closing = _BRACKETS.get(char, char)
        if closing in _CLOSING:
            cost += self._weigh_closing(hypothesis.text, closing)
        unread = char in self.page.characters
        if unread and (inside or pending != ALIGNED):
            cost, unread = cost + _COST_UNREAD, False
        return Hypothesis(cost, pending, hypothesis.text + char, hypothesis.read, unread)

    def _weigh_closing(self, text: str, char: str) -> float:
        """Give what speaks against a closing mark here: a pair must have been opened."""
        opened = _find_opened(text.translate(_UNFOLDING), self.opened)
        return -_PAIRED if opened.endswith(_CLOSING[char]) else _PAIRED

    def _read_lost_reading(self, hypothesis: Hypothesis, reading: str) -> Iterator[Hypothesis]:
        """'?' hides a byte and the bracket of a reading."""
        pending = hypothesis.pending
        if pending == ALIGNED:  # the byte begins a character; with the byte before it it was annotated
            trail = encode(self._last(hypothesis))[-1:]
            for char in _by_reading(reading):
                lead = encode(char)[1]
                if encode(char)[:1] == trail and lead > 0x80:
                    yield hypothesis._replace(pending=lead, read=hypothesis.read + char)
        elif pending != _LOST_AT_CUT:  # the byte ends an annotated character
            for char in _by_reading(reading):
                if self._may_begin(pending, char) and encode(char)[1] >= 0x80:
                    added = self._add(hypothesis, char)
                    yield added._replace(read=hypothesis.read + char, unread=False)

    @staticmethod
    def _may_begin(pending: int, char: str) -> bool:
        lead = encode(char)[0]
        return lead in _lost_behind(pending - _LOST_IN_PAIR)[0] if pending >= _LOST_IN_PAIR else lead == pending

    def _read_reading(self, hypothesis: Hypothesis, reading: str) -> Iterator[Hypothesis]:
        last = self._last(hypothesis)
        if 0 < hypothesis.pending < _LOST_IN_PAIR:  # between two bytes that were visible as one character
            char = gbk_pairs().get(encode(last)[-1:] + bytes((hypothesis.pending,)))
            if char is not None and readings().get(char) == reading:
                yield hypothesis._replace(read=hypothesis.read + char)
        elif hypothesis.pending == ALIGNED:
            char = last if readings().get(last) == reading else find_straddling(self.before + hypothesis.text, reading)
            if char:
                yield hypothesis._replace(read=hypothesis.read + char, unread=False)
            else:
                cost = hypothesis.cost + _COST_LITERAL + _COST_UNREAD * hypothesis.unread
                yield hypothesis._replace(cost=cost, text=f"{hypothesis.text}({reading})", unread=False)

    def _read_lost(self, hypothesis: Hypothesis, position: int) -> Iterator[Hypothesis]:
        """'?' is itself, hides one byte before a cut or the end, or hides two that make no character."""
        following = self.line[position + 1 : position + 2]
        ends_piece = not following or following in self.cuts
        next_reading = LOST_READING.match(self.line, position + 1)
        next_leads = next_reading and {encode(char)[0] for char in _by_reading(next_reading[1])}
        pending = hypothesis.pending
        if pending == _LOST_AT_CUT:
            yield from self._cut_unknown(hypothesis, "?")
        elif pending == ALIGNED:
            question = self._add(hypothesis, "？" if self.page.folded else "?")
            cost = min(question.cost, hypothesis.cost + _COST_LOST)
            in_name = self._is_in_name(position)
            yield question._replace(cost=cost + _COST_ASKED_IN_NAME * in_name)
            if "\u4e00" <= self._last(hypothesis) <= "\u9fff":
                bullet = self._add(hypothesis, "•")
                yield bullet._replace(cost=bullet.cost + (0.0 if in_name else _COST_BULLET))
            for char in self._choose(hypothesis, _unwritable()):
                yield self._add(hypothesis, char)
            if ends_piece and following:
                yield hypothesis._replace(pending=_LOST_AT_CUT)
        else:
            if "?" in self.cuts:
                yield from self._complete(hypothesis, self.cuts["?"])
            for char in self._choose(hypothesis, self._candidates_behind(pending)):
                if ends_piece:
                    yield self._add(hypothesis, char)
                trail = encode(char)[1]
                leads, ascii_characters = _lost_behind(trail)
                if leads and (next_leads is None or not next_leads.isdisjoint(leads)):
                    yield self._add(hypothesis, char, pending=_LOST_IN_PAIR + trail)
                if not ends_piece:
                    added = self._add(hypothesis, char, inside=True)
                    for ascii_character in self._choose(added, ascii_characters):
                        if following.isalpha() or not ascii_character.isalpha():  # Chapman, but no letter alone
                            yield self._add(added, ascii_character)
                    # or what GBK cannot write, '?' already when the pair was torn: 一二•九
                    bullet = self._add(added, "•")
                    yield bullet._replace(cost=bullet.cost + _COST_BULLET)
                    yield added._replace(cost=added.cost + _COST_LOST, text=added.text + "?")

    def _is_in_name(self, position: int) -> bool:
        """Whether a place lies between 《 and 》 or “ and ”, without another mark of punctuation."""
        return self.opened.endswith(("《", "“")) and _REST_OF_NAME.match(self.line, position + 1) is not None

    def _candidates_behind(self, pending: int) -> Iterable[str]:
        if pending < _LOST_IN_PAIR:
            return self.candidates.by_lead[pending]
        leads = _lost_behind(pending - _LOST_IN_PAIR)[0]
        return (char for lead in leads for char in self.candidates.by_lead[lead])

    def _cut_unknown(self, hypothesis: Hypothesis, visible: str) -> Iterator[Hypothesis]:
        mark = self.cuts.get(visible)
        if mark:
            for char in self._choose(hypothesis, self.candidates.by_trail[mark[0]]):
                yield self._add(hypothesis, char, pending=mark[1])

    def _read_character(self, hypothesis: Hypothesis, position: int) -> Iterator[Hypothesis]:
        visible = self.line[position]
        if hypothesis.pending == _LOST_AT_CUT:
            yield from self._cut_unknown(hypothesis, visible)
        elif hypothesis.pending == ALIGNED:
            yield self._add(hypothesis, self._unfold(hypothesis, position))
        else:
            yield from self._complete(hypothesis, encode(visible))
            if self.page.folded and visible in MARKS:
                yield from self._complete(hypothesis, encode(MARKS[visible]))

    def _unfold(self, hypothesis: Hypothesis, position: int) -> str:
        visible = self.line[position]
        if not self.page.folded or visible not in MARKS:
            return visible
        following = self.line[position + 1 : position + 2]
        return visible if self._last(hypothesis).isascii() and following.isascii() and following else MARKS[visible]

    def _complete(self, hypothesis: Hypothesis, data: bytes) -> Iterator[Hypothesis]:
        """Complete the pending character by the first of the bytes; a second one begins the next character."""
        if hypothesis.pending >= _LOST_IN_PAIR:
            leads = _lost_behind(hypothesis.pending - _LOST_IN_PAIR)[0]
            candidates = (char for char in self.candidates.by_trail.get(data[0], ()) if encode(char)[0] in leads)
            completed = self._choose(hypothesis, candidates)
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


class _Candidates(NamedTuple):
    """Characters that may have been lost: common ones, and those that the page has."""

    by_lead: dict[int, list[str]]  # without those whose trail byte a decoder takes for ASCII
    by_trail: dict[int, list[str]]


def _list_candidates(page: Page) -> _Candidates:
    by_lead, by_trail = map(dict, _common_candidates())
    language = character_sequences()
    for char in set(page.text):
        if len(encode(char)) == 2 and language.is_rare(evidence_of(char)):
            lead, trail = encode(char)
            by_trail[trail] = [*by_trail.get(trail, []), char]
            if trail >= 0x80:
                by_lead[lead] = [*by_lead.get(lead, []), char]
    return _Candidates(by_lead, by_trail)


@functools.cache
def _unwritable() -> tuple[str, ...]:
    """Give the traditional forms of common characters that GBK cannot write: 䴉 of 朱鹮."""
    language = character_sequences()
    forms = {
        char: to_traditional(char) for char in language.alone if not language.is_rare(char) and len(encode(char)) == 2
    }
    return tuple(form for form in forms.values() if not encode(form))


@functools.cache
def _common_candidates() -> _Candidates:
    language = character_sequences()
    by_lead: dict[int, list[str]] = {lead: [] for lead in range(0x81, 0xFF)}
    by_trail: dict[int, list[str]] = {trail: [] for trail in range(0x40, 0xFF)}
    for pair, char in gbk_pairs().items():
        if not is_simplified_only(char) and not language.is_rare(simplify_character(char)):
            by_trail[pair[1]].append(char)
            if pair[1] >= 0x80:
                by_lead[pair[0]].append(char)
    return _Candidates(by_lead, by_trail)


def _find_opened(text: str, opened: str = "") -> str:
    """Give the marks that are still open at the end of a text, outermost first."""
    for mark in re.findall(f"[{''.join(_CLOSING.values())}{''.join(_CLOSING)}]", text):
        if mark not in _CLOSING:
            opened = (opened + mark)[-8:]
        elif opened.endswith(_CLOSING[mark]):
            opened = opened[:-1]
    return opened


def find_straddling(before: str, reading: str) -> str | None:
    """Give the character that the last byte of a character and a Latin letter behind it make, if `reading` is its."""
    if len(before) < 2 or not before[-1].isascii():
        return None
    char = gbk_pairs().get(encode(before[-2])[-1:] + encode(before[-1]))
    return char if char is not None and readings().get(char) == reading else None


@functools.lru_cache(maxsize=30_000)
def evidence_of(char: str) -> str:
    """Give the form in which a character counts as language evidence."""
    if char.isascii():
        return "a" if char.isalpha() else _BRACKETS.get(char, char)
    return "·" if char == "•" else simplify_character(char)


@functools.lru_cache(maxsize=30_000)
def encode(char: str) -> bytes:
    return char.encode("gbk", "ignore")


@functools.cache
def _lost_behind(trail: int) -> tuple[frozenset[int], str]:
    """What makes no character behind `trail`, where a decoder takes that for a lead byte: lead bytes, and ASCII."""
    pairs = gbk_pairs()
    leads = frozenset(byte for byte in range(0x81, 0xFF) if bytes((trail, byte)) not in pairs)
    return leads, "".join(chr(byte) for byte in range(0x20, 0x7F) if byte != 0x3F and bytes((trail, byte)) not in pairs)


@functools.cache
def _by_reading(reading: str) -> list[str]:
    return [char for char, own in readings().items() if own == reading]
