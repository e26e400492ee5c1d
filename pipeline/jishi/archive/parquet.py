"""Records in Parquet: nested, one row a record, with a schema that follows the record's model."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal

from pydantic import BaseModel

from jishi.archive.errors import ArchiveError, MissingExtraError
from jishi.records import Record

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as error:
    raise MissingExtraError("Parquet", "parquet") from error

ROWS_AT_ONCE = 1000


def make_schema() -> pa.Schema:
    """The Arrow schema of a record."""
    return pa.schema(list(_make_struct(Record)))


def _make_struct(model: type[BaseModel]) -> pa.DataType:
    return pa.struct([pa.field(name, _make_type(info.annotation)) for name, info in model.model_fields.items()])


def _make_type(annotation: Any) -> pa.DataType:
    """The Arrow type of a field's annotation. All are nullable, as Arrow has it."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (types.UnionType, typing.Union):
        return _make_type(next(argument for argument in arguments if argument is not type(None)))
    if origin is typing.Annotated:
        return _make_type(arguments[0])
    if origin is list:
        return pa.list_(_make_type(arguments[0]))
    if origin is tuple:
        return pa.list_(_make_type(arguments[0]), len(arguments))
    if origin is dict:
        return pa.map_(_make_type(arguments[0]), _make_type(arguments[1]))
    if origin is Literal:
        return pa.string()
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _make_struct(annotation)
    return {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}[annotation]


class ParquetRecords:
    """Writes records, each given as its line of JSON, to a Parquet stream."""

    def __init__(self, stream: BinaryIO) -> None:
        self._schema = make_schema()
        self._writer = pq.ParquetWriter(stream, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def __enter__(self) -> ParquetRecords:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def write(self, line: str) -> None:
        """Write a record."""
        record = json.loads(line)
        record["article"]["repairs"] = list(record["article"]["repairs"].items())
        self._rows.append(record)
        if len(self._rows) >= ROWS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, self._schema))
            self._rows = []


def read_parquet_records(path: Path | BinaryIO) -> Iterator[str]:
    """Yield the records of a Parquet file as lines of JSON."""
    try:
        file = pq.ParquetFile(path)
        if "schema_version" not in file.schema_arrow.names:
            raise ArchiveError(f"{getattr(path, 'name', path)} holds no records")
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
            for row in batch.to_pylist(maps_as_pydicts="strict"):
                yield json.dumps(row, ensure_ascii=False)
    except pa.ArrowException as error:
        raise ArchiveError(f"{getattr(path, 'name', path)} is not a readable Parquet file: {error}") from error
