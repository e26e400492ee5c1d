"""Opening compressed streams and cutting them into lines, with limits so that no input can exhaust the machine."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from jishi.archive.errors import MissingExtraError, UnreadableInputError

MAX_TEXT_BYTES = 64 << 20  # one line, one field, one page, one text file
BOMB_BYTES, BOMB_RATIO = 256 << 20, 200  # Chinese text compresses three- to tenfold, boilerplate pages fiftyfold
ZSTD_BYTES = 1 << 10  # unpacked at once: a kilobyte can become 32 MB, not more
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


class _ZstdStream:
    """A zstd stream that tells when it breaks off, which the library's own reader takes for its end."""

    def __init__(self, stream: BinaryIO) -> None:
        try:
            import zstandard
        except ImportError as error:
            raise MissingExtraError("reading .zst", "zstd") from error
        self._damage = zstandard.ZstdError
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 31)
        self._stream = stream
        self._frame: Any = None  # the one at hand
        self._after = b""  # what was read beyond the last one
        self._ready = io.BytesIO()

    def read1(self, size: int) -> bytes:
        """Give up to `size` bytes, none at the end. Raises EOFError if it breaks off, OSError if it is damaged."""
        while not (data := self._ready.read(size)):
            packed = self._after or self._stream.read(ZSTD_BYTES)
            if not packed:
                if self._frame is not None:
                    raise EOFError("Compressed file ended before the end-of-frame marker was reached")
                return b""
            if self._frame is None:
                self._frame = self._decompressor.decompressobj()
            try:
                self._ready = io.BytesIO(self._frame.decompress(packed))
            except self._damage as error:
                raise OSError(str(error)) from error
            self._after = b""
            if self._frame.eof:
                self._frame, self._after = None, self._frame.unused_data
        return data


class _DecompressedStream(io.RawIOBase):
    """A decompressed stream that stops when far more comes out than went in, where its bytes are counted for that.

    A read gives what can be had at once, so that damage costs nothing of what stands before it.
    """

    def __init__(self, stream: Any, compressed: CountingStream | None) -> None:
        self._stream = stream
        self._compressed = compressed
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read1(len(buffer))
        except (*DAMAGE, OSError) as error:  # bz2 has no error of its own
            raise UnreadableInputError("unreadable", f"the compressed data is damaged: {error}") from error
        buffer[: len(data)] = data
        self._count += len(data)
        if self._compressed is not None:
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
    """Give a buffered stream of the decompressed bytes (of the bytes themselves where compression is None).

    Reading from it raises UnreadableInputError if they are damaged, or so many that it is a decompression bomb.
    """
    if compression is None:
        return io.BufferedReader(stream, 1 << 18)
    return io.BufferedReader(_DecompressedStream(_open_compressed(stream, compression), stream), 1 << 18)


def decompress_own(stream: BinaryIO, compression: str) -> io.BufferedReader:
    """Give the decompressed bytes of a file that jishi wrote, whatever their number.

    Reading from it raises UnreadableInputError if they are damaged.
    """
    return io.BufferedReader(_DecompressedStream(_open_compressed(stream, compression), None), 1 << 18)


def _open_compressed(stream: Any, compression: str) -> Any:
    if compression == "gzip":
        return gzip.GzipFile(fileobj=stream)
    if compression == "bzip2":
        return bz2.BZ2File(stream)
    if compression == "xz":
        return lzma.LZMAFile(stream)
    return _ZstdStream(stream)


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
