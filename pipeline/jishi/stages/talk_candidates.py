"""Where a talk's topic may stand: inside quotation or title marks, or unmarked after a framing phrase.

Finding is generous; `jishi.stages.talks` decides which candidates are topics. Linear in the text's length.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from jishi.stages.clauses import begin_with, find_clauses, find_quotations, find_sentences, locate

_MARKS = {"《": "《", "〈": "《", "“": "“", "「": "“", "『": "“", "‘": "‘", "﹝": "﹝"}
_REACH = 160  # an unmarked topic, list and all, closes within so many characters
_SHORTEST = 3

_JIU = r"(?<![成造迁早那这])就(?![是业读职地餐寝此座要会能任近])"  # 就 as a preposition: not in 成就 or 就是
# 就…作报告, 围绕…展开讨论, 以…为题
_OPENING = re.compile(
    begin_with(
        "就围针对以关聚从",
        _JIU + r"|围绕(?:着|了)?|针对|对于|"
        r"(?<![一相应绝反校派])(?<!(?<!方)面)对(?![外内话手象方此比口抗])|(?<![可所加难予得足])以(?![来及后前上下外此便])|关于|聚焦|从(?=[^，。]{2,30}(?:方面|角度))",
    )
)
# which frames what follows it, within another frame: 对来宾表示欢迎并就…
_INNER_OPENING = re.compile(_JIU + "|围绕")
_CLOSING = re.compile(
    begin_with(
        "进展开作做交发畅座讨研探沟授讲演汇报阐分介带提洽商协切说谈听达深广热为这问各面聊建",
        r"(?:进行|展开|开展|(?<![合工操写创运著])作(?![用品为者业风息坊家文战物])|做(?![好到])|交换|发表|发言|畅谈|座谈|讨论|研讨|探讨|交流|沟通|授课|讲课|"
        r"演讲|讲解|讲授|讲述|汇报|报告|阐述|分享|介绍|带来|开启|提出|洽谈|商谈|协商|切磋|说明|谈|讲(?![座话])|听取|达成|深度|深入|"
        r"提问|问答|交锋|各抒己见|畅所欲言|面对面|聊(?![天斋])|建言|"
        r"广泛|热烈|为(?:题|主题|主旨|核心|主线|切入点|内容)|这一)(?![、的和与性等])",
    )
)
# closing words that are part of a topic more often than its end: they close it where no other does
_LATE_CLOSING = re.compile(
    r"(?:答疑|解答|回答|解读|解析|剖析|梳理|部署|总结|培训|辅导|宣讲|回应|答复|对话|会谈|会商|磋商|互动|辩论|建言|献策|作出|做出|给出)"
    r"(?![、的和与性])"
)
_LIGHT_VERB = re.compile(r"(?:进行|展开|开展|作|做)了?[^，。；]{0,4}$")
_ADVERBS = re.compile(
    r"(?:分别|先后|依次|共同|再次|还|也|进一步|充分|详细|简要|专门|现场|积极|双边|主要|重点|逐一|又|并|，|,)*地?$"
)
_PARTNER = re.compile(
    r"，?(?:和|与|(?<![共相合不])同|跟|(?<![方导面取志走])向|(?<![作行认成人])为|给|(?<![面相])对)[^、，。；！？\n等和与]{1,24}$"
)
_AND_SO_ON = re.compile(
    r"(?:等等?[^、，。；！？\n]{0,8}|(?:相关|有关|[一二两三四五六七八九十几多][个大项])*的?(?:这一|这个)?(?:问题|议题|话题|主题|课题|方面|事宜))$"
)

_STOP_WORDS = (
    r"摘要|内容|主讲|报告人|演讲人|演讲者|讲者|讲座|时间|地点|简介|主持|评论|评议|日期|嘉宾|人数|对象|[12]\d{3}年|\d{1,2}[：:]\d\d|"
    r"\d{1,2}月\d{1,2}日|[（(][^（）()]*[）)](?=\d|[^）)]{0,2}$|[。！？!?\n；，：])|[二三四五六七八九]、"
)
_LABELLED = re.compile(
    begin_with(
        "题主讲演论专课议标讨报对分座宣党第",
        r"(?:题目|主题|讲题|演讲题|论题|专题|题名|课题|议题|标题)(?:为|是|有|：|:|如下[：:])\s*(?=([^。！？!?\n；，：]{3,60}?)(?:"
        + _STOP_WORDS
        + r"|[。！？!?\n；，：]|$))|"
        r"(?:题为|题名为|主题为)(?=([^。！？\n；，“《]{3,60}?)(?:的|[，。；\n]))|"
        r"(?:讨论|报告|讲座|演讲|对谈|分享|座谈|宣讲|党课|课程|讲坛|讲堂|第[一二三四五六七八九十\d]+[场讲期])[一二三四五六七八九十\d]*"
        r"[：:\-—－|丨｜～]+\s*(?=([^。！？!?\n；，：]{3,50}?)(?:" + _STOP_WORDS + r"|[。！？!?\n；，：]|$))",
    )
)
# 作了关于…的报告, 主讲…, 探讨了…, 举办…讲座
_ABOUT = re.compile(
    begin_with(
        "作做带进开举召探讨研主讲交分授介",
        r"(?:作了?|做了?|带来了?|进行了?|开展了?|举办了?|举行了?|召开了?|开设了?)(?:一场|一次|了|题为|主题为|有关|关于|以)*"
        r"(?=([^，。！？\n；：“《]{4,50}?)的?(?:专题|主题|学术|精彩|辅导|专场|系列|的)*(?:报告|讲座|演讲|发言|党课|授课|分享|宣讲|培训|讲解|简报|"
        r"研讨|论坛|座谈|沙龙|工作坊|课程))|"
        r"(?:探讨|讨论|研讨|(?<!业)主讲(?!解)|讲授|讲解|讲述)了?(?=([^，。！？\n；：“《、]{4,40})[，。；\n])|"
        r"(?:探讨|讨论|研讨|交流)(?:了)?(?=([^。！？\n；：“《]{4,80}?)等(?:方面|问题|议题|话题|内容|情况|主题))",
    )
)
_FRONTED = re.compile(
    r"(?:^|[，。；！？\n])(?:会上|其中)?，?(?:就(?![是要会能可地算连只好])|针对|关于)(?=([^，。；！？\n]{4,40})，)"
)
_ITEM_SEPARATOR = re.compile(r"、|[，,]?以及|并就|[，,]及")
_ITEM_SEPARATOR_LOOSE = re.compile(r"[，,]?以及|[，,]及|[、，]")  # 就A，B等进行介绍
# not 与, which joins within an item (机遇与挑战): of twenty last items of a list with 与 it parted one
_LAST_SEPARATOR = re.compile(r"(?<=[^总调])[和及](?=[^平谐解时格会其])")
_PARTNER_AFTER_LIST = re.compile(r"等[^、，。；等]{0,8}(?:和|与|同|跟|向|为|给)[^、，。；等]+$")
_NUMBERED = re.compile(
    r"(?:[这以下如各]|[一二两三四五六七八九十几多\d]+)+[个大项点部方层]*(?:方面|部分|主题|议题|话题|专题|问题|内容|角度|层面|维度)+$"
)
# 从“…”到“…”, 《…》的创作历程, “…”的继承: titles and quotations inside an unmarked topic
_FROM_TO = re.compile(r"从[“《][^“”《》，。；\n]{1,20}[”》][^“”《》，。；\n]{0,6}到[“《][^“”《》，。；\n]{1,20}[”》]")
_OF_WORK = re.compile(
    r"(?:探讨|讨论|研讨|主讲|讲授|讲解|讲述|交流|分享|介绍|解读|关于|围绕|就|针对|谈|讲|聊|(?:主题|题目|课题|议题|话题)[是为：])了?"
    r"((?:《[^《》\n]{1,40}》|“[^“”\n]{1,20}”)(?:[的在与][^，。；、《》“”\n]{2,24}?|[^，。；、《》“”\n的]{1,12}?))"
    r"(?=[，。；\n、]|等|进行|展开|开展|作|做|的(?:报告|讲座|演讲|发言))"
)
# 分享了两个主题，一是…，二是…
_COUNTED = re.compile(
    r"[两二三四五六七八九几多\d]个[^，。；：、\n]{0,4}(?:主题|话题|议题|专题|课题|题目)"
    r"[^。；：\n一]{0,16}?[：，](?:分别[是为]：?)?(?=一是|第一[，是])"
)
_COUNTED_ITEM = re.compile(
    r"(?:[一二三四五六七八九]是|第[一二三四五六七八九][，是])([^，。；！？\n]{3,50})[，。；！？\n]?"
)
COUNTED_FORM = "counted"
_UNFINISHED = re.compile(
    "(?:[或和及的从将把被所以并了]|(?<!参)与|(?<![方导取走志动风])向|(?<![存内潜])在|(?<!应)对|(?<![行作])为)$"
)  # not so: 合作方向, 公众参与, 风险的应对
_EDGES = "“”《》「」 ，、：:"


@dataclass(frozen=True, slots=True)
class TopicCandidate:
    """A place where a topic may stand. `form` is how it was found; candidates of one list share their `frame`."""

    start: int
    end: int
    form: str
    frame: tuple[int, int]


def find_topic_candidates(text: str) -> list[TopicCandidate]:
    """Give the topic candidates of a normalised text in order; they may overlap."""
    found: dict[tuple[int, int], TopicCandidate] = {}
    for start, end in find_quotations(text):
        if end - start >= 2:
            found[start, end] = TopicCandidate(start, end, "mark" + _MARKS[text[start - 1]], (start - 1, end + 1))
            items = split_list(text, start, end)
            if len(items) > 1 and text[start - 1] not in "《〈":
                for item in items:
                    found.setdefault(item, TopicCandidate(*item, "items", (start - 1, end + 1)))
    for form, frame in itertools.chain(_find_framed(text), _find_phrases(text)):
        for start, end in split_list(text, *frame):
            found.setdefault((start, end), TopicCandidate(start, end, form, frame))
    for match in _FROM_TO.finditer(text):
        found.setdefault(match.span(), TopicCandidate(*match.span(), "from", match.span()))
    for match in _OF_WORK.finditer(text):
        found.setdefault(match.span(1), TopicCandidate(*match.span(1), "work", match.span(1)))
    for item in _find_counted(text):
        found.setdefault(item, TopicCandidate(*item, COUNTED_FORM, item))
    return sorted(found.values(), key=lambda c: (c.start, -c.end))


def _find_counted(text: str) -> Iterator[tuple[int, int]]:
    """The items of lists that say how many topics they have (两个主题，一是…，二是…), each list once."""
    end = 0
    for counted in _COUNTED.finditer(text):
        if counted.end() < end:  # inside an item of the list before
            continue
        end = counted.end()
        while listed := _COUNTED_ITEM.match(text, end):
            yield listed.span(1)
            end = listed.end()


def _find_framed(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Unmarked topics between an opening and a closing word: up to the first closing word and up to the clause's last,
    each with and without the partner before it (就…与校友进行交流), and up to a comma (围绕…，用方言讲)."""
    starts = [match.start() for match in _CLOSING.finditer(text)]
    late = [match.start() for match in _LATE_CLOSING.finditer(text)]
    sentences, clauses = find_sentences(text), find_clauses(text)
    for opening in _OPENING.finditer(text):
        begin = opening.end()
        limit = min(sentences[locate(sentences, opening.start())][1], begin + _REACH)
        form = "frame" + opening.group()[:2]
        closing = _first_between(starts, begin + _SHORTEST, limit)
        if closing is None:
            closing = _first_between(late, begin + _SHORTEST, limit)
            form += "~"
            if closing is None:
                continue
        clause_end = clauses[locate(clauses, closing)][1]
        last = starts[bisect.bisect_left(starts, clause_end) - 1] if form[-1] != "~" else closing
        for rank, close in enumerate(dict.fromkeys((closing, last))):
            end = _strip(text, begin, close, _ADVERBS)
            suffix = form + ("+" if rank else "")
            if rank and _LIGHT_VERB.search(text, max(begin, end - 7), end):
                continue
            if _INNER_OPENING.search(text, begin + 2, end):
                continue
            partner = _PARTNER.search(text[max(begin, end - 25) : end])
            if partner:
                shorter = _strip(text, begin, end - len(partner.group()), _ADVERBS, _AND_SO_ON)
                if shorter - begin >= _SHORTEST - 1:
                    yield suffix + "-", (begin, shorter)
                if _PARTNER_AFTER_LIST.search(text, max(begin, end - 34), end):
                    continue
            comma = text.find("，", begin, end)
            whole = _strip(text, begin, end, _AND_SO_ON)
            if whole - begin >= _SHORTEST - 1:
                yield suffix, (begin, whole)  # before its part: 就A、B，以及C等议题 is one list
            if comma - begin >= _SHORTEST and opening.group()[:2] in ("就", "围绕", "针对"):
                yield suffix + ",", (begin, _strip(text, begin, comma, _AND_SO_ON))


