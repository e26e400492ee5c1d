"""Pieces that count from the reference or from a day named before: 去年, 上周五, 三天前, 当天, 过去十年, 今明两天."""

from __future__ import annotations

import re
from datetime import date, timedelta

from jishi.stages.date_intervals import Interval, add_months, day, month, months, quarter, season, week, year
from jishi.stages.date_patterns import Piece, load_grammar
from jishi.stages.date_setting import STEPS, UNITS, UNKNOWN_YEAR, WEEKDAYS, Setting, make_day, read_part


def read_relative_year(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    offset = load_grammar().words["relative_years"][piece.parts["word"]]
    now = setting.reference.year if setting.reference else setting.fixed_year
    return year((now or UNKNOWN_YEAR) + offset)


def read_anaphoric_year(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    offset = load_grammar().words["anaphoric_years"][piece.parts["word"]]
    now = setting.year or (setting.reference.year if setting.reference else setting.fixed_year)
    return year((now or UNKNOWN_YEAR) + offset)


def read_relative_quarter(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if setting.reference is None:
        return None
    total = setting.reference.year * 4 + (setting.reference.month - 1) // 3 + STEPS[piece.parts["relative"]]
    return quarter(total // 4, total % 4 + 1, piece.parts.get("part"))


def read_relative_season(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    now = setting.reference.year if setting.reference else setting.fixed_year or UNKNOWN_YEAR
    if piece.parts["season"] == "冬" and setting.reference and setting.reference.month < 6:
        now -= 1  # 今冬 of a January began in December
    return season(now + STEPS[piece.parts["relative"]], piece.parts["season"])


def read_relative_month(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    relative = piece.parts["relative"]
    base = setting.reference
    if relative in ("当", "同") and setting.month:
        base = setting.month.first
    if base is None:
        base = date(setting.fixed_year or UNKNOWN_YEAR, 1, 1)
    if context.granularity == "year" and relative in ("本", "这", "今", "当", "同"):  # 去年本月十日
        return month(context.first.year, base.month)
    moved = add_months(base.replace(day=1), STEPS[relative])
    return month(moved.year, moved.month)


def read_relative_week(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    if setting.reference is None:
        return None
    moved = week(setting.reference + timedelta(weeks=STEPS[piece.parts["relative"]]))
    return read_weekday_in_week(piece.parts.get("weekday"), moved)


def read_weekday_in_week(weekday: str | None, found: Interval) -> Interval:
    if weekday is None:
        return found
    if weekday == "末":
        return Interval(found.first + timedelta(days=5), found.last, "range")
    return day(found.first + timedelta(days=WEEKDAYS[weekday] - 1))


def read_counted_from_now(piece: Piece, setting: Setting) -> Interval | None:
    count, unit = read_part(piece, "count"), UNITS[piece.parts["unit"]]
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


def read_relative_day(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
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
        return make_day(context.first.year, month_number, base.day) if offset == 0 else None
    return day(base + timedelta(days=offset))


def read_numbered_day(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    """昨（14）日: the day of that number next to yesterday; without a reference, that day of the month at hand."""
    number, now = read_part(piece, "day"), setting.reference
    if now is None:
        return make_day(context.first.year, context.first.month, number)
    meant = now + timedelta(days=load_grammar().words["relative_days"][piece.parts["word"] + "天"])
    near = [add_months(meant.replace(day=1), step) for step in (-1, 0, 1)]
    days = [first.replace(day=number) for first in near if first <= add_months(first, 1) - timedelta(days=number)]
    return day(min(days, key=lambda one: abs(one - meant))) if days else None


def read_anaphoric_day(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    offset = load_grammar().words["anaphoric_days"][piece.parts["word"]]
    base = setting.reference if piece.parts["word"] == "即日" else setting.day or setting.reference
    return day(base + timedelta(days=offset)) if base else None


def read_decade_count(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    """过去十年, 近三个月, 未来5年: a stretch that begins or ends on the reference day."""
    now = setting.reference
    if now is None or "half" in piece.parts:
        return None
    count, unit = read_part(piece, "count"), UNITS[piece.parts["unit"]]
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


def read_ago(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    """三天前, 两周后, 三年前: a day, week, month or year counted from the reference day."""
    now = setting.reference
    if (
        now is None or "half" in piece.parts or re.fullmatch("[一二三四五六七八九]{2,}", piece.parts["count"])
    ):  # 三五天后
        return None
    count, unit = read_part(piece, "count"), UNITS[piece.parts.get("unit", "天")]
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


def read_weekend(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    return read_weekday_in_week("末", week(setting.reference)) if setting.reference else None


def read_pair(piece: Piece, context: Interval, setting: Setting) -> Interval | None:
    now, before = setting.reference, piece.parts["first"] == "昨今"
    if now is None:
        return None
    if piece.parts["unit"] == "年":
        first = now.year - before
        return Interval(date(first, 1, 1), date(first + 1, 12, 31), "year")
    return Interval(now - timedelta(days=before), now + timedelta(days=not before), "day")
