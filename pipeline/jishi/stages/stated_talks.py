"""Talks that an announcement or a programme states by its form: the topic behind 讲座题目：, a line of a programme with
time, topic and speaker, a numbered item with who teaches it (（一）…，由…主讲). Offsets are of the normalised text.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from jishi.stages.clauses import QUOTES
from jishi.stages.fields import Field

_SHORTEST, _LONGEST = 4, 100
_LONGEST_LINE = 40  # of a line that names who speaks on the topic above
_LONGEST_ACT = 6  # 开班动员, 现场讨论: what is done, with a speaker or without
_CLOCK = r"\d{1,2}[：:]\d\d"
_ROW = re.compile(
    rf"^[ ]*+(?:(?:\d{{1,2}}月\d{{1,2}}日)?[ ]*+(?:上午|下午|晚上?)?[ ]*+{_CLOCK}(?:[ ]*+[-—–~～至到]++[ ]*+{_CLOCK})?"
    r"|\d{1,2}月\d{1,2}日(?:[（(][^（）()\n]{1,6}[）)])?[ ]*+(?:上午|下午|晚上?|全天)?)"
    r"(?:[ ]*+[|｜：:][ ]*+|[ ]++)(?=\S)"
)
_ITEM = re.compile(r"^[ ]*+(?:[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十\d]{1,3}[、.．])[ ]*+(?=\S)")
_CELL_EDGE = re.compile(r"[ ]*+[|｜\n][ ]*+|[ ]++")
_SPEAKER_LABEL = re.compile(
    r"[ ]{0,3}[/／|｜，,；;（(]?[ ]{0,3}(?:主讲|授课|报告|演讲|分享|宣讲)(?:人|者|嘉宾|专家|教师|老师)?[：:]|"
    r"[ ]{0,3}[/／|｜，,；;（(]?[ ]{0,3}(?:讲师|讲者|讲员)[：:]"
)
_BY = re.compile(r"，由(?P<who>[^，。；\n]{2,40}?)(?:主讲|授课|讲授|讲解|宣讲|作报告|作专题报告)")
_GENRE = re.compile(
    r"^[\u4e00-\u9fff]{0,4}(?:报告|演讲|发言|讲座|分享|授课|讲授|课程|论坛|讲坛|沙龙)[一二三四五六七八九十\d]*[：:]"
)
_PANEL = re.compile(r"(?:圆桌|高端|高峰|巅峰|嘉宾)?(?:讨论|对话|论坛|对谈)[一二三四五六七八九十\d]*[：:][ ]*")
_NO_TOPIC = re.compile(
    r"签到|报到|致[辞词]|讲话|开幕|开班|开营|闭幕|结业|合影|茶[歇叙]|[早午晚]餐|用餐|休息|讨论|总结|揭牌|颁奖|主持|入场|提问|互动|典礼|仪式|圆桌|"
    r"报告[：:]?$|演讲$|发言$|联系|电话|时间|地点"
)
# 数学概述（An Overview of Mathematics）: the topic again in another language is no part of it
_TRANSLATION = re.compile(r"(?<=[\u4e00-\u9fff？！])[ ]*[（(][A-Za-z][^（）()\u4e00-\u9fff]*[）)]$")
# A line of a programme that has one of these outside title marks tells of no talk: 独唱《…》 李某
_NO_TALK = re.compile(
    r"唱|奏|舞|歌|诵|诗|剧|曲|相声|小品|表演|演出|放映|观[看影摩]|参观|考察|调研|慰问|走访|带队|领队|比赛|抽奖|检录|集合|出发|授[牌旗]|宣[读布]|主持"
)
_TITLE = re.compile(r"《([^《》\n]{2,80})》")
_LEAST_ROWS = 2
_EDGES = " ，、：:|｜/／；;"


class StatedTalk(NamedTuple):
    """A topic, and where its speakers are named (an empty stretch if nowhere)."""

    start: int
    end: int
    speakers_start: int
    speakers_end: int


def find_stated_talks(text: str, fields: list[Field], people: list[tuple[int, int]]) -> list[StatedTalk]:
    """Give the stated talks of a text in order. people: where people are named."""
    return sorted([*_read_fields(text, fields), *_read_lines(text, sorted(people))])


def _read_fields(text: str, fields: list[Field]) -> Iterator[StatedTalk]:
    """A topic and the speakers nearest behind it, else before it; 题目 and 主题 are a talk's where a speaker is."""
    speaks = any(field.kind == "speaker" for field in fields)
    for i, field in enumerate(fields):
        if field.kind != "topic" and not (field.kind == "theme" and speaks):
            continue
        behind = _nearest_speaker(fields[k] for k in range(i + 1, len(fields)))
        speaker = behind or _nearest_speaker(fields[k] for k in range(i - 1, -1, -1))
        start, end = _trim(text, field.start, field.end)
        if 2 <= end - start <= _LONGEST:
            yield StatedTalk(start, end, *((speaker.start, speaker.end) if speaker else (end, end)))


