"""Chinese labels on plots: matplotlib's own font has no Chinese characters, so one that has them is looked for."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

from jishi.archive.errors import MissingExtraError

PREFERRED = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Heiti TC", "Noto Sans CJK JP", "Noto Sans CJK TC",
    "Droid Sans Fallback", "Arial Unicode MS", "SimSun", "Songti SC",
)  # fmt: skip
"""Families known to have both scripts, in the order of liking."""
_SAMPLE = "纪事紀會龍议題"  # both scripts


def use_chinese_font() -> str | None:
    """Let matplotlib draw Chinese with a font of this machine, and give its family.

    Fonts come from the system, or from the package `mplfonts` if it is installed (`pip install 'jishi[fonts]'`). Where
    there is none, None is given with a warning that says what to install; plots then show boxes, and nothing fails.
    Raises MissingExtraError if matplotlib is not installed.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise MissingExtraError("plotting", "notebooks") from error

    family = next(_find_families(), None)
    if family is None:
        warnings.warn(
            "no font with Chinese characters was found, so Chinese labels are boxes. Install one (Debian: "
            "apt install fonts-noto-cjk; elsewhere: pip install 'jishi[fonts]')",
            stacklevel=2,
        )
        return None
    matplotlib.rcParams["font.sans-serif"] = [family, *matplotlib.rcParams["font.sans-serif"]]
    matplotlib.rcParams["font.family"] = "sans-serif"
    matplotlib.rcParams["axes.unicode_minus"] = False  # many of these fonts lack the minus sign
    return family


def _find_families() -> Iterator[str]:
    """Yield families that have Chinese characters, the preferred ones first."""
    from matplotlib import font_manager

    _add_packaged_fonts()
    entries = {entry.name: entry.fname for entry in font_manager.fontManager.ttflist}
    yield from (name for name in PREFERRED if name in entries)
    # A system may have others: any font that has the sample's characters will do.
    for file in font_manager.findSystemFonts():
        try:
            font = font_manager.get_font(file)
            if all(font.get_char_index(ord(character)) for character in _SAMPLE):
                font_manager.fontManager.addfont(file)
                yield font.family_name
        except (OSError, RuntimeError):  # not a font that can be read
            continue


def _add_packaged_fonts() -> None:
    try:
        import mplfonts
    except ImportError:
        return
    from matplotlib import font_manager

    for file in sorted(Path(mplfonts.__file__).parent.rglob("NotoSans*")):
        if file.suffix in (".otf", ".ttf", ".ttc"):
            font_manager.fontManager.addfont(str(file))
