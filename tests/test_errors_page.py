"""The page of error messages knows every reason and every warning that the code can give."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jishi.archive.errors import REASONS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
SOURCES = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "pipeline/jishi").rglob("*.py"))}


def find_in_sources(pattern: str) -> set[str]:
    return {found for source in SOURCES.values() for found in re.findall(pattern, source)}


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_is_explained(reason):
    assert f"| `{reason}` |" in PAGE


def test_every_reason_in_use_is_a_known_one():
    used = find_in_sources(r'(?:UnreadableInputError|FoundProblem|make_reject)\((?:[^()"]*, )?\s*"([a-z_]+)"')
    assert len(used) > 6
    assert used <= set(REASONS)


def test_every_warning_is_explained():
    given = find_in_sources(r'warnings\.append\(f?"([a-z ]+):') | find_in_sources(r'notes\.append\(f"([a-z ]+):')
    given |= find_in_sources(r'\[f"([a-z_]+): [{]') | find_in_sources(r'warning = f"([a-z]+):')
    assert len(given) >= 5
    for kind in given:
        assert f"`{kind}: " in PAGE
