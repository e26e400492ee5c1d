"""What a repair changed, for a person's eye: as a list, and source and mended text side by side."""

from __future__ import annotations

import re

from rich.console import Console
from rich.table import Table
from rich.text import Text

from jishi.stages.edits import Repair
from jishi.stages.repair import Repaired
from jishi.text import NormalisedText

_AROUND = 10  # characters shown before and behind a change
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3000\ufeff]")


def print_repairs(repaired: Repaired | NormalisedText, console: Console | None = None) -> None:
    """Print the list of repairs, the warnings, and the changed lines side by side."""
    console = console or Console()
    console.print(tabulate_repairs(repaired.source, repaired.repairs))
    for warning in repaired.warnings:
        console.print(Text(f"! {warning}", style="yellow"))
    if repaired.repairs:
        console.print(show_side_by_side(repaired))


def tabulate_repairs(source: str, repairs: tuple[Repair, ...]) -> Table:
    """Give one row a repair: where (code points of the source), kind, before → after in context, why."""
    table = Table("where", "kind", "before → after", "why", title=f"{len(repairs)} repairs", title_justify="left")
    for repair in repairs:
        change = Text(_show(source[max(0, repair.start - _AROUND) : repair.start]))
        change.append(_show(repair.before), style="red strike")
        change.append(" → ", style="dim")
        change.append(_show(repair.after) or "∅", style="green")
        change.append(_show(source[repair.end : repair.end + _AROUND]))
        table.add_row(f"{repair.start}–{repair.end}", repair.kind, change, repair.reason)
    return table


def show_side_by_side(repaired: Repaired | NormalisedText) -> Table:
    """Give the lines in which something was changed, as found and as mended, changes in colour."""
    table = Table("as found", "as mended", show_lines=True, expand=True)
    for start, end in _changed_lines(repaired):
        after_start, after_end = repaired.alignment.to_after(start, end)
        found, mended = Text(), Text()
        position, after_position = start, after_start
        for a, b, c, d in repaired.alignment.changes:
            if start <= a and b <= end:
                found.append(_show(repaired.source[position:a])).append(_show(repaired.source[a:b]), style="red")
                mended.append(_show(repaired.text[after_position:c])).append(_show(repaired.text[c:d]), style="green")
                position, after_position = b, d
        found.append(_show(repaired.source[position:end]))
        mended.append(_show(repaired.text[after_position:after_end]))
        table.add_row(found, mended)
    return table


def _changed_lines(repaired: Repaired | NormalisedText) -> list[tuple[int, int]]:
    """Give the stretches of whole source lines that hold changes; a change over a line break joins its lines."""
    lines: list[tuple[int, int]] = []
    for repair in repaired.repairs:
        start = repaired.source.rfind("\n", 0, repair.start) + 1
        end = repaired.source.find("\n", repair.end)
        end = len(repaired.source) if end < 0 else end
        if lines and start <= lines[-1][1]:
            lines[-1] = (lines[-1][0], max(end, lines[-1][1]))
        else:
            lines.append((start, end))
    return lines


def _show(text: str) -> str:
    """Make invisible characters visible: a line break as ⏎, others as their code point."""
    return _INVISIBLE.sub(lambda found: "⏎" if found.group() == "\n" else f"‹{ord(found.group()):04X}›", text)
