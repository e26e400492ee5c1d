"""Reading any archive: a stream of articles, pages and problems in a fixed order."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, cast

from jishi.archive import table_formats, text_formats, web_formats
from jishi.archive.errors import ArchiveError, UnreadableInputError
from jishi.archive.inputs import InputFile, decode_name, describe_unknown, split_name
from jishi.archive.items import FoundProblem, Item
from jishi.archive.opening import CountingStream, Meter, check_for_bomb, decompress
from jishi.archive.text_formats import ReadingOptions

StreamReader = Callable[[io.BufferedReader, str, ReadingOptions], Iterator[Item]]

STREAM_READERS: dict[str, StreamReader] = {
    "text": text_formats.read_text,
    "json_lines": text_formats.read_json_lines,
    "json": text_formats.read_json,
    "table": table_formats.read_csv,
    "excel": table_formats.read_excel,
    "html": web_formats.read_html,
    "warc": web_formats.read_warc,
}
_MAGIC = (
    (b"\x1f\x8b", None, "gzip"),
    (b"BZh", None, "bzip2"),
    (b"\xfd7zXZ\0", None, "xz"),
    (b"\x28\xb5\x2f\xfd", None, "zstd"),
    (b"PK\x03\x04", "zip", None),
    (b"PAR1", "parquet", None),
    (b"SQLite format 3\0", "sqlite", None),
    (b"WARC/", "warc", None),
)


def read_items(
    files: Iterable[InputFile | FoundProblem], options: ReadingOptions, meter: Meter | None = None
) -> Iterator[Item]:
    """Yield everything that the files hold, in order; what cannot be read is a FoundProblem in its place.

    Raises MissingExtraError if a format's library is not installed: that is the user's to mend, not an article's fault.
    """
    for file in files:
        if isinstance(file, FoundProblem):
            yield file
            continue
        before = meter.done if meter else 0
        try:
            yield from _read_file(file, options, meter)
        except UnreadableInputError as error:
            yield FoundProblem(file.source, error.reason, str(error))
        except ArchiveError:
            raise
        except OSError as error:
            yield FoundProblem(file.source, "unreadable", f"cannot be read: {error.strerror or error}")
        except Exception as error:  # whatever a damaged workbook or table makes of the library that reads it
            yield FoundProblem(file.source, "unreadable", f"is damaged: {type(error).__name__}: {error}")
        if meter:
            meter.done = before + file.size


def _read_file(file: InputFile, options: ReadingOptions, meter: Meter | None) -> Iterator[Item]:
    if file.is_database:
        yield from table_formats.read_database(file.path, file.source, options)
        return
    kind, compression = split_name(file.source)
    if kind is None:
        kind, compression = _sniff(file, compression)
    if compression is None and not file.is_remote:
        if kind == "parquet":
            yield from table_formats.read_parquet(file.path, file.source, options)
            return
        if kind == "sqlite":
            yield from table_formats.read_sqlite(file.path, file.source, options)
            return
    with CountingStream(file.open(), meter) as counted:
        stream = decompress(counted, compression)
        if kind == "zip" and compression is None and not file.is_remote:
            yield from _read_zip(file.path, file.source, options)
        else:
            yield from _read_stream(stream, kind, file.source, options, is_member=False)


def _sniff(file: InputFile, compression: str | None) -> tuple[str, str | None]:
    """Find out what a file is whose name does not tell, from how it begins."""
    with CountingStream(file.open()) as counted:
        head = counted.read(512) or b""
        if compression is None:
            for magic, kind, packed in _MAGIC:
                if head.startswith(magic):
                    if kind:
                        return kind, None
                    compression = packed
    if compression:
        with CountingStream(file.open()) as counted:
            head = decompress(counted, compression).peek(512)
    if head[257:262] == b"ustar":
        return "tar", compression
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        return "json_lines", compression
    if start.startswith(b"["):
        return "json", compression
    if start[:15].lower().startswith((b"<!doctype html", b"<html")):
        return "html", compression
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise describe_unknown(file.source)
    return "text", compression


def _read_stream(
    stream: io.BufferedReader, kind: str, source: str, options: ReadingOptions, *, is_member: bool
) -> Iterator[Item]:
    if kind in STREAM_READERS:
        yield from STREAM_READERS[kind](stream, source, options)
    elif is_member and kind in ("zip", "tar"):
        raise UnreadableInputError("unsupported", "is an archive within an archive: unpack it first")
    elif kind == "tar":
        yield from _read_tar(stream, source, options)
    else:  # zip, parquet and sqlite need to go back and forth
        with tempfile.NamedTemporaryFile(prefix="jishi-") as copy:
            size = 0
            while chunk := stream.read(1 << 20):
                size += len(chunk)
                if size > table_formats.MAX_FILE_BYTES:
                    raise UnreadableInputError("too_large", "is too large to be read packed: unpack it first")
                copy.write(chunk)
            copy.flush()
            if kind == "zip":
                yield from _read_zip(copy.name, source, options)
            elif kind == "parquet":
                yield from table_formats.read_parquet(copy.name, source, options)
            else:
                yield from table_formats.read_sqlite(copy.name, source, options)


def _read_member(stream: BinaryIO, name: str, source: str, options: ReadingOptions) -> Iterator[Item]:
    kind, compression = split_name(name)
    place = f"{source}/{name}"
    if kind is None:
        return  # pictures and style sheets beside pages
    try:
        opened = decompress(CountingStream(stream), compression)
        yield from _read_stream(opened, kind, place, options, is_member=True)
    except UnreadableInputError as error:
        yield FoundProblem(place, error.reason, str(error))


def _is_unsafe(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or name[1:2] == ":"


def _read_zip(path: str, source: str, options: ReadingOptions) -> Iterator[Item]:
    """Yield what the members hold, in the order of their names."""
    try:
        with zipfile.ZipFile(path) as archive:
            whole = _Unpacked(os.path.getsize(path))
            members = sorted((_decode_name(member), member) for member in archive.infolist() if not member.is_dir())
            for name, member in members:
                place = f"{source}/{name}"
                if _is_unsafe(name):
                    yield FoundProblem(place, "refused", "the member's path leads out of the archive")
                elif stat.S_ISLNK(member.external_attr >> 16):
                    yield FoundProblem(place, "refused", "the member is a link")
                elif member.flag_bits & 1:
                    yield FoundProblem(place, "unreadable", "the member is encrypted")
                elif split_name(name)[0] is not None:
                    try:
                        check_for_bomb(member.file_size, member.compress_size)
                        with archive.open(member) as stream:
                            guarded = _MemberStream(cast(BinaryIO, stream), member.compress_size, whole)
                            yield from _read_member(cast(BinaryIO, guarded), name, source, options)
                    except UnreadableInputError as error:
                        yield FoundProblem(place, error.reason, str(error))
                    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
                        yield FoundProblem(place, "unreadable", f"the member is damaged: {error}")
    except (zipfile.BadZipFile, ValueError) as error:
        raise UnreadableInputError("unreadable", f"is not a readable zip archive: {error}") from error


class _Unpacked:
    """How much has come out of a zip archive of so many bytes: its members may share their bytes.

    Fifield, A better zip bomb (2019).
    """

    def __init__(self, size: int) -> None:
        self._size, self._count = size, 0

    def add(self, count: int) -> None:
        """Count bytes. Raises UnreadableInputError if they are far more than the archive can honestly hold."""
        self._count += count
        check_for_bomb(self._count, self._size)


class _MemberStream:
    """A zip member that stops when far more comes out of it, or of the whole archive, than went in."""

    def __init__(self, stream: BinaryIO, compressed: int, whole: _Unpacked) -> None:
        self._stream, self._compressed, self._count = stream, compressed, 0
        self._whole = whole

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._stream.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise UnreadableInputError("unreadable", f"the member is damaged: {error}") from error
        self._count += len(data)
        check_for_bomb(self._count, self._compressed)
        self._whole.add(len(data))
        return data

    def close(self) -> None:
        self._stream.close()


def _decode_name(member: zipfile.ZipInfo) -> str:
    """A member's name; names without the UTF-8 flag are in GBK where the archive was packed on a Chinese Windows."""
    if member.flag_bits & 0x800 or member.filename.isascii():
        return member.filename
    try:
        return decode_name(member.filename.encode("cp437"))
    except UnicodeEncodeError:
        return member.filename


