"""Where an event's name may stand: a phrase that ends in a head noun (座谈会, 论坛, 开学典礼) and begins at a boundary,
or what the tagger marked as an event.

Finding is generous: for each head noun every plausible left boundary gives a candidate; a linear model ranks them.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from jishi.lexicons import join_words, read_lines
from jishi.stages.clauses import QUOTES, locate
from jishi.stages.context import Context

_MAX_LENGTH = 60
_HARD = set("。！？!?；;\n：:|丨")
_HEAD_GOES_ON = re.compile(
    r"[议场员址务费标期长室厅馆徽堂刊报所旗籍歌规号]|平台|软件|链接|中心|主席团|主办|组委|秘书处|现场|代表|主题|名单|方案|通知|内容"
)
_TAIL = re.compile(
    r"([”’》」])?(?:[（(﹝](?:[一二三四五六七八九十]+|第[一二三四五六七八九十百\d]+[场期讲届])[）)﹞]|"
    r"第[一二三四五六七八九十百\d]+[场期讲](?![，、]))?"
)
_WORK = re.compile("(?:《[^《》\n]{2,30}》)+")
_SOFTWARE = re.compile("(?:腾讯|钉钉|飞书)$")
_BYLINE = re.compile("【[^【】\n]*(?:记者|通讯员|报讯|报导|报道|特稿)[^【】\n]*】$")
_CITED = re.compile("(?:已|经(?![济营贸理费典验信开纪]))[^，。；\n]{0,24}$")
_OF_ORGANISER = re.compile("(?:共同|联合)?(?:[主承协举]办|发起|组织|推出|开设|策划|筹办|牵头|出品|演出)[的了、]")
_AGREED = re.compile("(?:审议|讨论|研究|审定|表决)?(?:通过|同意|批准)(?=[，。、；的）)\n]|$)")
_OF_WORKS = ("performance", "exhibition")
_VERBS = re.compile(
    r"(?:举办|举行|召开|开展|组织|参加|出席|主办|承办|协办|联办|合办|启动|迎来|进行|办理|参与|主持|接续|推出|策划|发起|观看|"
    r"观摩|聆听|参观|赴|辦|办|开启|结束|宣布|祝贺|祝|签订|签署|名为|主题为|题为|加入|筹办|申办|获得|荣获|成立|安排|执行|接受|举辦|"
    r"参与了|通过|作为|属于|是|为|在|于|与|和|及|的|对|就|由|将|并|同期|同时|首次|正式|隆重|顺利|成功|圆满|联合|共同|集中|全市|全省|"
    r"本次|此次|这次|该|今年|今天|昨天|日前|近日|下午|上午|晚上|晚)(?:了|的|过)?(?:一场|一次|一年一度的?|首届|盛大的?|为期[^，]{1,4}的)?"
)


class NameCandidate(NamedTuple):
    """A phrase that may be an event's name. `boundary` is the kind of its left boundary."""

    start: int
    end: int
    head: str
    boundary: str


@functools.cache
def head_types() -> dict[str, str]:
    """Head nouns of event names with the type each usually names."""
    return dict(line.split("\t") for line in read_lines("event_heads.txt"))


@functools.cache
def _head_pattern() -> re.Pattern[str]:
    return re.compile(join_words(head_types()))


def find_name_candidates(context: Context, date_ends: set[int]) -> list[NameCandidate]:
    """Give the candidates in order of their heads, then those of the tagger; `date_ends` is where dates end."""
    text = context.text
    entity_starts = {start: label for start, _, label in context.entities if label in ("ORG", "LOC")}
    entity_ends = {end: label for _, end, label in context.entities if label in ("ORG", "LOC", "PERSON", "TITLE")}
    inside = bytearray(len(text) + 1)
    for start, end, label in context.entities:
        if label in ("ORG", "LOC", "PERSON"):
            inside[start + 1 : end] = b"\1" * (end - start - 1)
    candidates = []
    for match in _head_pattern().finditer(text):
        end = match.end()
        if (
            _HEAD_GOES_ON.match(text, end)
            or inside[end]
            or _SOFTWARE.search(text, max(0, match.start() - 2), match.start())
        ):
            continue
        if _AGREED.match(text, end) and _CITED.search(text, max(0, match.start() - 40), match.start()):
            continue
        tail = _TAIL.match(text, end)
        if tail and tail.end() > end and (tail[1] is None or _closes(text, match.start(), tail.end(1))):
            end = tail.end()
        head = longest_head(text, match.end())
        work = _WORK.match(text, end) if head_types()[head] in _OF_WORKS else None
        end = work.end() if work else end
        for start, boundary in _left_boundaries(
            text, match.end() - len(head), inside, entity_starts, entity_ends, date_ends
        ):
            if not _OF_ORGANISER.match(text, start):
                candidates.append(NameCandidate(start, end, head, boundary))
    known = {(candidate.start, candidate.end) for candidate in candidates}
    for start, end, label in context.frames.over(0, len(text)):
        if label == "EVENT" and (start, end) not in known and not inside[start] and not inside[end]:
            candidates.append(NameCandidate(start, end, longest_head(text, end), "frame"))
    return candidates


