"""Records as tables: pandas data frames and Parquet files. The columns are documented in `jishi.exports.schema`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from jishi.archive.errors import MissingExtraError
from jishi.archive.records import read_records
from jishi.archive.storage import open_folder
from jishi.exports.rows import make_rows
from jishi.exports.schema import TABLES, describe_columns
from jishi.records import Record

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from jishi.exports.linking import Links

ROWS_AT_ONCE = 50_000

Records = str | os.PathLike[str] | Iterable[Record] | Record
"""Where records come from: a file or folder that `jishi extract` wrote, or the records themselves, or a single one."""


@dataclass(frozen=True)
class Frames:
    """The tables of an archive as pandas data frames.

    `jishi.exports.schema` documents every column: `ArticleRow` those of `articles` and so on. Dates are datetime64 with
    their precision beside them, closed lists are categories, integers may be missing (Int64). Columns of the same name
    join: `frames.events.merge(frames.articles, on="article_id")`.
    """

    articles: pd.DataFrame
    """One row an article (article_id)."""
    credits: pd.DataFrame
    """One row a maker of an article."""
    repairs: pd.DataFrame
    """One row an article and kind of repair."""
    warnings: pd.DataFrame
    """One row a warning."""
    dates: pd.DataFrame
    """One row a date expression (date_id)."""
    organisations: pd.DataFrame
    """One row an organisation and article (organisation_id; entity_id over all articles)."""
    aliases: pd.DataFrame
    """One row a shorter form of an organisation's name."""
    people: pd.DataFrame
    """One row a person and article (person_id; entity_id over all articles)."""
    honours: pd.DataFrame
    """One row a person and honour."""
    positions: pd.DataFrame
    """One row a title that a person holds (position_id)."""
    talks: pd.DataFrame
    """One row a talk (talk_id)."""
    speakers: pd.DataFrame
    """One row a talk and speaker."""
    events: pd.DataFrame
    """One row an event (event_id)."""
    participations: pd.DataFrame
    """One row a person, event and role."""
    organisers: pd.DataFrame
    """One row an organisation, event and role."""
    mentions: pd.DataFrame
    """One row a span of evidence in the source text."""

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in TABLES:
            raise KeyError(f"there is no table {name!r}; the tables are {', '.join(TABLES)}")
        frame: pd.DataFrame = getattr(self, name)
        return frame

    def __iter__(self) -> Iterator[str]:
        return (field.name for field in fields(self))

    def items(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield (name, frame) for each table."""
        return ((name, self[name]) for name in self)


def open_records(source: Records) -> Iterable[Record]:
    """The records of a path, read one by one; records given are given back."""
    if isinstance(source, Record):  # a model can be iterated, too: over its fields
        return [source]
    return read_records(source) if isinstance(source, str | os.PathLike) else source


def frames(records: Records, links: str | os.PathLike[str] | Links | None = None) -> Frames:
    """Give the tables of records as pandas data frames.

    records: a file or folder that `jishi extract` wrote, an iterable of records, or a record. links: the folder that
    `jishi link` wrote, or what `jishi.exports.linking.link` gave, for the columns entity_id.
    Raises MissingExtraError if pandas is not installed, and what `read_records` and `read_links` raise.
    """
    try:
        import pandas  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("jishi.frames", "pandas") from error
    if isinstance(links, str | os.PathLike):
        from jishi.exports.linking import read_links

        links = read_links(links)
    entities = links.entity_ids if links else None
    columns: dict[str, dict[str, list[Any]]] = {
        table: {column: [] for column in row.model_fields} for table, row in TABLES.items()
    }
    for record in open_records(records):
        for table, row in make_rows(record, entities):
            values = columns[table]
            for column, value in row:
                values[column].append(value)
    return Frames(**{table: _make_frame(table, values) for table, values in columns.items()})


def _make_frame(table: str, values: dict[str, list[Any]]) -> pd.DataFrame:
    import pandas as pd

    series: dict[str, Any] = {}
    for column, kind, categories, _, _ in describe_columns(table):
        if kind == "category":
            series[column] = pd.Categorical(values[column], categories=list(categories))
        elif kind == "date":
            series[column] = pd.Series(values[column], dtype="datetime64[s]")
        else:
            dtype = {"string": "string", "integer": "Int64", "number": "float64"}[kind]
            series[column] = pd.Series(values[column], dtype=dtype)
    return pd.DataFrame(series)


def make_arrow_schema(table: str) -> pa.Schema:
    """The Arrow schema of a table, with each column's documentation as the metadata `description`."""
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "date": pa.date32(),
        "category": pa.dictionary(pa.int32(), pa.string()),
    }
    return pa.schema(
        [
            pa.field(name, types[kind], nullable=nullable, metadata={"description": description})
            for name, kind, _, nullable, description in describe_columns(table)
        ],
        metadata={"description": (TABLES[table].__doc__ or "").partition(": ")[2]},
    )


def write_tables(
    records: Iterable[Record],
    create: Callable[[str], AbstractContextManager[BinaryIO]],
    entities: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Write each table as a Parquet file and give the rows written, by file name; memory does not grow.

    create: opens the file of a name (`events.parquet`) for writing. The same records give the same bytes.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingExtraError("writing tables", "parquet") from error

    counts = {f"{table}.parquet": 0 for table in TABLES}
    waiting: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    with ExitStack() as stack:
        writers = {}
        for table in TABLES:
            stream = stack.enter_context(create(f"{table}.parquet"))
            writer = pq.ParquetWriter(stream, make_arrow_schema(table), compression="zstd")
            writers[table] = stack.enter_context(writer)

        def flush(table: str) -> None:
            rows = waiting[table]
            writers[table].write_table(pa.Table.from_pylist(rows, make_arrow_schema(table)))
            counts[f"{table}.parquet"] += len(rows)
            rows.clear()

        for record in records:
            for table, row in make_rows(record, entities):
                waiting[table].append(dict(row))
                if len(waiting[table]) >= ROWS_AT_ONCE:
                    flush(table)
        for table, rows in waiting.items():
            if rows:
                flush(table)
    return counts


def export_tables(records: Records, folder: Path, entities: Mapping[str, str] | None = None) -> dict[str, int]:
    """Write the tables of records into a folder as Parquet files and give the rows written, by file name.

    Each file appears whole. Raises ArchiveError if they cannot be written, and what `read_records` raises.
    """
    return write_tables(open_records(records), open_folder(folder).create, entities)
