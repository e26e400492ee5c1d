"""Repair: text as archives hold it, mended. Each fix is a small function that gives edits and says why.

The fixes run in a fixed order, each on what the one before left; all of them end up as one list of repairs of the
source text, which explains what was done and can be replayed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from jishi.stages import characters, encoding, markup, misalignment, spacing, typography, wrapping
from jishi.stages.edits import Alignment, Edit, Repair, align_edits, apply_edits, compose_edits

Fix = Callable[[str], list[Edit] | tuple[list[Edit], list[str]]]

# Each fix with the characters one of which must stand in the text for it to run. The order matters: bytes are put right
# before anything looks at characters, invisible characters hide the other damage, and lost bytes can only be searched
# before the width of characters is changed.
FIXES: tuple[tuple[Fix, frozenset[str]], ...] = (
    (characters.replace_surrogates, characters.SURROGATES),
    (encoding.mend_western, encoding.WESTERN_MARKS),
    (encoding.mend_gbk, encoding.GBK_MARKS | {"锟"}),
    (encoding.mend_big5, encoding.BIG5_MARKS | encoding.GB_MARKS),
    (markup.decode_escapes, frozenset("\\%")),
    (characters.unify_line_breaks, characters.LINE_BREAKS),
    (markup.remove_tags, frozenset("<")),
    (markup.decode_entities, frozenset("&;")),
    (markup.remove_markings, frozenset("[*_")),
    (characters.remove_invisible, characters.INVISIBLE),
    (characters.remove_attached, characters.ATTACHED),
    (characters.replace_forms, characters.FORMS),
    (characters.replace_compatibility_forms, characters.COMPATIBILITY),
    (misalignment.mend_misalignment, frozenset("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ")),
    (characters.fold_width, characters.FULL_WIDTH),
    (characters.fold_mathematical, characters.MATHEMATICAL),
    (characters.restore_digits, characters.LETTERS_FOR_DIGITS),
    (characters.unify_interpuncts, characters.INTERPUNCTS),
    (typography.unify_quotes, typography.QUOTES),
    (typography.restore_full_stops, frozenset(".")),
    (spacing.join_spaced_lines, spacing.SPACES),
    (spacing.join_spaced_digits, spacing.SPACES),
    (spacing.join_letter_spaced, spacing.SPACES),
    (spacing.join_split_names, spacing.SPACES),
    (spacing.join_split_words, spacing.SPACES),
    (wrapping.join_wrapped_lines, frozenset("\n")),
    (typography.restore_punctuation, typography.MARKS),
    (spacing.remove_spaces_at_marks, spacing.SPACES),
    (spacing.unify_spaces, spacing.SPACES),
)


@functools.cache
def _trigger_pattern() -> re.Pattern[str]:
    """What finds every character that a fix is for, and the few other ones beyond the first plane."""
    every = frozenset[str]().union(*(triggers for _, triggers in FIXES))
    near = "".join(sorted(char for char in every if char <= "\uffff"))
    return re.compile(f"[{re.escape(near)}\U00010000-\U0010ffff]")


_ROUNDS = 4  # what one fix brings to light another mends: the fixes run until nothing changes


@dataclass(frozen=True, slots=True)
class Repaired:
    """A mended text in the script it was written in.

    source: the text as found; text: the text as mended; alignment: from source (before) to text (after); repairs: what
    was changed, in order and disjoint, offsets in code points of the source; warnings: damage that was left alone.
    """

    source: str
    text: str
    alignment: Alignment
    repairs: tuple[Repair, ...]
    warnings: tuple[str, ...]


def repair(text: str, *, title_length: int | None = None) -> Repaired:
    """Mend a damaged text. A text without damage comes back as it is.

    title_length: where the text is a title, a line break and a body, the length of the title: the two are never joined.

    >>> repair("校长\\u200b,你好").text
    '校长，你好'
    """
    mended, edits = text, list[Edit]()
    warnings: dict[str, None] = {}
    seen_whole: dict[Fix, str] = {}  # the text in which a fix found nothing
    present = set(_trigger_pattern().findall(mended))
    for _ in range(_ROUNDS):
        before_round = mended
        for fix, triggers in FIXES:
            if triggers.isdisjoint(present) or seen_whole.get(fix) is mended:
                continue
            found = fix(mended)
            if isinstance(found, tuple):
                found, notes = found
                warnings |= dict.fromkeys(notes)
            if found and title_length is not None:
                at, _ = align_edits(len(text), edits).to_after(title_length, title_length + 1)
                found = [edit for edit in found if not edit.start <= at < edit.end]
            if found:
                edits = compose_edits(text, edits, mended, found)
                mended = apply_edits(mended, found)
                present = set(_trigger_pattern().findall(mended))
            else:
                seen_whole[fix] = mended
        if mended == before_round:
            break
    repairs = tuple(Repair(kind, start, end, text[start:end], after, why) for start, end, after, kind, why in edits)
    return Repaired(text, mended, align_edits(len(text), edits), repairs, tuple(warnings))


def replay(source: str, repairs: Iterable[Repair]) -> str:
    """Make the repairs again and give the mended text. Raises ValueError if they belong to another source."""
    edits = []
    for item in repairs:
        if source[item.start : item.end] != item.before:
            raise ValueError(f"{item.before!r} does not stand at {item.start}: these repairs belong to another text")
        edits.append(Edit(item.start, item.end, item.after, item.kind, item.reason))
    return apply_edits(source, edits)