def longest_head(text: str, end: int) -> str:
    """Give the longest head noun that ends at `end`, or the last character where there is none."""
    types = head_types()
    for length in range(6, 0, -1):
        if text[max(0, end - length) : end] in types:
            return text[max(0, end - length) : end]
    return text[end - 1 : end]


def strip_leading_words(name: str) -> str:
    """Give a name without the words that lead it in: 在第三届…, 这场名为…, of a notice's title 召开…"""
    return _LEADING_WORDS.sub("", name)


_LEADING_WORDS = re.compile(
    "^(?:(?:举[办行](?![地方])|召开|展开(?!的))(?=.{4})|"
    # not what people are named after: 在职研究生, 在湘院士, 在美校友
    "[而并曾将就]?在(?![线职读校场地华岗京内一希]|.(?:高校|校友|院士|学者|学生|留学|青年|乡友|乡贤|同胞|委员|博士|人才|侨))|"
    "[向为于](?=第|[0-9]|联合国|“[^”]{5})|的(?!士)(?=.{3})|之(?=[「“《第0-9会])|是(?=[本我])|"
    "(?:这一?天|这一?[次场]|[本此]次|当[天日])(?:是|的|名为)?(?=.{4})|一系列(?=.{3})|一整天的|一年一度的|(?:举世|备受)瞩目的|"
    "[^“”「」《》]{0,4}主题[的为](?=[“「])|[题名]为(?=[“「])|以下简称[A-Za-z]*[）)])+"
)


def _closes(text: str, start: int, end: int) -> bool:
    """Whether the mark at `end - 1` closes one opened within reach before `start`."""
    mark = text[end - 1]
    opening = next((o for o, c in QUOTES.items() if c == mark), None)
    if opening is None:
        return True
    return opening in text[max(0, start - _MAX_LENGTH) : start]


def _left_boundaries(
    text: str,
    head_start: int,
    inside: bytearray,
    entity_starts: dict[int, str],
    entity_ends: dict[int, str],
    date_ends: set[int],
) -> list[tuple[int, str]]:
    found: dict[int, str] = {}
    position, closed = head_start, 0
    limit = max(0, head_start - _MAX_LENGTH)
    verb_ends = {m.end(): m.group() for m in _VERBS.finditer(text, limit, head_start)}
    while True:
        previous = text[position - 1] if position else "\n"
        if previous in "”》」』":
            closed += 1
        elif previous in "“《「『":
            found.setdefault(position - 1, "quote")
            if not closed:
                found.setdefault(position, "inside_quote")
            closed = max(0, closed - 1)
        if previous == "】" and _BYLINE.search(text, max(0, position - _MAX_LENGTH), position):
            found.setdefault(position, "start")
            break
        if position == limit or (previous in _HARD and not closed) or (previous in "，,、" and not closed):
            if position < head_start and text[position] not in "）) ":
                found.setdefault(position, "comma" if previous in "，,、" else "start")
            if previous in _HARD or position == limit or previous == "，":
                break
        if not closed and position < head_start and not inside[position] and text[position] not in "，、）) ":
            if position in date_ends:
                found.setdefault(position, "date")
            elif position in entity_starts:
                found.setdefault(position, "at_" + entity_starts[position])
            elif position in entity_ends:
                found.setdefault(position, "after_" + entity_ends[position])
            elif position in verb_ends:
                found.setdefault(position, "verb")
            elif (
                previous.isdigit() != text[position].isdigit() and (text[position].isdigit() or text[position] == "第")
            ) or text[position] == "第":
                found.setdefault(position, "number")
        position -= 1
    return sorted(found.items())


