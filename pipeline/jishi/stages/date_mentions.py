"""What is found: date mentions, made from readings."""

from __future__ import annotations

from dataclasses import dataclass, field

from jishi.stages.date_intervals import write_day, write_edtf
from jishi.stages.date_patterns import Piece, Point
from jishi.stages.date_times import read_times
from jishi.stages.date_values import Reading

_MOVABLE = frozenset(("festival", "lunar"))  # fall on another day each year: none is known without the year


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date expression and its value.

    start, end: code points of the text it was found in. start_date, end_date: ISO dates, both inclusive; the year is
    XXXX where nothing fixes it; None where more than the year is unknown. edtf: the value in ISO 8601-2. granularity:
    of both ends. start_time, end_time: "HH:MM". inferred: the parts that are not written (year, month, day, century).
    anaphoric: it leans on another date (当天). approximate: counted from the reference (过去十年) or recurring.
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
    """The dates of a text, the reference they were read against and where it came from, and what is doubtful.

    reference_from: input, header or dateline; None if there is no reference.
    """

    mentions: list[DateMention] = field(default_factory=list)
    reference: str | None = None
    reference_from: str | None = None
    warnings: list[str] = field(default_factory=list)


def make_mention(text: str, start: int, end: int, reading: Reading, points: tuple[Point, ...]) -> DateMention:
    """Give the mention at `start` to `end` (code points of `text`) that the points were read as."""
    interval, year_known = reading.interval, reading.year_known
    pieces = [piece for point in points for piece in point.pieces]
    movable = not year_known and any(piece.kind in _MOVABLE for piece in pieces)
    has_value = reading.day_known and not movable
    has_days = has_value and reading.month_known
    start_time, end_time = _read_time_pieces(pieces)
    return DateMention(
        start=start,
        end=end,
        text=text[start:end],
        start_date=write_day(interval.first, year_known=year_known) if has_days else None,
        end_date=write_day(interval.last, year_known=year_known) if has_days else None,
        edtf=write_edtf(interval, year_known=year_known, month_known=reading.month_known) if has_value else None,
        granularity="range" if interval.granularity == "century" else interval.granularity,
        start_time=start_time,
        end_time=end_time,
        inferred=reading.inferred,
        anaphoric=reading.anaphoric,
        approximate=reading.approximate,
    )


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
    if "next" in first:  # 晚8时至次日6时
        return read_times(period, first["clock"])[0], read_times(first.get("period2", ""), first["clock2"])[0]
    if first is last:
        return read_times(period, first.get("clock", ""), last.get("period2", ""), last.get("clock2", ""))
    start, _ = read_times(period, first.get("clock", ""))
    ends = read_times(
        last.get("period", period), last.get("clock", ""), last.get("period2", ""), last.get("clock2", "")
    )
    return start, ends[1] or ends[0]
