"""Events that have no name: visits, told by who goes where to look, and further events of an article, told of in
paragraphs of their own or as the items of a digest."""

from __future__ import annotations

import bisect
import re
from typing import Any, NamedTuple

from spacy.tokens import Doc

from jishi.stages.clauses import locate
from jishi.stages.context import Context

# what a sentence tells of an event without a name, with the type that this is
_DOES = {
    "lecture": re.compile(
        r"(?:[作做]|带来|举[办行]|开展)[^，。；\n]{0,24}(?:讲座|报告(?!会)|宣讲|演讲|讲学|党课)|授课|主讲|开讲"
    ),
    "visit": re.compile("走访|调研|考察|参观|到访|来访|慰问|看望|访问|会见|拜会"),
    "signing": re.compile("签署|签约|签订"),
}
_PLACED = re.compile("[在于赴到]|走进|来到|前往|走访|考察|参观|访问")
_NOT_HELD = re.compile("将|拟|计划|曾|截至|以来|自从|[起前后]，")
# what tells a visit, in a title or where an article begins
_OPENING = 200  # characters of the body in which a visit is told
_GOING = r"(?:到|赴|前往|来(?![自源])|莅临|走进|深入)[^，。；\n]{2,24}?"
_LOOKING = r"(?:调研|考察|参观|访问|走访|慰问|视察|督导|检查|指导|看望)"
_VISIT = re.compile(rf"一行[^，。；\n]{{0,8}}?{_GOING}(?:{_LOOKING}|交流)")
# in a title: 县长带队赴某镇慰问, 校领导看望留校学生
_VISIT_IN_TITLE = re.compile(
    rf"(?:带队|率[队团]|领导|(?:书记|[市县区镇乡州省校院局处厅部]长|主席|主任)(?:[\u4e00-\u9fff]{{2,4}})?)"
    rf"[^，。；\n]{{0,6}}?(?:{_GOING}{_LOOKING}|看望|慰问|视察|调研)"
)
_GOES = re.compile(rf"(?:等[^，。；\n]{{0,8}}?)?(?:一行|带队|率[^，。；\n]{{1,10}}?)?{_GOING}{_LOOKING}")
_ECHO = re.compile("引发|反响|慰问[电信]|精神|表示|讲话")  # what follows a visit elsewhere


class ToldEvent(NamedTuple):
    """A sentence that tells of an event; `kind`: its type, as far as its words say so."""

    start: int
    end: int
    kind: str


def find_told_events(
    doc: Doc, context: Context, items: list[tuple[int, int]], starts: list[int], days: list[tuple[str, str]]
) -> list[ToldEvent]:
    """Give the events of which a paragraph tells without naming them, on another day than the others and at a place of
    their own: 13日上午，某人走进某校，…

    items: those of a digest; starts: where the events that have a name are named; days: their first and last days.
    """
    text = context.text
    named = {locate(context.sentences, start) for start in starts}
    days, starts = list(days), list(starts)
    found: list[ToldEvent] = []
    first = locate(context.sentences, context.body_start + 1)
    for date in doc._.dates:
        number = locate(context.sentences, date.start)
        start, end = context.sentences[number]
        item = find_item(items, start)
        if number in named or not _opens_paragraph(text, date, start, end):
            continue
        if item and any(item[0] <= other < item[1] for other in starts):
            continue
        if not item and (number <= first or any(begins <= date.start_date <= ends for begins, ends in days)):
            continue
        reach = min(end, date.end + 120)
        told = [(act.start(), kind) for kind, does in _DOES.items() if (act := does.search(text, date.end, reach))]
        if told and (item or _PLACED.search(text, date.end, reach)):
            days.append((date.start_date, date.end_date or date.start_date))
            starts.append(start)
            found.append(ToldEvent(start, end, min(told)[1]))
    return found


def _opens_paragraph(text: str, date: Any, start: int, end: int) -> bool:
    """Say whether a paragraph opens with the sentence `[start, end)`, and that with the day of what it tells."""
    return (
        date.start <= start + 2
        and text[max(0, start - 1) : start] in ("", "\n")
        and date.granularity == "day"
        and not date.anaphoric
        and bool(date.start_date)
        and _NOT_HELD.search(text, date.end, min(end, date.end + 60)) is None
    )


_BULLET = re.compile("^[●▲■◆▶►★※◎○□▪•·◇△▷☆](?=.(.*))", re.MULTILINE)


def find_items(doc: Doc, text: str) -> list[tuple[int, int]]:
    """Give the items of a digest: paragraphs that open with a mark of enumeration and a date, several with one mark;
    behind a heading so marked the paragraphs up to the next one, where the first opens with a date."""
    bullets: dict[str, list[tuple[int, int, bool]]] = {}
    for bullet in _BULLET.finditer(text):
        bullets.setdefault(bullet.group(), []).append((bullet.start(), bullet.end(1), "。" in bullet[1]))
    days = {date.start for date in doc._.dates}
    items = []
    for lines in bullets.values():
        if len(lines) < 2:
            continue
        following = [start for start, _, _ in lines[1:]] + [len(text)]
        for (start, line_end, told), after in zip(lines, following, strict=True):
            opening = start + 1 if told else line_end + 1
            if not days.isdisjoint((opening, opening + 1, opening + 2)):
                items.append((start, line_end if told else after))
    return sorted(items)


def find_item(items: list[tuple[int, int]], offset: int | None) -> tuple[int, int] | None:
    """The one of `items` that holds `offset`."""
    if offset is None:
        return None
    last = bisect.bisect_right(items, (offset, 1 << 60)) - 1
    return items[last] if last >= 0 and offset < items[last][1] else None


def tells_visit(context: Context) -> bool:
    """Whether the title or the opening says that somebody went somewhere to look: the article then reports a visit."""
    text, body = context.text, context.body_start
    if _VISIT.search(text, 0, body + _OPENING):
        return True
    if not context.sentences or _ECHO.search(text, 0, body):
        return False
    first = min(context.sentence_around(body, body)[1], body + _OPENING)
    goes = any(_GOES.match(text, group.end, first) for group in context.groups_from(0, first))
    return goes or _VISIT_IN_TITLE.search(text, 0, body) is not None
