"""Cells of CSV files that no spreadsheet takes for a formula.

A title such as `=HYPERLINK(…)` would be computed when the file is opened in a spreadsheet. An apostrophe before it
keeps it a text (OWASP, CSV Injection); it is taken away again where jishi reads its own files.
"""

from __future__ import annotations

import re
from typing import TypeVar

Value = TypeVar("Value")

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def guard(value: Value) -> Value | str:
    """Give a cell's value with an apostrophe before it if it is a text that a spreadsheet would compute.

    >>> guard("=1+1"), guard("青禾大学"), guard(-1)
    ("'=1+1", '青禾大学', -1)
    """
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def unguard(text: str) -> str:
    """Undo `guard`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
