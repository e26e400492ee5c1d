"""Which characters a match of a regular expression can begin with, so that the others need not be tried.

Python's own parser of regular expressions tells. What it does not tell plainly counts as any character: a set may be
too large, never too small.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any


def find_first_characters(pattern: str, alphabet: frozenset[str]) -> frozenset[str]:
    """Give the characters of `alphabet` with which a match of `pattern` can begin; all of them if it can be empty."""
    try:
        parsed = importlib.import_module("re._parser").parse(pattern)
    except (ImportError, AttributeError):  # a Python that keeps it elsewhere
        return alphabet
    first, may_be_empty = _read_sequence(parsed, alphabet)
    return alphabet if may_be_empty else first


def _read_sequence(items: Iterable[tuple[Any, Any]], alphabet: frozenset[str]) -> tuple[frozenset[str], bool]:
    """Give the first characters of a sequence, and whether it can be empty."""
    first: frozenset[str] = frozenset()
    for operator, argument in items:
        found, may_be_empty = _read_item(str(operator), argument, alphabet)
        first |= found
        if not may_be_empty:
            return first, False
    return first, True


def _read_item(operator: str, argument: Any, alphabet: frozenset[str]) -> tuple[frozenset[str], bool]:
    if operator == "LITERAL":
        return alphabet & {chr(argument)}, False
    if operator == "IN":
        return _read_class(argument, alphabet), False
    if operator == "SUBPATTERN":
        return _read_sequence(argument[-1], alphabet)
    if operator == "BRANCH":
        branches = [_read_sequence(branch, alphabet) for branch in argument[1]]
        return frozenset[str]().union(*(first for first, _ in branches)), any(empty for _, empty in branches)
    if operator in ("MAX_REPEAT", "MIN_REPEAT"):
        least, _, repeated = argument
        first, may_be_empty = _read_sequence(repeated, alphabet)
        return first, may_be_empty or least == 0
    if operator in ("ASSERT", "ASSERT_NOT", "AT"):
        return frozenset(), True
    return alphabet, True


def _read_class(members: Iterable[tuple[Any, Any]], alphabet: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    for operator, argument in members:
        if str(operator) == "LITERAL":
            found.add(chr(argument))
        elif str(operator) == "RANGE":
            found.update(character for character in alphabet if argument[0] <= ord(character) <= argument[1])
        elif str(argument) == "CATEGORY_DIGIT":
            found.update(character for character in alphabet if character.isdecimal())
        else:  # all but these, or a class such as \w
            return alphabet
    return alphabet & found
