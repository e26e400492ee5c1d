"""Calendars: lunar months and days, solar terms, festivals, public holidays, years of the Republic of China.

The lunar calendar, the solar terms and mainland China's public holidays come from the library lunar_python (its own
tables, no network); which festival falls on which day of which calendar is data in `lexicons/festivals.toml`.
"""

from __future__ import annotations

import calendar
import functools
import tomllib
from datetime import date, timedelta
from importlib import resources
from typing import Any

from lunar_python import Lunar, LunarYear, Solar
from lunar_python.util import HolidayUtil

ROC_OFFSET = 1911  # 民国1年 is 1912
LUNAR_YEARS = range(1600, 2200)  # years asked of the lunar calendar; a festival outside them has no day here


def roc_year(year: int) -> int:
    """Give the Gregorian year of a year of the Republic of China (民国113年 → 2024)."""
    return year + ROC_OFFSET


@functools.lru_cache(maxsize=64)
def _lunar_year(year: int) -> LunarYear:
    return LunarYear.fromYear(year)  # a tenth of a second's work for a dozen of them: they are kept


@functools.lru_cache(maxsize=4096)
def lunar_month(year: int, month: int, *, leap: bool = False) -> tuple[date, date] | None:
    """Give the first and last day of a lunar month (1 to 12) of a lunar year; None if there is no such month."""
    if year not in LUNAR_YEARS or not 1 <= month <= 12:
        return None
    found = _lunar_year(year).getMonth(-month if leap else month)
    if found is None:
        return None
    first = _to_date(Solar.fromJulianDay(found.getFirstJulianDay()))
    return first, first + timedelta(days=found.getDayCount() - 1)


def lunar_day(year: int, month: int, day: int, *, leap: bool = False) -> date | None:
    """Give the day of a lunar date (农历2024年正月初五: 2024, 1, 5); None if the month has no such day."""
    bounds = lunar_month(year, month, leap=leap)
    if bounds is None or day < 1:
        return None
    found = bounds[0] + timedelta(days=day - 1)
    return found if found <= bounds[1] else None


@functools.lru_cache(maxsize=512)
def _solar_terms(year: int) -> dict[str, date]:
    table = Lunar.fromSolar(Solar.fromYmd(year, 6, 1)).getJieQiTable()
    return {name: _to_date(day) for name, day in table.items() if day.getYear() == year and not name.isascii()} | {
        "冬至": _to_date(table["DONG_ZHI"])
    }


def solar_term(name: str, year: int) -> date | None:
    """Give the day of a solar term (清明, 冬至 …) in a Gregorian year; None if there is no term of that name."""
    return _solar_terms(year).get(name) if year in LUNAR_YEARS else None


def nth_weekday(year: int, month: int, weekday: int, n: int) -> date | None:
    """Give the n-th Monday (weekday 1) … Sunday (7) of a month, n = -1 for the last; None if the month has no such."""
    days = calendar.monthrange(year, month)[1]
    first = date(year, month, 1)
    day = 1 + (weekday - first.isoweekday()) % 7
    fitting = range(day, days + 1, 7)
    try:
        return date(year, month, fitting[n - 1 if n > 0 else n])
    except IndexError:
        return None


@functools.cache
def festivals() -> dict[str, dict[str, Any]]:
    """Give every festival's name with its rule, as the data file has it."""
    text = resources.files("jishi.lexicons").joinpath("festivals.toml").read_text(encoding="utf-8")
    rules: dict[str, dict[str, Any]] = {}
    for rule in tomllib.loads(text)["festival"]:
        for name in rule["names"]:
            rules[name] = rule
    return rules


@functools.lru_cache(maxsize=4096)
def festival_day(name: str, year: int) -> date | None:
    """Give the day of a festival in a Gregorian year: a fixed day, a lunar day, a solar term or an n-th weekday.

    None if the name or the year is not known.
    """
    rule = festivals().get(name)
    if rule is None:
        return None
    if "day" in rule:
        month, day = rule["day"]
        return date(year, month, day)
    if "lunar" in rule:
        month, day = rule["lunar"]
        if month == 12:  # 腊八 of a Gregorian year may belong to the lunar year before
            candidates = [lunar_day(year - 1, month, day), lunar_day(year, month, day)]
            return next((found for found in candidates if found and found.year == year), None)
        return lunar_day(year, month, day)
    if "before" in rule or "after" in rule:
        other = festival_day(rule.get("before") or rule["after"], year)
        return other + timedelta(days=1 if "after" in rule else -1) if other else None
    if "term" in rule:
        return solar_term(rule["term"], year)
    month, weekday, n = rule["weekday"]
    return nth_weekday(year, month, weekday, n)


@functools.lru_cache(maxsize=1024)
def holiday_span(name: str, year: int) -> tuple[date, date] | None:
    """Give the first and last day off around a public holiday of mainland China; None where the library has no data."""
    day = festival_day(name, year)
    if day is None:
        return None
    off = set()
    for holiday in HolidayUtil.getHolidays(str(year)):
        if not holiday.isWork():
            off.add(date.fromisoformat(holiday.getDay()))
    if day not in off:  # 除夕 is off in some years only: the span then begins a day later
        day += timedelta(days=1)
        if day not in off:
            return None
    first = last = day
    while first - timedelta(days=1) in off:
        first -= timedelta(days=1)
    while last + timedelta(days=1) in off:
        last += timedelta(days=1)
    return first, last


def _to_date(solar: Solar) -> date:
    return date(solar.getYear(), solar.getMonth(), solar.getDay())
