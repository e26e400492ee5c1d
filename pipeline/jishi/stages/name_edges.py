"""Edges of Chinese people's names: what belongs to the word beside, and what of the name was left out.

A tagged name may have taken in the first character of the verb behind it (林听致|辞) or the title in front, or may have
lost half of a family name of two characters (公|孙杏). Behind a title a rare family name may go untagged altogether.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

import numpy as np

from jishi.lexicons import join_words, read_lines
from jishi.stages.phrases import PhraseFinder
from jishi.stages.tagger import ENTITY_TAGS, Floats, TaggedSpan
from jishi.stages.titles import is_title, match_title_after, surnames
from jishi.stages.words import is_dictionary_word

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_BEFORE_NAME = frozenset("由请和与及让邀陪")
_MARKS = frozenset("，。、；：！？（）()《》“”「」 \n")
# What a name's last character begins together with what follows; act_words.txt has the rest
_VERB = re.compile(
    r"致(?=[辞词欢贺开闭答谢])|作(?=[了的《“「题]|报告|讲话|发言|总结|说明|动员|表态|交流|介绍|点评|专题|主题|工作|情况|大会|典型|经验)|"
    r"获(?=[^，。；！？\n]{2,30}(?:[奖冠亚季]|称号|第[一二三]名))|"
    r"[获摘夺](?=[得取奖评])|宣(?=[布读誓讲])|[握隔拿带拉指看对捧端扶蹲站坐](?=着)|鸣(?=[枪锣哨])|率(?=[队领团先])|说(?=[，：:。])"
)
# Buddhist names, of which the tagger has seen few: 住持|释明听, 释明听|法师
_MONK = re.compile(
    r"释(?!迦)(?:(?<=(?:住持|方丈|监院|首座|会长|法师)释)[\u4e00-\u9fff]{2}|[\u4e00-\u9fff]{2}(?=法师|长老|大和尚|方丈))"
)
_CERTAIN = 0.95  # the score of a name told by what stands beside it
_THEN = re.compile(r"则(?=[\u4e00-\u9fff])")
_OFFICE_TAKEN = re.compile(r"任(?!教)(?=[\u4e00-\u9fff])")
_CLASS = re.compile(r"(?<=[）)\d一二三四五六七八九十])班")
# What a name never ends in, where the rest is a name too; what stands between a name and its act
_NEVER_LAST = frozenset(
    "之另获也都还又再先均将曾正已就则现分亲共各皆即仍只才并首最更便却未不没能会应可须必且同在以对向为与和及等们的了着过说称表一两三等因从由被把给让请做作致是有到去来"
)
_BEFORE_ACT = frozenset("用以作对向就将")
_FUNCTION = frozenset("和与及等则曾均将对为向")
# What stands between a name and its verb
_ADVERB = frozenset("在则就也与和对从以将为向等曾均都还又率作说")
_LONG_NAME = 5  # characters from which two tagged names without a family name may be one
_LIKELY = 0.15  # a person to the network, of the characters of an untagged name behind a title
_LIKELY_LAST = 0.1  # and of its last character
_CLEAR, _CLEAR_LEAST = 0.35, 0.2  # of all three and of each of them, where what follows does not tell


def mend_names(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Put right where the people of `spans` (in order, without overlaps) begin and end."""
    phrases: PhraseFinder | None = None
    always: dict[tuple[str, bool], bool] = {}  # whether the longer form takes a verb wherever it stands
    ends = {span.end for span in spans}
    titles_end = {span.end for span in spans if span.label == "TITLE"}
    people_start = {span.start for span in spans if span.label == "PERSON"}
    joint = {span.start for span in spans if span.label == "TITLE" and span.end in people_start}
    starts = {span.start for span in spans}
    title_starts = {span.start for span in spans if span.label == "TITLE"}
    result: list[TaggedSpan] = []
    for span in spans:
        monk = _MONK.match(text, span.start, span.end) if span.label == "TITLE" else None
        if monk:
            result.append(TaggedSpan(*monk.span(), "PERSON", _CERTAIN))
            if monk.end() == span.end:
                continue
            span = span._replace(start=monk.end())
        if span.label != "PERSON":
            result.append(span)
            continue
        if not _CHINESE.fullmatch(text, span.start, span.end):
            cut = span.end not in starts and _is_cut_foreign(text, span.start, span.end)
            result.append(span._replace(end=span.end + cut))
            continue
        start, end = span.start, span.end
        start = _leave_title(text, start, end)
        introduced = start in titles_end or start > span.start or text[start - 1 : start] in _BEFORE_NAME
        if _is_shortened(text, start, end) and _takes_verb(text, end, introduced, title_starts):
            longer = text[start:end], introduced
            if longer not in always:
                phrases = phrases or PhraseFinder(text)
                always[longer] = all(
                    _takes_verb(text, place + end - start, introduced, title_starts)
                    for place in phrases.places(text[start:end])
                )
            end -= always[longer]
        if end == span.end and end - start > 2 and text[end - 1] in "和与及" and end in joint:
            end -= 1  # 留学生|林听|和|主持人|周望舒
        elif end == span.end and start in titles_end and end not in starts and _is_cut(text, start, end):
            end += 1
        if start == span.start and (
            _begins_in_family_name(text, start, end, ends) or _lacks_family_name(text, start, end, titles_end)
        ):
            start -= 1
        result.append(span if (start, end) == (span.start, span.end) else span._replace(start=start, end=end))
    return result


