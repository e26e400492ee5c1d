"""People named together: 甲公司董事长张三、总经理李四，乙大学教授王五等出席 is one group of three.

What is said of a list stands before its first or after its last name, so the relation stages look around the group.
Groups that follow each other with no word of acting between them are a row (甲大学张三、李四；乙大学王五): what is said
of one may be said of all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jishi.stages.acts import ActIndex
from jishi.stages.findings import PersonFound

_CONNECTORS = re.compile(
    r"先生|女士|老师|同志|同学|小姐|教授|博士|校友|以及|及其|嘉宾|领导|其他|[一二两三四五六七八九十\d]+[位名]|"
    r"荣获|获得|获|称号的?|殊荣的?|年度|知名|著名|资深|顶尖|领军人物|来自|特邀|原任?|前任?|现任|时任|我[校院系国]|本[校院系]|[校院市省县区](?=党委|长)|"
    r"[、，和与及暨兼并：:等的 （）()“”·|/\-—]"
)
_AFTER_NAME = re.compile(r"先生|女士|老师|同志|同学|教授|博士|校友|等(?:人|领导|嘉宾|同志|老师)?")
_MAX_GAP = 60
_MAX_UNKNOWN = 8
_MAX_ROW_GAP = 45
_ADDRESS = frozenset(("先生", "女士", "老师", "同志", "同学", "教授", "博士"))
_SENTENCE_MARK = re.compile("[。！？]")
_ACTING = re.compile(
    r"主持|[致发讲作做]|报告|介绍|表示|指出|强调|出席|参加|陪同|邀请|欢迎|会见|座谈|为[^，]|对|向|在|由|将|并|了"
)


@dataclass(slots=True)
class Mention:
    """One place where a person is named; `person` is the index in doc._.people."""

    person: int
    start: int
    end: int


@dataclass(slots=True)
class Row:
    """Groups between which nothing is done, from the first one's start to the last one's end; `size` counts them."""

    start: int
    end: int
    size: int = 1


@dataclass(slots=True)
class PersonGroup:
    """Mentions that stand in one list; `start`/`end` take in the titles before the first and after the last name."""

    start: int
    end: int
    mentions: list[Mention]
    row: Row | None = None
    """The row that the group stands in, where `set_rows` has found one of several groups."""


def find_person_groups(text: str, entities: list[tuple[int, int, str]], people: list[PersonFound]) -> list[PersonGroup]:
    """Give the groups of mentions of `people` in order; a person named alone is a group of one."""
    mentions = sorted(
        (
            Mention(index, start, end)
            for index, person in enumerate(people)
            for start, end in (*person.spans, *person.references)
        ),
        key=lambda mention: (mention.start, mention.end),
    )
    covers = sorted(
        {(start, end) for start, end, label in entities if label in ("TITLE", "ORG", "HONOUR", "LOC")}
        | {(position.start, position.end) for person in people for position in person.positions}
    )
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for start, end in covers:
        starts[start] = max(end, starts.get(start, 0))
        ends[end] = min(start, ends.get(end, start))
    groups: list[PersonGroup] = []
    for mention in mentions:
        if groups and mention.start < groups[-1].mentions[-1].end:
            continue
        if groups and _joins(text, groups[-1].mentions[-1].end, mention.start, starts):
            groups[-1].mentions.append(mention)
            groups[-1].end = _extend_right(text, mention.end, starts)
        else:
            start = _extend_left(text, mention.start, ends)
            groups.append(PersonGroup(start, _extend_right(text, mention.end, starts), [mention]))
    return groups


def set_rows(text: str, groups: list[PersonGroup], acts: ActIndex) -> None:
    """Set each group's `row`. acts: the words of acting in `text`; one between two groups parts them, as the end of a
    sentence does."""
    row: Row | None = None
    last: PersonGroup | None = None
    for group in sorted(groups, key=lambda group: group.start):
        if row is not None and last is not None and _goes_on(text, row.end, group.start, acts):
            row.end, row.size = group.end, row.size + 1
            last.row = group.row = row
        else:
            row = Row(group.start, group.end)
        last = group


def _goes_on(text: str, start: int, end: int, acts: ActIndex) -> bool:
    return (
        0 <= end - start <= _MAX_ROW_GAP
        and not _SENTENCE_MARK.search(text, start, end)
        and not acts.between(start, end)
    )


def _joins(text: str, start: int, end: int, covers: dict[int, int]) -> bool:
    """Whether what stands between two names only lists them: separators, titles, bodies, and a few words of praise
    before the next one's title (…技师王某，荣获省劳动模范称号的某厂首席技师李某)."""
    if end - start > _MAX_GAP:
        return False
    position, separated, unknown, titled = start, False, 0, False
    while position < end:
        if position in covers and covers[position] <= end:
            position = covers[position]
            titled = position == end
            continue
        connector = _CONNECTORS.match(text, position)
        if connector:
            separated = separated or connector.group() not in _ADDRESS
            position = connector.end()
            continue
        if text[position] in "。！？；\n":
            return False
        unknown += 1
        position += 1
    if not separated or unknown == 0:
        return separated
    return unknown <= _MAX_UNKNOWN and titled and text[start] in "，、" and _ACTING.search(text, start, end) is None


def _extend_right(text: str, position: int, covers: dict[int, int]) -> int:
    while True:
        if position in covers:
            position = covers[position]
            continue
        honorific = _AFTER_NAME.match(text, position)
        if not honorific:
            return position
        position = honorific.end()


def _extend_left(text: str, position: int, covers: dict[int, int]) -> int:
    limit = position - _MAX_GAP
    while position > limit:
        if position in covers and covers[position] < position:
            position = covers[position]
        elif position and text[position - 1] in "、兼和及" and position - 1 in covers:
            position = covers[position - 1]
        else:
            return position
    return position
