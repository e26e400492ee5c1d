"""Bodies named with what they are part of: 农粮署|东区分署, 社团法人|某某学会, 学务处|生辅组 are one name each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jishi.stages.affiliations import ends_like_organisation
from jishi.stages.public_bodies import public_bodies
from jishi.stages.tagger import TaggedSpan

_LEGAL_FORM = re.compile(r"(?:社团|财团|行政)法人$")
_GAP = re.compile(r"[\u4e00-\u9fff]{1,6}")
_DOUBTFUL = 0.5  # what the tagger gave a lower score may be no name
_ABOVE = re.compile(r"(?:[部署局厅]|委员会|公司|管理局|大队)$")
_BELOW = re.compile(r"(?:[署局科组队场站厂]|(?<!公)司|[业运理事程务]处|分公司|研究所)$")
_ELSEWHERE = re.compile(r"[\u4e00-\u9fff]{1,3}[省市县]|.*大学")  # what begins anew: 省教育厅|北市教育局
_HOUSE = re.compile(r"医院$")
_NUMBER = r"第[一二三四五六七八九十百\d]{1,4}(?:（[\u4e00-\u9fff]{2,4}）)?"
_NAME = r"(?:(?![与和及的在由对于等向])[\u4e00-\u9fff])"
# What follows a body that it is part of, though nothing is tagged there.
_PART = re.compile(
    rf"(?:{_NUMBER}(?:[旅师团营连班]|军团|[大中小支]队)(?!体|员|长)"
    rf"|(?:{_NUMBER}|[东西南北中]区)?{_NAME}{{0,7}}分署(?!长)"
    rf"|(?:{_NUMBER}|[东西南北中]区)(?:{_NAME}{{2}})?(?:分[局队]|[海空]巡队|(?:工程|管理|营[业运]|办事)处))"
)
_UNIT = re.compile(rf"(?<=分署){_NUMBER}{_NAME}{{0,4}}队|(?<=队){_NAME}{{2,3}}分队")
_UNIVERSITY = re.compile(r"大学$|大学.{2,8}学院$")
_DEPARTMENT = re.compile(rf"(?!设|成立|创|新|增|邀|举|开|教授){_NAME}{{2,8}}?(?:学系|研究所)(?!所?长)")
_OFFICE = re.compile(r"[处部室馆]$")
_GROUP = re.compile(rf"{_NAME}{{2,4}}组(?=[^\u4e00-\u9fff]|组?长|$)")
# Endings that a name lacks where the tagger stopped short: 工学院奈米元件|实验室
_ENDING = re.compile(r"实验室|研究室|研究中心|委员会|基金会|救护机构")


def join_subordinates(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Join a body with the one above that it touches, and take in the rest of a name that was cut."""
    result: list[TaggedSpan] = []
    taken = {i for span in spans if span.label not in ("ORG", "LOC") for i in range(span.start, span.end)}
    for span in spans:
        last = result[-1] if result else None
        if last is not None and span.start < last.end:
            continue  # it has been taken in
        if last is not None and last.label == span.label == "ORG" and last.end == span.start:
            above, below = text[last.start : last.end], text[span.start : span.end]
            if _is_above(above, below):
                span = span._replace(start=last.start, score=max(last.score, span.score))
                result.pop()
        if span.label == "ORG" and len(result) > 1 and _is_cut_off(text, result[-2], result[-1], span):
            result.pop()
            span = span._replace(start=result.pop().start)
        if span.label == "ORG":
            end = _find_end(text, span)
            if taken.isdisjoint(range(span.end, end)):
                span = span._replace(end=end)
        result.append(span)
    return result


def _is_cut_off(text: str, form: TaggedSpan, between: TaggedSpan, rest: TaggedSpan) -> bool:
    """Say whether a legal form and the rest of a name have a place between them: 社团法人|云汀|市|海岳协会."""
    return (
        (between.label == "LOC" or between.score < _DOUBTFUL)
        and _LEGAL_FORM.fullmatch(text, form.start, form.end) is not None
        and _GAP.fullmatch(text, form.end, rest.start) is not None
    )


def _is_above(above: str, below: str) -> bool:
    """Say whether the body `below` is part of the one right before it, or that one is but a legal form."""
    if _LEGAL_FORM.search(above):
        return True
    if above == below or _ELSEWHERE.match(below):
        return False
    if _HOUSE.search(below) and above in public_bodies():
        return True
    return _ABOVE.search(above) is not None and _BELOW.search(below) is not None


def _find_end(text: str, span: TaggedSpan) -> int:
    """Give where an organisation ends with what its name lacks, or with the part of it that is named behind it."""
    end = span.end
    if not ends_like_organisation(text[span.start : end]):
        ending = _ENDING.match(text, end)
        end = ending.end() if ending else end
    for pattern, before in ((_PART, None), (_UNIT, None), (_GROUP, _OFFICE), (_DEPARTMENT, _UNIVERSITY)):
        if before is None or before.search(text, span.start, end):
            part = pattern.match(text, end)
            if part:
                end = part.end()
    return end