def _nearest_speaker(fields: Iterable[Field]) -> Field | None:
    for field in fields:
        if field.kind == "speaker":
            return field
        if field.kind in ("topic", "theme"):
            break
    return None


def _read_lines(text: str, people: list[tuple[int, int]]) -> Iterator[StatedTalk]:
    """The lines of a programme or of a numbered list."""
    rows: list[tuple[int, int, bool]] = []
    may_go_on = False  # who speaks may stand on the line below
    for line in re.finditer(r"[^\n]+", text):
        lead = _ROW.match(line.group())
        opening = lead or _ITEM.match(line.group())
        has_people = _names_anyone(people, *line.span())
        if opening:
            rows.append((line.start() + opening.end(), line.end(), lead is not None))
        elif may_go_on and has_people and len(line.group()) <= _LONGEST_LINE:
            rows[-1] = rows[-1][0], line.end(), True
        may_go_on = lead is not None and not has_people
    is_programme = sum(is_timed for _, _, is_timed in rows) >= _LEAST_ROWS
    for start, end, is_timed in rows:
        stated = _read_labelled(text, start, end)
        is_plain = stated is None
        if is_plain and is_timed and is_programme:
            stated = _read_cells(text, start, end, _named_between(people, start, end))
        if stated:
            topic_start, topic_end = _trim(text, stated.start, stated.end)
            topic = text[topic_start:topic_end]
            is_act = (is_plain or len(topic) <= _LONGEST_ACT) and _NO_TOPIC.search(topic)
            if _SHORTEST <= len(topic) <= _LONGEST and not is_act and not _names_anyone(people, topic_start, topic_end):
                yield stated._replace(start=topic_start, end=topic_end)


def _names_anyone(people: list[tuple[int, int]], start: int, end: int) -> bool:
    return bool(_named_between(people, start, end))


def _named_between(people: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    return people[bisect.bisect_left(people, (start,)) : bisect.bisect_left(people, (end,))]


def _read_labelled(text: str, start: int, end: int) -> StatedTalk | None:
    """古籍保护与修复 授课人：…, 政策解读，由…主讲"""
    by = _BY.search(text, start, end)
    if by:
        return StatedTalk(start, by.start(), *by.span("who"))
    label = _SPEAKER_LABEL.search(text, start + _SHORTEST, end)
    return StatedTalk(start, label.start(), label.end(), end) if label else None


def _read_cells(text: str, start: int, end: int, people: list[tuple[int, int]]) -> StatedTalk | None:
    """09:00-09:30 | 《堤防与宗族》 | 王某（某大学）: who is named speaks on the title, or on the one cell of words."""
    panel = _PANEL.match(text, start, end)
    if panel:
        edge = _CELL_EDGE.search(text, panel.end(), end)
        topic_end = edge.start() if edge else end
        return StatedTalk(panel.end(), topic_end, start, topic_end)
    if not people or _NO_TALK.search(_TITLE.sub("", text[start:end])):
        return None
    title = _TITLE.search(text, start, end)
    if title:
        return StatedTalk(*title.span(1), start, end)
    genre = _GENRE.match(text[start:end])
    cells = []
    position = start + (genre.end() if genre else 0)
    while position < end and text[position] == " ":
        position += 1
    for edge in _CELL_EDGE.finditer(text, position, end):
        cells.append((position, edge.start()))
        position = edge.end()
    cells.append((position, end))
    first = next((i for i, (a, b) in enumerate(cells) if any(a <= s < b for s, _ in people)), None)
    if first is None:
        return None
    if first:
        return StatedTalk(*cells[0], cells[0][1], end)
    return StatedTalk(*cells[1], *cells[0]) if len(cells) == 2 else None


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    genre = _GENRE.match(text[start:end])
    if genre:
        start += genre.end()
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    translated = _TRANSLATION.search(text, start + 2, end)
    if translated:
        end = translated.start()
    if end - start > 2 and QUOTES.get(text[start]) == text[end - 1] and text.find(text[end - 1], start, end) == end - 1:
        return start + 1, end - 1
    return start, end
