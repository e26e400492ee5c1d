"""Where a run keeps its files: a folder on a disk, or an address that fsspec reaches.

A file appears whole or not at all: on a disk it is written under a temporary name, flushed to the disk and renamed;
object stores show an object only when its upload is complete, and what fsspec can write elsewhere under a temporary
name (SFTP, SMB) it does.
"""

from __future__ import annotations

import io
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TextIO

from jishi.archive.errors import ArchiveError, MissingExtraError


class Storage(Protocol):
    """A folder that files are written to whole and read from. Names are relative, with `/`."""

    location: str

    def locate(self, name: str = "") -> str:
        """Give the path or address of a file, or of the folder, as `list_inputs` gives those that it finds."""

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
    """Give the storage at a path or address. Raises ArchiveError if the address leads nowhere."""
    location = to_local_path(location)
    return RemoteFolder(location) if "://" in location else LocalFolder(location)


def to_local_path(name: str) -> str:
    """Give the path that a `file://` address stands for; anything else as it is.

    >>> to_local_path("file:///data/news"), to_local_path("s3://bucket/news")
    ('/data/news', 's3://bucket/news')
    """
    scheme, separator, path = name.partition("://")
    if not separator or scheme not in ("file", "local"):
        return name
    return path[1:] if re.match(r"/[A-Za-z]:", path) else path  # file:///C:/news


def hide_user(address: str) -> str:
    """Give an address without the user and password that it may hold, as it is shown and stored."""
    return re.sub(r"://[^/@]*@", "://", address)


def open_address(address: str) -> tuple[Any, str]:
    """Give the fsspec file system of an address, and the path in it.

    Raises MissingExtraError without fsspec, ArchiveError if it knows no such address or cannot reach it.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise MissingExtraError("an address (s3://, http://, memory://)", "cluster") from error
    try:
        fs, path = url_to_fs(address)
    except ImportError as error:
        raise ArchiveError(f"{hide_user(address)}: the library for such addresses is not installed: {error}") from error
    except ValueError as error:
        raise ArchiveError(f"{hide_user(address)} is no address that can be used: {error}") from error
    except OSError as error:
        raise ArchiveError(f"{hide_user(address)} cannot be reached: {error}") from error
    return fs, path


class LocalFolder:
    """A folder on a disk."""

    def __init__(self, location: str) -> None:
        self._path = Path(location)
        self.location = str(self._path)

    def locate(self, name: str = "") -> str:
        """Give the path of a file, or of the folder."""
        return str(self._path / name)

    @contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        """Give a stream to a new file that replaces one of the same name when it is whole."""
        path = self._path / name
        temporary = path.with_name(f".{path.name}.part")
        try:
            with _explain_writing(path, temporary):
                path.parent.mkdir(parents=True, exist_ok=True)
                with open(temporary, "wb") as stream:
                    yield stream
                    stream.flush()
                    os.fsync(stream.fileno())
                os.replace(temporary, path)
                _sync_folder(path.parent)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
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


@contextmanager
def _explain_writing(path: Path, *others: Path) -> Iterator[None]:
    """Make an ArchiveError of what the system says of the file, or of others that are made for it.

    Errors with another file's name are of what is being read meanwhile, and pass.
    """
    try:
        yield
    except OSError as error:
        if error.filename is not None and Path(error.filename) not in (path, *path.parents, *others):
            raise
        raise ArchiveError(f"{path} cannot be written: {error.strerror or error}") from error


def _sync_folder(path: Path) -> None:
    """Make a rename survive a power failure; systems that cannot open a folder need not."""
    if os.name == "posix":
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def check_file(path: str | os.PathLike[str]) -> None:
    """Raise ArchiveError if there is a folder where a file is to be written."""
    if os.path.isdir(path):
        raise ArchiveError(f"{os.fspath(path)} is a folder; -o takes the name of a file")


def check_folder(path: str | os.PathLike[str]) -> None:
    """Raise ArchiveError if there is something else where files are to be written into a folder."""
    if os.path.exists(path) and not os.path.isdir(path):
        raise ArchiveError(f"{os.fspath(path)} is a file; -o takes a folder")


def open_folder(path: str | os.PathLike[str]) -> LocalFolder:
    """Give the folder on a disk to write files into. Raises ArchiveError if there is something else."""
    check_folder(path)
    return LocalFolder(os.fspath(path))


@contextmanager
def create_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Give a stream to a file on a disk, which replaces one of that name when the context ends without an exception.

    So a file may be made of itself. A device or pipe (`/dev/stdout`) is written to as it comes. Raises ArchiveError if
    the file cannot be written.
    """
    target = Path(path)
    check_file(target)
    if target.is_relative_to("/dev") or (target.exists() and not target.is_file()):
        with _explain_writing(target), open(target, "wb") as stream:
            yield stream
        return
    target = target.resolve()  # a link stays one
    with LocalFolder(str(target.parent)).create(target.name) as whole:
        yield whole


