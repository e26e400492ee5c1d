"""Dates: every expression that fixes a day, week, month, season or year, with its value.

`parse_dates` gives the items of a record for any text, `find_dates` also what they were read against; the component
`jishi_dates` writes `doc._.dates`. The steps: `date_patterns` finds, `date_reader` goes through the text,
`date_values` resolves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from spacy.language import Language
from spacy.tokens import Doc

from jishi.records import DateItem
from jishi.stages.date_mentions import DateMention, DatesFound
from jishi.stages.date_reader import Reader
from jishi.stages.findings import read_text

__all__ = ["DateMention", "DatesFound", "find_dates", "find_dates_in_doc", "format_dates", "parse_dates"]


def parse_dates(text: str, reference: date | str | None = None) -> list[DateItem]:
    """Give the date expressions of a text as the `dates` items of a record; spans are code points of `text`.

    reference: the day the text was published or spoken (a date or an ISO string). Without it, relative dates are given
    without a value and dates without a year with the year XXXX, unless the text fixes it; today's clock is never asked.

    Raises ValueError if `reference` is a string that is not an ISO date.

    >>> parse_dates("8月28日至29日", reference="2024-09-02")[0].edtf
    '2024-08-28/2024-08-29'
    """
    return [
        DateItem(
            id=f"d{number}",
            text=mention.text,
            start=mention.start_date,
            end=mention.end_date,
            edtf=mention.edtf,
            granularity=mention.granularity,  # type: ignore[arg-type]
            start_time=mention.start_time,
            end_time=mention.end_time,
            inferred=list(mention.inferred),  # type: ignore[arg-type]
            span=(mention.start, mention.end),
        )
        for number, mention in enumerate(find_dates(text, reference).mentions, 1)
    ]


def find_dates(text: str, reference: date | str | None = None, *, traditional: bool | None = None) -> DatesFound:
    """Find and resolve the dates of a text.

    text: in either script and any width. reference: the day it speaks from; None to have a dateline looked for.
    traditional: whether the text was written in traditional script, where `text` itself no longer shows it.

    Raises ValueError if `reference` is a string that is not an ISO date.
    """
    if isinstance(reference, str):
        reference = date.fromisoformat(reference[:10])
    return Reader(text, reference, traditional).read()


@Language.component(
    "jishi_dates", requires=["doc._.published", "doc._.layout"], assigns=["doc._.dates", "doc._.published"]
)
def find_dates_in_doc(doc: Doc) -> Doc:
    """Set `doc._.dates` (offsets in `doc.text`) and append to `doc._.warnings`.

    The reference is `doc._.published`; where there is none, a dateline in the text (新华社北京8月28日电), which then
    becomes `doc._.published`. Left out are stretches counted from the reader's own time (近三年, 过去十年: they date
    nothing that an article reports) and what stands in the page's header and boilerplate.
    """
    layout, published = doc._.layout, doc._.published or doc._.article.published
    script = getattr(doc._.normalised, "script", None)
    found = find_dates(read_text(doc), published, traditional=None if script is None else script != "simplified")
    if published is None and found.reference is not None:
        doc._.published = found.reference
        if layout is not None:
            layout.published, layout.published_from = found.reference, found.reference_from
    outside = layout.outside if layout is not None else []
    doc._.dates = [
        mention
        for mention in found.mentions
        if not mention.approximate and not any(start <= mention.start < end for start, end in outside)
    ]
    doc._.warnings = [*doc._.warnings, *found.warnings]
    return doc


def format_dates(items: Iterable[DateItem]) -> str:
    """Give a table of dates for a terminal: text, value in EDTF, first and last day, times, inferred parts."""
    rows = [("text", "edtf", "start", "end", "time", "inferred")]
    for item in items:
        time = "-".join(filter(None, (item.start_time, item.end_time)))
        rows.append((item.text, item.edtf or "?", item.start or "?", item.end or "?", time, ", ".join(item.inferred)))
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
