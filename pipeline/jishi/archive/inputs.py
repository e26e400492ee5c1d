"""From what the user names (files, folders, patterns, addresses) to the list of files to read, in a fixed order."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from jishi.archive.errors import ArchiveError, MissingExtraError, UnreadableInputError
from jishi.archive.items import FoundProblem

COMPRESSIONS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}
FORMATS = {
    ".txt": "text", ".jsonl": "json_lines", ".ndjson": "json_lines", ".json": "json", ".csv": "table", ".tsv": "table",
    ".xlsx": "excel", ".xlsm": "excel", ".parquet": "parquet", ".html": "html", ".htm": "html", ".xhtml": "html",
    ".shtml": "html", ".warc": "warc", ".db": "sqlite", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".zip": "zip",
    ".tar": "tar",
}  # fmt: skip
_SHORT_FORMS = {".tgz": ".tar.gz", ".tbz2": ".tar.bz2", ".txz": ".tar.xz"}
DATABASE_SCHEMES = ("postgresql", "mysql", "mariadb", "mssql", "oracle", "sqlite")


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read. path: where it is (a path or an address); source: its name in records; size: bytes or 0."""

    path: str
    source: str
    size: int = 0

    @property
    def is_remote(self) -> bool:
        """Whether it is read through fsspec rather than from a disk."""
        return "://" in self.path

    @property
    def is_database(self) -> bool:
        """Whether it is the address of an SQL database."""
        return is_database(self.path)

    def open(self) -> BinaryIO:
        """Open it for reading bytes. Raises OSError, or MissingExtraError for an address without fsspec."""
        if not self.is_remote:
            return open(self.path, "rb")
        return cast(BinaryIO, _import_fsspec().open(self.path, "rb").open())


def is_database(path: str) -> bool:
    """Whether `path` is the address of an SQL database (`postgresql://…`, `mysql+pymysql://…`)."""
    scheme, separator, _ = path.partition("://")
    return bool(separator) and scheme.split("+")[0] in DATABASE_SCHEMES


def split_name(name: str) -> tuple[str | None, str | None]:
    """Give format and compression that a file name tells, None where it tells none.

    >>> split_name("2024/news.jsonl.gz")
    ('json_lines', 'gzip')
    """
    lower = PurePosixPath(name.lower().replace("\\", "/")).name
    for short, full in _SHORT_FORMS.items():
        if lower.endswith(short):
            lower = lower.removesuffix(short) + full
    stem, suffix = os.path.splitext(lower)
    compression = COMPRESSIONS.get(suffix)
    if compression:
        suffix = os.path.splitext(stem)[1]
    return FORMATS.get(suffix), compression


def list_inputs(inputs: Iterable[str], outputs: Iterable[str] = ()) -> Iterator[InputFile | FoundProblem]:
    """Yield the files that `inputs` name, each once, folders in the order of their sorted relative paths.

    A folder gives the files below it whose names tell a known format; a link that leads out of the folder is a problem.
    outputs: paths of this very run, which are left out. Raises ArchiveError if a named input does not exist or a
    pattern fits nothing.
    """
    excluded = tuple(path.rstrip("/") if "://" in path else os.path.realpath(path) for path in outputs)
    seen: set[str] = set()
    sources: set[str] = set()
    for name in inputs:
        for found in _expand(name):
            if isinstance(found, FoundProblem):
                yield found
                continue
            real = found.path if found.is_remote else os.path.realpath(found.path)
            if real in seen or any(real == path or real.startswith((path + os.sep, path + "/")) for path in excluded):
                continue
            seen.add(real)
            # Two inputs may hold files of the same relative name; articles without ids need different sources.
            source = found.source if found.source not in sources else found.path
            sources.add(source)
            yield InputFile(found.path, source, found.size)


def _expand(name: str) -> Iterator[InputFile | FoundProblem]:
    if is_database(name):
        scheme, _, rest = name.partition("://")
        yield InputFile(name, f"{scheme}://{rest.rpartition('@')[2]}")  # never a password in a record
    elif "://" in name:
        yield from _expand_address(name)
    elif os.path.isdir(name):
        yield from _walk(name)
    elif os.path.lexists(name):
        yield from _check_file(name, os.path.basename(name))
    elif glob.has_magic(name):
        matches = sorted(glob.glob(name, recursive=True))
        fixed = os.path.dirname(name[: next(i for i, c in enumerate(name) if c in "*?[")])
        if not matches:
            raise ArchiveError(f"no file fits the pattern {name}")
        for match in matches:
            if os.path.isfile(match):
                yield from _check_file(match, Path(os.path.relpath(match, fixed or ".")).as_posix())
    else:
        raise ArchiveError(f"{name}: there is no such file or folder")


def _check_file(path: str, source: str) -> Iterator[InputFile | FoundProblem]:
    try:
        status = os.stat(path)
    except OSError as error:
        yield FoundProblem(source, "unreadable", f"cannot be opened: {error.strerror}")
        return
    if stat.S_ISREG(status.st_mode):
        yield InputFile(path, source, status.st_size)
    else:
        yield FoundProblem(source, "refused", "is not a regular file (a pipe, socket or device)")


def _walk(folder: str) -> Iterator[InputFile | FoundProblem]:
    root = os.path.realpath(folder)
    found = []
    for directory, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        linked = [name for name in folders if os.path.islink(os.path.join(directory, name))]
        found += [os.path.join(directory, name) for name in (*names, *linked) if not name.startswith(".")]
    for path in sorted(found, key=lambda path: Path(path).relative_to(folder).parts):
        source = Path(path).relative_to(folder).as_posix()
        if os.path.islink(path) and not os.path.realpath(path).startswith(root + os.sep):
            yield FoundProblem(source, "refused", "is a link that leads out of the folder; name its target as an input")
        elif split_name(path)[0] and not os.path.isdir(path):
            yield from _check_file(path, source)


def _expand_address(name: str) -> Iterator[InputFile | FoundProblem]:
    fs, path = _import_fsspec().core.url_to_fs(name)
    try:
        if fs.isdir(path):
            names = [found for found in sorted(fs.find(path)) if split_name(found)[0]]
            base = path.rstrip("/") + "/"
        elif glob.has_magic(path):
            names, base = sorted(fs.glob(path)), path[: path.index(next(c for c in path if c in "*?["))]
            base = base[: base.rfind("/") + 1]
        else:
            names, base = [path], path[: path.rfind("/") + 1]
        if not names or not fs.exists(names[0]):
            raise ArchiveError(f"{name}: nothing to read there")
        for found in names:
            yield InputFile(fs.unstrip_protocol(found), found.removeprefix(base), int(fs.size(found) or 0))
    except OSError as error:
        raise ArchiveError(f"{name}: cannot be listed: {error}") from error


def _import_fsspec() -> Any:
    try:
        import fsspec
        import fsspec.core
    except ImportError as error:
        raise MissingExtraError("reading an address (s3://, http://, memory://)", "cluster") from error
    return fsspec


def describe_unknown(path: str) -> UnreadableInputError:
    """The error for a file of no known kind."""
    known = " ".join(sorted(FORMATS))
    return UnreadableInputError("unsupported", f"{path} is of no known kind; known are {known}, also compressed")
