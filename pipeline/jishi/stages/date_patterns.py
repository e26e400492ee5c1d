"""Finding date expressions: where they are and what pieces they are made of. What they are worth: `date_values`.

The patterns are data (`lexicons/dates.toml`). Finding needs no reference date and keeps no state between texts.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any, NamedTuple

from opencc import OpenCC

from jishi.lexicons import join_words
from jishi.stages.calendars import festivals
from jishi.stages.first_characters import find_first_characters

_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SAME = {
    **dict.fromkeys("—–―‐‑‒−─━﹣ー", "-"),
    **dict.fromkeys("〜∼∽～﹏", "~"),
    **dict.fromkeys("〇○◯", "零"),
    **dict.fromkeys("　\u00a0\u2002\u2003\u2009\t", " "),
    **dict.fromkeys("﹒•‧∙・", "·"),
    "〔": "(", "〕": ")", "【": "(", "】": ")", "卄": "廿",
}  # fmt: skip

# what may stand between two pieces of one expression
_GAP = re.compile(r" {0,2}的? ?")
_GAP_AFTER_YEAR = re.compile(r" ?[,、的]? ?")
_GAP_BEFORE_TIME = re.compile(r"[ ,:-]{0,2}|T")
_GAP_BEFORE_WEEKDAY = re.compile(r" ?[,、]? ?")
_RANGE = re.compile(r" ?(?:起|止|开始)?(?:至|到|直到|直至|-{1,2}|~)(?:了)? ?")
_LIST = re.compile(r" ?[、和及与,] ?")
_LONGEST_GAP = 5
_LISTED_DAY = re.compile(r"(?<![(周期拜])[0-9零一二三四五六七八九十廿卅]+[日号]?")
_COUNT_OF_DAYS = re.compile(r"(?:这?[两三2-3][日天])?")
_LEVEL_OF_UNIT = {"年": 1, "个月": 3, "天": 5}


class Piece(NamedTuple):
    """One piece of an expression: its kind, its level (0 century … 7 time of day), its place and the parts it names."""

    kind: str
    level: int
    head: str
    start: int
    end: int
    parts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Point:
    """A row of pieces that name one day, month, year … together."""

    pieces: tuple[Piece, ...]

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end


@dataclass(frozen=True, slots=True)
class Expression:
    """A date expression: one point, or several joined as a range (8月28日至9月2日) or a list (2/19、2/20两日)."""

    points: tuple[Point, ...]
    joined: str
    end: int

    @property
    def start(self) -> int:
        return self.points[0].start


_DIGITS = (frozenset("0123456789"), frozenset("零一二三四五六七八九十百千两"))  # begin nearly the same patterns


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of piece, with the pattern that names its parts."""

    pattern: str
    kind: str
    level: int
    head: str


@dataclass(frozen=True, slots=True)
class Grammar:
    """The patterns. triggers: the characters that a piece can begin with. rules: by name, in the order they are tried.
    beginning: for each trigger, the names of the rules that can begin with it. examples: kind, what stands before, the
    example itself, what stands after it.
    """

    triggers: re.Pattern[str]
    rules: dict[str, Rule]
    beginning: dict[str, tuple[str, ...]]
    words: dict[str, dict[str, int]]
    context: dict[str, re.Pattern[str]]
    examples: tuple[tuple[str, str, str, str], ...]


@functools.cache
def load_lexicon() -> dict[str, Any]:
    """Give the data file as it stands."""
    return tomllib.loads(resources.files("jishi.lexicons").joinpath("dates.toml").read_text(encoding="utf-8"))


@functools.cache
def load_grammar() -> Grammar:
    """Compile the patterns of the data file."""
    lexicon = load_lexicon()
    words = {name: lexicon[name] for name in lexicon if name.startswith(("relative_", "anaphoric_"))}
    parts: dict[str, str] = dict(lexicon["parts"])
    parts |= {name: _alternatives(table) for name, table in words.items()}
    parts["festivals"] = _alternatives(festivals())
    rules, examples = {}, []
    for number, entry in enumerate(lexicon["piece"]):
        pattern = _insert_parts(entry["pattern"], parts)
        rules[f"p{number}"] = Rule(pattern, entry["kind"], entry.get("level", 9), entry.get("head", "yes"))
        examples.append((entry["kind"], entry.get("after", ""), entry["example"], entry.get("following", "")))
    beginning = _sort_by_beginning(rules, _list_class(lexicon["triggers"]) | {name[0] for name in festivals()})
    triggers = re.compile(f"[{''.join(map(re.escape, sorted(beginning)))}]")
    context = {
        name: re.compile(_alternatives(entries) + "$" if name.endswith("before") else _alternatives(entries))
        for name, entries in lexicon["context"].items()
    }
    context |= {name: re.compile(pattern) for name, pattern in lexicon["beside"].items()}
    return Grammar(triggers, rules, beginning, words, context, tuple(examples))


