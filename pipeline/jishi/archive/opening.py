"""Opening compressed streams and cutting them into lines, with limits so that no input can exhaust the machine."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from jishi.archive.errors import MissingExtraError, UnreadableInputError

MAX_TEXT_BYTES = 64 << 20  # one line, one field, one page, one text file
BOMB_BYTES, BOMB_RATIO = 256 << 20, 200  # Chinese text compresses three- to tenfold, boilerplate pages fiftyfold
DAMAGE = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)


class Meter:
    """Counts how much of the input has been read, for the remaining time. Bytes, as they lie on the disk."""

    def __init__(self, total: int = 0) -> None:
        self.total = total
        self.done = 0


class CountingStream(io.RawIOBase):
    """A stream that tells a meter how much was read from it."""

    def __init__(self, stream: BinaryIO, meter: Meter | None = None) -> None:
        self._stream = stream
        self._meter = meter
        self.count = 0

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from the stream."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        if self._meter:
            self._meter.done += len(data)
        return len(data)

    def close(self) -> None:
        """Close the stream below, too."""
        self._stream.close()
        super().close()


class _GuardedStream(io.RawIOBase):
    """A decompressed stream that stops when far more comes out than went in."""

    def __init__(self, stream: Any, compressed: CountingStream) -> None:
        self._stream = stream
        self._compressed = compressed
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except DAMAGE as error:
            raise UnreadableInputError("unreadable", f"the compressed data is damaged: {error}") from error
        except OSError as error:  # bz2 has no error of its own
            raise UnreadableInputError("unreadable", f"the compressed data is damaged: {error}") from error
        except Exception as error:
            if type(error).__name__ != "ZstdError":
                raise
            raise UnreadableInputError("unreadable", f"the compressed data is damaged: {error}") from error
        buffer[: len(data)] = data
        self._count += len(data)
        check_for_bomb(self._count, self._compressed.count)
        return len(data)


def check_for_bomb(decompressed: int, compressed: int) -> None:
    """Raise UnreadableInputError if so much (bytes) came out of so little that the file is a decompression bomb."""
    if decompressed > BOMB_BYTES and decompressed > BOMB_RATIO * compressed:
        raise UnreadableInputError(
            "refused",
            f"looks like a decompression bomb: {decompressed >> 20} MB out of {compressed >> 10} kB; "
            "unpack it yourself if you trust it",
        )


def decompress(stream: CountingStream, compression: str | None) -> io.BufferedReader:
    """Give a buffered stream of the decompressed bytes (of the bytes themselves where compression is None)."""
    if compression is None:
        return io.BufferedReader(stream, 1 << 18)
    raw = cast(Any, stream)
    opened: Any
    if compression == "gzip":
        opened = gzip.GzipFile(fileobj=raw)
    elif compression == "bzip2":
        opened = bz2.BZ2File(raw)
    elif compression == "xz":
        opened = lzma.LZMAFile(raw)  # noqa: SIM115 (closed with the stream below)
    else:
        try:
            import zstandard
        except ImportError as error:
            raise MissingExtraError("reading .zst", "zstd") from error
        limit = zstandard.ZstdDecompressor(max_window_size=1 << 31)
        opened = limit.stream_reader(raw, read_across_frames=True)
    return io.BufferedReader(_GuardedStream(opened, stream), 1 << 18)


def read_whole(stream: io.BufferedReader, limit: int = MAX_TEXT_BYTES) -> bytes:
    """Give all bytes of the stream. Raises UnreadableInputError if they are more than `limit`."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise UnreadableInputError("too_large", f"is larger than {limit >> 20} MB")
    return data


def read_lines(stream: io.BufferedReader, limit: int = MAX_TEXT_BYTES) -> Iterator[tuple[int, bytes | None]]:
    """Yield (line number from 1, line with its end) of the stream; None for a line longer than `limit` bytes."""
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) <= limit:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(limit)
        yield number, None
