"""Public bodies that their name alone tells (lexicons/public_bodies.txt): one that was cut or missed is whole again."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from jishi.lexicons import join_words, read_lines
from jishi.stages.affiliations import filter_words
from jishi.stages.tagger import TaggedSpan

_OVER = re.compile(r"(?:[部院会]|总处)$")  # ministries and councils, which stand before their agencies
_FEWEST = 5  # characters of a name that is told wherever it stands
_AGENCY = "署"  # which ends no other word: three characters tell an agency
_SURE = 0.9
_HAN = re.compile(r"[\u4e00-\u9fff]")


@functools.cache
def public_bodies() -> dict[str, tuple[str, ...]]:
    """Give the full names, each with its short forms."""
    return {words[0]: tuple(words[1:]) for words in map(str.split, read_lines("public_bodies.txt"))}


@functools.cache
def _names() -> frozenset[str]:
    """The names that are looked for: short forms may stand by chance, but those in 署."""
    forms = (form for forms in public_bodies().values() for form in forms)
    return frozenset(public_bodies()) | {form for form in forms if len(form) > 2 and form.endswith(_AGENCY)}


def _find(text: str) -> list[tuple[int, int]]:
    """Give where bodies stand, an agency with the ministry before it: 卫生福利部国民健康署."""
    present = [name for name in _names() if name in text]
    if not present:
        return []
    over, under = [n for n in present if _OVER.search(n)], [n for n in present if not _OVER.search(n)]
    above, below = join_words(over), join_words(under)
    pattern = f"(?:{above})*(?:{below})|(?:{above})" if over and under else above or below
    return [match.span() for match in re.finditer(pattern, text)]


def complete_bodies(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Let public bodies be whole: 创新科技及|工业局, 农业部|农粮署; add those that were missed, and leave out a kind of
    body that begins what follows: 教育部|大学 + 社会责任计划."""
    result = list(spans)
    for start, end in _find(text):
        near = [span for span in result if span.start < end and start < span.end]
        if any(span.label not in ("ORG", "LOC") for span in near):
            continue
        bodies = [span for span in near if span.label == "ORG"]
        if any(span.start <= start and end <= span.end for span in bodies):
            whole = bodies[0]
            if whole.start == start and whole.end == end:
                result[result.index(whole)] = whole._replace(score=max(_SURE, whole.score))
            rest = text[end : whole.end]
            if whole.start == start and rest in filter_words("kind") and _HAN.match(text, whole.end):
                result[result.index(whole)] = whole._replace(end=end)
            continue
        name = text[start:end]
        if not bodies and len(name) < _FEWEST and not name.endswith(_AGENCY):
            continue
        begin = min([start, *(span.start for span in bodies)])
        finish = max([end, *(span.end for span in bodies)])
        result = [span for span in result if span not in near]
        result.append(TaggedSpan(begin, finish, "ORG", max([_SURE, *(span.score for span in bodies)])))
        result.sort(key=lambda span: span.start)
    return result
