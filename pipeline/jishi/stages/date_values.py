"""Resolving date expressions: which day, month, year … a row of pieces names.

`date_pieces` narrows an interval piece by piece. Where the first piece leaves a part open (8月28日: of which
year?), the candidates are tried in the order of news sense: the nearest that is not after the publication,
unless the sentence looks ahead.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from jishi.stages.date_intervals import Interval, add_months, day, month, year
from jishi.stages.date_patterns import Piece, Point
from jishi.stages.date_pieces import narrow
from jishi.stages.date_setting import UNKNOWN_YEAR, WEEKDAYS, ImpossibleDateError, Setting

NEAR_FUTURE = 50  # days ahead that a plain sentence (没有“了”) may speak of: else the date would be ten months old
FAR_FUTURE = 240  # days ahead that a sentence which looks ahead may speak of
OLDEST_CANDIDATE = 8  # years to go back for 2月29日


class Reading(NamedTuple):
    """What a point was read as: its interval, the parts not written, and which of its parts are known at all."""

    interval: Interval
    inferred: tuple[str, ...] = ()
    year_known: bool = True
    month_known: bool = True
    day_known: bool = True
    anaphoric: bool = False
    approximate: bool = False


# what the first piece of a point leaves open
_LACKS_YEAR = {"half_year", "quarters", "quarter", "lunar", "months", "month", "month_day", "festival", "year_part"}
_OF_THIS_YEAR = {"half_year", "quarters", "quarter", "year_part"}  # 上半年 is this year's, over or not
_LACKS_MONTH = {"days", "day"}
_ANAPHORIC = {"anaphoric_day", "anaphoric_year"}
_APPROXIMATE = {"decade_count", "counted", "year_part", "part_of_this_month", "weekend"}
_GRANULARITY_OF_RELATIVE = {
    "relative_day": "day", "relative_night": "day", "anaphoric_day": "day", "weekday": "day", "ago": "day",
    "relative_week": "week", "relative_month": "month", "relative_quarter": "quarter",
}  # fmt: skip
_COUNTED_FROM_REFERENCE = frozenset(
    ("relative_day", "relative_night", "relative_week", "part_of_this_month", "weekend", "pair", "ago", "decade_count",
     "counted", "numbered_day")
)  # fmt: skip
_NO_CONTEXT = Interval(date(UNKNOWN_YEAR, 1, 1), date(UNKNOWN_YEAR, 12, 31), "none")


def read_point(point: Point, setting: Setting) -> Reading | None:
    """Give what a point names in its setting; None if it names no date after all.

    Raises ImpossibleDateError if it names a day that the calendar does not have.
    """
    pieces = point.pieces
    weekday_first = pieces[0].kind == "weekday" and len(pieces) > 1 and pieces[1].level in (1, 3, 5)
    head = pieces[1] if weekday_first else pieces[0]
    kind = head.kind
    if kind in ("time", "weekday_note"):
        return None
    if setting.reference is None and kind in _GRANULARITY_OF_RELATIVE and not _leans_on_text(head, setting):
        unknown = _NO_CONTEXT._replace(granularity=_GRANULARITY_OF_RELATIVE[kind])
        inferred = ("year", "month", "day")
        return Reading(unknown, inferred, False, False, False, anaphoric=kind in _ANAPHORIC)
    if kind == "weekday":
        return _read_bare_weekday(pieces, setting)
    if kind in _LACKS_YEAR:
        reading = _read_without_year(pieces, setting, this_year=kind in _OF_THIS_YEAR)
    elif kind in _LACKS_MONTH or (kind == "numbered_day" and setting.reference is None):
        reading = _read_without_month(pieces, setting)
    else:
        context = _NO_CONTEXT
        interval = narrow(pieces, context, setting)
        if interval is None:
            return None
        reading = Reading(interval, *_judge_head(head, setting))
    if reading is None:
        return None
    approximate = _is_approximate(pieces) or (kind == "anaphoric_day" and setting.day is None)
    return reading._replace(anaphoric=kind in _ANAPHORIC, approximate=approximate)


def _leans_on_text(head: Piece, setting: Setting) -> bool:
    """Say whether a relative piece counts from a day or month named in the text: 当天, 次日, 当月."""
    if head.kind == "anaphoric_day":
        return setting.day is not None
    return head.parts.get("relative") in ("当", "同") and setting.month is not None


def _is_approximate(pieces: tuple[Piece, ...]) -> bool:
    """过去十年, 十年前, 三天后 alone: counted from the reader's own time, not a date of the calendar."""
    head = pieces[0]
    if head.kind == "ago":
        counted_in_days = head.parts.get("unit", "天") in ("天", "周", "星期", "礼拜")
        return head.parts["direction"] == "后" or (len(pieces) == 1 and not counted_in_days)
    if head.kind == "century" and len(pieces) == 1:
        return True
    return head.kind in _APPROXIMATE or (head.kind == "anaphoric_year" and len(pieces) == 1)


def _judge_head(head: Piece, setting: Setting) -> tuple[tuple[str, ...], bool]:
    """The parts that the first piece leaves to be inferred, and whether the year is known."""
    dated = setting.reference is not None
    if head.kind in ("relative_year", "relative_season"):
        return ("year",), dated or setting.fixed_year is not None
    if head.kind == "anaphoric_year":
        return ("year",), dated or setting.year is not None or setting.fixed_year is not None
    if head.kind in ("relative_month", "relative_quarter"):
        return ("year", "month"), dated or setting.named_year_known
    if head.kind == "anaphoric_day":
        return ("year", "month", "day"), dated or setting.named_year_known
    if head.kind in ("short_year", "short_years", "decade"):
        return (() if "year" in head.parts and head.kind == "decade" else ("century",)), True
    if head.kind == "ago" and head.parts.get("unit") == "年":
        return ("year",), True
    if head.kind in _COUNTED_FROM_REFERENCE:
        return ("year", "month", "day"), True
    return (), True


