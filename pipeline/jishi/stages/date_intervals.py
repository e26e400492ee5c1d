"""Stretches of days: the value of a date expression, and how it is written in ISO 8601-2 (EDTF)."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import NamedTuple


class Interval(NamedTuple):
    """A stretch of days, both ends inclusive. `lunar`: months and days inside it are counted by the lunar calendar."""

    first: date
    last: date
    granularity: str
    lunar: bool = False
    weekday: int | None = None
    time: tuple[str | None, str | None] = (None, None)


_DAYS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # of the months of an ordinary year


def _last_day(year: int, month: int) -> int:
    return _DAYS[month] + (month == 2 and calendar.isleap(year))


def day(value: date) -> Interval:
    """One day."""
    return Interval(value, value, "day")


def month(year: int, number: int) -> Interval:
    """A month of a year."""
    return Interval(date(year, number, 1), date(year, number, _last_day(year, number)), "month")


def year(number: int) -> Interval:
    """A Gregorian year."""
    return Interval(date(number, 1, 1), date(number, 12, 31), "year")


def week(any_day: date) -> Interval:
    """The week from Monday to Sunday around a day."""
    monday = any_day - timedelta(days=any_day.weekday())
    return Interval(monday, monday + timedelta(days=6), "week")


def months(year_number: int, first: int, last: int, granularity: str = "range") -> Interval:
    """From one month to another, which lies in the next year where its number is smaller."""
    end = month(year_number + (last < first), last)
    return Interval(month(year_number, first).first, end.last, granularity)


def quarter(year_number: int, number: int, part: str | None) -> Interval:
    """A quarter of a year; part: 初 for its first month, 末 for its last, None for all of it."""
    last = 3 * number
    if part == "末":
        return month(year_number, last)
    if part == "初":
        return month(year_number, last - 2)
    return months(year_number, last - 2, last, "quarter")


def season(year_number: int, name: str) -> Interval:
    """Spring (春) is March to May, and so on; winter (冬) begins in December of its year."""
    first = {"春": 3, "夏": 6, "秋": 9, "冬": 12}[name]
    return months(year_number, first, (first + 1) % 12 + 1, "season")


def add_months(value: date, count: int) -> date:
    """The same day of another month, or that month's last day."""
    total = value.year * 12 + value.month - 1 + count
    return date(total // 12, total % 12 + 1, min(value.day, _last_day(total // 12, total % 12 + 1)))


def write_day(value: date, *, year_known: bool) -> str:
    """Give an ISO date, its year XXXX where it is not known."""
    day_of_year = f"{value.month:02d}-{value.day:02d}"
    return f"{value.year:04d}-{day_of_year}" if year_known else f"XXXX-{day_of_year}"


def write_edtf(interval: Interval, *, year_known: bool, month_known: bool) -> str:
    """Give an interval in ISO 8601-2 (EDTF): 2024-08, 2024-21 (spring), 199X, XXXX-08-28, 2024-08-28/2024-08-29."""
    first, last = interval.first, interval.last
    if not month_known:
        return f"XXXX-XX-{first:%d}" if first == last else f"XXXX-XX-{first:%d}/XXXX-XX-{last:%d}"
    year = f"{first.year:04d}" if year_known else "XXXX"
    if first == last:
        return write_day(first, year_known=year_known)
    if interval.granularity == "decade" and last.year - first.year == 9:
        return f"{year[:3]}X"
    codes = {"quarter": 32 + (first.month + 2) // 3, "half_year": 40 + (first.month > 6),
             "season": 20 + first.month // 3}  # fmt: skip
    if interval.granularity in codes:
        return f"{year}-{codes[interval.granularity]}"
    last_year = f"{last.year:04d}" if year_known else "XXXX"
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return year if first.year == last.year else f"{year}/{last_year}"
    if first.day == 1 and last.day == _last_day(last.year, last.month):
        start, end = f"{year}-{first:%m}", f"{last_year}-{last:%m}"
        return start if start == end else f"{start}/{end}"
    return f"{write_day(first, year_known=year_known)}/{write_day(last, year_known=year_known)}"