def _first_between(places: list[int], start: int, end: int) -> int | None:
    index = bisect.bisect_left(places, start)
    return places[index] if index < len(places) and places[index] < end else None


def _strip(text: str, begin: int, end: int, *tails: re.Pattern[str]) -> int:
    for tail in tails:
        found = tail.search(text[max(begin, end - 20) : end])
        if found and end - len(found.group()) > begin:
            end -= len(found.group())
    return end


def _find_phrases(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Unmarked topics after a label (题目：), in 作了关于…的报告, and fronted (就…，院长指出)."""
    for form, pattern in (("fronted", _FRONTED), ("label", _LABELLED), ("about", _ABOUT)):
        for match in pattern.finditer(text):
            group = next((i for i in range(1, (match.lastindex or 0) + 1) if match.group(i)), None)
            if group is not None:
                yield form if form == "fronted" else form + match.group(0).strip()[:2], match.span(group)


def split_list(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut an unmarked list of topics at 、 and 以及 outside quotations; A、B和C are three."""
    quoted = [(a + start, b + start) for a, b in find_quotations(text[start:end])]
    separator = _ITEM_SEPARATOR_LOOSE if text.startswith("等", end) else _ITEM_SEPARATOR
    cuts = [(start, start)]
    cuts += [match.span() for match in separator.finditer(text, start, end) if not _inside(quoted, match.start())]
    if len(cuts) > 1:  # the conjunction joins the list's last two items
        last = [m for m in _LAST_SEPARATOR.finditer(text, cuts[-1][1], end) if not _inside(quoted, m.start())]
        joined_before = _LAST_SEPARATOR.search(text, start, cuts[-1][0])
        if len(last) == 1 and not joined_before and last[0].start() - cuts[-1][1] >= 2 and end - last[0].end() >= 2:
            cuts.append(last[0].span())
    cuts.append((end, end))
    items = []
    for (_, item_start), (item_end, _) in itertools.pairwise(cuts):
        while item_start < item_end and text[item_start] in _EDGES:
            item_start += 1
        while item_start < item_end and text[item_end - 1] in _EDGES:
            item_end -= 1
        item_end = _balance(text, item_start, item_end)
        if item_end - item_start >= 2 and not _UNFINISHED.search(text, item_end - 2, item_end):
            if _NUMBERED.match(text, item_start, item_end):
                continue
            items.append((item_start, item_end))
    return items


def _balance(text: str, start: int, end: int) -> int:
    """Give the end without a bracket that is opened and not closed."""
    opened = max(text.rfind("（", start, end), text.rfind("(", start, end))
    closed = max(text.rfind("）", start, end), text.rfind(")", start, end))
    return opened if opened > max(start, closed) else end


def _inside(intervals: list[tuple[int, int]], offset: int) -> bool:
    return any(start <= offset < end for start, end in intervals)
