"""Deciding whether what looks like a date is one: 三十年, 24年, 2.1, 三日, 八号, 国庆, by what stands beside them."""

from __future__ import annotations

import bisect
import re

from jishi.stages.calendars import ROC_OFFSET
from jishi.stages.date_patterns import Piece, Point, load_grammar
from jishi.stages.date_setting import Setting
from jishi.stages.numerals import read_number

_TITLE = re.compile("《[^》\n]{1,40}》|“[^”\n]{1,16}”|「[^」\n]{1,16}」|『[^』\n]{1,16}』")
_ALWAYS_DOUBTFUL = frozenset(("festival", "relative_day"))  # may be something else even in a range or list
_WORDS_OF_TITLES = frozenset(
    ("relative_day", "relative_night", "relative_week", "relative_month", "relative_year", "anaphoric_day",
     "anaphoric_year", "weekday", "festival", "month", "lunar", "ago", "decade_count")
)  # fmt: skip
_IMPOSSIBLE_DAY = re.compile(r" ?\d{1,2} ?[日号](?![内元])")
_WEEKDAY = "(?:周|星期|礼拜)[一二三四五六日天]"
_TIMETABLE = re.compile(f"{_WEEKDAY}[^。\n]{{0,24}}?[、:~-][^。\n]{{0,24}}?{_WEEKDAY}")
_WEEKDAYS_AROUND = 30  # code points on either side in which another weekday makes a timetable
_NEAR_YEARS = 3  # a short year in traditional script this near to now counts from 1912
_ROC_SPAN = 25  # years from now that a short year of Taiwan may lie off, where nothing else tells
_OLDEST_SHORT_YEAR, _NEWEST_SHORT_YEAR = 35, 6  # years before and after now that 98年 and 24年 may mean


class Doubts:
    """The doubts about one text's pieces. `folded` is the text as `fold` gives it; the setting tells what is known."""

    def __init__(self, folded: str, setting: Setting) -> None:
        self.folded = folded
        self.setting = setting
        self.context = load_grammar().context
        self.titles = [found.span() for found in _TITLE.finditer(folded)]

    def settle_short_year(self, point: Point) -> Point | None:
        """Decide whether 24年, 113年, 三十年 is a year (it is then marked as dated) or a span of time (None)."""
        head = point.pieces[0]
        if head.kind == "short_years":
            return point if self.setting.taiwan else None
        if head.kind != "short_year":
            return point
        if len(point.pieces) > 1 or self._is_short_year(head):
            return Point((head._replace(parts={**head.parts, "dated": "yes"}), *point.pieces[1:]))
        return None

    def _is_short_year(self, piece: Piece) -> bool:
        written = piece.parts["year"]
        number = read_number(written)
        before, after = self._around(piece, 6)
        if number is None:
            return False
        if "budget" in piece.parts:  # 98年度
            return self.setting.taiwan or len(written) == 2
        if self.context["duration_after"].match(after):
            return written[0] in "0零" and after[0] not in "来间内里多余级期"
        if self.context["duration_before"].search(before):
            return False
        if written[0] in "0零":
            return len(written) == 2
        if not written[0].isdigit() and "十" not in written and "百" not in written:  # 九八年, but not 七八年
            digits = [read_number(digit) or 0 for digit in written[:2]]
            return abs(digits[0] - digits[1]) != 1
        return self._fits_now(number, written, before, after)

    def _fits_now(self, number: int, written: str, before: str, after: str) -> bool:
        now = self.setting.reference.year if self.setting.reference else self.setting.fixed_year
        off = 0 if now is None else abs(number + ROC_OFFSET - now)
        if self.setting.traditional and now is not None and off <= _NEAR_YEARS:
            return True
        if self.setting.taiwan:
            return number >= 30 and off <= _ROC_SPAN
        if number >= 100 or not written[0].isdigit():
            return False
        if now is None:
            near = not 31 <= number <= 89
        else:
            year = number + (2000 if number <= (now + _NEWEST_SHORT_YEAR) % 100 else 1900)
            near = now - _OLDEST_SHORT_YEAR <= year <= now + _NEWEST_SHORT_YEAR
        return near and bool(self.context["before_year"].search(before)) and not after.startswith("的")

    def is_date(self, point: Point, *, alone: bool) -> bool:
        """Say whether a single piece is a date here. alone: it stands in no range or list."""
        piece = point.pieces[0]
        if len(point.pieces) > 1 or not (alone or piece.kind in _ALWAYS_DOUBTFUL or piece.parts.get("sign") == "号"):
            return True
        before, after = self._around(piece, 4)
        if piece.kind == "month_day":
            return _is_sure_month_day(piece) or not (before or after)
        if piece.kind == "day":
            return self._is_lone_day(piece, before, after)
        if piece.kind == "days" and piece.parts["row"].endswith("号"):
            return self._is_day_number(before, after)
        if piece.kind == "festival" and "holiday" not in piece.parts:
            named = self.context["before_festival"].search(before) is not None
            return named and not self.context["after_festival"].match(after)
        if piece.kind == "relative_day":
            figurative = self.context["before_figurative"].search(before) or self.context["after_figurative"].match(
                after
            )
            return not figurative
        return True

    def _is_lone_day(self, piece: Piece, before: str, after: str) -> bool:
        if before.endswith("月"):  # 13月5日
            return False
        if piece.parts.get("sign") == "号":
            return self._is_day_number(before, after)
        if self.context["duration_of_days_before"].search(before):  # 短短12日
            return False
        written = piece.parts["day"]
        return written[0].isdigit() or len(written) > 1  # 三日 alone is three days

    def _is_day_number(self, before: str, after: str) -> bool:
        """Say whether 3号 alone is a day: not a house, a satellite, a competitor (3号李明)."""
        return bool(self.context["before_day"].search(before)) and bool(self.context["after_number"].match(after))

    def find_impossible_day(self, point: Point) -> tuple[int, int] | None:
        """Give where a month's day stands that no month has (8月32日, 13月5日); None if there is none."""
        last = point.pieces[-1]
        if last.kind == "month":
            found = _IMPOSSIBLE_DAY.match(self.folded, point.end)
            return (point.start, found.end()) if found else None
        if last.kind == "day" and len(point.pieces) == 1 and self.folded[max(0, point.start - 1) : point.start] == "月":
            return max(0, point.start - 3), point.end
        return None

    def is_part_of_title(self, point: Point) -> bool:
        """Say whether it is a word of a title (《春节序曲》). A calendar date inside a title stays one."""
        if point.pieces[0].kind not in _WORDS_OF_TITLES:
            return False
        position = bisect.bisect_left(self.titles, (point.start, 0)) - 1
        return position >= 0 and point.start < self.titles[position][1]

    def is_timetable(self, point: Point) -> bool:
        """Say whether the weekday stands in a list or beside hours with another one: 周六、周日不开放."""
        start, end = max(0, point.start - _WEEKDAYS_AROUND), point.end + _WEEKDAYS_AROUND
        return _TIMETABLE.search(self.folded, start, end) is not None

    def _around(self, piece: Piece, width: int) -> tuple[str, str]:
        return self.folded[max(0, piece.start - width) : piece.start], self.folded[piece.end : piece.end + width]


def _is_sure_month_day(piece: Piece) -> bool:
    """Say whether 9/20日, 8/28, 03/01 is a date by its form; 2.1, 1/3 and 6·30 are not sure."""
    if "sign" in piece.parts or "last" in piece.parts:
        return True
    month, day = piece.parts["month"], piece.parts["day"]
    return piece.parts["mark"] == "/" and (int(day) > 12 or len(day) == len(month) == 2)
