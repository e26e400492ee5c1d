"""Which encoding a file is in, by its byte order mark, by strictness, by what it declares, and by its language.

UTF-8 shows itself: other text almost never decodes as it. GB18030 and Big5 do not: most bytes decode as either. What
tells them apart is the language: read in the right encoding, most Chinese characters are among the few hundred common
ones; in the wrong one they are rare ones. Undecodable bytes are never dropped: each becomes U+FFFD and a warning.
"""

from __future__ import annotations

import codecs
import functools
import io
import re
from dataclasses import dataclass
from importlib import resources

SAMPLE_BYTES = 1 << 18
MIN_WIDE_SCORE = 0.2
MIN_COMMON_SHARE = 0.3  # of a line's Chinese characters: news has three quarters, a list of names half

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ("utf-8", "gb18030", "cp950", "big5hkscs", "utf-16-le", "utf-16-be")
# What pages declare is often a subset of what they use; browsers read the superset too.
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "big5": "cp950", "ascii": "utf-8"}
_NAMES = {"gb18030": "GB18030", "cp950": "Big5", "big5hkscs": "Big5-HKSCS", "utf-8-sig": "UTF-8"}
_DECLARATION = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding=["']([\w.:-]{2,40})|<meta[^>]{0,400}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded text; replaced: how many U+FFFD stand for bytes that could not be decoded."""

    text: str
    encoding: str
    replaced: int

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the record should know about the decoding."""
        return (replacement_warning(self.replaced, self.encoding),) if self.replaced else ()


def replacement_warning(count: int, encoding: str) -> str:
    """The warning for `count` places that are not valid in `encoding`."""
    name = _NAMES.get(encoding, encoding.upper())
    return f"undecodable: {count} place{'s' * (count != 1)} not valid {name}, replaced by U+FFFD"


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Give the text of `data`, read in the encoding that fits it best; a byte order mark is left out.

    declared: the encoding that a header or the document names, believed if the bytes agree.
    """
    encoding = guess_encoding(data, declared)
    try:
        return Decoded(data.decode(encoding), encoding, 0)
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        return Decoded(text, encoding, text.count("\ufffd"))


def guess_encoding(data: bytes, declared: str | None = None) -> str:
    """Give the name of the Python codec that fits `data` (a file or its beginning) best."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if data.isascii() and b"\0" not in data:
        return "utf-8"
    sample = data[:SAMPLE_BYTES]
    if len(data) > SAMPLE_BYTES and sample.isascii() and b"\0" not in sample:  # a long English or markup preamble
        start = next(i for i in range(0, len(data), SAMPLE_BYTES) if not data[i : i + SAMPLE_BYTES].isascii())
        sample = data[start : start + SAMPLE_BYTES]
    if b"\0" not in sample and _is_utf8(sample):
        return "utf-8"
    candidates = list(_CANDIDATES)
    known = _find_codec(declared)
    if known and known not in candidates:
        candidates.append(known)
    scores = {encoding: _score(sample, encoding) + (0.05 if encoding == known else 0.0) for encoding in candidates}
    for encoding in candidates:  # any bytes are valid UTF-16 of some script or other
        if is_wide(encoding) and scores[encoding] < MIN_WIDE_SCORE:
            scores[encoding] = -10.0
    return max(candidates, key=lambda encoding: (scores[encoding], -candidates.index(encoding)))


def find_declared_encoding(data: bytes) -> str | None:
    """Give the encoding that an HTML or XML document names in its first 4,096 bytes."""
    found = _DECLARATION.search(data[:4096])
    return (found[1] or found[2]).decode("ascii") if found else None


def _find_codec(name: str | None) -> str | None:
    if not name:
        return None
    try:
        known = codecs.lookup(name.strip()).name
        "".encode(known)  # `base64` and `rot13` are codecs, but not of text
    except (LookupError, ValueError):
        return None
    return _SUPERSETS.get(known, known)


def _is_utf8(sample: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(sample)  # a character cut off at the sample's end is no error
    except UnicodeDecodeError:
        return False
    return True


def _score(sample: bytes, encoding: str) -> float:
    """How much the sample looks like text in this encoding: the share of common characters, less what cannot be."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    try:
        text = decoder.decode(sample)
    except UnicodeError:
        return -1.0
    beyond_ascii = [character for character in text if character > "\x7f"]
    controls = len(re.findall(r"[\x00-\x08\x0e-\x1f]", text))
    if not beyond_ascii and not controls:
        return 0.5  # English in UTF-16: plain ASCII does not come here
    common = _read_common_characters()
    good = sum(character in common for character in beyond_ascii)
    bad = sum(character == "\ufffd" or "\ue000" <= character <= "\uf8ff" for character in beyond_ascii) + controls
    # Two bytes make a Chinese character, so a wrong single-byte reading has twice the characters: the share copes.
    return (good - 4 * bad) / (len(beyond_ascii) + controls)


def _is_plausible(text: str) -> bool:
    beyond_ascii = [character for character in text if character > "\x7f"]
    common = _read_common_characters()
    return sum(character in common for character in beyond_ascii) >= MIN_COMMON_SHARE * len(beyond_ascii)


@functools.cache
def _read_common_characters() -> frozenset[str]:
    text = resources.files("jishi.lexicons").joinpath("common_characters.txt").read_text(encoding="utf-8")
    return frozenset("".join(line for line in text.splitlines() if not line.startswith("#")))


class LineDecoder:
    """Decodes the lines of one file: in the file's encoding, or, where a line is not valid in it, in its own.

    Files that were put together from several sources mix encodings; a line is the smallest unit to tell them apart by.
    """

    def __init__(self, sample: bytes, encoding: str | None = None) -> None:
        self.encoding = _find_codec(encoding) or guess_encoding(sample)
        self.forced = encoding is not None

    def decode(self, line: bytes) -> Decoded:
        """Give the text of a line (without a byte order mark)."""
        try:
            text = line.decode(self.encoding)
        except UnicodeDecodeError:
            if self.forced:
                text = line.decode(self.encoding, "replace")
                return Decoded(text, self.encoding, text.count("\ufffd"))
            return decode(line, self.encoding)
        if self.forced or self.encoding.startswith("utf-8") or line.isascii() or _is_plausible(text):
            return Decoded(text, self.encoding, 0)
        return decode(line, self.encoding)


def is_wide(encoding: str) -> bool:
    """Whether a newline takes more than one byte in this encoding, so that bytes cannot be cut into lines."""
    return encoding.startswith(("utf-16", "utf-32"))


class Transcoder(io.RawIOBase):
    """A UTF-16 or UTF-32 stream read as UTF-8, so that it can be cut into lines. Undecodable bytes become U+FFFD."""

    def __init__(self, stream: io.BufferedIOBase | io.RawIOBase, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._pending = b""

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with UTF-8."""
        while not self._pending:
            chunk = self._stream.read(1 << 16) or b""
            self._pending = self._decoder.decode(chunk, final=not chunk).encode("utf-8", "replace")
            if not chunk:
                break
        count = min(len(buffer), len(self._pending))
        buffer[:count] = self._pending[:count]
        self._pending = self._pending[count:]
        return count
