"""jishi (纪事): structured, validated event records from Chinese news articles.

    >>> import jishi
    >>> record = jishi.extract("9月2日，青禾市图书馆举办读书会，馆长林听雨主持。", published="2024-09-03")
    >>> record.events[0].start
    '2024-09-02'

The names below are loaded when first used, so that importing jishi is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jishi.archive.records import read_records
    from jishi.exports.tables import frames
    from jishi.language import extract, extract_many, load
    from jishi.records import Article, Record
    from jishi.stages.dates import parse_dates
    from jishi.stages.repair import repair
    from jishi.text import NormalisedText, normalise

__version__ = "0.1.0"

_HOMES = {
    "Article": "jishi.records",
    "NormalisedText": "jishi.text",
    "Record": "jishi.records",
    "extract": "jishi.language",
    "extract_many": "jishi.language",
    "frames": "jishi.exports.tables",
    "load": "jishi.language",
    "normalise": "jishi.text",
    "parse_dates": "jishi.stages.dates",
    "read_records": "jishi.archive.records",
    "repair": "jishi.stages.repair",
}

__all__ = [
    "Article",
    "NormalisedText",
    "Record",
    "__version__",
    "extract",
    "extract_many",
    "frames",
    "load",
    "normalise",
    "parse_dates",
    "read_records",
    "repair",
]


def __getattr__(name: str) -> Any:
    if name in ("archive", "dask", "exports"):
        return importlib.import_module(f"jishi.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'jishi' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
