"""Reading a text's date expressions from its beginning to its end.

What has been named before, what a sentence says of its own time, and what the text tells of the day it speaks from: the
setting in which `date_values` reads each expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from jishi.stages.date_intervals import Interval, month, write_day, write_edtf
from jishi.stages.date_patterns import (
    Expression,
    Piece,
    Point,
    find_expressions,
    fold,
    load_grammar,
    split_list,
)
from jishi.stages.date_pieces import ImpossibleDateError, Setting
from jishi.stages.date_times import read_times
from jishi.stages.date_values import NEAR_FUTURE, Reading, read_point
from jishi.stages.numerals import read_number
from jishi.stages.script import classify_script

_SENTENCE_END = re.compile(r"[。!?;\n]")
_STATED_YEAR = {"date": "year", "year": "year", "month_of_year": "year", "years": "last"}
_TITLE = re.compile("《[^》\n]{1,40}》|“[^”\n]{1,16}”|「[^」\n]{1,16}」|『[^』\n]{1,16}』")
_DOUBTFUL = frozenset(("festival", "relative_day"))  # may be something else even in a range or list
_WORDS_OF_TITLES = frozenset(
    (
        "relative_day",
        "relative_night",
        "weekday",
        "festival",
        "relative_year",
        "anaphoric_day",
        "anaphoric_year",
        "month",
        "ago",
        "decade_count",
        "relative_week",
        "relative_month",
        "lunar",
    )
)
_IMPOSSIBLE_DAY = re.compile(r" ?\d{1,2} ?[日号](?![内元])")
_WEEKDAY = re.compile("(?:周|星期|礼拜)[一二三四五六日天]")
_PLAIN_SENTENCE = 4  # a sentence with fewer characters beside its dates (a caption, a table cell) tells nothing
_NEIGHBOURHOOD = 60  # code points: how far a full date lends its year to the next ones
_EVENT_AGE = timedelta(days=21)  # the first day an article names is its event's, and its 今天, if no older than this
_STORY_AGE = 62  # days: a month named that lies longer ago is told of as background
_YEARS_APART = 3  # stated years further apart fix nothing


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date expression and its value.

    start, end: code points of the text it was found in. start_date, end_date: ISO dates, both inclusive; the year is
    XXXX where nothing fixes it; None where more than the year is unknown. edtf: the value in ISO 8601-2. granularity:
    of both ends. start_time, end_time: "HH:MM". inferred: the parts that are not written (year, month, day, century).
    anaphoric: it leans on another date (当天). approximate: a stretch counted from the reference (过去十年).
    """

    start: int
    end: int
    text: str
    start_date: str | None
    end_date: str | None
    edtf: str | None
    granularity: str
    start_time: str | None = None
    end_time: str | None = None
    inferred: tuple[str, ...] = ()
    anaphoric: bool = False
    approximate: bool = False


@dataclass(slots=True)
class DatesFound:
    """The dates of a text, the reference they were read against, where it came from, and what is doubtful."""

    mentions: list[DateMention] = field(default_factory=list)
    reference: str | None = None
    reference_from: str | None = None
    warnings: list[str] = field(default_factory=list)