@contextmanager
def create_text(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """Give a stream for text in UTF-8 to a file, as `create_file` does."""
    with create_file(path) as stream:
        text = io.TextIOWrapper(stream, "utf-8", newline="\n")
        yield text
        text.flush()
        text.detach()


class RemoteFolder:
    """A folder at an address (`s3://bucket/run`, `memory://run`) that fsspec reaches."""

    def __init__(self, location: str) -> None:
        location = location if location.endswith("://") else location.rstrip("/")
        self.location = hide_user(location)
        self._fs, path = open_address(location)
        self._path = path.rstrip("/")

    def locate(self, name: str = "") -> str:
        """Give the address of an object, or of the folder, in fsspec's canonical form."""
        return str(self._fs.unstrip_protocol(f"{self._path}/{name}".rstrip("/")))

    @contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        """Give a stream to a new object; it is there when its upload is complete."""
        path = f"{self._path}/{name}"
        with self._explain(name, "written"):
            self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
            stream = self._fs.open(path, "wb", autocommit=False)
            with suppress(ValueError):  # fsspec keeps a list of what is not committed
                self._fs.transaction.files.remove(stream)
        try:
            yield stream
        except BaseException:
            getattr(stream, "discard", lambda: None)()
            raise
        with self._explain(name, "written"):
            stream.close()
            getattr(stream, "commit", lambda: None)()

    def open(self, name: str) -> BinaryIO:
        """Open an object for reading. Raises FileNotFoundError."""
        try:
            return self._fs.open(f"{self._path}/{name}", "rb")
        except FileNotFoundError:
            raise
        except Exception as error:
            raise ArchiveError(f"{self.location}/{name} cannot be read: {error}") from error

    def list(self, folder: str = "") -> list[str]:
        """The sorted names of the objects directly in a folder."""
        path = f"{self._path}/{folder}".rstrip("/")
        with self._explain(folder, "listed"):
            if not self._fs.isdir(path):
                return []
            entries = self._fs.ls(path, detail=True)
        return sorted(entry["name"].rpartition("/")[2] for entry in entries if entry["type"] == "file")

    def exists(self, name: str) -> bool:
        """Whether there is an object or folder of that name."""
        with self._explain(name, "looked up"):
            return bool(self._fs.exists(f"{self._path}/{name}"))

    def delete(self, name: str) -> None:
        """Remove an object or folder."""
        path = f"{self._path}/{name}"
        with self._explain(name, "deleted"):
            if self._fs.exists(path):
                self._fs.rm(path, recursive=True)

    @contextmanager
    def _explain(self, name: str, what: str) -> Iterator[None]:
        """Make an ArchiveError of whatever goes wrong: each file system has errors of its own."""
        try:
            yield
        except Exception as error:
            raise ArchiveError(f"{self.location}/{name} cannot be {what}: {error}") from error