def find_behind_titles(text: str, spans: Sequence[TaggedSpan], scores: Floats, least: float) -> list[TaggedSpan]:
    """Give the untagged names right behind a title that the network thinks possible: 副院长|糜大成|介绍.

    spans: what is tagged, in order. scores: log probabilities (n, tags).
    least: the score that they have at least.
    """
    tags = [i for i, tag in enumerate(ENTITY_TAGS) if tag.endswith("-PERSON")]
    taken = {offset for span in spans for offset in range(span.start, span.end)}
    found = [
        TaggedSpan(*monk.span(), "PERSON", _CERTAIN)
        for monk in _MONK.finditer(text)
        if taken.isdisjoint(range(*monk.span()))
    ]
    for i, span in enumerate(spans):
        if span.label != "TITLE":
            continue
        limit = spans[i + 1].start if i + 1 < len(spans) else len(text)
        start = span.end
        family = 2 if text[start : start + 2] in _compound_surnames() else 1
        if family == 1 and text[start : start + 1] not in _all_surnames():
            continue
        for end in (start + family + 2, start + family + 1):
            if end > limit or not _CHINESE.fullmatch(text, start, end) or text[end - 1] in _FUNCTION:
                continue
            if is_dictionary_word(text[start:end]):
                continue
            likely = np.exp(scores[start:end, tags]).sum(1)
            clear = end - start == family + 2 and likely.mean() >= _CLEAR and likely.min() >= _CLEAR_LEAST
            ends = likely.mean() >= _LIKELY and likely[-1] >= _LIKELY_LAST and _ends_name(text, end, limit)
            if clear or ends:
                found.append(TaggedSpan(start, end, "PERSON", max(float(likely.mean()), least)))
                break
    return found


def _leave_title(text: str, start: int, end: int) -> int:
    """Give where the name begins behind a title or class glued in front: 司库|车文杰, 三（2）班|车文杰."""
    if end - start >= 3 and _CLASS.match(text, start):
        return start + 1
    for size in (2, 3):
        rest = start + size
        if 2 <= end - rest <= 3 and text[rest] in surnames() and is_title(text[start:rest]):
            return rest
    return start


def _is_shortened(text: str, start: int, end: int) -> bool:
    """Say whether a name without its last character is one still: 林听|致, 林听雨|致, 欧阳|听|致."""
    family = 2 if text[start : start + 2] in surnames() else 1
    known = _all_surnames() if family == 1 else surnames()
    return text[start : start + family] in known and 2 <= end - start - family <= 3