class Reader:
    """Reads one text from its beginning to its end, keeping what has been named so far."""

    def __init__(self, text: str, reference: date | None, traditional: bool | None) -> None:
        self.text = text
        self.folded = fold(text)
        self.found = DatesFound()
        self.context = load_grammar().context
        self.expressions = find_expressions(self.folded)
        if traditional is None:
            traditional = classify_script(text) != "simplified"
        fixed_year = None
        self.stated_years: list[int] = []
        if reference is not None:
            self.found.reference_from = "input"
        else:
            fixed_year = _find_fixed_year(self.expressions)
            self.stated_years = _find_stated_years(self.expressions)
            reference = self._find_dateline(fixed_year)
        # 昨晚, 前天 beside 今天: the text is told on the day of its publication
        self.tells_from_today = any(
            piece.parts.get("word", "今")[0] in "昨前" and piece.kind in ("relative_day", "relative_night")
            for expression in self.expressions for point in expression.points for piece in point.pieces
        )  # fmt: skip
        self.found.reference = reference.isoformat() if reference else None
        taiwan = "民国" in self.folded or (traditional and bool(self.context["taiwan"].search(self.folded)))
        self.setting = Setting(reference=reference, traditional=traditional, taiwan=taiwan, fixed_year=fixed_year)
        self.year_known = reference is not None or fixed_year is not None
        self.month_year_known = True
        self.full_date_end = self.month_end = -1000
        self.month_sentence = -1
        self.years_of_days: dict[tuple[str, str], int] = {}
        self.full_date_sentence = -1
        self.titles = [found.span() for found in _TITLE.finditer(self.folded)]
        self.sentences: dict[int, tuple[bool, bool]] = {}

    def read(self) -> DatesFound:
        for expression, following in zip_longest(self.expressions, self.expressions[1:]):
            if following is not None:
                self._note_today(expression, following)
            self._read_expression(expression)
        return self.found

    # the reference ------------------------------------------------------------------------------------------------

    def _find_dateline(self, fixed_year: int | None) -> date | None:
        for kind, pattern in _DATELINES:
            found = pattern.search(self.folded, 0, 3000)
            if found is None:
                continue
            parts = {name: read_number(value) for name, value in found.groupdict().items() if value}
            year = parts.get("year") or fixed_year
            if year is None or parts.get("month") is None:
                continue
            try:
                reference = date(year, parts["month"] or 0, parts["day"] or 0)
            except ValueError:
                continue
            self.found.reference_from = kind
            return reference
        return None

    # one expression -----------------------------------------------------------------------------------------------

    def _read_expression(self, expression: Expression) -> None:
        if self._repeats_last(expression):
            return
        points = tuple(p for p in map(self._settle_short_year, expression.points) if p is not None)
        points = tuple(p for p in points if self._is_date(p, alone=len(points) == 1))
        if not points or self._is_name(points, expression) or self._lacks_day(points[-1]):
            return
        setting = self._set(expression)
        if len(points) == 1 or expression.joined == "range":
            self._read_range(points, setting, expression)
            return
        self._read_list(points, setting, expression)

    def _repeats_last(self, expression: Expression) -> bool:
        """2月9日（除夕）: a lunar day or festival in brackets is the day before it in another calendar."""
        head = expression.points[0].pieces[0]
        last = self.found.mentions[-1] if self.found.mentions else None
        if last is None or head.kind not in ("lunar", "festival") or len(expression.points) > 1:
            return False
        if self.folded[last.end : expression.start] != "(" or last.granularity != "day":
            return False
        text = self.text[expression.start : expression.end]
        self.found.mentions.append(
            replace(
                last, start=expression.start, end=expression.end, text=text, start_date=last.end_date,
                edtf=last.end_date, start_time=None, end_time=None, inferred=("year", "month", "day"),
            )
        )  # fmt: skip
        return True

    def _set(self, expression: Expression) -> Setting:
        sentence = self._sentence_start(expression.start)
        if sentence not in self.sentences:
            self.sentences[sentence] = self._judge_sentence(sentence)
        looks_ahead, plain = self.sentences[sentence]
        between = self.folded[self.month_end : expression.start] if self.month_end >= 0 else "\n"
        month_near = len(between) <= _NEIGHBOURHOOD and "\n" not in between
        reference, named = self.setting.reference, self.setting.month
        day_named = named is not None and self.setting.day is not None and named.first <= self.setting.day <= named.last
        if month_near and reference and named and not day_named and (reference - named.first).days > _STORY_AGE:
            month_near = sentence == self.month_sentence  # an old month is background: it does not date what follows
        near = sentence == self.full_date_sentence
        if not near and self.setting.year is not None and expression.start - self.full_date_end <= _NEIGHBOURHOOD:
            reference = self.setting.reference
            near = reference is None or abs(reference.year - self.setting.year) <= _YEARS_APART
        year_before = self.setting.year if near else None
        first = expression.points[0].pieces
        if year_before is None and first[0].kind in ("month", "month_day", "months"):
            year_before = self._continue_series(expression)
        if year_before is None and len(first) > 1 and first[0].kind == "month":
            year_before = self.years_of_days.get(
                (first[0].parts["month"], first[1].parts.get("day") or first[1].parts.get("first", ""))
            )
        return replace(
            self.setting, looks_ahead=looks_ahead, plain=plain, year_before=year_before, month_near=month_near
        )

    def _continue_series(self, expression: Expression) -> int | None:
        """10/23、11/7、12/6 in a programme: the year of the day just before, where the next lies soon after it."""
        before, reference = self.setting.day, self.setting.reference
        if before is None or reference is None or expression.start - self.month_end > _NEIGHBOURHOOD:
            return None
        if before < reference - timedelta(days=NEAR_FUTURE) or not self.setting.named_year_known:
            return None
        piece = expression.points[0].pieces[0]
        number = read_number(piece.parts.get("month") or piece.parts["first"])
        return before.year if number is not None and 0 < number - before.month <= 2 else None

    def _sentence_start(self, position: int) -> int:
        return max(self.folded.rfind(mark, 0, position) for mark in "。!?;\n")

    def _judge_sentence(self, start: int) -> tuple[bool, bool]:
        end = _SENTENCE_END.search(self.folded, start + 1)
        sentence = self.folded[start + 1 : end.start() if end else len(self.folded)]
        looks_ahead = bool(self.context["looks_ahead"].search(sentence))
        han = len(re.findall("[一-龥]", sentence)) - len(re.findall("[年月日号时分点周星期上下午]", sentence))
        plain = han >= _PLAIN_SENTENCE and not self.context["completed"].search(sentence)
        return looks_ahead, plain

    def _settle_short_year(self, point: Point) -> Point | None:
        """Decide whether 24年, 113年, 三十年 is a year or a span of time; a year is marked as dated."""
        head = point.pieces[0]
        if head.kind not in ("short_year", "short_years"):
            return point
        if head.kind == "short_year" and (len(point.pieces) > 1 or self._is_short_year(head)):
            dated = replace(head, parts={**head.parts, "dated": "yes"})
            return Point((dated, *point.pieces[1:]))
        if head.kind == "short_years" and self.setting.taiwan:
            return point
        return None

    def _is_short_year(self, piece: Piece) -> bool:
        written = piece.parts["year"]
        number = read_number(written)
        before, after = self.folded[: piece.start][-6:], self.folded[piece.end : piece.end + 6]
        if number is None:
            return False
        if "budget" in piece.parts:
            return self.setting.taiwan or len(written) == 2
        if re.match(f"(?:{self.context['duration_after'].pattern})", after):
            return written[0] in "0零" and after[0] not in "来间内里多余级期"
        if re.search(f"(?:{self.context['duration_before'].pattern})$", before):
            return False
        positional = not written[0].isdigit() and "十" not in written and "百" not in written
        if written[0] in "0零":
            return len(written) == 2
        if positional:
            return abs(_digit(written[0]) - _digit(written[1])) != 1
        now = self.setting.reference.year if self.setting.reference else self.setting.fixed_year
        if self.setting.traditional and now is not None and abs(number + 1911 - now) <= _YEARS_APART:
            return True
        if self.setting.taiwan:
            return number >= 30 and (now is None or abs(number + 1911 - now) <= 25)
        if number >= 100 or not written[0].isdigit():
            return False
        year = number + (2000 if number <= ((now or 2025) + 6) % 100 else 1900)
        near = now - 35 <= year <= now + 6 if now else not 31 <= number <= 89
        return near and bool(re.search(r"(?:^|[,。、;:(\s]|[在于从自到至])$", before)) and not after.startswith("的")

    def _is_name(self, points: tuple[Point, ...], expression: Expression) -> bool:
        """Say whether it is part of a title: 《春节序曲》, “今日校园之星”. A calendar date inside a title stays one."""
        if points[0].pieces[0].kind not in _WORDS_OF_TITLES:
            return False
        return any(start < expression.start < end for start, end in self.titles)

    def _lacks_day(self, point: Point) -> bool:
        """Say whether a day that no month has follows the month: 8月32日. Warn of it."""
        if point.pieces[-1].kind != "month":
            return False
        found = _IMPOSSIBLE_DAY.match(self.folded, point.end)
        if found:
            self.found.warnings.append(f"impossible date: {self.text[point.start : found.end()]}")
        return found is not None

    def _is_date(self, point: Point, alone: bool) -> bool:
        """Say whether a lone piece that could be something else (2.1, 三日, 八号, 国庆) is a date here."""
        piece = point.pieces[0]
        if len(point.pieces) > 1 or not (alone or piece.kind in _DOUBTFUL or piece.parts.get("sign") == "号"):
            return True
        before, after = self.folded[: piece.start][-4:], self.folded[piece.end : piece.end + 4]
        if piece.kind == "month_day":
            shown = "sign" in piece.parts or (
                piece.parts["mark"] == "/"
                and (int(piece.parts["day"]) > 12 or len(piece.parts["day"]) == len(piece.parts["month"]) == 2)
            )
            return shown or not (before or after)
        if piece.kind == "day":
            written, sign = piece.parts["day"], piece.parts.get("sign", "日")
            if before.endswith("月"):  # 13月5日
                self.found.warnings.append(f"impossible date: {self.text[max(0, piece.start - 3) : piece.end]}")
                return False
            if sign == "号":
                return self._is_day_number(before, after)
            if re.search(f"(?:{self.context['duration_of_days'].pattern})$", self.folded[: piece.start][-4:]):
                return False
            return written[0].isdigit() or len(written) > 1
        if piece.kind == "days" and piece.parts["row"].endswith("号"):
            return self._is_day_number(before, after)
        if piece.kind == "festival" and "holiday" not in piece.parts:
            return bool(self.context["before_festival"].search(before)) and not self.context["after_festival"].match(
                after
            )
        if piece.kind == "relative_day":
            return not (
                self.context["before_figurative"].search(before) or self.context["after_figurative"].match(after)
            )
        return True

    def _note_today(self, expression: Expression, following: Expression) -> None:
        """今天（7月6日）: the text says itself which day it calls today."""
        today = expression.points[-1].pieces[-1]
        if today.parts.get("word") not in ("今天", "今日") or len(following.points) > 1:
            return
        if self.folded[expression.points[-1].end : following.start] not in ("(", " (", ",", ", "):
            return
        point = self._settle_short_year(following.points[0])
        reading = self._read_point(point, self._set(following)) if point else None
        if reading is None or reading.interval.first != reading.interval.last or not reading.year_known:
            return
        self.setting = replace(self.setting, speaking_day=reading.interval.first)
        if self.setting.reference is None:
            self.setting = replace(self.setting, reference=reading.interval.first)
            self.found.reference, self.found.reference_from = reading.interval.first.isoformat(), "dateline"

    def _is_timetable(self, point: Point) -> bool:
        """Say whether other weekdays stand around this one: 周六、周日不开放; 周二四休馆."""
        return len(_WEEKDAY.findall(self.folded, max(0, point.start - 30), point.end + 30)) > 1

    def _is_day_number(self, before: str, after: str) -> bool:
        """Say whether 3号 alone is a day: not a house, a satellite, a competitor (3号李明)."""
        return bool(self.context["before_day"].search(before)) and bool(self.context["after_number"].match(after))

    # points, ranges, lists ------------------------------------------------------------------------------------------

    def _read_point(self, point: Point, setting: Setting) -> Reading | None:
        try:
            reading = read_point(point, setting)
        except ImpossibleDateError as error:
            written = self.text[point.start : point.end]
            self.found.warnings.append(f"impossible date: {written} ({error} is no day of the calendar)")
            return None
        except (ValueError, OverflowError):
            return None
        if reading is not None and reading.interval.weekday is not None:
            reading = self._choose_year_by_weekday(point, reading, setting)
            stated = reading.interval.weekday
            if reading.year_known and reading.interval.first.isoweekday() != stated:
                written = self.text[point.start : point.end]
                actual = "一二三四五六日"[reading.interval.first.isoweekday() - 1]
                self.found.warnings.append(f"weekday and date disagree: {written} (the day is a 星期{actual})")
        return reading

    def _choose_year_by_weekday(self, point: Point, reading: Reading, setting: Setting) -> Reading:
        """9月3日（星期三） in a text that states 2013年 and 2015年: the one that agrees, of these and their next."""
        agrees = reading.interval.first.isoweekday() == reading.interval.weekday
        if setting.reference is not None or (agrees and reading.year_known):
            return reading
        agreeing = []
        for stated in sorted({year + step for year in self.stated_years for step in (0, 1)}):
            other = read_point(point, replace(setting, fixed_year=stated))
            if other is not None and other.interval.first.isoweekday() == other.interval.weekday:
                agreeing.append(other)
        return agreeing[0] if len(agreeing) == 1 else reading

    def _read_range(self, points: tuple[Point, ...], setting: Setting, expression: Expression) -> None:
        first = points[0]
        if first.pieces[0].kind == "time":
            self._read_range_from_time(points, setting)
            return
        if first.pieces[-1].kind in ("days", "months", "years"):
            parts = split_list(first)
            if len(parts) > 1 and self._read_point(first, setting) is None:
                self._read_list(parts, setting, expression)
                return
        reading = self._read_point(first, setting)
        if len(points) == 1:
            if reading is not None:
                if first.pieces[0].kind == "weekday" and self._is_timetable(first):
                    reading = replace(reading, approximate=True)
                self._add(first.start, first.end, reading, (first,))
            return
        last = points[1]
        if reading is None:
            self._read_range((last,), setting, expression)
            return
        second = self._read_end(first, last, reading, setting)
        if second is None or second.interval.last < reading.interval.first:
            self._add(first.start, first.end, reading, (first,))
            if last.pieces[0].kind != "time":
                self._read_range((last,), self._set(Expression((last,), "", last.end)), expression)
            return
        interval = Interval(reading.interval.first, second.interval.last, second.interval.granularity)
        timetable = first.pieces[0].kind == "weekday"  # 周一至周五8:00-17:00
        whole = Reading(
            interval,
            tuple(dict.fromkeys((*reading.inferred, *second.inferred))),
            year_known=reading.year_known and second.year_known,
            month_known=reading.month_known and second.month_known,
            day_known=reading.day_known and second.day_known,
            anaphoric=reading.anaphoric,
            approximate=timetable or (reading.approximate and second.approximate),
        )
        self._add(first.start, last.end, whole, points)

    def _read_end(self, first: Point, last: Point, reading: Reading, setting: Setting) -> Reading | None:
        """Read the end of a range: what it does not name it takes from the beginning."""
        start = reading.interval.first
        if last.pieces[0].kind == "time":
            return Reading(Interval(reading.interval.last, reading.interval.last, "day"), (), reading.year_known)
        if last.pieces[0].kind == "weekday":  # 今天到周五, 周一至周五
            days = ("一二三四五六日天".index(last.pieces[0].parts["weekday"]) % 7 - start.weekday()) % 7
            end = start + timedelta(days=days)
            return replace(reading, interval=Interval(end, end, "day"))
        ahead = replace(
            setting,
            year_before=start.year,
            year=start.year,
            day=start,
            month=month(start.year, start.month),
            month_near=True,
            fixed_year=setting.fixed_year or start.year,
        )
        second = self._read_point(last, ahead)
        kind = last.pieces[0].kind
        if second is not None and second.interval.last < start and kind in ("month", "months", "month_day", "quarter"):
            second = self._read_point(last, replace(ahead, year_before=start.year + 1))
        if second is None or kind not in ("month", "months", "month_day", "quarter", "day", "days"):
            return second
        return replace(second, year_known=reading.year_known, month_known=reading.month_known)

    def _read_range_from_time(self, points: tuple[Point, ...], setting: Setting) -> None:
        """2:00-明天4:00: the range begins on the day the text has reached."""
        if len(points) < 2:
            return
        second = self._read_point(points[1], setting)
        base = setting.day or setting.reference
        if second is None or base is None:
            return
        if base >= second.interval.last or second.interval.last - base > timedelta(days=7):
            self._add(points[1].start, points[1].end, second, (points[1],))
            return
        whole = replace(second, interval=Interval(base, second.interval.last, "day"))
        self._add(points[0].start, points[1].end, whole, points)

    def _read_list(self, points: tuple[Point, ...], setting: Setting, expression: Expression) -> None:
        """Days one after the other are one stretch (9日、10日两天); others are dates of their own."""
        run: list[tuple[Point, Reading]] = []

        def close(end: int) -> None:
            if run:
                first, last = run[0], run[-1]
                interval = Interval(first[1].interval.first, last[1].interval.last, last[1].interval.granularity)
                self._add(first[0].start, end, replace(first[1], interval=interval), tuple(point for point, _ in run))
                run.clear()

        for point in points:
            reading = self._read_end(run[0][0], point, run[0][1], setting) if run else self._read_point(point, setting)
            if reading is None:
                continue
            if run and reading.interval.first - run[-1][1].interval.last != timedelta(days=1):
                close(run[-1][0].end)
            run.append((point, reading))
        if run:
            close(expression.end if run[-1][0] is points[-1] else run[-1][0].end)

    # what has been found --------------------------------------------------------------------------------------------

    def _add(self, start: int, end: int, reading: Reading, points: tuple[Point, ...]) -> None:
        interval = reading.interval
        pieces = [piece for point in points for piece in point.pieces]
        start_time, end_time = _read_time_pieces(pieces)
        movable = not reading.year_known and any(piece.kind in ("festival", "lunar") for piece in pieces)
        valued = reading.day_known and not movable
        known = reading.month_known and valued
        self.found.mentions.append(
            DateMention(
                start=start,
                end=end,
                text=self.text[start:end],
                start_date=write_day(interval.first, year_known=reading.year_known) if known else None,
                end_date=write_day(interval.last, year_known=reading.year_known) if known else None,
                edtf=None
                if not valued
                else write_edtf(interval, year_known=reading.year_known, month_known=reading.month_known),
                granularity="range" if interval.granularity == "century" else interval.granularity,
                start_time=start_time,
                end_time=end_time,
                inferred=reading.inferred,
                anaphoric=reading.anaphoric,
                approximate=reading.approximate,
            )
        )
        self._remember(end, reading, pieces)

    def _remember(self, end: int, reading: Reading, pieces: list[Piece]) -> None:
        interval = reading.interval
        if reading.approximate or movable_only(pieces):
            return
        changes: dict[str, Any] = {}
        if not reading.day_known:
            return
        if pieces[0].kind == "month" and len(pieces) > 1 and reading.year_known:
            written = pieces[1].parts.get("day") or pieces[1].parts.get("first")
            if written:
                self.years_of_days[pieces[0].parts["month"], written] = interval.first.year
        if interval.granularity == "day" and reading.month_known:
            changes |= {"day": interval.last, "month": month(interval.last.year, interval.last.month)}
            reference = self.setting.reference
            if (
                self.setting.speaking_day is None
                and not self.tells_from_today
                and reference
                and pieces[0].kind not in ("relative_day", "relative_night")
                and timedelta(0) <= reference - interval.first <= _EVENT_AGE
            ):
                changes["speaking_day"] = interval.first
        elif interval.granularity == "month":
            changes["month"] = month(interval.last.year, interval.last.month)
        if "month" in changes:
            changes["named_year_known"] = reading.year_known
            self.month_end, self.month_sentence = end, self._sentence_start(pieces[0].start)
        if interval.granularity in ("day", "month", "year") and reading.year_known:
            changes["year"] = interval.first.year
        if pieces[0].kind in _STATED_YEAR and interval.granularity in ("day", "month"):
            self.full_date_end, self.full_date_sentence = end, self._sentence_start(pieces[0].start)
        self.setting = replace(self.setting, **changes)


