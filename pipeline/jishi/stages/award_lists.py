"""Lists of winners: a prize as the label before names (一等奖：甲、乙) or as a heading above lines with names."""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from collections.abc import Iterator

from jishi.lexicons import join_words, read_lines

_LONGEST = 24  # characters of a prize's name
# Where the name of a prize in a label cannot reach beyond
_CUT = re.compile(
    r"[，。；：:\s、！？（）()\[\]【】《》“”「」『』·•●★▲◆■◎※]|名单|颁发|并|[今去本]年|[本上]届|(?:同学|老师|先生|女士)(?=.{2})|\d{2,4}学?年度?|\d+[.．]"
)
_NO_PRIZE = re.compile(
    "(?:[颁获得开抽评领受设授兑中大]|其他|所有|以下|各)奖$|^(?:荣誉|称号|模范|工匠|能手|标兵)$|^奖|人数|奖项"
)
_NEVER_LABELS = frozenset(("教师", "荣誉", "称号", "工匠"))
_BARE = frozenset(("佳作", "特优", "优胜", "冠军", "金牌", "银牌", "铜牌"))  # in a table rather the rank of one line
_NUMBERING = re.compile(r"[ 　.．·•●★▲◆■◎※【「『“（(一二三四五六七八九十\d、)）]*(?:\d+学?年度?)?")
_END = re.compile(r"[。\n]|[：:](?!\d)|指导|教练|评委|颁奖|带队|领队")
_CLAUSE_END = re.compile(f"；|{_END.pattern}")
# Between two names of a list: a mark, a work, or where the next one is from
_GAP = re.compile(r".*(?:[、，,；;/ 　（(《|]|小组|[学院系班级部队校司馆社团科站厂区县市]).*|.{0,4}")
_FAR = 60  # characters from a label or name to the next name
_SUBHEADING = re.compile(r"[^。，；：:\n]{1,16}[：:]?\s*")
_LONGEST_LINE = 60
_LONGEST_NUMBER = 24  # characters of mark and number before a prize that heads a line
_LONGEST_LIST = 60  # lines below a heading


@functools.cache
def _labels() -> re.Pattern[str]:
    heads = {*read_lines("prize_heads.txt"), *read_lines("honour_heads.txt")} - _NEVER_LABELS
    return re.compile(
        rf"(?:{join_words(heads)})[”」』]?(?P<who>(?:获得者|获奖者|得奖者|得主|代表)?(?:名单)?)[”」』】]?"
        r"(?:[ ]?[（(][^（）()\n]{0,12}[）)])?[ ]?(?P<mark>[：:]|"
        r"(?:(?<=得主)|(?<=[获得]奖者)|(?<=获得者))(?:分别)?[为是](?!了)|(?=\n))"
    )


def find_listed_awards(text: str, names: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Give who is listed under a prize: (index of the name, start and end of the prize).

    names: where people are named, in order.
    """
    starts = [start for start, _ in names]
    labels = list(_labels().finditer(text))
    for label, following in itertools.zip_longest(labels, labels[1:]):
        end = label.start("who") - (text[label.start("who") - 1] in "”」』")
        before = bisect.bisect_left(starts, label.start())
        start = max(end - _LONGEST, names[before - 1][1] if before else 0, 0)
        for cut in _CUT.finditer(text, start, label.start()):
            start = cut.end()
        if _NO_PRIZE.search(text[start:end]) or end - start < 2:
            continue
        if label["mark"] and not text.startswith("\n", label.end()):
            ends = _END if label["mark"] in "：:" else _CLAUSE_END
            listed = _read_row(text, names, before, (label.end(), following.start() if following else len(text)), ends)
        elif label["mark"] or (text[end - 2 : end] not in _BARE and _heads_line(text, start)):
            listed = _read_lines_below(text, names, before, label.end())
        else:
            continue
        yield from ((name, start, end) for name in listed)


def _heads_line(text: str, start: int) -> bool:
    """Say whether nothing but a mark or a number stands before a prize in its line."""
    floor = max(0, start - _LONGEST_NUMBER - 1)
    line = text.rfind("\n", floor, start) + 1
    return (line > 0 or floor == 0) and _NUMBERING.fullmatch(text, line, start) is not None


def _read_row(
    text: str, names: list[tuple[int, int]], first: int, place: tuple[int, int], ends: re.Pattern[str]
) -> Iterator[int]:
    """Give the names behind a label, to the end of its line or the next label.

    place: where the label ends and the next one begins. ends: what ends the list before.
    """
    position, limit = place
    stop = ends.search(text, position, limit)
    limit = stop.start() if stop else limit
    for name in range(first, len(names)):
        start, end = names[name]
        if start >= limit or start - position > _FAR:
            return
        if start >= position:
            if name > first and not _GAP.fullmatch(text, position, start):
                return
            yield name
            position = end


def _read_lines_below(text: str, names: list[tuple[int, int]], first: int, position: int) -> Iterator[int]:
    """Give the names in the lines below a heading, to the first line that lists nobody."""
    name = first
    for _ in range(_LONGEST_LIST):
        line_start = position + 1
        position = text.find("\n", line_start)
        position = len(text) if position < 0 else position
        line = text[line_start:position]
        while name < len(names) and names[name][0] < line_start:
            name += 1
        inside = []
        while name < len(names) and names[name][1] <= position:
            inside.append(name)
            name += 1
        if _labels().search(text, line_start, position + 1):
            return  # the next heading
        if not inside:
            if not line.strip() or not _SUBHEADING.fullmatch(line):
                return
        elif "。" in line or len(line) > _LONGEST_LINE:
            if text[line_start : names[inside[0]][0]].strip():
                return
            yield inside[0]
        else:
            yield from inside
        if position == len(text):
            return
