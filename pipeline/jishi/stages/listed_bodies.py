"""Organisations in lists: what stands behind 、 or 及 after a tagged one and ends as names do is one as well."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from jishi.lexicons import join_words, read_lines
from jishi.stages.affiliations import filter_words, generic_words, is_territory
from jishi.stages.tagger import TaggedSpan

_WORD = r"(?:(?![与和及的在由对于等向、是为])[\u4e00-\u9fff])"
# 宏远电子、|统合超商|等86家厂商: what is counted by 家 are firms, however they are named.
_COUNTED = re.compile(r"等\d*[几数多余]?家(?:厂商|企业|公司|业者|机构|单位|银行)")
_MEMBER = re.compile(rf"(?<=、)({_WORD}{{2,10}})$")
_SCORE = 0.8
_JOINT = re.compile(r"[、及和与]|以及")
_NUMBER = re.compile(r"[一二三四五六七八九十几数多各]")


@functools.cache
def _listed() -> re.Pattern[str]:
    heads = join_words(read_lines("listed_heads.txt"))
    brand = rf"{_WORD}{{1,10}}?(?:{join_words(filter_words('trade'))})"
    return re.compile(rf"(?:、{brand}|(?:[、及和与]|以及){_WORD}{{1,12}}?(?:{heads}))(?<!部署)(?=[、，。；等及和与])")


def add_listed(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Add the members of lists that were missed: behind one that was found (全联实业、|松青书店), before 等86家厂商."""
    result: list[TaggedSpan] = []
    for i, span in enumerate(spans):
        if result and span.start < result[-1].end:
            continue  # a place inside a name that was added
        result.append(span)
        following = next((other.start for other in spans[i + 1 : i + 3] if other.label != "LOC"), len(text))
        while result[-1].label == "ORG":
            member = _listed().match(text, result[-1].end)
            joint = _JOINT.match(text, result[-1].end)
            if member is None or joint is None or member.end() > following:
                break
            if not _is_named(text[joint.end() : member.end()]):
                break
            result.append(TaggedSpan(joint.end(), member.end(), "ORG", _SCORE))
    return _add_counted(text, result)


@functools.cache
def _kinds() -> frozenset[str]:
    heads = frozenset(read_lines("organisation_heads.txt"))
    return heads.union(generic_words(), *map(filter_words, ("kind", "bare", "trade")))


def _is_named(name: str) -> bool:
    return not (name in _kinds() or _NUMBER.match(name) or is_territory(name))


def _add_counted(text: str, spans: list[TaggedSpan]) -> list[TaggedSpan]:
    counts = list(_COUNTED.finditer(text))
    if not counts:
        return spans
    begins = {span.end: span.start for span in spans if span.label != "LOC"}
    taken = {i for end, start in begins.items() for i in range(start, end)}
    added: list[TaggedSpan] = []
    for count in counts:
        end = count.start()
        while True:
            start = begins.get(end)
            if start is None:
                member = _MEMBER.search(text, max(0, end - 11), end)
                if member is None or not _is_named(member[1]) or not taken.isdisjoint(range(member.start(1), end)):
                    break
                start = member.start(1)
                added.append(TaggedSpan(start, end, "ORG", _SCORE))
                taken.update(range(start, end))
            if start == 0 or text[start - 1] != "、":
                break
            end = start - 1
    new = {i for span in added for i in range(span.start, span.end)}
    kept = [span for span in spans if span.label != "LOC" or new.isdisjoint(range(span.start, span.end))]
    return sorted([*kept, *added], key=lambda span: span.start)