def movable_only(pieces: Iterable[Piece]) -> bool:
    """Say whether the expression is a festival only (春节): too loose to date what follows."""
    return all(piece.kind == "festival" for piece in pieces)


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


def _digit(character: str) -> int:
    return read_number(character) or 0


def _find_stated_years(expressions: list[Expression], *, full_dates_only: bool = False) -> list[int]:
    """Give the years that the text states, or only those of its full dates (2024年8月, not 2024年 alone)."""
    years = []
    for expression in expressions:
        for point in expression.points:
            head = point.pieces[0]
            if head.kind in _STATED_YEAR and not (full_dates_only and point.pieces[-1].level not in (3, 5, 6, 7)):
                number = read_number(head.parts[_STATED_YEAR[head.kind]])
                if number is not None and number >= 1000:
                    years.append(number)
    return years


def _find_fixed_year(expressions: list[Expression]) -> int | None:
    """Give the year that the text states: that of its latest full date, else the latest of years that lie together."""
    full = _find_stated_years(expressions, full_dates_only=True)
    if full:
        return max(full)
    stated = _find_stated_years(expressions)
    if stated and max(stated) - min(stated) <= _YEARS_APART:
        return max(stated)
    return None


def _read_time_pieces(pieces: list[Piece]) -> tuple[str | None, str | None]:
    times: list[dict[str, str]] = []
    for before, piece in zip([None, *pieces], pieces, strict=False):
        if piece.kind == "time":
            if times and before is not None and before.kind == "weekday_note":  # 上午(周日)7:30-8:30
                times[-1] = times[-1] | piece.parts
            else:
                times.append(piece.parts)
    if not times:
        return None, None
    nights = [piece.parts["word"][-1] for piece in pieces if piece.kind == "relative_night"]
    nights += ["晚" for piece in pieces if piece.parts.get("word") in ("当晚", "当夜")]
    first, last = times[0], times[-1]
    period = first.get("period") or (nights[0] if nights else "")
    if first is last:
        return read_times(period, first.get("clock", ""), last.get("period2", ""), last.get("clock2", ""))
    start, _ = read_times(period, first.get("clock", ""))
    end, end2 = read_times(
        last.get("period", period), last.get("clock", ""), last.get("period2", ""), last.get("clock2", "")
    )
    return start, end2 or end
