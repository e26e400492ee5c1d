"""What an expression is read against, and what all kinds of pieces share: numbers, units, impossible days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from jishi.stages.date_intervals import Interval, day
from jishi.stages.date_patterns import Piece
from jishi.stages.numerals import read_number

UNKNOWN_YEAR = 2000  # stands in for a year that nothing fixes: a leap year, so that 2月29日 exists

WEEKDAYS = {name: number for number, name in enumerate("一二三四五六日", 1)} | {"天": 7}
MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
)}  # fmt: skip
STEPS = {"上上": -2, "上": -1, "前": -1, "去": -1, "本": 0, "这": 0, "今": 0, "当": 0, "同": 0, "这个": 0, "呢": 0,
          "下": 1, "后": 1, "明": 1, "下下": 2}  # fmt: skip
UNITS = {
    "天": "day",
    "日": "day",
    "周": "week",
    "星期": "week",
    "礼拜": "week",
    "月": "month",
    "年": "year",
    "个月": "month",
    "个星期": "week",
    "个礼拜": "week",
}


class ImpossibleDateError(ValueError):
    """The pieces name a day that no calendar has (2月30日)."""


class Setting(NamedTuple):
    """What an expression is read against.

    reference: the day the text speaks from; None if unknown. traditional: the script. taiwan: short years count from
    1912. looks_ahead: the sentence speaks of what is to come. plain: it does not say that what it tells is over.
    day, month, year: the last ones named before in the text. month_near: that month stands just before.
    named_year_known: the year of that day and month is known. fixed_year: the year that the text states, where the
    reference is unknown. year_before: the year of a full date just before. speaking_day: the day that the text calls
    today, if not the reference.
    """

    reference: date | None = None
    traditional: bool = False
    taiwan: bool = False
    looks_ahead: bool = False
    plain: bool = False
    day: date | None = None
    month: Interval | None = None
    month_near: bool = False
    named_year_known: bool = True
    year: int | None = None
    fixed_year: int | None = None
    year_before: int | None = None
    speaking_day: date | None = None


def read_part(piece: Piece, name: str) -> int:
    """Give the number that a part of a piece writes. Raises ImpossibleDateError if it is none."""
    value = read_number(piece.parts[name].strip("日号 "))
    if value is None:
        raise ImpossibleDateError(piece.parts[name])
    return value


def read_month(piece: Piece) -> int:
    """Give the number of the month that a piece names, in figures, Chinese (元月 is the first) or English."""
    if "monthname" in piece.parts:
        return MONTHS[piece.parts["monthname"][:3].lower()]
    return {"元": 1}.get(piece.parts["month"]) or read_part(piece, "month")


def make_day(year_number: int, month_number: int, day_number: int) -> Interval:
    """Give the interval of one day. Raises ImpossibleDateError if the calendar does not have it."""
    try:
        return day(date(year_number, month_number, day_number))
    except ValueError as error:
        raise ImpossibleDateError(f"{month_number}月{day_number}日") from error


Narrow = Callable[[Piece, Interval, Setting], "Interval | None"]
