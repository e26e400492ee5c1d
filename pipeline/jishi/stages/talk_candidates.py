"""Where a talk's topic may stand: inside quotation or title marks, or unmarked after a framing phrase.

Finding is generous; `jishi.stages.talks` decides which candidates are topics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jishi.stages.clauses import find_quotations

_STOP = r"[^。！？!?\n；;]"
# What closes an unmarked topic: 围绕…进行了交流, 就…作报告, 以…为题, 针对…与校友展开讨论
_QUALIFIER = r"(?:一系列|多个|几个|若干|[一二两三四五六七八九十]个|[一二两三四五六七八九十]大|相关|有关|具体|热点|重点|核心|共同关心)*的?"
_VERB = (
    r"(?:进行|展开|开展|(?<![合工操写创运著])作(?!用|品|为|者|业|风)|做|交换|发表|发言|畅谈|座谈|讨论|研讨|探讨|交流|授课|讲课|演讲|讲解|讲授|讲述|汇报|报告|阐述|分享|"
    r"介绍|带来|开启|提出|洽谈|商谈|协商|切磋|说明|谈|讲|听取|达成|深度|深入|广泛|热烈)(?![、的和与性])"
)
_CLOSING = (
    r"(?:(?:等|等等)[^，。；！？\n]{0,8}?|" + _QUALIFIER + r"(?:这一|这个|的)?(?:问题|议题|话题|主题|课题|方面)?)[，,]?"
    r"(?:为(?:题|主题|主旨|核心|主线|切入点|内容)|"
    r"(?:(?:和|与|(?<![共相合不])同|跟|(?<![方导面取志走])向|(?<![作行认成人])为|给|(?<![面相])对)[^、，。；！？\n等]{1,24}?)?[，,]?"
    r"(?:分别|先后|依次|共同|再次|还|也|进一步|充分|详细|简要|专门|现场|积极|双边|主要)*地?" + _VERB + r")"
)
_OPENING = re.compile(
    r"(?:(?<![成造迁早也那这])就(?![是业读职地餐寝此座要会能任近])|围绕(?:着|了)?|针对|对于|"
    r"(?<![一相面应绝反校派])对(?![外内话手象方此比口抗])|(?<![可所加难予得足])以(?![来及后前上下外此便])|关于|聚焦)"
    r"(?=(" + _STOP + r"{3,160}?)" + _CLOSING + r")"
)
_FRONTED = re.compile(r"(?:^|[，。；！？\n])(?:会上|其中)?[，]?(?:就|针对|关于)(?=([^，。；！？\n]{4,40})，)")
_LABELLED = re.compile(
    r"(?:题目|主题|讲题|演讲题|论题|专题|题名|课题|议题|标题)(?:为|是|有|：|:|如下[：:])\s*(?=([^。！？!?\n；，：]{3,60}))|"
    r"(?:题为|题名为|主题为)(?=([^。！？\n；，“《]{3,60}?)(?:的|[，。；\n]))|"
    r"(?:讨论|报告|讲座|演讲|对谈|分享|座谈|宣讲|党课|课程)[一二三四五六七八九十\d]*[：:]\s*(?=([^。！？!?\n；，：]{3,50}))"
)
# 作了关于…的报告, 主讲…, 探讨了…
_ABOUT = re.compile(
    r"(?:作|做|作了|做了|带来|带来了|进行|进行了|开展|开展了)(?:一场|一次|了|题为|主题为|有关|关于|以)*"
    r"(?=([^，。！？\n；：“《]{4,50}?)的?(?:专题|主题|学术|精彩|辅导|的)*(?:报告|讲座|演讲|发言|党课|授课|分享|宣讲|培训|讲解|简报))|"
    r"(?:探讨|讨论|研讨|主讲|讲授|讲解|讲述|交流|分享)(?:了)?(?=([^，。！？\n；：“《、]{4,40})(?:[，。；\n]))"
)
_ITEM_SEPARATOR = re.compile(r"、|[，,]?以及|并就|[，,]及")
_ITEM_SEPARATOR_LOOSE = re.compile(r"[，,]?以及|[，,]及|[、，]")  # 就A，B等进行介绍
_LAST_SEPARATOR = re.compile(r"(?<=[^总调])[和及](?=[^平谐解时格])")
_TRAILING = re.compile(
    r"(?:等|等等)?(?:相关|有关|多个|几个|[一二两三四五六七八九十]个)*的?(?:问题|议题|话题|方面|内容|主题|课题|事宜|环节)?$"
)


_MARKS = {"《": "《", "〈": "《", "“": "“", "「": "“", "『": "“", "‘": "‘", "﹝": "﹝"}


@dataclass(frozen=True, slots=True)
class TopicCandidate:
    """A place where a topic may stand. `form` is how it was found; candidates of one list share their `frame`."""

    start: int
    end: int
    form: str
    frame: tuple[int, int]


def find_topic_candidates(text: str) -> list[TopicCandidate]:
    """Give the topic candidates of a normalised text in order; marked and unmarked ones may overlap."""
    candidates = {}
    for start, end in find_quotations(text):
        if end - start >= 2:
            candidates[start, end] = TopicCandidate(start, end, "mark" + _MARKS[text[start - 1]], (start - 1, end + 1))
    for form, pattern in (
        ("frame", _OPENING),
        ("fronted", _FRONTED),
        ("label", _LABELLED),
        ("about", _ABOUT),
    ):
        for match in pattern.finditer(text):
            group = next((i for i in range(1, (match.lastindex or 0) + 1) if match.group(i)), None)
            if group is None:
                continue
            frame = match.span(group)
            name = form if form in ("label", "fronted") else form + match.group(0)[:2]
            for start, end in split_list(text, *frame):
                candidates.setdefault((start, end), TopicCandidate(start, end, name, frame))
    return sorted(candidates.values(), key=lambda c: (c.start, -c.end))


def split_list(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut an unmarked list of topics at 、 and 以及 outside quotations, without what frames it (等问题, 这一主题)."""
    cuts = [(start, start)]
    quoted = [(a + start, b + start) for a, b in find_quotations(text[start:end])]
    listed = _ITEM_SEPARATOR_LOOSE if text.startswith("等", end) else _ITEM_SEPARATOR
    for separator in listed.finditer(text, start, end):
        if not _inside(quoted, separator.start()):
            cuts.append(separator.span())
    if len(cuts) > 1:  # A、B和C: the conjunction joins the list's last two items
        last = [m for m in _LAST_SEPARATOR.finditer(text, cuts[-1][1], end) if not _inside(quoted, m.start())]
        joined_before = _LAST_SEPARATOR.search(text, start, cuts[-1][0])
        if len(last) == 1 and not joined_before and last[0].start() - cuts[-1][1] >= 2 and end - last[0].end() >= 2:
            cuts.append(last[0].span())
    cuts.append((end, end))
    items = []
    for (_, item_start), (item_end, _) in zip(cuts, cuts[1:]):
        item = text[item_start:item_end]
        if item_end == end:
            trailing = _TRAILING.search(item)
            if trailing and trailing.start() > 0:
                item_end = item_start + trailing.start()
        while item_start < item_end and text[item_start] in "“”《》 ，、：":
            item_start += 1
        while item_start < item_end and text[item_end - 1] in "“”《》 ，、：":
            item_end -= 1
        if item_end - item_start >= 2:
            items.append((item_start, item_end))
    return items


def _inside(intervals: list[tuple[int, int]], offset: int) -> bool:
    return any(start <= offset < end for start, end in intervals)
