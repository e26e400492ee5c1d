"""What a text has named so far, and what its sentences say of their own time: the setting of the next expression."""

from __future__ import annotations

import bisect
import re
from datetime import timedelta
from typing import Any

from jishi.stages.date_intervals import Interval, month
from jishi.stages.date_patterns import Expression, Piece, load_grammar
from jishi.stages.date_reference import STATED_YEAR, YEARS_APART
from jishi.stages.date_setting import Setting
from jishi.stages.date_values import NEAR_FUTURE, Reading
from jishi.stages.numerals import read_number

_SENTENCE_END = re.compile(r"[。!?;\n]")
_NAMES_YEAR = frozenset((*STATED_YEAR, "roc_year", "short_year", "roc_date", "relative_year"))  # 去年10月8日
# 前 behind a date (also behind its weekday, or 起 and an hour); what tells that its clause is over
_BEFORE_DATE = re.compile(r" ?(?:\([^()\n]{1,6}\))? ?(?:(?:之|以)?前(?![后往期夕来述辈])|截止)")
_CLAUSE_MARKS = ",;:"
_CLAUSE = 40  # code points looked at on each side of a deadline
_CLAUSE_END = re.compile(r"[,;。!?\n]")
_DONE = re.compile(r"[了曾]|已")
_OBLIGES = re.compile("必须|务必|[须应请][在于]|限[在于]|请各|请将")
_NEIGHBOURHOOD = 60  # code points: how far a date lends its year or month to the next
_EVENT_AGE = timedelta(days=21)  # the first day an article names is its event's, and its 今天, if no older than this
_STORY_AGE = timedelta(days=62)  # a month without a day that lies longer ago is told of as background
_LONGEST_MARGIN = 6  # code points beside a year that heads a chronicle
_SERIES_STEP = 2  # months from one date of a programme to the next


