"""From what the user names (files, folders, patterns, addresses) to the list of files to read, in a fixed order."""

from __future__ import annotations

import glob
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from jishi.archive.errors import ArchiveError, UnreadableInputError
from jishi.archive.items import FoundProblem
from jishi.archive.storage import hide_user, open_address, to_local_path

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
    """A file to read. path: where it is (a path or an address); source: its name in records; size: bytes or 0.

    remote: the fsspec file system that it is read through, and its path there; None for a file on a disk.
    """

    path: str
    source: str
    size: int = 0
    remote: tuple[Any, str] | None = field(default=None, repr=False)

    @property
    def is_remote(self) -> bool:
        """Whether it is read through fsspec rather than from a disk."""
        return self.remote is not None

    @property
    def is_database(self) -> bool:
        """Whether it is the address of an SQL database."""
        return is_database(self.path)

    def open(self) -> BinaryIO:
        """Open it for reading bytes. Raises OSError, or what the file system at an address raises."""
        if self.remote is None:
            return open(self.path, "rb")
        fs, path = self.remote
        return cast(BinaryIO, fs.open(path, "rb"))


def is_database(path: str) -> bool:
    """Whether `path` is the address of an SQL database (`postgresql://…`, `mysql+pymysql://…`)."""
    scheme, separator, _ = path.partition("://")
    return bool(separator) and scheme.split("+")[0] in DATABASE_SCHEMES


def hide_password(name: str) -> str:
    """Give an input's name without user, password and parameters if it is an address: it is shown, and stored.

    >>> hide_password("postgresql://reader:secret@db.example/news?sslmode=require")
    'postgresql://db.example/news'
    """
    if is_database(name):
        scheme, _, rest = name.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"
    return hide_user(name)


def read_file_name(path: str) -> str:
    """Give a path as text for people and records, whatever the locale takes the bytes of file names for."""
    return decode_name(os.fsencode(path))


def decode_name(data: bytes) -> str:
    """Give the name of a file or member: names that are not in UTF-8 come from a Chinese Windows, mostly."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


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


def list_inputs(
    inputs: Iterable[str], outputs: Iterable[str] = (), passed_over: Counter[str] | None = None
) -> Iterator[InputFile | FoundProblem]:
    """Yield the files that `inputs` name, each once, folders in the order of their sorted relative paths.

    A folder gives the files below it whose names tell a known format; a link that leads out of the folder is a problem.
    outputs: paths of this very run, which are left out. passed_over: counts the other files of folders, by suffix.
    Raises ArchiveError if a named input does not exist or a pattern fits nothing.
    """
    passed_over = Counter() if passed_over is None else passed_over
    excluded = tuple(path.rstrip("/") if "://" in path else os.path.realpath(path) for path in outputs)
    inputs = map(to_local_path, inputs)
    seen: set[str] = set()
    sources: set[str] = set()
    for name in inputs:
        for found in _expand(name, passed_over):
            if isinstance(found, FoundProblem):
                yield found
                continue
            is_local = not (found.is_remote or found.is_database)
            real = os.path.realpath(found.path) if is_local else found.path
            if real in seen or any(real == path or real.startswith((path + os.sep, path + "/")) for path in excluded):
                continue
            seen.add(real)
            # Two inputs may hold files of the same relative name; articles without ids need different sources.
            source = found.source if found.source not in sources else hide_password(read_file_name(found.path))
            sources.add(source)
            yield replace(found, source=source)


def _expand(name: str, passed_over: Counter[str]) -> Iterator[InputFile | FoundProblem]:
    if is_database(name):
        yield InputFile(name, hide_password(name))
    elif "://" in name:
        yield from _expand_address(name, passed_over)
    elif os.path.isdir(name):
        yield from _walk(name, passed_over)
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
    source = read_file_name(source)
    try:
        status = os.stat(path)
    except OSError as error:
        yield FoundProblem(source, "unreadable", f"cannot be opened: {error.strerror}")
        return
    if stat.S_ISREG(status.st_mode):
        yield InputFile(path, source, status.st_size)
    else:
        yield FoundProblem(source, "refused", "is not a regular file (a pipe, socket or device)")


def _walk(folder: str, passed_over: Counter[str]) -> Iterator[InputFile | FoundProblem]:
    root = os.path.realpath(folder)
    found = []
    closed: dict[str, OSError] = {}
    for directory, folders, names in os.walk(folder, onerror=lambda error: closed.update({error.filename: error})):
        folders[:] = [name for name in folders if not name.startswith(".")]
        linked = [name for name in folders if os.path.islink(os.path.join(directory, name))]
        found += [os.path.join(directory, name) for name in (*names, *linked) if not name.startswith(".")]
    for path in sorted([*found, *closed], key=lambda path: Path(path).relative_to(folder).parts):
        source = Path(path).relative_to(folder).as_posix()
        if path in closed:
            yield FoundProblem(read_file_name(source), "unreadable", f"cannot be opened: {closed[path].strerror}")
        elif os.path.islink(path) and not os.path.realpath(path).startswith(root + os.sep):
            yield FoundProblem(
                read_file_name(source), "refused", "is a link that leads out of the folder; name its target as an input"
            )
        elif os.path.isdir(path):
            continue  # a link within the folder
        elif split_name(path)[0]:
            yield from _check_file(path, source)
        else:
            passed_over[_get_suffix(path)] += 1


def _get_suffix(path: str) -> str:
    return read_file_name(os.path.splitext(path)[1].lower()) or "without a suffix"


def _expand_address(name: str, passed_over: Counter[str]) -> Iterator[InputFile | FoundProblem]:
    shown = hide_password(name)
    fs, path = open_address(name)
    try:
        names, base = [], path[: path.rfind("/") + 1]
        if fs.isfile(path):
            names = [path]
        elif fs.isdir(path):
            base = path.rstrip("/") + "/"
            found_names = [found for found in sorted(fs.find(path)) if "/." not in f"/{found.removeprefix(base)}"]
            names = [found for found in found_names if split_name(found)[0]]
            passed_over.update(_get_suffix(found) for found in found_names if not split_name(found)[0])
        elif glob.has_magic(path):
            fixed = path[: path.index(next(character for character in path if character in "*?["))]
            names, base = sorted(fs.glob(path)), fixed[: fixed.rfind("/") + 1]
        if not names:
            raise ArchiveError(f"{shown}: nothing to read there")
        for found in names:
            size = int(fs.size(found) or 0)
            yield InputFile(fs.unstrip_protocol(found), found.removeprefix(base), size, (fs, found))
    except ArchiveError:
        raise
    except Exception as error:  # each file system has errors of its own
        raise ArchiveError(f"{shown}: cannot be listed: {error}") from error


def describe_unknown(path: str) -> UnreadableInputError:
    """The error for a file of no known kind."""
    known = " ".join(sorted(FORMATS))
    return UnreadableInputError("unsupported", f"{path} is of no known kind; known are {known}, also compressed")
