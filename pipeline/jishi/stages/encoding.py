"""Fixes of text that was decoded with the wrong encoding.

UTF-8, GBK or Big5 read as Windows-1252 or Latin-1 (ä¸­å›½, ÖÐ¹ú), once or twice, with ftfy's tolerant codec; UTF-8 read
as GBK (涓浗), Big5 read as GBK and GBK read as Big5, which ftfy does not know; 锟斤拷, which stands for characters lost
before. Bytes line up with bytes, so the alignment stays fine. Of a character that lost one byte, the other bytes and
the characters beside it mostly tell which it was (`jishi.stages.misread`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jishi.stages.edits import Edit, apply_edits, compose_edits
from jishi.stages.misread import Reading, count_common, line_up, read_again

_KIND = "wrong_encoding"
_NAMES = {"gb18030": "GBK", "utf-8": "UTF-8", "cp950": "Big5", "big5hkscs": "Big5"}
_LEAST = 2  # Chinese characters that must come out of a stretch
_SHARE = 0.8  # of them that must be common ones
_CP1252 = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_WESTERN = "\u0080-\u00ff" + _CP1252
_WESTERN_RUN = re.compile(rf"[{_WESTERN}](?:[{_WESTERN}\u0020-\u007e]*[{_WESTERN}])?")
_TRAIL = f"[\u0080-\u00bf{_CP1252}]"
_UTF8_RUN = re.compile(rf"(?:[à-ï]{_TRAIL}{{2}}|[Â-ß]{_TRAIL})+")
_LOST_END = re.compile(rf"â[€\u0080](?!{_TRAIL})")  # the last byte of ” is no sign of Windows-1252
_MARK = re.compile(
    "[\u00a0\u00a7\u00b0\u00b1\u00b7\u00d7\u2010-\u203b\u2460-\u2473\u25a0-\u25ff\u3000-\u301f\uff00-\uff5e]+"
)
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
# What lead bytes of UTF-8, GBK and Big5 look like as Latin-1 and no Western language puts before such signs.
WESTERN_MARKS = frozenset("äåæçèéïâãÃÂÖÐÎÊÄÇËÒÓÈÉÕÑ×ÏÁÀÌÍ¤¦ª¬³¶¸")
# What the first two bytes of characters of UTF-8 (中 国 的 ， 。 “) make as GBK
GBK_MARKS = frozenset(
    "涓锛銆浜鍦鍏鏈瀛鐨澶鍙鏂鍥鍔浠鍚瀹灏鍒杩璁缁鍗鐢骞浣浼寮閫鎴涔瀵甯鏃灞寰鈥鍖閬鏁鍕闂鏄闄閲瑷鐧鏉瑕鍐鍊姘鑱鐖鍜鏀鑸鎺鎶鎬绉楂闀搴椤鍑瑙闁鐩绲鑷鏍棰鎵蹇鏅绾缇鍫闋绋閮缍"
    "榛闅渚杈鍝鍓寤绱闆绛鍛鑰鍩鎸绀濂闈鐜璧璩鐞褰鐣娌绌娉娆鐗鏇鎰鎻鏋鐝鑳妯绺绯闃姹绔鐮鎿缈鍘瑁璜钀瑭杌鎯娓鍟姣鍋娲澧杞鍎鍧鍌濮缃鑹瓒棣鐪鎷鐛璺绶椋绗澹鐑閭椹鎳鐐娣鐏纭绻"
)
_MOST_LOST = 0.25  # share of characters that may have been lost on the way
_LOST = "锟斤拷"
_UTF8_IN_GBK = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}|\xe2\x80[\x90-\xbf]|\xef[\xbc\xbd][\x80-\xbf]){2,}")
BIG5_MARKS = frozenset(
    char.encode("big5").decode("gb18030") for char in "的一是在不了有人中大國上學會年，。、本為校與及行個"
)
GB_MARKS = frozenset(
    char.encode("gbk").decode("big5hkscs", "ignore")[:1] or "ㄛ" for char in "的是在和有大学会国，。、年为中人校与行"
)


def mend_western(text: str) -> list[Edit]:
    """Read again what is UTF-8, GBK or Big5 and was taken for a Western encoding. Western words (café, Müller) stay."""
    edits: list[Edit] = []
    for run in _WESTERN_RUN.finditer(text):
        if len(re.findall(f"[{_WESTERN}]", run.group())) >= 2 * _LEAST:
            longer = text[run.start() : run.end() + 1]  # the last byte may be an ASCII letter
            if found := _read_western_again(run.group()) or _read_western_again(longer):
                edits += [_shift(edit, run.start()) for edit in found]
                continue
        edits += _read_pieces_again(text, *run.span())
    return _make_disjoint(edits)


def _make_disjoint(edits: list[Edit]) -> list[Edit]:
    disjoint: list[Edit] = []
    for edit in sorted(edits):
        if not disjoint or disjoint[-1].end <= edit.start:
            disjoint.append(edit)
    return disjoint


def _shift(edit: Edit, offset: int) -> Edit:
    return edit._replace(start=edit.start + offset, end=edit.end + offset)


def _read_western_again(run: str) -> list[Edit]:
    """Read a whole stretch again, in the encoding that makes most sense of it."""
    data = _encode_western(run)
    best, found = 0.0, list[Edit]()
    for original in ("utf-8", "gb18030", "cp950", "big5hkscs") if data else ():
        try:
            mended = data.decode(original)
        except UnicodeDecodeError:
            continue
        reason = f"{_NAMES[original]} that was read as a Western encoding"
        lengths = [len(char.encode(original)) for char in mended]
        edits = line_up(run, [1] * len(run), mended, lengths, 0, _KIND, reason)
        if not _is_chinese(mended):
            again = mend_western(mended) if original == "utf-8" and len(mended) < len(run) else []
            mended = apply_edits(mended, again)
            edits = compose_edits(run, edits, mended, again) if again else edits
        share = count_common(mended)[1]
        if _is_chinese(mended) and share > best:
            best, found = share, edits
    return found


def _encode_western(text: str) -> bytes:
    """Give the bytes that a Western decoder made a text of; none if it cannot have made it."""
    import ftfy.bad_codecs  # noqa: F401  registers the codec

    for encoding in ("sloppy-windows-1252", "latin-1"):
        try:
            return text.encode(encoding)
        except UnicodeEncodeError:
            continue
    return b""


def _read_pieces_again(text: str, start: int, end: int) -> Iterator[Edit]:
    """Read again what is whole of a stretch that lost bytes, or the marks (“ ” — ·) that alone were damaged."""
    reason = "UTF-8 that was read as a Western encoding"
    for run in _UTF8_RUN.finditer(text, start, end):
        mended = _encode_western(run.group()).decode("utf-8", "replace")
        stands_apart = not _LATIN.match(text, run.start() - 1) if run.start() else True
        if "\ufffd" not in mended and (_is_chinese(mended) or (stands_apart and _is_marks(mended))):
            lengths = [len(char.encode()) for char in mended]
            yield from line_up(run.group(), [1] * len(run.group()), mended, lengths, run.start(), _KIND, reason)
    for lost in _LOST_END.finditer(text, start, end):
        yield Edit(*lost.span(), "”", _KIND, reason)


def _is_marks(text: str) -> bool:
    chinese, common = count_common(text)
    return _MARK.fullmatch(text) is not None or (chinese > 0 and common == 1.0)


def mend_gbk(text: str) -> list[Edit]:
    """Read again lines that are UTF-8 and were taken for GBK, and mark what 锟斤拷 stands for as lost (�)."""
    edits: list[Edit] = []
    is_marked = len(GBK_MARKS.intersection(set(text))) >= _LEAST
    for line in re.finditer(r"[^\n]+", text) if is_marked else ():
        run = line.group()
        if not GBK_MARKS.isdisjoint(run):
            whole = [] if _is_chinese(run) else _read_lossy(run, line.start(), "gb18030", "utf-8")
            edits += whole or _read_gbk_pieces(run, line.start())
    for lost in re.finditer(f"(?:{_LOST})+", text):
        reason = "bytes were lost before this was read as GBK"
        edits.append(Edit(lost.start(), lost.end(), "\ufffd" * (len(lost.group()) * 2 // 3), _KIND, reason))
    return sorted(edits)


def mend_big5(text: str) -> list[Edit]:
    """Read again lines that are Big5 and were taken for GBK, or the other way round."""
    edits: list[Edit] = []
    for line in re.finditer(r"[^\n]+", text):
        run = line.group()
        is_big5, is_gbk = (len(marks.intersection(run)) >= _LEAST for marks in (BIG5_MARKS, GB_MARKS))
        if not (is_big5 or is_gbk) or _is_chinese(run):
            continue
        found = _read_lossy(run, line.start(), "gb18030", "big5hkscs") if is_big5 else []
        if is_gbk and not found:
            found = _read_lossy(run, line.start(), "big5hkscs", "gb18030")
        edits += found
    return edits


def _read_lossy(run: str, offset: int, misread: str, original: str) -> list[Edit]:
    reading = read_again(run, misread, original)
    mended = reading.text
    if mended.count("\ufffd") > _MOST_LOST * len(mended) or not _is_chinese(mended):
        return []
    return _edit(run, reading, offset, f"{_NAMES[original]} that was read as {_NAMES[misread]}")


def _edit(run: str, reading: Reading, offset: int, reason: str) -> list[Edit]:
    return line_up(run, reading.before, reading.text, reading.after, offset, _KIND, reason)


def _read_gbk_pieces(run: str, offset: int) -> Iterator[Edit]:
    """Read again those stretches of a line that are whole characters in both encodings."""
    encoded = [char.encode("gb18030", "replace") for char in run]
    data, starts = b"".join(encoded), {0: 0}
    position = 0
    for number, char_bytes in enumerate(encoded):
        position += len(char_bytes)
        starts[position] = number + 1
    for piece in _UTF8_IN_GBK.finditer(data):
        begin, end = piece.span()
        while begin < end and begin not in starts:
            begin += 3
        while end > begin and end not in starts:
            end -= 3
        if begin < end:
            before, mended = run[starts[begin] : starts[end]], data[begin:end].decode("utf-8", "replace")
            if "\ufffd" not in mended and _is_chinese(mended) and not _is_chinese(before):
                lengths = [len(char.encode("gb18030")) for char in before], [len(char.encode()) for char in mended]
                reason = "UTF-8 that was read as GBK"
                yield from line_up(before, lengths[0], mended, lengths[1], offset + starts[begin], _KIND, reason)


def _is_chinese(text: str) -> bool:
    """Whether the Chinese characters of a text are common ones."""
    chinese, common = count_common(text)
    return chinese >= _LEAST and common > _SHARE