def _takes_verb(text: str, end: int, introduced: bool, title_starts: set[int]) -> bool:
    """Say whether the character before `end` begins a verb.

    introduced: a title or preposition stands before the name.
    """
    last = end - 1
    if _VERB.match(text, last) or _begins_act(text, last, end):
        return True
    if _THEN.match(text, last):
        return match_title_after(text, end) is None and not is_dictionary_word(text[last - 1 : end])  # 官|正则
    return introduced and end in title_starts and _OFFICE_TAKEN.match(text, last) is not None


def _begins_act(text: str, last: int, end: int) -> bool:
    match = _acts().match(text, last)
    return match is not None and match.end() > end


def _is_cut(text: str, start: int, end: int) -> bool:
    """Say whether one more character belongs to a name behind a title: 支部书记|阿牛木|支|用彝语开讲.

    It begins no word, and what follows it is what stands between a name and its verb, or an act.
    """
    if end - start > 3 or not _CHINESE.fullmatch(text, end, end + 2) or text[end] in _NEVER_LAST:
        return False
    if end - start == 3 and text[start] in _all_surnames():
        return False
    after = end + 1
    follows = text[after] in _BEFORE_ACT or _acts().match(text, after) is not None
    return follows and not is_dictionary_word(text[end : end + 2]) and not is_dictionary_word(text[end : end + 3])


def _is_cut_foreign(text: str, start: int, end: int) -> bool:
    """Say whether a name with an interpunct lacks its last character: 埃文斯·基普|图."""
    if not any(mark in text[start:end] for mark in "·•・") or text[end : end + 1] not in transliterations():
        return False
    return text[end + 1 : end + 2] in ("", *_MARKS)


def join_parts(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Join two tagged names with nothing between, neither of which has a family name: 乌云|其其格."""
    joined: list[TaggedSpan] = []
    for span in spans:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.label == span.label == "PERSON"
            and last.end == span.start
            and _CHINESE.fullmatch(text, last.start, span.end)
            and span.end - last.start >= _LONG_NAME
            and not {text[last.start], text[span.start]} & _all_surnames()
        ):
            joined[-1] = last._replace(end=span.end, score=max(last.score, span.score))
        else:
            joined.append(span)
    return joined


def _lacks_family_name(text: str, start: int, end: int, titles_end: set[int]) -> bool:
    """Say whether the one character between a title and a given name is its family name: 副所长|种|听雨."""
    first = start - 1
    return end - start == 2 and first in titles_end and text[first] in _all_surnames() and text[start] not in surnames()


def _begins_in_family_name(text: str, start: int, end: int, ends: set[int]) -> bool:
    """Say whether the character before a name makes a family name of two characters with its first: 公|孙杏."""
    first = start - 1
    if first < 0 or text[first : start + 1] not in _compound_surnames() or end - start > 3:
        return False
    before = text[first - 1 : first]
    return first in ends or not _CHINESE.fullmatch(before) or before in _BEFORE_NAME


def _ends_name(text: str, end: int, limit: int) -> bool:
    """Say whether a name may end here: before a mark, something tagged, an act or another word."""
    if end == limit or text[end] in _MARKS or text[end] in _ADVERB or _acts().match(text, end):
        return True
    return is_dictionary_word(text[end : end + 2]) and not is_dictionary_word(text[end - 1 : end + 1])


@functools.cache
def _acts() -> re.Pattern[str]:
    words = (line.split("\t")[0] for line in read_lines("act_words.txt"))
    return re.compile(join_words(word for word in words if len(word) > 1))


@functools.cache
def transliterations() -> frozenset[str]:
    """Characters that foreign names are transliterated with."""
    return frozenset("".join(read_lines("transliteration_characters.txt")))


@functools.cache
def _compound_surnames() -> frozenset[str]:
    return frozenset(name for name in surnames() if len(name) == 2) | frozenset(read_lines("compound_surnames.txt"))


@functools.cache
def _all_surnames() -> frozenset[str]:
    """Family names of one character, the rare ones too."""
    rare = "".join(read_lines("rare_surnames.txt"))
    return frozenset(name for name in surnames() if len(name) == 1) | frozenset(rare)