class Story:
    """What has been named up to where the reader is. `setting` is the part that does not depend on the sentence."""

    def __init__(self, folded: str, setting: Setting, *, tells_from_today: bool) -> None:
        self.folded = folded
        self.setting = setting
        self.tells_from_today = tells_from_today
        self.sentence_starts = [0, *(found.end() for found in _SENTENCE_END.finditer(folded))]
        self.sentences: dict[int, tuple[bool, bool]] = {}
        self.full_date_end = self.month_end = -_NEIGHBOURHOOD - 1
        self.heading_year: int | None = None
        self.full_date_sentence = self.month_sentence = -1
        self.years_of_days: dict[tuple[str, str], int] = {}
        self.months_of_days: dict[int, Interval] = {}

    def set(self, expression: Expression) -> Setting:
        """Give the setting in which an expression is to be read."""
        sentence = self._sentence(expression.start)
        looks_ahead, plain = self._judge_sentence(sentence)
        first = expression.points[0].pieces
        month_near = self._is_month_near(expression.start, sentence)
        looks_ahead = looks_ahead or self._is_deadline(expression.end, sentence)
        changes: dict[str, Any] = {"looks_ahead": looks_ahead, "plain": plain, "month_near": month_near}
        if first[0].kind == "day" and not month_near:  # 10月25日 … 25日: named before with its month
            named = self.months_of_days.get(read_number(first[0].parts["day"]) or 0)
            if named is not None:
                return self.setting._replace(**changes | {"month": named, "month_near": True})
        return self.setting._replace(**changes, year_before=self._find_year_before(expression, sentence, first))

    def _is_month_near(self, start: int, sentence: int) -> bool:
        named, reference = self.setting.month, self.setting.reference
        if named is None or start - self.month_end > _NEIGHBOURHOOD or "\n" in self.folded[self.month_end : start]:
            return False
        with_day = self.setting.day is not None and named.first <= self.setting.day <= named.last
        if reference and not with_day and reference - named.first > _STORY_AGE:
            return sentence == self.month_sentence
        return True

    def _find_year_before(self, expression: Expression, sentence: int, first: tuple[Piece, ...]) -> int | None:
        """The year of a date just before, or of the same day before: 2018年6月28日抵达，7月2日返回."""
        year, reference = self.setting.year, self.setting.reference
        if self.heading_year is not None:
            return self.heading_year
        if year is not None:
            if sentence == self.full_date_sentence:
                return year
            near = expression.start - self.full_date_end <= _NEIGHBOURHOOD
            if near and (reference is None or abs(reference.year - year) <= YEARS_APART):
                return year
        if first[0].kind in ("month", "month_day", "months"):
            continued = self._continue_series(expression.start, first[0])
            if continued is not None:
                return continued
        if first[0].kind == "month" and len(first) > 1:
            written = first[1].parts.get("day") or first[1].parts.get("first", "")
            return self.years_of_days.get((first[0].parts["month"], written))
        return None

    def _continue_series(self, start: int, piece: Piece) -> int | None:
        """10/23、11/7、12/6 in a programme: the year of the day just before, where the next lies soon after it."""
        before, reference = self.setting.day, self.setting.reference
        if before is None or reference is None or start - self.month_end > _NEIGHBOURHOOD:
            return None
        if (reference - before).days > NEAR_FUTURE or not self.setting.named_year_known:
            return None
        number = read_number(piece.parts.get("month") or piece.parts["first"])
        return before.year if number is not None and 0 <= number - before.month <= _SERIES_STEP else None

    def _is_deadline(self, end: int, sentence: int) -> bool:
        """Say whether 前 behind a date makes it a deadline (7月15日前完成): the clause says nothing is done."""
        before = _BEFORE_DATE.match(self.folded, end)
        if before is None:
            return False
        first, last = max(self.sentence_starts[sentence], end - _CLAUSE), before.end() + _CLAUSE
        start = max(self.folded.rfind(mark, first, end) for mark in _CLAUSE_MARKS)
        clause_end = _CLAUSE_END.search(self.folded, before.end(), last)
        clause = max(start + 1, first), clause_end.start() if clause_end else last
        return _OBLIGES.search(self.folded, *clause) is not None or _DONE.search(self.folded, *clause) is None

    def _sentence(self, position: int) -> int:
        return bisect.bisect_right(self.sentence_starts, position) - 1

    def _judge_sentence(self, number: int) -> tuple[bool, bool]:
        if number not in self.sentences:
            start = self.sentence_starts[number]
            end = self.sentence_starts[number + 1] if number + 1 < len(self.sentence_starts) else len(self.folded)
            sentence, context = self.folded[start:end], load_grammar().context
            over = context["completed"].search(sentence.replace("为了", "为")) is not None
            ahead = context["looks_ahead"].search(sentence) is not None
            may_be = any(context[name].search(sentence) for name in ("may_look_ahead", "planned"))
            ahead = ahead or (may_be and not over)
            self.sentences[number] = ahead, not over
        return self.sentences[number]

    def remember(self, end: int, reading: Reading, pieces: list[Piece]) -> None:
        """Keep what a date that ends at `end` names, for the dates after it."""
        interval, head = reading.interval, pieces[0]
        festival_only = all(piece.kind == "festival" for piece in pieces)  # too loose to date what follows
        if reading.approximate or festival_only or not reading.day_known:
            return
        changes: dict[str, Any] = {}
        if head.kind == "month" and len(pieces) > 1 and reading.year_known:
            written = pieces[1].parts.get("day") or pieces[1].parts.get("first")
            if written:
                self.years_of_days[head.parts["month"], written] = interval.first.year
        if interval.granularity == "day" and reading.month_known:
            changes |= {"day": interval.last, "month": month(interval.last.year, interval.last.month)}
            if interval.first == interval.last and any(piece.kind == "month" for piece in pieces):
                self.months_of_days[interval.first.day] = changes["month"]
            if self._is_event_day(interval, head):
                changes["speaking_day"] = interval.first
        elif interval.granularity == "month":
            changes["month"] = month(interval.last.year, interval.last.month)
        if "month" in changes:
            changes["named_year_known"] = reading.year_known
            self.month_end, self.month_sentence = end, self._sentence(head.start)
        if interval.granularity in ("day", "month", "year") and reading.year_known:
            changes["year"] = interval.first.year
        if interval.granularity == "year" and len(pieces) == 1 and self._is_line(head.start, end):
            self.heading_year = interval.first.year
        if head.kind in _NAMES_YEAR and any(piece.level in (3, 5) for piece in pieces):
            self.full_date_end, self.full_date_sentence = end, self._sentence(head.start)
        self.setting = self.setting._replace(**changes)

    def _is_line(self, start: int, end: int) -> bool:
        """Say whether it has a line to itself: the headings of a chronicle (2011年, then the days of that year)."""
        line_start = self.folded.rfind("\n", max(0, start - _LONGEST_MARGIN), start) + 1
        line_end = self.folded.find("\n", end, end + _LONGEST_MARGIN)
        if line_start == 0 or line_end < 0:
            return False
        return not self.folded[line_start:start].strip() and not self.folded[end:line_end].strip(" :")

    def _is_event_day(self, interval: Interval, head: Piece) -> bool:
        """Say whether this is the first day named, and so near to the publication that the article's 今天 means it."""
        reference = self.setting.reference
        if self.setting.speaking_day is not None or self.tells_from_today or reference is None:
            return False
        if head.kind in ("relative_day", "relative_night"):
            return False
        return timedelta(0) <= reference - interval.first <= _EVENT_AGE
