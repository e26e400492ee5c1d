"""Writing the final output from the shards: files of records, rejects, the manifest."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Protocol

import numpy as np

from jishi.archive.errors import ArchiveError, MissingExtraError
from jishi.archive.layout import RECORDS_PER_FILE, Layout
from jishi.archive.shards import Marker, ShardStore
from jishi.archive.work import write_line

_ID = re.compile(r'"id":("(?:[^"\\]|\\.)*")')  # the first of a record is its article's


class LineWriter(Protocol):
    """Takes records, each as its line of JSON."""

    def write(self, line: str) -> None:
        """Write a record."""


class _JsonLinesWriter:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        self._stream.write(line.encode("utf-8") + b"\n")


@contextmanager
def open_writer(stream: BinaryIO, format: str) -> Iterator[LineWriter]:
    """Give a writer of records to a stream in a format (jsonl, jsonl.gz, jsonl.zst, parquet)."""
    if format == "jsonl":
        yield _JsonLinesWriter(stream)
    elif format == "jsonl.gz":
        with gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as packed:
            yield _JsonLinesWriter(packed)
    elif format == "jsonl.zst":
        try:
            import zstandard
        except ImportError as error:
            raise MissingExtraError("writing .zst", "zstd") from error
        with zstandard.ZstdCompressor(level=10).stream_writer(stream, closefd=False) as packed:
            yield _JsonLinesWriter(packed)
    elif format == "parquet":
        from jishi.archive.parquet import ParquetRecords

        with ParquetRecords(stream) as writer:
            yield writer
    else:
        raise ArchiveError(f"there is no output format {format!r}")


def check_format(format: str) -> None:
    """Raise MissingExtraError if the library for an output format is not installed: before the work, not after."""
    try:
        if format == "jsonl.zst":
            import zstandard  # noqa: F401
        elif format in ("parquet", "tables"):
            import pyarrow  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(f"writing {format}", "zstd" if format == "jsonl.zst" else "parquet") from error


def write_outputs(layout: Layout, store: ShardStore, shard_count: int, mark_duplicates: bool) -> dict[str, Any]:
    """Write records and rejects from all shards, in order. Give counts, rejects by reason, file names, stage seconds.

    Every file appears whole; doing it again gives the same bytes.
    """
    counts = {
        "articles": 0, "records": 0, "rejects": 0, "duplicates": 0, "repeated_ids": 0, "characters": 0, "events": 0,
        "people": 0,
    }  # fmt: skip
    seconds: dict[str, float] = {}
    ids = array("Q")
    before = {*layout.existing_outputs(), *_list_tables(layout)}

    def read_lines() -> Iterator[str]:
        for marker, line in _read_shards(store, shard_count):
            if marker is not None:
                _add_up(counts, seconds, marker)
            else:
                ids.append(_hash_id(line))
                yield line

    lines = _mark_duplicates(store, shard_count, read_lines(), counts) if mark_duplicates else read_lines()
    names = list(_write_files(layout, lines))
    counts["repeated_ids"] = len(ids) - len(np.unique(np.frombuffer(ids, np.uint64)))
    if layout.format == "tables":
        names += _write_tables(layout, names)
    for name in before.difference(names):
        layout.storage.delete(name)
    reasons: Counter[str] = Counter()
    first_reject = ""
    if counts["rejects"]:
        with layout.storage.create(layout.rejects) as stream:
            for number in range(shard_count):
                for line in store.read_rejects(_get_marker(store, number)):
                    stream.write(line.encode("utf-8") + b"\n")
                    reject = json.loads(line)
                    reasons[reject["reason"]] += 1
                    first_reject = first_reject or f"{reject['source']}: {reject['message']}"
    else:
        layout.storage.delete(layout.rejects)
    return {
        "counts": counts,
        "rejects_by_reason": dict(sorted(reasons.items())),
        "first_reject": first_reject,
        "files": names,
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
    }


def _list_tables(layout: Layout) -> list[str]:
    """Give the tables that a run before wrote here, as its manifest names them: other tables here are not ours."""
    try:
        with layout.storage.open(layout.manifest) as stream:
            return [name for name in json.loads(stream.read())["files"] if re.fullmatch(r"tables/\w+\.parquet", name)]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _hash_id(line: str) -> int:
    """Give a number of 64 bits for a record's article id: an archive has more ids than are to be kept in memory."""
    found = _ID.search(line)
    identifier = found[1] if found else ""
    return int.from_bytes(hashlib.blake2b(identifier.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def _get_marker(store: ShardStore, number: int) -> Marker:
    marker = store.read_marker(number)
    if marker is None:
        raise ArchiveError(f"shard {number} is missing from {store.folder}; start again: it will be redone")
    return marker


def _read_shards(store: ShardStore, shard_count: int) -> Iterator[tuple[Marker | None, str]]:
    for number in range(shard_count):
        yield _get_marker(store, number), ""
        for line in store.read_records(number):
            yield None, line


def _add_up(counts: dict[str, int], seconds: dict[str, float], marker: Marker) -> None:
    counts["articles"] += len(marker.keys)
    counts["records"] += marker.record_count
    counts["rejects"] += len(marker.rejected)
    for name in ("characters", "events", "people"):
        counts[name] += getattr(marker, name)
    for stage, value in marker.seconds.items():
        seconds[stage] = seconds.get(stage, 0.0) + value


def _mark_duplicates(
    store: ShardStore, shard_count: int, lines: Iterable[str], counts: dict[str, int]
) -> Iterator[str]:
    from jishi.archive.duplicates import find_originals

    signatures: list[bytes | None] = []
    for number in range(shard_count):
        marker = _get_marker(store, number)
        signatures += marker.signatures or [None] * marker.record_count
    originals = find_originals(signatures)
    ids = dict.fromkeys(originals.values(), "")
    for place, line in enumerate(lines):
        if place in ids:
            ids[place] = json.loads(line)["article"]["id"]
        elif place in originals:
            record = json.loads(line)
            record["article"]["duplicate_of"] = ids[originals[place]]
            line = write_line(record)
            counts["duplicates"] += 1
        yield line


def _write_files(layout: Layout, lines: Iterator[str]) -> Iterator[str]:
    format = layout.records_format
    number, line = 0, next(lines, None)
    while number == 0 or line is not None:
        name = layout.name_part(number)
        written = 0
        with layout.storage.create(name) as stream, open_writer(stream, format) as writer:
            while line is not None and (layout.name is not None or written < RECORDS_PER_FILE):
                writer.write(line)
                written += 1
                line = next(lines, None)
        yield name
        number += 1


def _write_tables(layout: Layout, names: list[str]) -> list[str]:
    """Write the flat tables of the records that have just been written."""
    from jishi.archive.parquet import read_parquet_records
    from jishi.exports.tables import write_tables
    from jishi.records import Record

    def read() -> Iterator[Record]:
        for name in names:
            with layout.storage.open(name) as stream:
                for line in read_parquet_records(stream):
                    yield Record.model_validate_json(line)

    return [f"tables/{name}" for name in write_tables(read(), lambda name: layout.storage.create(f"tables/{name}"))]


def write_manifest(layout: Layout, manifest: dict[str, Any]) -> None:
    """Write the manifest."""
    with layout.storage.create(layout.manifest) as stream:
        stream.write(json.dumps(manifest, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n")