def _list_class(written: str) -> frozenset[str]:
    """Give the characters of a class as it is written in a pattern: 0-9年 is ten digits and 年."""
    spans = re.findall(r"(.)-(.)|(.)", written)
    return frozenset(chr(code) for low, high, one in spans for code in range(ord(low or one), ord(high or one) + 1))


def _sort_by_beginning(rules: dict[str, Rule], triggers: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Give for each of the triggers the rules that can begin with it; digits share theirs, to be compiled once."""
    firsts = {name: find_first_characters(rule.pattern, triggers) for name, rule in rules.items()}
    beginning = {}
    for character in triggers:
        alike = next((digits for digits in _DIGITS if character in digits), frozenset(character))
        names = tuple(name for name, first in firsts.items() if not alike.isdisjoint(first))
        if names:
            beginning[character] = names
    return beginning


@functools.cache
def _compile_alternatives(names: tuple[str, ...]) -> re.Pattern[str]:
    """Give what finds a piece by any of the rules; the name of its last group is the rule's."""
    rules = load_grammar().rules
    unnamed = {name: re.sub(r"[(][?]P<[a-z0-9]+>", "(?:", rules[name].pattern) for name in names}
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in unnamed.items()))


@functools.cache
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@functools.cache
def _beginning_with(character: str) -> re.Pattern[str] | None:
    names = load_grammar().beginning.get(character)
    return _compile_alternatives(names) if names else None


def match_piece(text: str, start: int) -> tuple[Rule, re.Match[str]] | None:
    """Give the first rule that a piece of a folded text fits, and the match, which names its parts."""
    pattern = _beginning_with(text[start : start + 1])
    found = pattern.match(text, start) if pattern else None
    if found is None:
        return None
    rule = load_grammar().rules[str(found.lastgroup)]
    named = _compile(rule.pattern).match(text, start)
    return None if named is None else (rule, named)


def _alternatives(entries: Any) -> str:
    return f"(?:{join_words(entries)})"


def _insert_parts(pattern: str, parts: dict[str, str]) -> str:
    def insert(found: re.Match[str]) -> str:
        return _insert_parts(parts[found[1]], parts) if found[1] in parts else found[0]

    return re.sub(r"%([a-z_]+\d?)%", insert, pattern)


@functools.cache
def _fold_table() -> dict[int, str]:
    """The characters that fold to one which the data knows: width, dashes, and traditional forms by OpenCC's table."""
    data = resources.files("jishi.lexicons")
    known = set("".join((data / name).read_text(encoding="utf-8") for name in ("dates.toml", "festivals.toml")))
    ideographs = [chr(code) for code in range(0x4E00, 0xA000)]
    simplified = OpenCC("t2s").convert("\n".join(ideographs)).split("\n")
    table = {
        ord(one): other for one, other in zip(ideographs, simplified, strict=True) if one != other and other in known
    }
    table |= {code: chr(target) for code, target in _WIDTH.items()}
    return table | {ord(source): target for source, target in _SAME.items()}


@functools.cache
def _foldable() -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(map(chr, sorted(_fold_table()))))}]")


def fold(text: str) -> str:
    """Give `text` in the one form the patterns know. Character for character: every offset stays what it was."""
    table = _fold_table()
    for character in set(_foldable().findall(text)):
        text = text.replace(character, table[ord(character)])
    return text


def find_expressions(text: str) -> list[Expression]:
    """Find the date expressions of a text, in order, without overlap.

    text: in either script and any width. Offsets are code points of `text`.
    """
    return find_folded_expressions(fold(text))


def find_folded_expressions(folded: str) -> list[Expression]:
    """Give the date expressions of a text as `fold` gives it."""
    return list(_join_points(folded, list(_join_pieces(folded, _find_pieces(folded)))))


