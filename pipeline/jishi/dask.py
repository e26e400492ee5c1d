"""Records for data that is already in Dask: `jishi.dask.extract(dataframe_or_bag)`.

    >>> import dask.dataframe as dd
    >>> import jishi.dask
    >>> records = jishi.dask.extract(dd.read_parquet("s3://archive/news/*.parquet"))  # columns id, record, error
    >>> records.to_parquet("s3://archive/records/")

For an archive in files, `jishi extract … --scheduler tcp://…` reads, goes on after interruptions and writes a manifest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jishi.archive.errors import MissingExtraError
from jishi.archive.fields import FieldNames
from jishi.archive.frames import COLUMNS, extract_frame, extract_rows
from jishi.archive.work import WorkSettings


def extract(
    data: Any,
    *,
    text: str | None = None,
    title: str | None = None,
    published: str | None = None,
    url: str | None = None,
    id: str | None = None,
    model: str | None = None,
    exclude: Iterable[str] = (),
    time_limit: float = 120.0,
) -> Any:
    """Give the records of a Dask DataFrame (a row an article) or Bag (of dicts, or of texts), computed when asked for.

    A DataFrame becomes one with the columns id, record (JSON, for `jishi.Record.model_validate_json`) and error (None,
    or why there is no record), with the same partitions and index; a Bag becomes a Bag of dicts with these keys.

    text, title, published, url, id: columns or keys; None to guess by the usual names. model, exclude: as in
    `jishi.load`. time_limit: seconds for one article. Raises TypeError for anything else than a DataFrame or Bag.
    """
    try:
        import dask.bag
    except ImportError as error:
        raise MissingExtraError("jishi.dask", "cluster") from error
    fields = FieldNames(text, title, published, url, id)
    settings = WorkSettings(model, tuple(exclude), time_limit)
    if isinstance(data, dask.bag.Bag):
        bag: Any = data
        return bag.map_partitions(_extract_partition, fields, settings)
    if hasattr(data, "map_partitions") and hasattr(data, "columns"):
        return data.map_partitions(extract_frame, fields, settings, meta=dict.fromkeys(COLUMNS, "string"))
    raise TypeError(f"neither a Dask DataFrame nor a Bag: {type(data).__name__}")


def _extract_partition(
    items: Iterable[Mapping[str, Any] | str], fields: FieldNames, settings: WorkSettings
) -> list[dict[str, str | None]]:
    rows = ({fields.text or "text": item} if isinstance(item, str) else item for item in items)
    return list(extract_rows(rows, fields, settings))
