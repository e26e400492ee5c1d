"""Reading plain text, JSON Lines and JSON."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from jishi.archive.encodings import Decoded, LineDecoder, Transcoder, decode, is_wide
from jishi.archive.errors import ArchiveError, UnreadableInputError
from jishi.archive.fields import FieldNames, FieldReader, clean
from jishi.archive.items import FoundArticle, FoundProblem, Item
from jishi.archive.opening import MAX_TEXT_BYTES, read_lines, read_whole
from jishi.records import Article

_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")
_JSON_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class ReadingOptions:
    """How to read inputs.

    fields: which field of a row holds what. encoding: of all inputs; None to find it out for each. separator: a regular
    expression; lines of a text file that match it whole stand between articles. title_line: whether the first line of a
    plain text is its title; if not, the pipeline looks for one in the text. query: SQL for databases.
    """

    fields: FieldNames = field(default_factory=FieldNames)
    encoding: str | None = None
    separator: str | None = None
    title_line: bool = False
    query: str | None = None

    def __post_init__(self) -> None:
        try:
            re.compile(self.separator or "")
        except re.error as error:
            raise ArchiveError(f"the separator {self.separator!r} is not a regular expression: {error}") from error
        try:
            "".encode(self.encoding or "utf-8")
        except LookupError as error:
            raise ArchiveError(f"there is no encoding named {self.encoding!r}") from error


def open_lines(stream: io.BufferedReader, options: ReadingOptions) -> Iterator[tuple[int, Decoded | None]]:
    """Yield (line number, decoded line with its end) of a stream in any encoding; None for a line that is too long."""
    decoder = LineDecoder(stream.peek(1), options.encoding)
    if is_wide(decoder.encoding):
        stream = io.BufferedReader(Transcoder(stream, decoder.encoding), 1 << 18)
        wide, decoder = decoder.encoding, LineDecoder(b"")
        for number, line in read_lines(stream):
            text = None if line is None else line.decode("utf-8")
            yield number, None if text is None else Decoded(text, wide, text.count("\ufffd"))
        return
    for number, line in read_lines(stream):
        yield number, None if line is None else decoder.decode(line)


def read_text(stream: io.BufferedReader, source: str, options: ReadingOptions) -> Iterator[Item]:
    """Yield the article of a text file; with a separator, its articles, named `source:1`, `source:2` …"""
    if options.separator is None:
        data = read_whole(stream)
        decoded = decode(data) if options.encoding is None else _decode_as(data, options.encoding)
        yield _make_article(decoded.text, source, decoded.warnings, options)
        return
    is_separator = re.compile(options.separator).fullmatch
    lines: list[str] = []
    size = replaced = count = 0
    encoding = "utf-8"

    def make() -> Item:
        text = "".join(lines).removesuffix("\n").removesuffix("\r")  # the last line's end is the separator's
        return _make_article(text, f"{source}:{count}", Decoded("", encoding, replaced).warnings, options)

    for _, line in open_lines(stream, options):
        if line is not None and is_separator(line.text.strip()):
            if "".join(lines).strip():
                count += 1
                yield make()
            lines, size, replaced = [], 0, 0
            continue
        size += len(line.text) if line else MAX_TEXT_BYTES + 1
        if size > MAX_TEXT_BYTES:
            raise UnreadableInputError(
                "too_large", f"holds a text larger than {MAX_TEXT_BYTES >> 20} MB after article {count}"
            )
        if line is not None:
            lines.append(line.text)
            if line.replaced:
                encoding, replaced = line.encoding, replaced + line.replaced
    if "".join(lines).strip():
        count += 1
        yield make()


def _decode_as(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace").removeprefix("\ufeff")
    return Decoded(text, encoding, text.count("\ufffd"))


def _make_article(text: str, source: str, warnings: tuple[str, ...], options: ReadingOptions) -> Item:
    if not text.strip():
        return FoundProblem(source, "no_text", "the text is empty")
    controls = len(_CONTROLS.findall(text[:100_000]))
    if controls > 8 and controls > len(text[:100_000]) / 50:
        return FoundProblem(source, "unsupported", "is binary data, not text")
    title = None
    if options.title_line:
        stripped = text.lstrip("\r\n \t\u3000")
        title, _, text = (part.strip("\r") for part in stripped.partition("\n"))
    return clean(FoundArticle(Article(text=text, title=title or None, source=source), warnings))


def read_json_lines(stream: io.BufferedReader, source: str, options: ReadingOptions) -> Iterator[Item]:
    """Yield the article of each line; a line that is no JSON object or holds no text is a problem of its own."""
    reader = FieldReader(options.fields)
    for number, line in open_lines(stream, options):
        place = f"{source}:{number}"
        if line is None:
            yield FoundProblem(place, "too_large", f"the line is longer than {MAX_TEXT_BYTES >> 20} MB")
        elif line.text.strip("\ufeff \t\r\n"):
            yield _read_object(_parse(line.text.strip("\ufeff \t\r\n")), reader, place, line.warnings)


def read_json(stream: io.BufferedReader, source: str, options: ReadingOptions) -> Iterator[Item]:
    """Yield the articles of a JSON array of objects (of any length), or of an object that holds one, or is one."""
    decoder = LineDecoder(stream.peek(1), options.encoding)
    text = _TextBuffer(stream, decoder.encoding)
    reader = FieldReader(options.fields)
    first = text.skip_space()
    if first != "[":
        yield from _read_objects(text, reader, source)
        return
    text.position += 1
    number = 0
    while (following := text.skip_space()) != "]":
        if not following:
            raise UnreadableInputError("malformed", f"the JSON array breaks off after {number} articles")
        if following == ",":
            text.position += 1
            continue
        number += 1
        yield _read_object(read_value(text), reader, f"{source}:{number}", text.take_warnings())


def _read_objects(text: _TextBuffer, reader: FieldReader, source: str) -> Iterator[Item]:
    """Objects one after the other (JSON Lines under another name, or pretty-printed), or one that holds a list."""
    number = 0
    while text.skip_space():
        value = read_value(text)
        if not isinstance(value, dict):
            raise UnreadableInputError("malformed", "is neither a JSON array nor an object")
        lists = [part for part in value.values() if isinstance(part, list) and part and isinstance(part[0], dict)]
        alone = number == 0 and not text.skip_space()
        if alone and len(lists) == 1 and not reader.has_text(value):
            for place, row in enumerate(lists[0], 1):
                yield _read_object(row, reader, f"{source}:{place}", text.take_warnings())
            return
        number += 1
        yield _read_object(value, reader, source if alone else f"{source}:{number}", text.take_warnings())


class _TextBuffer:
    """The part of a long JSON text that is being parsed."""

    def __init__(self, stream: io.BufferedReader, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._encoding = encoding
        self._damage: UnreadableInputError | None = None
        self._replaced = 0
        self.buffer = ""
        self.position = 0

    def fill(self, count: int) -> bool:
        """Read about `count` more characters; False at the end.

        Raises UnreadableInputError at a place where the stream is damaged, when all before it has been given.
        """
        parts = [self.buffer[self.position :]]
        is_more = False
        while count > 0 and (more := self._read_some()) is not None:
            parts.append(more)
            count -= len(more)
            is_more = is_more or bool(more)
        self.buffer, self.position = "".join(parts), 0
        if not is_more and self._damage is not None:
            raise self._damage
        return is_more

    def _read_some(self) -> str | None:
        """Give what can be had at once, None at the end."""
        if self._damage is not None:
            return None
        try:
            data = self._stream.read1(1 << 16)
        except UnreadableInputError as error:
            self._damage = error
            return None
        text = self._decoder.decode(data, final=not data)
        self._replaced += text.count("\ufffd")
        return text if data or text else None

    def skip_space(self) -> str:
        """Go to the next character that is not space and give it; empty at the end."""
        while True:
            self.position = _skip(self.buffer, self.position)
            if self.position < len(self.buffer):
                if self.buffer[self.position] != "\ufeff":
                    return self.buffer[self.position]
                self.position += 1
            elif not self.fill(1 << 16):
                return ""

    def take_warnings(self) -> tuple[str, ...]:
        """The decoding's warnings since the last call."""
        warnings = Decoded("", self._encoding, self._replaced).warnings
        self._replaced = 0
        return warnings


