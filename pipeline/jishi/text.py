"""From the source text to the normalised text, and for every character the way back.

The normalised text is the source text mended (`jishi.stages.repair`) and in simplified script (`jishi.stages.script`).
"""

from __future__ import annotations

from dataclasses import dataclass

from jishi.records import Script
from jishi.stages.edits import Alignment, Repair
from jishi.stages.repair import Repaired, repair
from jishi.stages.script import classify_script, to_simplified

__all__ = ["Alignment", "NormalisedText", "Repair", "normalise", "normalise_article", "take_as_normalised"]

# Sites that damage texts so turned simplified ones into traditional script before.
_CONVERTED = frozenset({"gbk_misalignment", "pinyin_annotation"})


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A source text and its normalised form.

    source, text: the two texts. alignment: leads from source (before) to text (after). repairs: what was mended,
    offsets in code points of the source; the change of script is not among them. warnings: what the reader should know.
    script: of the source text.
    """

    source: str
    text: str
    alignment: Alignment
    repairs: tuple[Repair, ...]
    warnings: tuple[str, ...]
    script: Script

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Give the interval of the source that `[start, end)` of the normalised text stands for (code points).

        It grows to whole source characters and never shifts. Raises ValueError if the interval is not in the text.
        """
        return self.alignment.to_before(start, end)

    def normalised_span(self, start: int, end: int) -> tuple[int, int]:
        """Give the interval of the normalised text that the source interval became: empty if it was removed."""
        return self.alignment.to_after(start, end)


def normalise(text: str) -> NormalisedText:
    """Give the normalised form of a source text: damage mended, simplified script, widths folded.

    >>> normalise("青禾市圖書館２０２４年").text
    '青禾市图书馆2024年'
    """
    return _convert(repair(text))


def normalise_article(title: str, text: str) -> NormalisedText:
    """Give the normalised form of an article whose title comes separately: of title + newline + text.

    The two are read as one page, and the line break between them stays.
    """
    return _convert(repair(f"{title}\n{text}", title_length=len(title)))


def take_as_normalised(text: str) -> NormalisedText:
    """Give a text that nothing is to be changed in, as its own normalised form."""
    return NormalisedText(text, text, Alignment(len(text)), (), (), classify_script(text))


def _convert(mended: Repaired) -> NormalisedText:
    script = classify_script(mended.text)
    was_simplified = any(item.kind in _CONVERTED for item in mended.repairs)
    simplified = to_simplified(mended.text, script, was_simplified=was_simplified)
    return NormalisedText(mended.source, simplified, mended.alignment, mended.repairs, mended.warnings, script)
