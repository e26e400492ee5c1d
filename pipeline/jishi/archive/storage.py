"""Where a run keeps its files: a folder on a disk, or an address that fsspec reaches.

A file appears whole or not at all: on a disk it is written under a temporary name, flushed to the disk and renamed;
object stores show an object only when its upload is complete.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from jishi.archive.errors import ArchiveError, MissingExtraError


class Storage(Protocol):
    """A folder that files are written to whole and read from. Names are relative, with `/`."""

    location: str

    def create(self, name: str) -> Any:
        """A context manager giving a binary stream; the file is there when the context ends without an exception."""

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading. Raises FileNotFoundError."""

    def list(self, folder: str = "") -> list[str]:
        """The sorted names of the files directly in a folder; none if it does not exist."""

    def exists(self, name: str) -> bool:
        """Whether there is a file or folder of that name."""

    def delete(self, name: str) -> None:
        """Remove a file or a folder with all it holds; nothing happens if there is none."""


def open_storage(location: str) -> Storage:
    """Give the storage at a path or address."""
    return RemoteFolder(location) if "://" in location else LocalFolder(location)


class LocalFolder:
    """A folder on a disk."""

    def __init__(self, location: str) -> None:
        self.location = location
        self._path = Path(location)

    @contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        """Give a stream to a new file that replaces one of the same name when it is whole."""
        path = self._path / name
        temporary = path.with_name(f".{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(temporary, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, path)
            _sync_folder(path.parent)
        except BaseException as error:
            temporary.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise ArchiveError(f"{path} cannot be written: {error.strerror or error}") from error
            raise

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading. Raises FileNotFoundError."""
        return open(self._path / name, "rb")

    def list(self, folder: str = "") -> list[str]:
        """The sorted names of the files directly in a folder."""
        path = self._path / folder
        return sorted(entry.name for entry in path.iterdir() if entry.is_file()) if path.is_dir() else []

    def exists(self, name: str) -> bool:
        """Whether there is a file or folder of that name."""
        return (self._path / name).exists()

    def delete(self, name: str) -> None:
        """Remove a file or folder."""
        path = self._path / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _sync_folder(path: Path) -> None:
    """Make a rename survive a power failure; systems that cannot open a folder need not."""
    if os.name == "posix":
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class RemoteFolder:
    """A folder at an address (`s3://bucket/run`, `memory://run`) that fsspec reaches."""

    def __init__(self, location: str) -> None:
        try:
            from fsspec.core import url_to_fs
        except ImportError as error:
            raise MissingExtraError("writing to an address", "cluster") from error
        self.location = location.rstrip("/")
        self._fs, self._path = url_to_fs(self.location)

    @contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        """Give a stream to a new object; it is there when its upload is complete."""
        path = f"{self._path}/{name}"
        try:
            self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
            stream = self._fs.open(path, "wb")
        except OSError as error:
            raise ArchiveError(f"{self.location}/{name} cannot be written: {error}") from error
        try:
            yield stream
        except BaseException:
            getattr(stream, "discard", lambda: None)()
            raise
        try:
            stream.close()
        except OSError as error:
            raise ArchiveError(f"{self.location}/{name} cannot be written: {error}") from error

    def open(self, name: str) -> BinaryIO:
        """Open an object for reading. Raises FileNotFoundError."""
        return self._fs.open(f"{self._path}/{name}", "rb")

    def list(self, folder: str = "") -> list[str]:
        """The sorted names of the objects directly in a folder."""
        path = f"{self._path}/{folder}".rstrip("/")
        if not self._fs.isdir(path):
            return []
        entries = self._fs.ls(path, detail=True)
        return sorted(entry["name"].rpartition("/")[2] for entry in entries if entry["type"] == "file")

    def exists(self, name: str) -> bool:
        """Whether there is an object or folder of that name."""
        return bool(self._fs.exists(f"{self._path}/{name}"))

    def delete(self, name: str) -> None:
        """Remove an object or folder."""
        path = f"{self._path}/{name}"
        if self._fs.exists(path):
            self._fs.rm(path, recursive=True)
