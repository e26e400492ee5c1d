"""Lists of organisations (甲、乙（牵头）和丙): where the one begins and ends of which a member is known.

What was found is kept in the context, so that a list of thousands is walked through once.
"""

from __future__ import annotations

import re

from jishi.stages.context import Context

_BRACKET = r"[（(][^（()）\n]{1,20}[）)]"
_COORDINATION = re.compile(rf"(?:{_BRACKET})?(?:[、，和与及暨]|以及)")
_BRACKETED = re.compile(rf"{_BRACKET}$")


def find_list_end(context: Context, position: int) -> int:
    """Give where the list of organisations ends of which one ends at `position`."""
    known, passed = context.list_ends, []
    while position not in known:
        passed.append(position)
        step = _COORDINATION.match(context.text, position)
        if step and step.end() in context.organisation_ends:
            position = context.organisation_ends[step.end()]
        else:
            known[position] = position
    known.update(dict.fromkeys(passed, known[position]))
    return known[position]


def find_list_start(context: Context, position: int) -> int:
    """Give where the list of organisations begins of which one begins at `position`."""
    known, passed = context.list_starts, []
    while position not in known:
        passed.append(position)
        before = _find_member_before(context, position)
        if before is None:
            known[position] = position
        else:
            position = before
    known.update(dict.fromkeys(passed, known[position]))
    return known[position]


def _find_member_before(context: Context, position: int) -> int | None:
    text, end = context.text, position - 1
    if end < 0 or text[end] not in "、，和与及暨":
        return None
    if end not in context.organisation_starts and text[end - 1 : end] in ("）", ")"):
        bracketed = _BRACKETED.search(text, max(0, end - 22), end)
        end = bracketed.start() if bracketed else end
    return context.organisation_starts.get(end)
