"""The fields of announcements and notices: what stands behind 主讲人：, 地点：, 主办单位：.

Each has a line of its own, all share one, or a crawl has glued them together (题目：…主讲人：…时间：…). Offsets are of
the normalised text.
"""

from __future__ import annotations

import bisect
import functools
import re
from typing import NamedTuple

from jishi.lexicons import join_words, read_lines
from jishi.stages.clauses import begin_with

_GLUED_REACH = 500  # a label that is glued to other text follows another within so many characters
_ENUMERATION = r"(?:[（(]?[一二三四五六七八九十壹贰叁肆伍陆柒捌玖参\d]{1,3}[）)]?[、.．：]?)?"
_BREAK = re.compile(r"[\n。；;】\]|｜ 　（(]")
_VALUE_END = re.compile("[\n。【|｜]")
_BRACKET = re.compile("[（(）)]")
_NEXT_LABEL = re.compile(r"[ 　|｜；;]{1,4}[\u4e00-\u9fff]{2,8}[：:]")


class Field(NamedTuple):
    """One labelled value; `start`, `end` is the value, `label_start` where its label begins."""

    kind: str
    label_start: int
    start: int
    end: int


@functools.cache
def _labels() -> dict[str, str]:
    table = {}
    for line in read_lines("announcement_labels.txt"):
        kind, _, labels = line.partition("\t")
        table.update(dict.fromkeys(labels.split(), kind))
    return table


@functools.cache
def _pattern() -> re.Pattern[str]:
    labels = join_words(_labels())
    first = "".join(sorted({label[0] for label in _labels()}))
    return re.compile(
        begin_with(
            "【" + first,
            rf"(?P<label>{labels})(?P<close>[】\]]?)(?:[（(][^（）()\n：:]{{1,16}}[）)])?"
            r"(?:[ ]*[：:][ ]*\n?|[ ]*(?P<line>\n))"
            rf"|【(?P<boxed>{labels})】[ ]*\n?",
        )
    )


@functools.cache
def _lead() -> re.Pattern[str]:
    return re.compile(rf"(?:^|\n)[^\w\n]{{0,6}}{_ENUMERATION}[^\w\n]{{0,3}}$")


def find_fields(text: str) -> list[Field]:
    """Give the fields of a text in order. A label counts at the beginning of a line, behind a break, or not far behind
    another field; one without a colon only on a line of its own."""
    found: list[tuple[str, int, int]] = []
    for match in _pattern().finditer(text):
        label = match["label"] or match["boxed"]
        start = match.start()
        opens_line = _lead().search(text, max(0, start - 14), start) is not None
        if match["line"] and not opens_line:
            continue
        is_near = bool(found) and start - found[-1][2] <= _GLUED_REACH
        if not (opens_line or match["boxed"] or is_near or _BREAK.match(text, max(0, start - 1))):
            continue
        found.append((_labels()[label], start, match.end()))
    fields = []
    for i, (kind, label_start, start) in enumerate(found):
        if kind == "other":
            continue
        limit = found[i + 1][1] if i + 1 < len(found) else len(text)
        stop = _VALUE_END.search(text, start, limit)
        end = stop.start() if stop else limit
        bracket = _BRACKET.search(text, start, end)
        if bracket and bracket.group() in ")）":  # closes one that was opened before the label
            end = bracket.start()
        following = _NEXT_LABEL.search(text, start, end)
        if following:
            end = following.start()
        while end > start and text[end - 1] in " 　，。；;、【[":
            end -= 1
        if end > start:
            fields.append(Field(kind, label_start, start, end))
    return fields


def find_field(fields: list[Field], offset: int) -> Field | None:
    """Give the field whose value holds `offset`."""
    last = bisect.bisect_right(fields, offset, key=lambda field: field.start) - 1
    return fields[last] if last >= 0 and offset < fields[last].end else None
