"""Reading records back, in whatever form they were written."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from jishi.archive.errors import ArchiveError, UnreadableInputError
from jishi.archive.inputs import COMPRESSIONS
from jishi.archive.opening import decompress_own
from jishi.records import Record

RECORD_SUFFIXES = (".jsonl", ".jsonl.zst", ".jsonl.gz", ".parquet")


def read_records(path: str | os.PathLike[str]) -> Iterator[Record]:
    """Yield the records of a file (.jsonl, .jsonl.zst, .jsonl.gz, .parquet) or of the folder of a run.

    Nothing but the record at hand is kept in memory. Raises FileNotFoundError if there is no such path, ArchiveError if
    it holds something other than valid records; the message names the line.
    """
    for place, line in read_record_lines(path):
        try:
            yield Record.model_validate_json(line)
        except ValidationError as error:
            raise ArchiveError(f"{place} is not a valid record: {describe_invalid(error)}") from error


def find_faults(path: str | os.PathLike[str]) -> Iterator[str | None]:
    """Yield for each record what is wrong with it and where, None if nothing is."""
    places: dict[str, str] = {}
    for place, line in read_record_lines(path):
        try:
            record = Record.model_validate_json(line)
        except ValidationError as error:
            yield f"{place}: {describe_invalid(error)}"
            continue
        first = places.setdefault(record.article.id, place)
        yield None if first == place else f"{place}: the article id {record.article.id!r} stands at {first} already"


def describe_invalid(error: ValidationError) -> str:
    """What is wrong with a record, in one line."""
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{where + ': ' if where else ''}{first['msg']}{more}"


def read_record_lines(path: str | os.PathLike[str]) -> Iterator[tuple[str, str]]:
    """Yield (place, JSON of a record) for each record; the place is the file with line or row, for messages."""
    path = Path(path)
    for file in _list_files(path):
        name = str(file)
        if name.endswith(".parquet"):
            yield from _read_parquet(file)
        else:
            yield from _read_json_lines(file)


def _list_files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.exists():
            raise FileNotFoundError(2, "there is no such file", str(path))
        return [path]
    files = [file for file in sorted(path.glob("records*")) if file.name.endswith(RECORD_SUFFIXES)]
    if not files:
        raise ArchiveError(f"{path} holds no records (records*.jsonl or records*.parquet, as `jishi extract` writes)")
    return files


def _read_json_lines(path: Path) -> Iterator[tuple[str, str]]:
    compression = COMPRESSIONS.get(path.suffix)
    number = 0
    with (
        open(path, "rb") as raw,
        io.TextIOWrapper(decompress_own(raw, compression) if compression else raw, "utf-8", newline="\n") as stream,
    ):
        try:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield f"{path}:{number}", line
        except UnicodeDecodeError as error:
            raise ArchiveError(f"{path} is not UTF-8, so `jishi extract` did not write it") from error
        except UnreadableInputError as error:
            raise ArchiveError(f"{path}: after line {number} {error}") from error


def _read_parquet(path: Path) -> Iterator[tuple[str, str]]:
    from jishi.archive.parquet import read_parquet_records

    for number, line in enumerate(read_parquet_records(path), 1):
        yield f"{path}:{number}", line