def _years_to_try(setting: Setting, *, this_year: bool) -> Iterator[int]:
    if setting.year_before is not None:
        yield setting.year_before
    if setting.reference is None:
        yield setting.fixed_year or UNKNOWN_YEAR
        return
    now = setting.reference.year
    yield now
    if not this_year:
        for step in range(1, OLDEST_CANDIDATE + 1):
            yield now - step


def _read_without_year(pieces: tuple[Piece, ...], setting: Setting, *, this_year: bool) -> Reading | None:
    reference, problem = setting.reference, None
    found: Interval | None = None
    if reference is not None and not this_year and setting.year_before is None:
        ahead = _find_ahead(pieces, setting)
        if ahead is not None:
            return Reading(ahead, ("year",))
    for candidate in _years_to_try(setting, this_year=this_year):
        try:
            interval = narrow(pieces, year(candidate), setting)
        except ImpossibleDateError as error:
            problem = error
            continue
        if interval is None:
            continue
        if reference is None or this_year or candidate == setting.year_before or interval.first <= reference:
            found = interval
            break
    if found is not None:
        if not _agrees(found) and reference is not None:
            found = _find_ahead(pieces, setting._replace(looks_ahead=True)) or found
        known = reference is not None or setting.fixed_year is not None or setting.year_before is not None
        return Reading(found, ("year",), year_known=known)
    if problem is not None:
        raise problem
    return None


def _find_ahead(pieces: tuple[Piece, ...], setting: Setting) -> Interval | None:
    """The candidate after the reference, where the sentence looks ahead, or is plain and the day near."""
    reference = setting.reference
    if reference is None or not (setting.looks_ahead or (setting.plain and pieces[0].kind != "months")):
        return None  # 1—10月 are counted together when they are over
    limit = FAR_FUTURE if setting.looks_ahead else NEAR_FUTURE
    for candidate in (reference.year, reference.year + 1):
        try:
            interval = narrow(pieces, year(candidate), setting)
        except ImpossibleDateError:
            continue
        if interval and interval.last >= reference and (interval.first - reference).days <= limit:
            if interval.first <= reference:
                return None  # it has begun: the ordinary reading
            return interval if _agrees(interval) else None
    return None


def _agrees(interval: Interval) -> bool:
    return interval.weekday is None or interval.first.isoweekday() == interval.weekday


def _months_to_try(setting: Setting) -> Iterator[Interval]:
    """Yield the month named before, if it counts here, this one and the twelve before it; second, where the sentence
    looks ahead, the next."""
    reference = setting.reference
    if setting.month is not None and (setting.month_near or reference is None):
        yield setting.month
        if reference is not None and setting.looks_ahead:
            yield _month_from(reference, 1)
    if reference is None:
        return
    yield _month_from(reference, 0)
    if setting.looks_ahead and not (setting.month is not None and setting.month_near):
        yield _month_from(reference, 1)
    for back in range(1, 13):
        yield _month_from(reference, -back)


def _month_from(day_in_month: date, count: int) -> Interval:
    first = add_months(day_in_month.replace(day=1), count)
    return month(first.year, first.month)


def _read_without_month(pieces: tuple[Piece, ...], setting: Setting) -> Reading | None:
    reference = setting.reference
    problem, fallback = None, None
    for candidate in _months_to_try(setting):
        try:
            interval = narrow(pieces, candidate, setting)
        except ImpossibleDateError as error:
            problem = error
            continue
        if interval is None:
            continue
        days_ahead = (interval.first - reference).days if reference else 0
        allowed = NEAR_FUTURE if setting.looks_ahead else 0
        if candidate is setting.month and reference is not None:  # 7月26日晚…27日凌晨: as far ahead as its month
            begun = candidate.first <= reference
            allowed = NEAR_FUTURE if begun else FAR_FUTURE
        if days_ahead <= allowed:
            if _agrees(interval):
                return Reading(
                    interval, ("year", "month"), year_known=reference is not None or setting.named_year_known
                )
            fallback = fallback or interval
    if fallback is not None and reference is not None:  # 二十五日(本周六): the weekday tells that it lies ahead
        for count in (0, 1):
            try:
                interval = narrow(pieces, _month_from(reference, count), setting)
            except ImpossibleDateError:
                continue
            if interval and _agrees(interval) and 0 <= (interval.first - reference).days <= NEAR_FUTURE:
                return Reading(interval, ("year", "month"))
    if fallback is not None:
        return Reading(fallback, ("year", "month"))
    if reference is not None or setting.month is not None:
        if problem is not None:
            raise problem
        return None
    interval = narrow(pieces, month(UNKNOWN_YEAR, 1), setting)
    return Reading(interval, ("year", "month"), year_known=False, month_known=False) if interval else None


def _read_bare_weekday(pieces: tuple[Piece, ...], setting: Setting) -> Reading | None:
    if setting.reference is None:
        return None
    number = WEEKDAYS[pieces[0].parts["weekday"]]
    back = (setting.reference.isoweekday() - number) % 7
    found = setting.reference - timedelta(days=back)
    if setting.looks_ahead and back:
        found += timedelta(days=7)
    return Reading(day(found), ("year", "month", "day"))
