"""The day a text speaks from where nobody gave one: its header, its dateline, the years that it states."""

from __future__ import annotations

import re
from datetime import date

from jishi.stages.date_patterns import Expression
from jishi.stages.numerals import read_number

YEARS_APART = 3  # stated years further apart fix nothing
STATED_YEAR = {"date": "year", "year": "year", "month_of_year": "year", "years": "last"}  # kind of piece: its part

_SEARCHED = 3000  # code points from the beginning in which a header or dateline is looked for
_DAY_AND_MONTH = r"(?<!\d)(?P<month>\d{1,2})月(?P<day>\d{1,2})日"
_YEAR_IF_ANY = r"(?:(?P<year>(?:19|20)\d\d)年)?"
_DATELINES = (
    # 发布时间：2024-09-02
    ("header", re.compile(
        r"(?:时间|日期) ?: ?(?P<year>(?:19|20)\d\d)(?:[-/.]| ?年 ?)(?P<month>\d{1,2})(?:[-/.]| ?月 ?)(?P<day>\d{1,2})"
    )),
    # 新华社北京8月28日电
    ("dateline", re.compile(rf"(?:社|报|网|台|讯)[^,。!?\n]{{0,16}}?{_YEAR_IF_ANY}{_DAY_AND_MONTH}(?:专?电|讯|消息)")),
    # 本报讯（记者…）9月2日
    ("dateline", re.compile(rf"本报讯 ?(?:\([^)\n]{{0,30}}\))? ?{_YEAR_IF_ANY}{_DAY_AND_MONTH}")),
)  # fmt: skip


def find_dateline(folded: str, fixed_year: int | None) -> tuple[date, str] | None:
    """Give the day of a header or dateline and which of the two it is ("header", "dateline"); None if there is none.

    folded: the text as `fold` gives it. fixed_year: the year that the text states, for a dateline without one.
    """
    for origin, pattern in _DATELINES:
        found = pattern.search(folded, 0, _SEARCHED)
        if found is None:
            continue
        year = int(found["year"]) if found["year"] else fixed_year
        if year is None:
            continue
        try:
            return date(year, int(found["month"]), int(found["day"])), origin
        except ValueError:
            continue
    return None


def find_stated_years(expressions: list[Expression], *, full_dates_only: bool = False) -> list[int]:
    """Give the years that a text states, or only those of its full dates (2024年8月, not 2024年 alone)."""
    years = []
    for expression in expressions:
        for point in expression.points:
            head = point.pieces[0]
            if head.kind in STATED_YEAR and not (full_dates_only and point.pieces[-1].level not in (3, 5, 6, 7)):
                number = read_number(head.parts[STATED_YEAR[head.kind]])
                if number is not None and number >= 1000:
                    years.append(number)
    return years


def find_fixed_year(expressions: list[Expression]) -> int | None:
    """Give the year that a text fixes: that of its latest full date, else the latest of years that lie together."""
    full = find_stated_years(expressions, full_dates_only=True)
    if full:
        return max(full)
    stated = find_stated_years(expressions)
    if stated and max(stated) - min(stated) <= YEARS_APART:
        return max(stated)
    return None
