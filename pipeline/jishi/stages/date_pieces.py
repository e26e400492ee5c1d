"""What each kind of piece makes of the interval that the pieces before it name.

去年 is a year, 去年8月 a month of it, 去年8月28日 a day of that: a function a kind, and the table that says which.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from jishi.stages import calendars
from jishi.stages.date_intervals import Interval, add_months, day, month, months, week, year
from jishi.stages.date_patterns import Piece, load_grammar
from jishi.stages.numerals import read_number

UNKNOWN_YEAR = 2000  # stands in for a year that nothing fixes: a leap year, so that 2月29日 exists

WEEKDAYS = {name: number for number, name in enumerate("一二三四五六日", 1)} | {"天": 7}
_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
)}  # fmt: skip
_STEPS = {"上上": -2, "上": -1, "前": -1, "去": -1, "本": 0, "这": 0, "今": 0, "当": 0, "同": 0, "这个": 0,
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


@dataclass(frozen=True, slots=True)
class Setting:
    """What an expression is read against.

    reference: the day the text speaks from; None if unknown. traditional: the script. taiwan: short years count from
    1912. looks_ahead: the sentence speaks of what is to come. plain: it does not say that what it tells is over. day,
    month, year: the last ones named before in the text; month_near: that month stands just
    before; named_year_known: the year of that day and month is known. fixed_year: the year
    that the text states where the reference is unknown. year_before: the year of a full date just before.
    speaking_day: the day that the text calls today, if it is not the reference.
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


# what each kind of piece makes of the interval before it ------------------------------------------------------------

Narrow = Callable[[Piece, Interval, Setting], "Interval | None"]


def _number(piece: Piece, name: str) -> int:
    value = read_number(piece.parts[name].strip("日号 "))
    if value is None:
        raise ImpossibleDateError(piece.parts[name])
    return value


def _month_number(piece: Piece) -> int:
    if "monthname" in piece.parts:
        return _MONTHS[piece.parts["monthname"][:3].lower()]
    return {"元": 1}.get(piece.parts["month"]) or _number(piece, "month")


def _make_day(year_number: int, month_number: int, day_number: int) -> Interval:
    try:
        return day(date(year_number, month_number, day_number))
    except ValueError as error:
        raise ImpossibleDateError(f"{month_number}月{day_number}日") from error


