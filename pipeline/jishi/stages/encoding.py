"""Fixes of text that was decoded with the wrong encoding.

UTF-8 read as Windows-1252 or Latin-1 (ä¸­å›½) and GBK read so (ÖÐ¹ú), with ftfy's tolerant codec; UTF-8 read as GBK
(涓浗), which ftfy does not know; 锟斤拷, which stands for characters lost before. Bytes line up with bytes, so the
alignment stays fine.
"""

from __future__ import annotations

import re

from jishi.stages.character_sequences import character_sequences
from jishi.stages.edits import Edit

_KIND = "wrong_encoding"
_LEAST = 2  # Chinese characters that must come out of a stretch
_COMMON = 10.5  # a character rarer than this (in nats) is uncommon
_WESTERN = "\u0080-\u00ff" + "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_WESTERN_RUN = re.compile(rf"[{_WESTERN}](?:[{_WESTERN}\u0020-\u007e]*[{_WESTERN}])?")
# What lead bytes of UTF-8 and of GBK look like as Latin-1 and no Western language puts in front of such signs.
WESTERN_MARKS = frozenset("äåæçèéïâÃÂÖÐÎÊÄÇËÒÓÈÉÕÑ×ÏÁÀÌÍ")
# 中 国 的 是 和 在 。 ， “ 这 打 可 read as GBK
GBK_MARKS = frozenset("涓鍥鐨鏄鍜鍦銆锛鈥杩鎵鍙浠鏈")
_MOST_LOST = 0.25  # share of characters that may have been lost on the way
_LOST = "锟斤拷"


def mend_western(text: str) -> list[Edit]:
    """Read again what is UTF-8 or GBK and was taken for a Western encoding. Western words (café, Müller) stay."""
    edits: list[Edit] = []
    for run in _WESTERN_RUN.finditer(text):
        if len(re.findall(f"[{_WESTERN}]", run.group())) >= 2 * _LEAST:
            edits += _read_western_again(run.group(), run.start())
    return edits


def _read_western_again(run: str, offset: int) -> list[Edit]:
    data = _encode_western(run)
    for original in ("utf-8", "gb18030") if data else ():
        try:
            mended = data.decode(original)
        except UnicodeDecodeError:
            continue
        if _is_chinese(mended):
            reason = f"{original.upper()} that was read as a Western encoding"
            return _line_up(run, None, mended, original, offset, reason)
    return []


def _encode_western(text: str) -> bytes:
    """Give the bytes that a Western decoder made a text of; none if it cannot have made it."""
    import ftfy.bad_codecs  # noqa: F401  registers the codec

    for encoding in ("sloppy-windows-1252", "latin-1"):
        try:
            return text.encode(encoding)
        except UnicodeEncodeError:
            continue
    return b""


def mend_gbk(text: str) -> list[Edit]:
    """Read again lines that are UTF-8 and were taken for GBK, and mark what 锟斤拷 stands for as lost (�)."""
    edits: list[Edit] = []
    for line in re.finditer(r"[^\n]+", text):
        run = line.group()
        if len(GBK_MARKS.intersection(run)) >= 2 and not _is_chinese(run):
            edits += _read_gbk_again(run, line.start())
    for lost in re.finditer(f"(?:{_LOST})+", text):
        reason = "bytes were lost before this was read as GBK"
        edits.append(Edit(lost.start(), lost.end(), "\ufffd" * (len(lost.group()) * 2 // 3), _KIND, reason))
    return edits


def _read_gbk_again(run: str, offset: int) -> list[Edit]:
    data = b"".join(b"\xff" if char in "\ufffd?" else char.encode("gb18030", "replace") for char in run)
    mended = re.sub("\ufffd+", "\ufffd", data.decode("utf-8", "replace"))
    if mended.count("\ufffd") > _MOST_LOST * len(mended) or not _is_chinese(mended.replace("\ufffd", "")):
        return []
    reason = "UTF-8 that was read as GBK"
    if "\ufffd" in mended:  # bytes were lost: the two do not line up
        return [Edit(offset, offset + len(run), mended, _KIND, reason)]
    return _line_up(run, "gb18030", mended, "utf-8", offset, reason)


def _is_chinese(text: str) -> bool:
    """Whether the Chinese characters of a text are common ones."""
    chinese = re.findall("[\u4e00-\u9fff]", text)
    alone = character_sequences().alone
    return len(chinese) >= _LEAST and sum(alone.get(char, 99.0) < _COMMON for char in chinese) > 0.8 * len(chinese)


def _line_up(before: str, misread: str | None, after: str, original: str, offset: int, reason: str) -> list[Edit]:
    """Give one edit for each shortest stretch in which whole characters of both texts have the same bytes.

    misread, original: the encodings of the two texts; None for one of one byte a character.
    """
    edits = []
    i = j = start = after_start = bytes_before = bytes_after = 0
    while i < len(before) or j < len(after):
        if bytes_before <= bytes_after:
            bytes_before += len(before[i].encode(misread)) if misread else 1
            i += 1
        else:
            bytes_after += len(after[j].encode(original))
            j += 1
        if bytes_before == bytes_after:
            if before[start:i] != after[after_start:j]:
                edits.append(Edit(offset + start, offset + i, after[after_start:j], _KIND, reason))
            start, after_start = i, j
    return edits
