"""The page of error messages knows every reason and every warning that the code can give."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
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


MESSAGE_AT = {"ArchiveError": 0, "UsageError": 0, "UnreadableInputError": 1, "FoundProblem": 2, "make_reject": 2}
"""Which argument of what makes an error is its message."""


def find_messages() -> Iterator[tuple[str, list[str]]]:
    """Every message that the code can give to a user: where, and its fixed parts."""
    for path, source in SOURCES.items():
        tree = ast.parse(source)
        scopes = [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]
        for scope in scopes:
            inner = {id(child) for node in ast.walk(scope) if node is not scope and isinstance(node, ast.FunctionDef)
                     for child in ast.walk(node)}  # fmt: skip
            own = [node for node in ast.walk(scope) if id(node) not in inner]
            for node in own:
                name = getattr(node.func, "id", None) if isinstance(node, ast.Call) else None
                if name in MESSAGE_AT and len(node.args) > MESSAGE_AT[name]:
                    for parts in find_texts(node.args[MESSAGE_AT[name]], own):
                        yield f"{path.name}:{node.lineno}", parts


def find_texts(node: ast.expr, scope: list[ast.AST]) -> Iterator[list[str]]:
    """The fixed parts of each text that an expression can be."""
    if isinstance(node, ast.Constant):
        yield [node.value]
    elif isinstance(node, ast.JoinedStr):
        yield [part.value for part in node.values if isinstance(part, ast.Constant)]
    elif isinstance(node, ast.IfExp):
        yield from find_texts(node.body, scope)
        yield from find_texts(node.orelse, scope)
    elif isinstance(node, ast.BinOp):
        yield from find_texts(node.left, scope)
    elif isinstance(node, ast.Name):
        for assigned in scope:
            if isinstance(assigned, ast.Assign) and getattr(assigned.targets[0], "id", None) == node.id:
                yield from find_texts(assigned.value, scope)


def test_every_message_stands_on_the_page():
    """Messages are written on the page with … for what varies, or as far as they are the same."""
    page = PAGE.replace("`", "")
    messages = list(find_messages())
    assert len(messages) > 80
    missing = {}
    for place, parts in messages:
        fixed = [part.replace("`", "").strip(" :;,.()") for part in parts]
        telling = next((part for part in fixed if len(part) >= 8), max(fixed, key=len, default=""))
        if telling and telling not in page and telling[:40] not in page:
            missing[place] = telling
    assert missing == {}
