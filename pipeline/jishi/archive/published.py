"""Publication dates in the forms that fields and columns have them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

CHINA_TIME = timezone(timedelta(hours=8))
REPUBLIC_OFFSET = 1911  # 民國元年 is 1912

_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s?(Z|[+-]\d\d:?\d\d)?)?")
_WRITTEN = re.compile(r"(?<!\d)(\d{4})\s*[-/.年_]\s*(\d{1,2})\s*[-/.月_]\s*(\d{1,2})(?!\d)")
_REPUBLIC = re.compile(r"(?:民[國国]\s*|(?<![\d.]))(\d{2,3})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"((?:19|20)\d\d)([01]\d)([0-3]\d)(?:\d{4}|\d{6})?")
_EPOCH = re.compile(r"\d{9,10}(\.\d+)?|\d{12,13}")


def parse_published(value: Any) -> str | None:
    """Give the ISO date of a field's value, None if it holds none that can be understood.

    Understood: datetimes, ISO 8601, 2024/9/2, 2024年9月2日 08:30, 20240902, 民國113年9月2日, 113/09/02, RFC 2822, and
    seconds or milliseconds since 1970. A time with an offset is taken to China Standard Time, where the newspaper
    has its day.
    """
    if isinstance(value, datetime):
        return _to_local(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))
    for read in (_read_iso, _read_compact, _read_epoch, _read_written, _read_mail):
        try:
            found = read(text)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
        if found:
            return found
    return None


def _to_local(moment: datetime) -> str:
    return (moment.astimezone(CHINA_TIME) if moment.tzinfo else moment).date().isoformat()


def _read_iso(text: str) -> str | None:
    return _to_local(datetime.fromisoformat(text.replace(" Z", "Z"))) if _ISO.fullmatch(text) else None


def _read_compact(text: str) -> str | None:
    found = _COMPACT.fullmatch(text)
    return date(int(found[1]), int(found[2]), int(found[3])).isoformat() if found else None


def _read_epoch(text: str) -> str | None:
    if not _EPOCH.fullmatch(text):
        return None
    seconds = float(text) / (1000 if len(text.split(".")[0]) > 10 else 1)
    return _to_local(datetime.fromtimestamp(seconds, CHINA_TIME))


def _read_written(text: str) -> str | None:
    found = _WRITTEN.search(text)
    if found:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    found = _REPUBLIC.search(text)
    # 24/9/2 without 民國 could be anything; a three-digit year is the Republic's.
    if found and ("民" in text or len(found[1]) == 3):
        return date(int(found[1]) + REPUBLIC_OFFSET, int(found[2]), int(found[3])).isoformat()
    return None


def _read_mail(text: str) -> str | None:
    return _to_local(parsedate_to_datetime(text)) if re.search("[A-Za-z]{3}", text) else None
