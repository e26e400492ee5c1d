"""Reading a text's date expressions from its beginning to its end, each in the setting that the story has reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import zip_longest

from jishi.stages.date_doubts import Doubts
from jishi.stages.date_intervals import Interval, month
from jishi.stages.date_mentions import DatesFound, make_mention
from jishi.stages.date_patterns import Expression, Point, find_folded_expressions, fold, load_grammar, split_list
from jishi.stages.date_reference import find_dateline, find_fixed_year, find_stated_years
from jishi.stages.date_setting import ImpossibleDateError, Setting
from jishi.stages.date_story import Story
from jishi.stages.date_values import Reading, read_point
from jishi.stages.script import classify_script

_WEEKDAY_NAMES = "一二三四五六日"
_TAKES_FROM_BEGINNING = frozenset(("month", "months", "month_day", "quarter", "day", "days"))
_MAY_WRAP = frozenset(("month", "months", "month_day", "quarter"))  # 12月30日至1月2日: into the next year
_TODAY = frozenset(("今天", "今日", "今晚", "今早", "今晨"))
_LONGEST_NIGHT = timedelta(days=7)  # from the day the text has reached to the end of 2:00-明天4:00


class Reader:
    """Reads one text once. reference, traditional: as for `find_dates`."""

    def __init__(self, text: str, reference: date | None, traditional: bool | None) -> None:
        self.text, self.folded = text, fold(text)
        self.found = DatesFound()
        self.expressions = find_folded_expressions(self.folded)
        self.stated_years: list[int] = []
        fixed_year = None
        if reference is not None:
            self.found.reference_from = "input"
        else:
            self.stated_years = find_stated_years(self.expressions)
            fixed_year = find_fixed_year(self.expressions)
            reference, self.found.reference_from = find_dateline(self.folded, fixed_year) or (None, None)
        self.found.reference = reference.isoformat() if reference else None
        if traditional is None:
            traditional = classify_script(text) != "simplified"
        of_taiwan = traditional and load_grammar().context["taiwan"].search(self.folded) is not None
        setting = Setting(
            reference=reference,
            traditional=traditional,
            taiwan=of_taiwan or "民国" in self.folded,
            fixed_year=fixed_year,
        )
        self.doubts = Doubts(self.folded, setting)
        self.story = Story(self.folded, setting, tells_from_today=_tells_from_today(self.expressions))

    def read(self) -> DatesFound:
        """Give the dates of the text."""
        for expression, following in zip_longest(self.expressions, self.expressions[1:]):
            if following is not None:
                self._note_today(expression, following)
            if not self._repeats_last(expression):
                self._read_expression(expression)
        return self.found

    def _note_today(self, expression: Expression, following: Expression) -> None:
        """今天（7月6日）: the text says itself which day it calls today."""
        today = expression.points[-1].pieces[-1]
        if today.parts.get("word") not in _TODAY or len(following.points) > 1:
            return
        if self.folded[expression.points[-1].end : following.start].strip() not in ("(", ","):
            return
        point = self.doubts.settle_short_year(following.points[0])
        reading = self._read_point(point, self.story.set(following)) if point else None
        if reading is None or reading.interval.first != reading.interval.last or not reading.year_known:
            return
        day = reading.interval.first
        self.story.setting = self.story.setting._replace(speaking_day=day)
        if self.story.setting.reference is None:
            self.story.setting = self.story.setting._replace(reference=day)
            self.found.reference, self.found.reference_from = day.isoformat(), "dateline"

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

    def _read_expression(self, expression: Expression) -> None:
        if any(self._warn_of_impossible_day(point) for point in expression.points):
            return
        points = tuple(p for p in map(self.doubts.settle_short_year, expression.points) if p is not None)
        points = tuple(p for p in points if self.doubts.is_date(p, alone=len(points) == 1))
        if not points or self.doubts.is_part_of_title(points[0]):
            return
        setting = self.story.set(expression)
        if len(points) == 1:
            self._read_single(points[0], setting, expression)
        elif expression.joined == "range":
            self._read_range(points[0], points[1], setting, expression)
        else:
            self._read_list(points, setting, expression.end)

    def _warn_of_impossible_day(self, point: Point) -> bool:
        place = self.doubts.find_impossible_day(point)
        if place is not None:
            self.found.warnings.append(f"impossible date: {self.text[slice(*place)]}")
        return place is not None

    # one point ------------------------------------------------------------------------------------------------------

    def _read_single(self, point: Point, setting: Setting, expression: Expression) -> None:
        parts = split_list(point)
        if len(parts) == 1:
            reading = self._read_point(point, setting)
        else:
            reading = None if point.pieces[0].kind == "time" else self._read_point(point, setting)
            if reading is None:
                self._read_list(parts, setting, expression.end)
                return
        if reading is None:
            return
        if point.pieces[0].kind == "weekday" and self.doubts.is_timetable(point):
            reading = reading._replace(approximate=True)
        self._add(point.start, point.end, reading, (point,))

    def _read_point(self, point: Point, setting: Setting) -> Reading | None:
        written = self.text[point.start : point.end]
        try:
            reading = read_point(point, setting)
        except ImpossibleDateError as error:
            self.found.warnings.append(f"impossible date: {written} ({error} is no day of the calendar)")
            return None
        except (ValueError, OverflowError):  # outside the years that dates can have
            return None
        if reading is None or reading.interval.weekday is None:
            return reading
        reading = self._choose_year_by_weekday(point, reading, setting)
        if reading.year_known and not _agrees(reading):
            actual = _WEEKDAY_NAMES[reading.interval.first.isoweekday() - 1]
            self.found.warnings.append(f"weekday and date disagree: {written} (the day is a 星期{actual})")
        return reading

    def _choose_year_by_weekday(self, point: Point, reading: Reading, setting: Setting) -> Reading:
        """9月3日（星期四） in a text that states 2010年 and 2015年: the one that agrees, of these and their next."""
        if setting.reference is not None or (reading.year_known and _agrees(reading)):
            return reading
        agreeing = []
        for stated in sorted({year + step for year in self.stated_years for step in (0, 1)}):
            other = read_point(point, setting._replace(fixed_year=stated))
            if other is not None and _agrees(other):
                agreeing.append(other)
        return agreeing[0] if len(agreeing) == 1 else reading

    # ranges and lists -----------------------------------------------------------------------------------------------

    def _read_range(self, first: Point, last: Point, setting: Setting, expression: Expression) -> None:
        if first.pieces[0].kind == "time":
            self._read_range_from_time(first, last, setting)
            return
        reading = self._read_point(first, setting)
        if reading is None:
            self._read_single(last, setting, expression)
            return
        second = self._read_end(last, reading, setting)
        if second is None or second.interval.last < reading.interval.first:
            self._add(first.start, first.end, reading, (first,))
            if last.pieces[0].kind != "time":
                apart = Expression((last,), "", last.end)
                self._read_single(last, self.story.set(apart), apart)
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
        self._add(first.start, last.end, whole, (first, last))

    def _read_end(self, last: Point, reading: Reading, setting: Setting) -> Reading | None:
        """Read the end of a range, or the next of a list: what it does not name it takes from the beginning."""
        start, head = reading.interval.first, last.pieces[0]
        if head.kind == "time":
            return reading._replace(interval=Interval(reading.interval.last, reading.interval.last, "day"))
        if head.kind == "weekday":  # 今天到周五, 周一至周五
            weekday = "一二三四五六日天".index(head.parts["weekday"]) % 7
            end = start + timedelta(days=(weekday - start.weekday()) % 7)
            return reading._replace(interval=Interval(end, end, "day"))
        begun = setting._replace(
            year_before=start.year,
            year=start.year,
            day=start,
            month=month(start.year, start.month),
            month_near=True,
            fixed_year=setting.fixed_year or start.year,
        )
        second = self._read_point(last, begun)
        if second is not None and second.interval.last < start and head.kind in _MAY_WRAP:
            second = self._read_point(last, begun._replace(year_before=start.year + 1))
        if second is None or head.kind not in _TAKES_FROM_BEGINNING:
            return second
        return second._replace(year_known=reading.year_known, month_known=reading.month_known)

    def _read_range_from_time(self, first: Point, last: Point, setting: Setting) -> None:
        """2:00-明天4:00: the range begins on the day the text has reached."""
        second = self._read_point(last, setting)
        base = setting.day or setting.reference
        if second is None or base is None:
            return
        if base >= second.interval.last or second.interval.last - base > _LONGEST_NIGHT:
            self._add(last.start, last.end, second, (last,))
            return
        whole = second._replace(interval=Interval(base, second.interval.last, "day"))
        self._add(first.start, last.end, whole, (first, last))

    def _read_list(self, points: tuple[Point, ...], setting: Setting, end: int) -> None:
        """Days one after the other are one stretch (9日、10日两天); others are dates of their own."""
        run: list[tuple[Point, Reading]] = []

        def close(run_end: int) -> None:
            (first, reading), (_, last) = run[0], run[-1]
            interval = Interval(reading.interval.first, last.interval.last, last.interval.granularity)
            self._add(first.start, run_end, reading._replace(interval=interval), tuple(point for point, _ in run))
            run.clear()

        for point in points:
            reading = self._read_end(point, run[0][1], setting) if run else self._read_point(point, setting)
            if reading is None:
                continue
            if run and reading.interval.first - run[-1][1].interval.last != timedelta(days=1):
                close(run[-1][0].end)
            run.append((point, reading))
        if run:
            close(end if run[-1][0] is points[-1] else run[-1][0].end)

    def _add(self, start: int, end: int, reading: Reading, points: tuple[Point, ...]) -> None:
        self.found.mentions.append(make_mention(self.text, start, end, reading, points))
        self.story.remember(end, reading, [piece for point in points for piece in point.pieces])


def _agrees(reading: Reading) -> bool:
    return reading.interval.first.isoweekday() == reading.interval.weekday


def _tells_from_today(expressions: list[Expression]) -> bool:
    """Say whether 昨晚, 前天 stand in the text: it is then told on the day of its publication, and 今天 is that day."""
    return any(
        piece.kind in ("relative_day", "relative_night") and piece.parts["word"][0] in "昨前"
        for expression in expressions for point in expression.points for piece in point.pieces
    )  # fmt: skip
