"""The names, titles and organisations of a text as one row, and what stands between them as a template.

A template has `O` for an organisation, `T` for a title, `P` for a name, `H` for an honour, marks and a few telling
words as they are, other words as `x` or `X`: the features of the models that tell who holds what (models/relations).
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

from jishi.stages.affiliations import skip_praise
from jishi.stages.clauses import find_sentences

TEMPLATE = 12  # symbols; a longer template is cut in the middle
_WORDS = (
    "现任|曾任|时任|历任|先后|兼任|担任|出任|就任|当选|现为|曾为|毕业|获得|荣获|以及|以来|分别|代表|先生|女士|老师|同学|"
    "同志|博士|小姐|主讲人|主讲|报告人|嘉宾|主持人|主持|简介|介绍|一行|任|兼|是|为|系|男|女|等|和|与|及|暨|的|由|请|他|她|其|"
    "该|两位|三位|四位|五位|[两二三四五六七八九十]位"
)
_PIECES = re.compile(rf"({_WORDS})|([，、。；：（）()！？“”\"《》|/·—\-\s])|(\d+年?)")  # what is no plain word
_ALIKE = {
    "(": "（",
    ")": "）",
    "和": "与",
    "及": "与",
    "以及": "与",
    "暨": "与",
    "她": "他",
    "女": "男",
}


@dataclass(slots=True)
class Item:
    """A name (P), title (T) or organisation (O) as [start, end); `index` points into the list it comes from."""

    start: int
    end: int
    kind: str
    index: int


class Scene:
    """The names, titles and organisations of one text, with the templates of what stands between them."""

    def __init__(
        self,
        text: str,
        titles: list[tuple[int, int]],
        mentions: list[tuple[int, int]],
        organisations: list[tuple[int, int]],
        honours: list[tuple[int, int]] | None = None,
    ) -> None:
        self.text = text
        self.honours = honours or []
        self.titles = titles
        self.mentions = mentions
        self.sentences = find_sentences(text)
        items = [Item(a, b, "T", i) for i, (a, b) in enumerate(titles)]
        items += [Item(a, b, "P", i) for i, (a, b) in enumerate(mentions)]
        items += [Item(a, b, "O", i) for i, (a, b) in enumerate(organisations)]
        items += [Item(a, b, "H", i) for i, (a, b) in enumerate(self.honours)]
        items.sort(key=lambda item: (item.start, "PTHO".index(item.kind)))
        kept: list[Item] = []
        for item in items:  # names and titles win over organisations that hold them
            if kept and item.start < kept[-1].end:
                if item.kind == "O":
                    continue
                if kept[-1].kind == "O":
                    kept.pop()
                    if kept and item.start < kept[-1].end:
                        continue
                else:
                    continue
            kept.append(item)
        self.items = kept
        self.starts = [item.start for item in kept]
        self.begins = set(self.starts)
        self._templates: dict[tuple[int, int], list[str]] = {}
        self.place = {(item.kind, item.index): position for position, item in enumerate(kept)}

    def items_from(self, offset: int) -> list[Item]:
        """Give the next few items that begin at or after `offset`."""
        i = bisect.bisect_left(self.starts, offset)
        return self.items[i : i + 3]

    def template(self, start: int, end: int) -> list[str]:
        """Give the symbols of what stands in [start, end)."""
        known = self._templates.get((start, end))
        if known is None:
            known = self._templates[start, end] = self._make_template(start, end)
        return known

    def _make_template(self, start: int, end: int) -> list[str]:
        symbols: list[str] = []
        position = start
        i = bisect.bisect_left(self.starts, start)
        while position < end:
            item = self.items[i] if i < len(self.items) and self.items[i].start < end else None
            stop = item.start if item else end
            former = item is not None and item.kind == "O" and stop > position and self.text[stop - 1] in "前原"
            edge = stop - 1 if former else stop  # 前|政府|总理
            if item is not None or end in self.begins:
                edge = skip_praise(self.text, position, edge)
            self._append_plain(symbols, position, edge)
            if item is None:
                break
            if not (symbols and symbols[-1] == item.kind):
                symbols.append(item.kind)
            position = max(stop, min(item.end, end))
            i += 1
        return _shorten(_collapse(symbols))

    def _append_plain(self, symbols: list[str], start: int, end: int) -> None:
        position = start
        for piece in _PIECES.finditer(self.text, start, end):
            if piece.start() > position:
                symbols.append("x" if piece.start() - position <= 4 else "X")
            position = piece.end()
            word, mark, number = piece.groups()
            symbol = word or ("D" if number else mark.replace("\n", "¶").strip())
            if word and word.endswith("位"):
                symbol = "N位"
            if symbol:
                symbols.append(_ALIKE.get(symbol, symbol))
        if position < end:
            symbols.append("x" if end - position <= 4 else "X")


def _collapse(symbols: list[str]) -> list[str]:
    """Write a repeated pair once: P、P、P、 becomes P、+ so that lists of any length look alike."""
    result: list[str] = []
    for symbol in symbols:
        result.append(symbol)
        if len(result) >= 4 and result[-4:-2] == result[-2:]:
            del result[-2:]
            result[-1] = result[-1] if result[-1].endswith("+") else result[-1] + "+"
        elif len(result) >= 4 and result[-2] == result[-4] and result[-3] == result[-1] + "+":
            del result[-2:]
    return result


def _shorten(symbols: list[str]) -> list[str]:
    if len(symbols) <= TEMPLATE:
        return symbols
    half = TEMPLATE // 2
    return [*symbols[:half], "…", *symbols[-half:]]
