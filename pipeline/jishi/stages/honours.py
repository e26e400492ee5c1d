"""Honours that the tagger left out: phrases that end as honours do (全国劳动模范, 国家杰出青年科学基金获得者)."""

from __future__ import annotations

import functools
import re

from jishi.lexicons import join_words, read_lines
from jishi.stages.findings import Entity

_LONGEST = 24
# Where a phrase cannot reach beyond: marks, verbs and function words before an honour.
_CUT = re.compile(
    r"[，。、；：！？\s（）()《》]|包括|获得?|荣获|获评|入选|授予|评为|当选|称号|先后|曾|被|是|为|系|的|由|和|与|及|等|位|名(?!师)|评选?|对|堪称|本|各|两|一批|[他她其]"
)


# What follows where the word is an attribute: 劳动模范精神, 优秀教师评选.
_ATTRIBUTE = re.compile(r"精神|评选|研究|创新|学院|代表|工作室|协会|候选|推荐|表彰|培育|培训|名单|们|的培养")


# What is said around an honour: 荣获甲省劳动模范、乙市大工匠称号; 大国工匠年度殊荣.
_NAMED = re.compile(
    r"(?:荣?获得?|授予|授|评为|获评)(?:了|过|为)?([^，。；！？\s“”《》（）获授]{3,40}?)等?(?:荣誉)?称号"
)
_OUTER = re.compile(r"”?(?:年度)?(?:国家)?(?:荣誉)?(?:称号|殊荣)$")


@functools.cache
def _heads() -> re.Pattern[str]:
    return re.compile(join_words(read_lines("honour_heads.txt")))


def find_honours(text: str, entities: list[Entity]) -> list[tuple[int, int]]:
    """Give the honours of a text in order: those tagged, and the phrases that end as honours do where none is tagged.

    Which person an honour is said of is not decided here: 评选优秀教师 names nobody's.
    """
    tagged = [(entity.start, entity.end) for entity in entities if entity.label == "HONOUR"]
    taken = {offset for e in entities if e.label in ("PERSON", "ORG") for offset in range(e.start, e.end)}
    honours = [(start, start + (len(_OUTER.sub("", text[start:end])) or end - start)) for start, end in tagged]
    for named in _NAMED.finditer(text):
        start = named.start(1)
        for item in re.split("[、和及与]", named.group(1)):
            end = start + len(item)
            if (
                len(item) > 2
                and not any(a < end and start < b for a, b in honours)
                and taken.isdisjoint(range(start, end))
            ):
                honours.append((start, end))
            start = end + 1
    for head in _heads().finditer(text):
        if _ATTRIBUTE.match(text, head.end()):
            continue
        if any(start < head.end() and head.start() < end for start, end in tagged):
            continue
        start = max(0, head.start() - _LONGEST)
        for cut in _CUT.finditer(text, start, head.start()):
            start = cut.end()
        while start < head.start() and start in taken:
            start += 1
        if taken.isdisjoint(range(start, head.end())):
            honours.append((start, head.end()))
    return sorted(_balance_quotes(text, start, end) for start, end in honours)


def _balance_quotes(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out quotation marks around an honour, and take in the one whose partner is inside it (“松江”奖)."""
    if text[start] == "“" and text[end - 1] == "”" and text.count("“", start, end) == 1 and end - start > 2:
        return start + 1, end - 1
    opening, closing = text.count("“", start, end), text.count("”", start, end)
    if closing > opening and start and text[start - 1] == "“":
        return start - 1, end
    if opening > closing and text[end : end + 1] == "”":
        return start, end + 1
    return start, end
