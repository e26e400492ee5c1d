"""What frames a topic: the words right before and right behind it (lexicons/topic_frames.txt). Some pairs are enough to
tell a talk: 讲了“…”。, 以《…》为题, 题为“…”的报告.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from jishi.lexicons import read_lines

_BEFORE, _BEHIND = 16, 20  # characters looked at
_LONGEST_LIST = 12
_LIST_HEAD = re.compile(r"[“《「『][^“”《》「」『』。；\n]{1,60}[”》」』](?:、|和|与|及|以及|，)?$")
_LIST_TAIL = re.compile(r"(?:、|和|与|及|以及)?[“《「『][^“”《》「」『』。；\n]{1,60}[”》」』]")
# Each held for more than nine of ten quotations in the training articles
_TELLING = frozenset((("titled", "speech"), ("told", "stop"), ("using", "title")))
_SPOKEN_TITLE = re.compile(r"(?:讲话|报告|演讲|发言|讲座|课|宣讲|分享)[^，]{0,4}，?的?题[为目](?:是|为|叫)?[“《「『]$")
_TAUGHT = re.compile(r"[^，。；、“《「]{0,20}，由[^，。；]{2,30}?(?:主讲|授课|讲授)")


@functools.cache
def _telling_pairs() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    rows = (line.split("\t") for line in read_lines("topic_frames.txt"))
    return tuple(
        (re.compile(f"(?:{before})$"), re.compile(behind)) for place, before, behind in rows if place == "both"
    )


class TopicFrame(NamedTuple):
    """The kinds of what stands before and behind, and where the topic or the list of topics begins and ends."""

    before: str | None
    behind: str | None
    start: int
    end: int


@functools.cache
def _patterns(where: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = (line.split("\t") for line in read_lines("topic_frames.txt"))
    ending = "$" if where == "before" else ""
    return tuple((kind, re.compile(f"(?:{pattern}){ending}")) for place, kind, pattern in rows if place == where)


def read_frame(text: str, start: int, end: int, clause_start: int, is_marked: bool) -> TopicFrame:
    """Give the frame of a topic at `[start, end)`, its marks included; one of several in marks has that of the list."""
    if is_marked:
        for _ in range(_LONGEST_LIST):
            head = _LIST_HEAD.search(text, max(0, start - 70), start)
            if not head:
                break
            start = head.start()
        for _ in range(_LONGEST_LIST):
            tail = _LIST_TAIL.match(text, end)
            if not tail:
                break
            end = tail.end()
    left = text[max(clause_start - 12, start - _BEFORE, 0) : start]
    right = text[end : end + _BEHIND]
    before = next((kind for kind, pattern in _patterns("before") if pattern.search(left)), None)
    behind = next((kind for kind, pattern in _patterns("behind") if pattern.match(right)), None)
    return TopicFrame(before, behind, start, end)


def tells_deed(text: str, start: int, end: int, clause_start: int) -> bool:
    """Whether what is done about an unmarked topic is no talk: 就城市绿化|进行专题考察, 就防汛工作|提出要求."""
    frame = read_frame(text, start, end, clause_start, is_marked=False)
    return (frame.before, frame.behind) == ("about", "deed")


def tells_talk(text: str, start: int, end: int, clause_start: int) -> bool:
    """Whether what frames the quotation at `[start, end)`, its marks included, is enough to tell a talk."""
    frame = read_frame(text, start, end, clause_start, is_marked=True)
    if (frame.before, frame.behind) in _TELLING or _TAUGHT.match(text, frame.end, frame.end + 60):
        return True
    left = text[max(clause_start, start - _BEFORE) : start]
    if any(before.search(left) and behind.match(text, end, end + _BEHIND) for before, behind in _telling_pairs()):
        return True
    return frame.behind == "stop" and _SPOKEN_TITLE.search(text[max(0, start - 14) : start + 1]) is not None