def _read_tar(stream: io.BufferedReader, source: str, options: ReadingOptions) -> Iterator[Item]:
    """Yield what the members hold, in the archive's order: a tar is read in one pass."""
    name = ""
    try:
        with tarfile.open(fileobj=stream, mode="r|", encoding="utf-8", errors="surrogateescape") as archive:
            for member in archive:
                name = decode_name(member.name.encode("utf-8", "surrogateescape")).removeprefix("./")
                place = f"{source}/{name}"
                if member.isdir():
                    continue
                if _is_unsafe(name):
                    yield FoundProblem(place, "refused", "the member's path leads out of the archive")
                elif member.issym() or member.islnk():
                    yield FoundProblem(place, "refused", "the member is a link")
                elif member.issparse():
                    yield FoundProblem(place, "refused", "the member is a sparse file, which may claim any size")
                elif not member.isfile():
                    yield FoundProblem(place, "refused", "the member is not a regular file")
                elif split_name(name)[0] is not None and (content := archive.extractfile(member)) is not None:
                    yield from _read_member(cast(BinaryIO, content), name, source, options)
    except (tarfile.TarError, EOFError) as error:
        after = f" after {name}" if name else ""
        raise UnreadableInputError("unreadable", f"the tar archive is damaged{after}: {error}") from error