def _skip(text: str, position: int) -> int:
    found = _JSON_SPACE.match(text, position)
    return found.end() if found else position


def read_value(text: _TextBuffer) -> Any:
    """Parse the JSON value at the buffer's position, reading on until it is whole."""
    decoder = json.JSONDecoder()
    while True:
        try:
            value, end = decoder.raw_decode(text.buffer, text.position)
        except RecursionError:
            raise UnreadableInputError("malformed", "the JSON is nested too deeply") from None
        except ValueError as error:
            held = len(text.buffer) - text.position
            is_cut_off = isinstance(error, json.JSONDecodeError) and (
                error.msg.startswith("Unterminated string") or error.pos > len(text.buffer) - 12
            )
            if not is_cut_off:
                raise UnreadableInputError("malformed", f"is not valid JSON: {error}") from error
            if held > MAX_TEXT_BYTES:
                raise UnreadableInputError(
                    "too_large", f"holds a value larger than {MAX_TEXT_BYTES >> 20} MB"
                ) from error
            # Twice as much each time: a long value is not parsed from its beginning too often.
            if not text.fill(max(held, 1 << 16)):
                raise UnreadableInputError("malformed", f"is not valid JSON: {error}") from error
            continue
        text.position = end
        return value


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        return UnreadableInputError("malformed", "the JSON is nested too deeply")
    except ValueError as error:
        return UnreadableInputError("malformed", f"is not valid JSON: {error}")


def _read_object(value: Any, reader: FieldReader, source: str, warnings: tuple[str, ...]) -> Item:
    try:
        if isinstance(value, UnreadableInputError):
            raise value
        if not isinstance(value, dict):
            raise UnreadableInputError("malformed", f"is not a JSON object but {type(value).__name__}")
        return reader.read(value, source, warnings)
    except UnreadableInputError as error:
        return FoundProblem(source, error.reason, str(error), error.id)
