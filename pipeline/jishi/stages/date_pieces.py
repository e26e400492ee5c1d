"""What each kind of piece makes of the interval that the pieces before it name.

去年 is a year, 去年8月 a month of it, 去年8月28日 a day of that: a function a kind, and the table that says which.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from jishi.stages import calendars
from jishi.stages.date_intervals import Interval, add_months, day, month, months, quarter, season, week, year
from jishi.stages.date_patterns import Piece
from jishi.stages.date_relative import (
    read_ago,
    read_anaphoric_day,
    read_anaphoric_year,
    read_counted_from_now,
    read_decade_count,
    read_numbered_day,
    read_pair,
    read_relative_day,
    read_relative_month,
    read_relative_quarter,
    read_relative_season,
    read_relative_week,
    read_relative_year,
    read_weekend,
)
from jishi.stages.date_setting import (
    UNITS,
    WEEKDAYS,
    Narrow,
    Setting,
    make_day,
    read_month,
    read_part,
)
from jishi.stages.numerals import read_number

# what each kind of piece makes of the interval before it ------------------------------------------------------------


def _read_date(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return make_day(read_part(piece, "year"), read_month(piece), read_part(piece, "day"))


def _read_roc_date(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = calendars.roc_year(read_part(piece, "year"))
    near = setting.reference is not None and abs(number - setting.reference.year) <= 3
    if not (setting.taiwan or (setting.traditional and near) or (number >= 2011 and piece.parts["mark"] == "/")):
        return None
    return _to_last(piece, make_day(number, read_month(piece), read_part(piece, "day")))


def _read_month_of_year(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return month(read_part(piece, "year"), read_month(piece))


def _read_century(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if "relative" in piece.parts:
        if setting.reference is None:
            century = 20 if piece.parts["relative"].startswith("上") else 21
        else:
            century = (setting.reference.year - 1) // 100 + (not piece.parts["relative"].startswith("上"))
    else:
        century = read_part(piece, "number")
    first = (century - 1) * 100
    bounds = {"初": (1, 10), "末": (91, 100), "中叶": (41, 60), "上半叶": (1, 50), "下半叶": (51, 100)}
    low, high = bounds.get(piece.parts.get("part", ""), (1, 100))
    return Interval(date(first + low, 1, 1), date(first + high, 12, 31), "century")


def _read_decade(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if "year" in piece.parts:
        first = read_part(piece, "year")
    else:
        decade = read_part(piece, "number")
        if context.granularity == "century":
            first = context.first.year // 100 * 100 + decade
        else:
            first = 1900 + decade
            if setting.reference and first > setting.reference.year:
                first -= 100
    if first < 1:
        return None
    if "era" in piece.parts:  # 民国六十年代
        first += calendars.ROC_OFFSET - 1900
    part = piece.parts.get("part", "")
    low, high = {"初": (0, 3), "末": (7, 9), "中": (4, 6), "后": (5, 9), "前": (0, 4)}.get(part[:1], (0, 9))
    if "from" in piece.parts:  # 七八十年代
        low = 10 * read_part(piece, "from") - first % 100
    return Interval(date(first + low, 1, 1), date(first + high, 12, 31), "range" if part or low < 0 else "decade")


def _read_years(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    first, last = read_part(piece, "first"), read_part(piece, "last")
    if last < 100 <= first:
        last += first // 100 * 100
    is_range = "and" not in piece.parts
    if last <= first or (not is_range and last != first + 1):
        return None
    return Interval(date(first, 1, 1), date(last, 12, 31), "range")


def _read_short_years(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    first, last = (_widen_year(read_part(piece, name), setting, True) for name in ("first", "last"))
    if first is None or last is None or last <= first:
        return None
    return Interval(date(first, 1, 1), date(last, 12, 31), "range")


def _read_year(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = read_part(piece, "year")
    if not 1 <= number <= 2200:
        return None
    if len(piece.parts["year"]) == 3 and setting.traditional:  # 一零六年十月
        number = _widen_year(number, setting, True) or number
    return year(number)._replace(lunar="calendar" in piece.parts)


def _read_roc_year(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return year(calendars.roc_year(read_part(piece, "year")))


def _widen_year(number: int, setting: Setting, dated: bool) -> int | None:
    """The full year of 24年, 98年, 113年; `dated`: a month or another sign of a date stands beside it."""
    now = setting.reference.year if setting.reference else setting.fixed_year or 2025
    if number >= 100:
        return calendars.roc_year(number) if (setting.taiwan or dated) and 100 <= number <= now - 1911 + 20 else None
    if setting.taiwan and number >= 20:
        return calendars.roc_year(number)
    if setting.traditional and abs(calendars.roc_year(number) - now) <= 3:  # 95年3月23日 in a text of 2006
        return calendars.roc_year(number)
    century = (now + 10) // 100 * 100
    return number + (century if number <= (now + 10) % 100 else century - 100)


def _read_short_year(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = _widen_year(read_part(piece, "year"), setting, "dated" in piece.parts)
    return None if number is None else year(number)


def _read_half_year(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    first_half = piece.parts["half"] in "上前"
    return months(context.first.year, *((1, 6) if first_half else (7, 12)), granularity="half_year")


def _read_half_month(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    span = context
    if context.granularity != "month":
        if setting.reference is None:
            return None
        span = month(setting.reference.year, setting.reference.month)
    middle = span.first.replace(day=15)
    if piece.parts["half"] in "上前":
        return Interval(span.first, middle, "range")
    return Interval(middle + timedelta(days=1), span.last, "range")


def _read_half_week(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if context.granularity != "week":
        if setting.reference is None:
            return None
        context = week(setting.reference)
    if piece.parts["half"] in "上前":
        return Interval(context.first, context.first + timedelta(days=2), "range")
    return Interval(context.first + timedelta(days=3), context.last, "range")


def _read_quarters(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return months(context.first.year, 1, 3 * read_part(piece, "count"))


def _read_quarter(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    name = "number" if "number" in piece.parts else "ordinal"
    number = 1 if "first" in piece.parts else read_part(piece, name)
    return quarter(context.first.year, number, piece.parts.get("part"))


def _read_season(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return season(context.first.year, piece.parts["season"])


def _read_year_part(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    part = piece.parts["part"]
    if part in ("年中",):
        return months(context.first.year, 6, 7)
    return month(context.first.year, 1 if part.endswith("初") else 12)


def _read_lunar(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = {"正": 1, "腊": 12, "冬": 11, "元": 1}.get(piece.parts.get("month", "正")) or read_part(piece, "month")
    bounds = calendars.lunar_month(context.first.year, number, leap="leap" in piece.parts)
    if bounds is None:
        return None
    if "day" not in piece.parts:
        return Interval(*bounds, "month")
    first = bounds[0] + timedelta(days=read_part(piece, "day") - 1)
    last = bounds[0] + timedelta(days=read_part(piece, "last") - 1) if "last" in piece.parts else first
    if first > bounds[1]:
        return None
    return Interval(first, last, "day")


def _read_months(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    first, last = ({"元": 1}.get(piece.parts[n]) or read_part(piece, n) for n in ("first", "last"))
    if "and" in piece.parts and last != first + 1:
        return None
    return months(context.first.year, first, last)


def _read_month(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = read_month(piece)
    if context.lunar:
        bounds = calendars.lunar_month(context.first.year, number)
        return Interval(*bounds, "month", lunar=True) if bounds else None
    return month(context.first.year, number)


def _read_month_ordinal(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = 1 if "first" in piece.parts else read_part(piece, "number")
    return month(context.first.year, number) if 1 <= number <= 12 else None


def _read_month_part(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if context.granularity not in ("month", "quarter", "year"):
        return None
    part = piece.parts["part"].removeprefix("月")
    first, last = context.first, context.last
    if context.granularity != "month":  # 2019年底, 一季度末
        return month(first.year, first.month) if part == "初" else month(last.year, last.month)
    if part in ("上旬", "初"):
        return Interval(first, first.replace(day=10), "range")
    if part in ("上中旬", "中上旬"):
        return Interval(first, first.replace(day=20), "range")
    if part == "中下旬":
        return Interval(first.replace(day=11), last, "range")
    if part == "中旬":
        return Interval(first.replace(day=11), first.replace(day=20), "range")
    return Interval(first.replace(day=21), last, "range")


def _read_part_of_this_month(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if setting.reference is None:
        return None
    return _read_month_part(piece, month(setting.reference.year, setting.reference.month), setting)


def _read_month_day(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return _to_last(piece, make_day(context.first.year, read_part(piece, "month"), read_part(piece, "day")))


def _to_last(piece: Piece, first: Interval) -> Interval:
    """Give the days to the last one that a piece names too (11/21~25), if it is a later one."""
    if "last" not in piece.parts or read_part(piece, "last") <= first.first.day:
        return first
    return Interval(first.first, make_day(first.first.year, first.first.month, read_part(piece, "last")).first, "day")


def _read_days(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    first = make_day(context.first.year, context.first.month, read_part(piece, "first")).first
    last_number = read_part(piece, "last")
    is_range = piece.parts["to"].strip() not in set("、和及与,")
    between = [
        read_number(number) or 0
        for number in re.findall(r"[0-9一二三四五六七八九十廿卅]+", piece.parts.get("more", ""))
    ]
    row = [first.day, *between, last_number]
    if (between and is_range) or (not is_range and row != list(range(row[0], row[0] + len(row)))):
        return None  # no stretch of days: `split_days` reads them one by one
    if last_number > first.day:
        return Interval(first, make_day(first.year, first.month, last_number).first, "day")
    if last_number == first.day:
        return None
    next_month = add_months(first.replace(day=1), 1)
    return Interval(first, make_day(next_month.year, next_month.month, last_number).first, "day")


def _read_day(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = read_part(piece, "day")
    if context.lunar:
        found = context.first + timedelta(days=number - 1)
        return day(found) if found <= context.last else None
    if context.granularity == "year":  # 2025年 第一天 has its own kind; 2025年3日 is no date
        return None
    return make_day(context.first.year, context.first.month, number)


def _read_week_ordinal(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = -1 if "last" in piece.parts else 1 if "first" in piece.parts else read_part(piece, "number")
    weekday = piece.parts.get("weekday")
    if weekday:
        if context.granularity != "month":
            return None
        if weekday == "末":
            saturday = calendars.nth_weekday(context.first.year, context.first.month, 6, number)
            return Interval(saturday, saturday + timedelta(days=1), "range") if saturday else None
        found = calendars.nth_weekday(context.first.year, context.first.month, WEEKDAYS[weekday], number)
        return day(found) if found else None
    if number < 0:
        return week(context.last - timedelta(days=6))
    monday = context.first + timedelta(days=-context.first.weekday() % 7)  # the first week that begins inside
    return week(monday + timedelta(weeks=number - 1)) if monday + timedelta(weeks=number - 1) <= context.last else None


def _read_weekday(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = WEEKDAYS[piece.parts["weekday"]]
    if context.granularity == "week":
        return day(context.first + timedelta(days=number - 1))
    return context._replace(weekday=number)


def _read_counted(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if context.granularity == "none":
        return read_counted_from_now(piece, setting)
    count, unit = read_part(piece, "count"), UNITS[piece.parts["unit"]]
    from_start = piece.parts["side"] in ("前", "头", "上")
    if count < 1 or context.granularity not in ("year", "month", "quarter", "half_year", "week"):
        return None
    if unit == "day":
        span = timedelta(days=count - 1)
        return Interval(context.first, context.first + span, "range") if from_start else (
            Interval(context.last - span, context.last, "range"))  # fmt: skip
    if unit == "month" and context.granularity != "month" and count < 12:
        moved = add_months(context.first, count) - timedelta(days=1)
        back = add_months(context.last.replace(day=1), 1 - count)
        return Interval(context.first, moved, "range") if from_start else Interval(back, context.last, "range")
    if unit == "week":
        if from_start:
            monday = context.first + timedelta(days=-context.first.weekday() % 7)
            return Interval(monday, monday + timedelta(days=7 * count - 1), "range")
        sunday = context.last - timedelta(days=context.last.isoweekday() % 7)
        return Interval(sunday - timedelta(days=7 * count - 1), sunday, "range")
    return None


def _read_day_ordinal(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if context.granularity == "day":
        return None
    if "last" in piece.parts:
        return day(context.last)
    number = read_part(piece, "number") if "number" in piece.parts else 1
    found = context.first + timedelta(days=number - 1)
    return day(found) if context.first <= found <= context.last else None


def _read_festival(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    name = {"五一": "劳动节", "十一": "国庆节"}.get(piece.parts.get("may", "")) or piece.parts["name"]
    if "holiday" in piece.parts:
        span = calendars.holiday_span(name, context.first.year)
        if span:
            return Interval(*span, "range")
    found = calendars.festival_day(name, context.first.year)
    return day(found) if found else None


def _read_time(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return context  # times are read by date_times; they leave the day alone


_NARROW: dict[str, Narrow] = {
    "date": _read_date, "roc_date": _read_roc_date, "month_of_year": _read_month_of_year, "century": _read_century,
    "decade": _read_decade, "years": _read_years, "short_years": _read_short_years, "year": _read_year,
    "roc_year": _read_roc_year, "short_year": _read_short_year, "relative_year": read_relative_year,
    "anaphoric_year": read_anaphoric_year, "half_year": _read_half_year, "half_month": _read_half_month,
    "half_week": _read_half_week, "quarters": _read_quarters, "quarter": _read_quarter,
    "relative_quarter": read_relative_quarter, "season": _read_season, "relative_season": read_relative_season,
    "year_part": _read_year_part, "lunar": _read_lunar, "months": _read_months, "month": _read_month,
    "month_ordinal": _read_month_ordinal, "relative_month": read_relative_month, "month_part": _read_month_part,
    "month_day": _read_month_day, "days": _read_days, "day": _read_day, "day_bare": _read_day,
    "numbered_day": read_numbered_day,
    "weekday_note": _read_weekday, "weekday": _read_weekday, "relative_week": read_relative_week,
    "week_ordinal": _read_week_ordinal, "counted": _read_counted,
    "day_ordinal": _read_day_ordinal, "relative_day": read_relative_day, "relative_night": read_relative_day,
    "anaphoric_day": read_anaphoric_day, "festival": _read_festival, "decade_count": read_decade_count,
    "ago": read_ago,
    "part_of_this_month": _read_part_of_this_month, "weekend": read_weekend, "pair": read_pair, "time": _read_time,
}  # fmt: skip


def narrow(pieces: tuple[Piece, ...], context: Interval, setting: Setting) -> Interval | None:
    """Give the interval that a row of pieces names inside `context`; None if they name none.

    Raises ImpossibleDateError if they name a day that the calendar does not have.
    """
    interval: Interval | None = context
    for piece in pieces:
        if interval is None:
            return None
        narrowed = _NARROW[piece.kind](piece, interval, setting)
        if narrowed is None:
            return None
        weekday = narrowed.weekday or interval.weekday
        interval = narrowed._replace(weekday=weekday) if weekday else narrowed
    return interval