def _find_pieces(text: str) -> Iterator[Piece]:
    done = 0
    for trigger in load_grammar().triggers.finditer(text):
        start = trigger.start()
        matched = match_piece(text, start) if start >= done else None
        if matched is None:
            continue
        rule, found = matched
        done = found.end()
        parts = {name: value for name, value in found.groupdict().items() if value}
        level = _LEVEL_OF_UNIT.get(parts.get("unit", "天"), 4) if rule.kind == "ago" else rule.level
        yield Piece(rule.kind, level, rule.head, start, done, parts)


def _join_pieces(text: str, pieces: Iterator[Piece]) -> Iterator[Point]:
    row: list[Piece] = []
    for piece in pieces:
        if row and _continues(text, row, piece):
            row.append(piece)
            continue
        if row:
            yield Point(tuple(row))
        row = [] if piece.kind == "nothing" or piece.head == "no" else [piece]
    if row:
        yield Point(tuple(row))


def _continues(text: str, row: list[Piece], piece: Piece) -> bool:
    """Say whether `piece` narrows the pieces before it: 去年 | 8月, 8月 | 28日, 28日 | (星期三), 28日 | 下午3点."""
    last = row[-1]
    if piece.kind == "nothing" or piece.head == "only" or piece.start - last.end > _LONGEST_GAP:
        return False
    gap = text[last.end : piece.start]
    if piece.kind in ("weekday", "weekday_note"):
        if last.kind == "time":  # 4月22日上午(周日)7:30
            return piece.kind == "weekday_note" and gap.strip() == "" and any(earlier.level == 5 for earlier in row)
        if last.kind == "ago" and last.level == 4:  # 两周后的周三
            return bool(_GAP.fullmatch(gap))
        if last.kind == "relative_week":  # 上周的星期三
            return "weekday" not in last.parts and bool(_GAP.fullmatch(gap))
        return last.level == 5 and bool(_GAP_BEFORE_WEEKDAY.fullmatch(gap))
    if last.kind == "weekday" and len(row) == 1 and piece.level in (1, 3, 5):  # 周日, 二月十号
        return bool(_GAP_BEFORE_WEEKDAY.fullmatch(gap))
    if piece.level <= last.level or last.kind in ("time",):
        return False
    if piece.level == 7:
        return last.level >= 5 and bool(_GAP_BEFORE_TIME.fullmatch(gap))
    if last.level == 1 and piece.level == 3 and piece.kind == "month":
        return bool(_GAP_AFTER_YEAR.fullmatch(gap))
    if piece.kind == "day_bare":
        return last.kind == "month" and gap == ""
    if last.kind in ("years", "short_years", "months", "days"):
        return False
    return bool(_GAP.fullmatch(gap))


def _join_points(text: str, points: list[Point]) -> Iterator[Expression]:
    position = 0
    while position < len(points):
        joined, row = "", [points[position]]
        position += 1
        while position < len(points) and joined != "range":
            before, after = row[-1], points[position]
            gap = text[before.end : after.start] if after.start - before.end <= _LONGEST_GAP else "|"
            if not joined and _RANGE.fullmatch(gap):
                joined = "range"
            elif _LIST.fullmatch(gap) and before.pieces[-1].level == 5 == after.pieces[-1].level:
                joined = "list"
            else:
                break
            row.append(after)
            position += 1
        end = row[-1].end
        if joined == "list":
            end = _COUNT_OF_DAYS.match(text, end).end()  # type: ignore[union-attr]
        yield Expression(tuple(row), joined, end)


def split_list(point: Point) -> tuple[Point, ...]:
    """Give what a list names as points of their own: 3月5日、9日, 5月和10月, 2016和2023年."""
    piece = point.pieces[-1]
    if piece.kind == "days":
        found = [
            Piece("day", 5, "yes", piece.start + number.start(), piece.start + number.end(), {"day": number[0]})
            for number in _LISTED_DAY.finditer(piece.parts["row"])
        ]
    elif piece.kind in ("years", "months") and "and" in piece.parts:
        kind = piece.kind.removesuffix("s")
        first, last = piece.parts["first"], piece.parts["last"]
        between = piece.start + len(first) + len(piece.parts["and"])
        found = [
            Piece(kind, piece.level, "yes", piece.start, piece.start + len(first), {kind: first}),
            Piece(kind, piece.level, "yes", between, piece.end, {kind: last}),
        ]
    else:
        return (point,)
    return (Point((*point.pieces[:-1], found[0])), *(Point((single,)) for single in found[1:]))