def _read_date(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return _make_day(_number(piece, "year"), _month_number(piece), _number(piece, "day"))


def _read_roc_date(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = calendars.roc_year(_number(piece, "year"))
    near = setting.reference is not None and abs(number - setting.reference.year) <= 3
    if not (setting.taiwan or (setting.traditional and near) or (number >= 2011 and piece.parts["mark"] == "/")):
        return None
    return _make_day(number, _month_number(piece), _number(piece, "day"))


def _read_month_of_year(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return month(_number(piece, "year"), _month_number(piece))


def _read_century(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if "relative" in piece.parts:
        if setting.reference is None:
            century = 20 if piece.parts["relative"].startswith("上") else 21
        else:
            century = (setting.reference.year - 1) // 100 + (not piece.parts["relative"].startswith("上"))
    else:
        century = _number(piece, "number")
    first = (century - 1) * 100
    bounds = {"初": (1, 10), "末": (91, 100), "中叶": (41, 60), "上半叶": (1, 50), "下半叶": (51, 100)}
    low, high = bounds.get(piece.parts.get("part", ""), (1, 100))
    return Interval(date(first + low, 1, 1), date(first + high, 12, 31), "century")


def _read_decade(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if "year" in piece.parts:
        first = _number(piece, "year")
    else:
        decade = _number(piece, "number")
        if context.granularity == "century":
            first = context.first.year // 100 * 100 + decade
        else:
            first = 1900 + decade
            if setting.reference and first > setting.reference.year:
                first -= 100
    if first < 1:
        return None
    part = piece.parts.get("part", "")
    low, high = {"初": (0, 3), "末": (7, 9), "中": (4, 6), "后": (5, 9), "前": (0, 4)}.get(part[:1], (0, 9))
    return Interval(date(first + low, 1, 1), date(first + high, 12, 31), "decade" if not part else "range")


def _read_years(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    first, last = _number(piece, "first"), _number(piece, "last")
    if last < 100 <= first:
        last += first // 100 * 100
    is_range = "and" not in piece.parts
    if last <= first or (not is_range and last != first + 1):
        return None
    return Interval(date(first, 1, 1), date(last, 12, 31), "range")


def _read_short_years(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    first, last = (_widen_year(_number(piece, name), setting, True) for name in ("first", "last"))
    if first is None or last is None or last <= first:
        return None
    return Interval(date(first, 1, 1), date(last, 12, 31), "range")


def _read_year(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = _number(piece, "year")
    if not 1 <= number <= 2200:
        return None
    return replace(year(number), lunar="calendar" in piece.parts)


def _read_roc_year(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return year(calendars.roc_year(_number(piece, "year")))


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
    number = _widen_year(_number(piece, "year"), setting, "dated" in piece.parts)
    return None if number is None else year(number)


def _read_relative_year(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    offset = load_grammar().words["relative_years"][piece.parts["word"]]
    now = setting.reference.year if setting.reference else setting.fixed_year
    return year((now or UNKNOWN_YEAR) + offset)


def _read_anaphoric_year(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    offset = load_grammar().words["anaphoric_years"][piece.parts["word"]]
    now = setting.year or (setting.reference.year if setting.reference else setting.fixed_year)
    return year((now or UNKNOWN_YEAR) + offset)


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
    return months(context.first.year, 1, 3 * _number(piece, "count"))


def _quarter(year_number: int, number: int, part: str | None) -> Interval:
    last = 3 * number
    if part == "末":
        return month(year_number, last)
    if part == "初":
        return month(year_number, last - 2)
    return months(year_number, last - 2, last, "quarter")


def _read_quarter(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    name = "number" if "number" in piece.parts else "ordinal"
    number = 1 if "first" in piece.parts else _number(piece, name)
    return _quarter(context.first.year, number, piece.parts.get("part"))


def _read_relative_quarter(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if setting.reference is None:
        return None
    total = setting.reference.year * 4 + (setting.reference.month - 1) // 3 + _STEPS[piece.parts["relative"]]
    return _quarter(total // 4, total % 4 + 1, piece.parts.get("part"))


def _season(year_number: int, name: str) -> Interval:
    first = {"春": 3, "夏": 6, "秋": 9, "冬": 12}[name]
    return months(year_number, first, (first + 1) % 12 + 1, "season")


def _read_season(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return _season(context.first.year, piece.parts["season"])


def _read_relative_season(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    now = setting.reference.year if setting.reference else setting.fixed_year or UNKNOWN_YEAR
    if piece.parts["season"] == "冬" and setting.reference and setting.reference.month < 6:
        now -= 1  # 今冬 of a January began in December
    return _season(now + _STEPS[piece.parts["relative"]], piece.parts["season"])


def _read_year_part(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    part = piece.parts["part"]
    if part in ("年中",):
        return months(context.first.year, 6, 7)
    return month(context.first.year, 1 if part.endswith("初") else 12)


def _read_lunar(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = {"正": 1, "腊": 12, "冬": 11, "元": 1}.get(piece.parts.get("month", "正")) or _number(piece, "month")
    bounds = calendars.lunar_month(context.first.year, number, leap="leap" in piece.parts)
    if bounds is None:
        return None
    if "day" not in piece.parts:
        return Interval(*bounds, "month")
    first = bounds[0] + timedelta(days=_number(piece, "day") - 1)
    last = bounds[0] + timedelta(days=_number(piece, "last") - 1) if "last" in piece.parts else first
    if first > bounds[1]:
        return None
    return Interval(first, last, "day")


def _read_months(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    first, last = ({"元": 1}.get(piece.parts[n]) or _number(piece, n) for n in ("first", "last"))
    if "and" in piece.parts and last != first + 1:
        return None
    return months(context.first.year, first, last)


def _read_month(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = _month_number(piece)
    if context.lunar:
        bounds = calendars.lunar_month(context.first.year, number)
        return Interval(*bounds, "month", lunar=True) if bounds else None
    return month(context.first.year, number)


def _read_month_ordinal(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = 1 if "first" in piece.parts else _number(piece, "number")
    return month(context.first.year, number) if 1 <= number <= 12 else None


def _read_relative_month(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    relative = piece.parts["relative"]
    base = setting.reference
    if relative in ("当", "同") and setting.month:
        base = setting.month.first
    if base is None:
        base = date(setting.fixed_year or UNKNOWN_YEAR, 1, 1)
    if context.granularity == "year" and relative in ("本", "这", "今", "当", "同"):  # 去年本月十日
        return month(context.first.year, base.month)
    moved = add_months(base.replace(day=1), _STEPS[relative])
    return month(moved.year, moved.month)


def _read_month_part(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if context.granularity not in ("month", "quarter", "year"):
        return None
    part = piece.parts["part"].removeprefix("月")
    first, last = context.first, context.last
    if context.granularity != "month":  # 2019年底, 一季度末
        return month(first.year, first.month) if part == "初" else month(last.year, last.month)
    if part in ("上旬", "初"):
        return Interval(first, first.replace(day=10), "range")
    if part == "上中旬":
        return Interval(first, first.replace(day=20), "range")
    if part == "中下旬":
        return Interval(first.replace(day=11), last, "range")
    if part == "中旬":
        return Interval(first.replace(day=11), first.replace(day=20), "range")
    return Interval(first.replace(day=21), last, "range")


def _read_month_day(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return _make_day(context.first.year, _number(piece, "month"), _number(piece, "day"))


def _read_days(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    first = _make_day(context.first.year, context.first.month, _number(piece, "first")).first
    last_number = _number(piece, "last")
    is_range = piece.parts["to"].strip() not in set("、和及与")
    between = [
        read_number(number) or 0
        for number in re.findall(r"[0-9一二三四五六七八九十廿卅]+", piece.parts.get("more", ""))
    ]
    row = [first.day, *between, last_number]
    if (between and is_range) or (not is_range and row != list(range(row[0], row[0] + len(row)))):
        return None  # no stretch of days: `split_days` reads them one by one
    if last_number > first.day:
        return Interval(first, _make_day(first.year, first.month, last_number).first, "day")
    if last_number == first.day:
        return None
    next_month = add_months(first.replace(day=1), 1)
    return Interval(first, _make_day(next_month.year, next_month.month, last_number).first, "day")


def _read_day(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = _number(piece, "day")
    if context.lunar:
        found = context.first + timedelta(days=number - 1)
        return day(found) if found <= context.last else None
    if context.granularity == "year":  # 2025年 第一天 has its own kind; 2025年3日 is no date
        return None
    return _make_day(context.first.year, context.first.month, number)


def _read_weekday_in_week(weekday: str | None, found: Interval) -> Interval:
    if weekday is None:
        return found
    if weekday == "末":
        return Interval(found.first + timedelta(days=5), found.last, "range")
    return day(found.first + timedelta(days=WEEKDAYS[weekday] - 1))


def _read_relative_week(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if setting.reference is None:
        return None
    moved = week(setting.reference + timedelta(weeks=_STEPS[piece.parts["relative"]]))
    return _read_weekday_in_week(piece.parts.get("weekday"), moved)


def _read_week_ordinal(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    number = -1 if "last" in piece.parts else 1 if "first" in piece.parts else _number(piece, "number")
    weekday = piece.parts.get("weekday")
    if weekday:
        if context.granularity != "month":
            return None
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
    return replace(context, weekday=number)


def _read_counted(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if context.granularity == "none":
        return _read_counted_from_now(piece, setting)
    count, unit = _number(piece, "count"), UNITS[piece.parts["unit"]]
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


def _read_counted_from_now(piece: Piece, setting: Setting) -> Interval | None:
    count, unit = _number(piece, "count"), UNITS[piece.parts["unit"]]
    side, now = piece.parts["side"], setting.reference
    before = side in ("上", "前")
    if now is None or count > 31 or side not in ("上", "下", "前", "后") or count == 1:
        return None
    if unit == "month" and side == "前" and piece.parts["count"] not in ("二", "两"):  # 前11个月: of the year
        return months(now.year, 1, count) if count <= 12 else None
    if unit == "day":
        first = now - timedelta(days=count) if before else now + timedelta(days=1)
        return Interval(first, first + timedelta(days=count - 1), "range")
    if unit == "week":
        first = week(now).first - timedelta(weeks=count) if before else week(now).first + timedelta(weeks=1)
        return Interval(first, first + timedelta(days=7 * count - 1), "range")
    if unit == "month":
        first = add_months(now.replace(day=1), -count if before else 1)
        return Interval(first, add_months(first, count) - timedelta(days=1), "range")
    first_year = now.year - count if before else now.year + 1
    return Interval(date(first_year, 1, 1), date(first_year + count - 1, 12, 31), "range")


def _read_day_ordinal(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    found = context.first + timedelta(days=_number(piece, "number") - 1)
    return day(found) if context.first <= found <= context.last and context.granularity != "day" else None


def _read_relative_day(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    words = load_grammar().words
    word = piece.parts["word"]
    offset = words["relative_days"].get(word, words["relative_nights"].get(word))
    base = setting.reference
    if base is None or offset is None:
        return None
    if offset == 0 and setting.speaking_day:
        base = setting.speaking_day
    if context.granularity in ("year", "month"):  # 74年前的今天, 上个月今天
        month_number = base.month if context.granularity == "year" else context.first.month
        return _make_day(context.first.year, month_number, base.day) if offset == 0 else None
    return day(base + timedelta(days=offset))


def _read_anaphoric_day(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    offset = load_grammar().words["anaphoric_days"][piece.parts["word"]]
    base = setting.reference if piece.parts["word"] == "即日" else setting.day or setting.reference
    return day(base + timedelta(days=offset)) if base else None


def _read_festival(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    name = {"五一": "劳动节", "十一": "国庆节"}.get(piece.parts.get("may", "")) or piece.parts["name"]
    if "holiday" in piece.parts:
        span = calendars.holiday_span(name, context.first.year)
        if span:
            return Interval(*span, "range")
    found = calendars.festival_day(name, context.first.year)
    return day(found) if found else None


def _read_decade_count(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    """过去十年, 近三个月, 未来5年: a stretch that begins or ends on the reference day."""
    now = setting.reference
    if now is None or "half" in piece.parts:
        return None
    count, unit = _number(piece, "count"), UNITS[piece.parts["unit"]]
    ahead = piece.parts["direction"].startswith(("未来", "今后", "接下来"))
    past = piece.parts["direction"].startswith("过去")
    if unit in ("day", "week"):
        days = timedelta(days=count * (7 if unit == "week" else 1))
        return Interval(now, now + days, "range") if ahead else Interval(now - days, now, "range")
    step = count * (12 if unit == "year" else 1)
    if not 1 <= step <= 1200:
        return None
    if ahead:
        return Interval(now, add_months(now, step) - timedelta(days=1), "range")
    return Interval(add_months(now, -step), now - timedelta(days=past), "range")


def _read_ago(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    """三天前, 两周后, 三年前: a day, week, month or year counted from the reference day."""
    now = setting.reference
    if (
        now is None or "half" in piece.parts or re.fullmatch("[一二三四五六七八九]{2,}", piece.parts["count"])
    ):  # 三五天后
        return None
    count, unit = _number(piece, "count"), UNITS[piece.parts.get("unit", "天")]
    if piece.parts["direction"] == "前":
        count = -count
    elif setting.day is not None:  # 三天后 counts from the day the story has reached
        now = setting.day
    if unit == "day":
        return day(now + timedelta(days=count)) if abs(count) <= 1000 else None
    if unit == "week":
        return week(now + timedelta(weeks=count)) if abs(count) <= 100 else None
    if unit == "month":
        moved = add_months(now.replace(day=1), count) if abs(count) <= 100 else None
        return month(moved.year, moved.month) if moved else None
    return year(now.year + count) if 1 <= now.year + count <= 2200 else None


def _read_part_of_this_month(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if setting.reference is None:
        return None
    return _read_month_part(piece, month(setting.reference.year, setting.reference.month), setting)


def _read_weekend(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return _read_weekday_in_week("末", week(setting.reference)) if setting.reference else None


def _read_pair(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    now, before = setting.reference, piece.parts["first"] == "昨今"
    if now is None:
        return None
    if piece.parts["unit"] == "年":
        first = now.year - before
        return Interval(date(first, 1, 1), date(first + 1, 12, 31), "year")
    return Interval(now - timedelta(days=before), now + timedelta(days=not before), "day")


def _read_time(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return context  # times are read by date_times; they leave the day alone


_NARROW: dict[str, Narrow] = {
    "date": _read_date, "roc_date": _read_roc_date, "month_of_year": _read_month_of_year, "century": _read_century,
    "decade": _read_decade, "years": _read_years, "short_years": _read_short_years, "year": _read_year,
    "roc_year": _read_roc_year, "short_year": _read_short_year, "relative_year": _read_relative_year,
    "anaphoric_year": _read_anaphoric_year, "half_year": _read_half_year, "half_month": _read_half_month,
    "half_week": _read_half_week, "quarters": _read_quarters, "quarter": _read_quarter,
    "relative_quarter": _read_relative_quarter, "season": _read_season, "relative_season": _read_relative_season,
    "year_part": _read_year_part, "lunar": _read_lunar, "months": _read_months, "month": _read_month,
    "month_ordinal": _read_month_ordinal, "relative_month": _read_relative_month, "month_part": _read_month_part,
    "month_day": _read_month_day, "days": _read_days, "day": _read_day, "day_bare": _read_day,
    "weekday_note": _read_weekday, "weekday": _read_weekday, "relative_week": _read_relative_week,
    "week_ordinal": _read_week_ordinal, "counted": _read_counted,
    "day_ordinal": _read_day_ordinal, "relative_day": _read_relative_day, "relative_night": _read_relative_day,
    "anaphoric_day": _read_anaphoric_day, "festival": _read_festival, "decade_count": _read_decade_count,
    "ago": _read_ago,
    "part_of_this_month": _read_part_of_this_month, "weekend": _read_weekend, "pair": _read_pair, "time": _read_time,
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
        interval = replace(narrowed, weekday=weekday) if weekday else narrowed
    return interval