def describe_name(context: Context, candidate: NameCandidate) -> list[str]:
    """Give the features of a name candidate."""
    text = context.text
    title = text[: context.body_start]
    sentence = context.sentences[locate(context.sentences, candidate.start)]
    start, end = candidate.start, candidate.end
    name = text[start:end]
    before, after = text[max(sentence[0], start - 8) : start], text[end : min(sentence[1], end + 8)]
    head_type = head_types().get(candidate.head, "?")
    bare = name.strip("“”《》「」")
    body_start = context.body_start
    in_title = start < body_start
    features = [
        f"head={candidate.head}",
        f"head_type={head_type}",
        f"boundary={candidate.boundary}",
        f"length={min(len(bare) // 3, 12)}",
        f"extra={min(len(bare) - len(candidate.head), 12)}",
        f"first1={name[:1]}",
        f"first2={name[:2]}",
        f"in_title={in_title}",
        f"unbalanced={_is_unbalanced(name)}",
        f"quote_first={name[0] in '“《「『'}",
        f"bare={len(bare) == len(candidate.head)}",
        f"of={'的' in name}",
        f"comma={'，' in name}",
        f"verb_inside={VERB_INSIDE.search(bare) is not None}",
        f"bracket_first={name[0] in '【[（('}",
        f"{candidate.boundary}:{name[:1]}",
    ]
    for size in (1, 2, 3):
        features += [f"before{size}={before[-size:]}", f"after{size}={after[:size]}"]
    if not in_title:
        features.append(f"place={min((start - body_start) // 60, 10)}")
        features.append(f"first_sentence={sentence[0] <= body_start + 1}")
    following = text[end : min(sentence[1], end + 40)]
    features += _describe_following(following)
    holding = _HOLDING.search(before)
    features.append(f"holding={holding.group() if holding else None}")
    core = name[-6:]
    features.append(f"core_in_title={core in title}:{in_title}")
    features.append(f"name_in_title={name in title}:{in_title}")
    features.append(f"count={context.phrases.count(name, 4)}")
    for frame_start, frame_end, label in context.frames.over(start, end):
        if label == "EVENT":
            features.append(
                f"frame_start={'equal' if frame_start == start else 'in' if frame_start < start else 'out'}"
            )
            features.append(f"frame_end={frame_end == end}")
            share = 2 * (min(end, frame_end) - max(start, frame_start)) / (end - start + frame_end - frame_start)
            features.append(f"frame_share={int(share * 5)}")
            break
    else:
        features.append("frame=none")
    features += context.evidence.frame("EVENT", start, end)
    return features


@functools.lru_cache(maxsize=64)
def _describe_following(following: str) -> tuple[str, str]:
    """The features of what follows a name: the same for all candidates that end there."""
    held = _HELD.search(following)
    return f"held={held.group() if held else None}", f"in_held={_HELD_SOMEWHERE.match(following) is not None}"


_HELD_SOMEWHERE = re.compile(r"[^，。]{0,30}[在于][^，。]{2,30}(?:举行|召开|举办|开幕)")
_HELD = re.compile(
    r"隆重举行|成功举行|顺利举行|圆满举行|隆重召开|顺利召开|成功召开|成功举办|顺利举办|举行|召开|举办|开幕|启动|落幕|闭幕|圆满|成功|"
    r"顺利|开展|进行|结束|拉开|主办|承办"
)
VERB_INSIDE = re.compile(r"举[办行]|[主承协]办|召开|开展|办理|参加|出席|荣获|获得|鼓励|迎来|走进|积极|所举办")
_HOLDING = re.compile(
    r"(?:举办|举行|召开|开展|组织|参加|出席|主办|承办|协办|启动|迎来|进行)(?:了|的|一场|首届|一年一度的?)*$"
)


_QUOTE_MARK = re.compile(f"[{''.join(QUOTES)}{''.join(QUOTES.values())}]")


def _is_unbalanced(name: str) -> bool:
    if not _QUOTE_MARK.search(name):
        return False
    return any(name.count(opening) != name.count(closing) for opening, closing in QUOTES.items())
