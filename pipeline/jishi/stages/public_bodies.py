"""Public bodies that their name alone tells (lexicons/public_bodies.txt): one that was cut or missed is whole again."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from jishi.lexicons import join_words, read_lines
from jishi.stages.affiliations import filter_words
from jishi.stages.tagger import TaggedSpan

_OVER = re.compile(r"(?:[部院会]|总处)$")  # ministries and councils, which stand before their agencies
_MOST_OVER = 3  # of them before an agency: 行政院|农业委员会|农粮署
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


def _find_bodies(text: str) -> list[tuple[int, int]]:
    """Give where bodies stand, an agency with the ministry before it: 卫生福利部国民健康署."""
    present = [name for name in _names() if name in text]
    if not present:
        return []
    over, under = [n for n in present if _OVER.search(n)], [n for n in present if not _OVER.search(n)]
    above, below = join_words(over), join_words(under)
    pattern = f"(?:{above}){{0,{_MOST_OVER}}}(?:{below})|(?:{above})" if over and under else above or below
    return [match.span() for match in re.finditer(pattern, text)]


def complete_bodies(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Let public bodies be whole: 创新科技及|工业局, 农业部|农粮署; add those that were missed, and leave out a kind of
    body that begins what follows: 教育部|大学 + 社会责任计划."""
    result: list[TaggedSpan] = []
    waiting = 0  # the first of `spans` that is not in `result`
    for start, end in _find_bodies(text):
        while waiting < len(spans) and spans[waiting].end <= start:
            result.append(spans[waiting])
            waiting += 1
        after = waiting
        while after < len(spans) and spans[after].start < end:
            after += 1
        near = spans[waiting:after]
        if (result and result[-1].end > start) or any(_stands_against(span, start, end) for span in near):
            continue
        bodies = [span for span in near if span.label == "ORG"]
        if len(bodies) == 1 and bodies[0].start <= start and end <= bodies[0].end:
            whole = bodies[0]
            if whole.start == start:
                whole = _mend_whole(text, whole, end)
        elif bodies or end - start >= _FEWEST or text[end - 1] == _AGENCY:
            begin, finish = min([start, *(b.start for b in bodies)]), max([end, *(b.end for b in bodies)])
            whole = TaggedSpan(begin, finish, "ORG", max([_SURE, *(b.score for b in bodies)]))
        else:
            continue
        result.append(whole)
        waiting = after
    return [*result, *spans[waiting:]]


def _stands_against(span: TaggedSpan, start: int, end: int) -> bool:
    """Say whether an entity shows that there is no body: a person or title, but for one inside a long name (康乐 in
    康乐及文化事务署)."""
    inside = end - start >= _FEWEST and start <= span.start and span.end <= end
    return span.label not in ("ORG", "LOC") and not inside


def _mend_whole(text: str, span: TaggedSpan, end: int) -> TaggedSpan:
    """Give the organisation that begins with a public body which ends at `end`."""
    if span.end == end:
        return span._replace(score=max(_SURE, span.score))
    kind = text[end : span.end] in filter_words("kind") and _HAN.match(text, span.end)
    return span._replace(end=end) if kind else span
