"""Times of day: 上午9时30分, 晚7点半, 14:00-16:30 as clock times of 24 hours."""

from __future__ import annotations

import re

from jishi.stages.numerals import read_number

_AFTERNOON = re.compile("下午|午后|傍晚|黄昏|晚|夜|晏昼|下昼|[Pp]")
_NIGHT = re.compile("夜|凌晨|晚")
_DEAD_OF_NIGHT = re.compile("深夜|半夜|午夜|夜里")
_NOON = re.compile("中午|正午|午间")
_CLOCK = re.compile(r"(?P<hour>[0-9]{1,2}|[零一二三四五六七八九十两]+)(?: ?(?P<mark>[点时:])(?P<rest>.*))?")


def read_times(period: str, clock: str, last_period: str = "", last_clock: str = "") -> tuple[str | None, str | None]:
    """Give the clock times "HH:MM" of a time or of a range of times; None where none is stated.

    period, last_period: 上午, 下午, 晚 … or empty. clock, last_clock: 9时30分, 2:00pm, 九点半 … or empty.
    """
    first = _read_clock(period, clock) if clock else None
    last = _read_clock(last_period or period, last_clock) if last_clock else None
    if first and last and not period and last_period and last < first:
        first = _read_clock(last_period, clock)  # 4点到晚上6点
    if first and last and not last_period and last < first:
        hour = int(last[:2]) + 12
        if period and hour < 24:  # 上午9时至1时
            last = f"{hour:02d}{last[2:]}"
    return first, last


def _read_clock(period: str, clock: str) -> str | None:
    found = _CLOCK.match(clock.strip())
    hour = read_number(found["hour"]) if found else None
    if found is None or hour is None or hour > 24:
        return None
    minute = _read_minute(found["mark"] or "点", found["rest"] or "")
    if minute is None or minute > 59:
        return None
    half = period + ("p" if re.search(r"[Pp]\.?[Mm]", clock) else "")
    if hour == 12 and _NIGHT.search(half) and not _NOON.search(half):
        hour = 24 if minute == 0 and "凌晨" not in half else 0
    elif 1 <= hour < 12 and _is_afternoon(half, hour):
        hour += 12
    if hour == 24 and minute:
        return None
    return f"{hour:02d}:{minute:02d}"


def _read_minute(mark: str, rest: str) -> int | None:
    if mark == ":":
        digits = re.match(r"[0-9]{2}", rest)
        return int(digits[0]) if digits else None
    rest = rest.strip().removesuffix("左右").removesuffix("许").split("分")[0].rstrip("钟整")
    if rest.startswith("半"):
        return 30
    quarter = re.match("([一三123])刻", rest)
    if quarter:
        return 15 * (read_number(quarter[1]) or 0)
    rest = re.split("[AaPp]", rest)[0].strip()
    return read_number(rest) if rest else 0


def _is_afternoon(period: str, hour: int) -> bool:
    if _NOON.search(period):
        return hour <= 3
    if hour < 6 and _DEAD_OF_NIGHT.search(period):  # 深夜2点
        return False
    return bool(_AFTERNOON.search(period))
