"""Records for the rows of a data frame: what Dask, Spark and Ray call on each of their partitions.

    import jishi.archive.frames

Dask   jishi.dask.extract(frame)
Spark  frame.mapInPandas(jishi.archive.frames.extract_frames, "id string, record string, error string")
Ray    dataset.map_batches(jishi.archive.frames.extract_frame, batch_format="pandas")

Where columns have names of their own, `functools.partial(…, fields=FieldNames(text="body"))` says which is what. jishi
must be installed where the workers run. Tried with Spark 3.5 and Ray 2.60.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from jishi.archive.errors import UnreadableInputError
from jishi.archive.fields import FieldNames, FieldReader
from jishi.archive.items import FoundProblem, Item
from jishi.archive.work import WorkSettings, process_batch

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("id", "record", "error")
_ROWS_AT_ONCE = 100


def extract_rows(
    rows: Iterable[Mapping[str, Any]], fields: FieldNames | None = None, settings: WorkSettings | None = None
) -> Iterator[dict[str, str | None]]:
    """Yield {"id", "record", "error"} for each row with a text: the record as JSON, or what kept it from being made.

    fields: which field holds what; None to guess. An id is the row's, else derived from its content.
    """
    reader = FieldReader(fields)
    held: list[Item] = []
    for row in rows:
        held.append(_read_row(reader, row))
        if len(held) >= _ROWS_AT_ONCE:
            yield from _process(held, settings)
            held = []
    yield from _process(held, settings)


def _read_row(reader: FieldReader, row: Mapping[str, Any]) -> Item:
    try:
        return reader.read(row, None)
    except UnreadableInputError as error:
        return FoundProblem("", error.reason, str(error), error.id)


def _process(items: list[Item], settings: WorkSettings | None) -> Iterator[dict[str, str | None]]:
    if not items:
        return
    for item, outcome in zip(items, process_batch(items, settings or WorkSettings()).outcomes, strict=True):
        identifier = item.id if isinstance(item, FoundProblem) else getattr(item, "article").stable_id  # noqa: B009
        reject = outcome.reject
        error = None if reject is None else f"{reject['reason']}: {reject['message']}"
        yield {"id": identifier, "record": outcome.record, "error": error}


def extract_frame(
    frame: pd.DataFrame, fields: FieldNames | None = None, settings: WorkSettings | None = None
) -> pd.DataFrame:
    """Give a frame of id, record (JSON) and error, with a row, under the same index, for each row of `frame`."""
    import pandas as pd

    columns = list(map(str, frame.columns))
    records = (dict(zip(columns, row, strict=True)) for row in frame.itertuples(index=False, name=None))
    rows = list(extract_rows(records, fields, settings))
    return pd.DataFrame(rows, index=frame.index, columns=list(COLUMNS), dtype="string")


def extract_frames(
    frames: Iterable[pd.DataFrame], fields: FieldNames | None = None, settings: WorkSettings | None = None
) -> Iterator[pd.DataFrame]:
    """`extract_frame` for each of several frames, as Spark's `mapInPandas` calls it."""
    for frame in frames:
        yield extract_frame(frame, fields, settings)
