"""From a row's fields (of a JSON object, of a table) to an article: which field is what, and what odd values mean."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

from jishi.archive.errors import UnreadableInputError
from jishi.archive.items import FoundArticle
from jishi.archive.opening import MAX_TEXT_BYTES
from jishi.archive.published import parse_published
from jishi.records import Article

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class FieldNames:
    """Which field holds what. None: guess by the usual names. A dot leads into nested objects (`data.content`)."""

    text: str | None = None
    title: str | None = None
    published: str | None = None
    url: str | None = None
    id: str | None = None


class FieldReader:
    """Makes articles of rows, remembering which field is what for the rows' set of names."""

    def __init__(self, names: FieldNames | None = None) -> None:
        self._names = names or FieldNames()
        self._known: dict[tuple[str, ...], dict[str, str]] = {}

    def find_fields(self, columns: Iterable[str]) -> dict[str, str]:
        """Give the column of each of text, title, published, url and id that is there.

        Raises UnreadableInputError if no column holds the text.
        """
        columns = tuple(columns)
        if columns not in self._known:
            if len(self._known) > 1000:  # objects used as maps have ever new names
                self._known.clear()
            self._known[columns] = self._guess(columns)
        return self._known[columns]

    def has_text(self, columns: Iterable[str]) -> bool:
        """Whether one of the columns holds the text."""
        try:
            return bool(self.find_fields(columns))
        except UnreadableInputError:
            return False

    def _guess(self, columns: tuple[str, ...]) -> dict[str, str]:
        by_name = {_simplify(column): column for column in reversed(columns)}
        fields = {}
        for field, guesses in _read_usual_names().items():
            named = getattr(self._names, field)
            if named is not None:
                fields[field] = named
                continue
            column = next((by_name[guess] for guess in guesses if guess in by_name), None)
            if column is not None:
                fields[field] = column
        if "text" not in fields or ("." not in fields["text"] and fields["text"] not in columns):
            wanted = (
                f"the field {fields['text']!r} is not there" if "text" in fields else "no field looks like the text"
            )
            shown = ", ".join(map(str, columns[:12])) + (" …" if len(columns) > 12 else "")
            raise UnreadableInputError("no_text", f"{wanted}; fields are: {shown}. Name it with --text-field")
        return fields

    def read(self, row: Mapping[str, Any], source: str | None, warnings: Iterable[str] = ()) -> FoundArticle:
        """Give the article of a row. Raises UnreadableInputError if it holds no text."""
        fields = self.find_fields(row)
        values = {field: _look_up(row, column) for field, column in fields.items()}
        notes = list(warnings)
        identifier = _read_short(values.get("id"))
        try:
            text = _read_text(values["text"])
        except UnreadableInputError as error:
            error.id = identifier
            raise
        title = _read_short(values.get("title"))
        if not text.strip() and not title:
            raise UnreadableInputError("no_text", f"the field {fields['text']!r} is empty", identifier)
        published = parse_published(values.get("published"))
        if published is None and _read_short(values.get("published")):
            notes.append(f"published date not understood: {_read_short(values['published'])!r:.60}")
        article = Article(
            text=text,
            id=identifier,
            title=title,
            published=published,
            url=_read_short(values.get("url")),
            source=source,
        )
        return clean(FoundArticle(article, tuple(notes)))


@functools.cache
def _read_usual_names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    text = resources.files("jishi.lexicons").joinpath("field_names.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        field, separator, usual = line.partition(": ")
        if separator and not line.startswith("#"):
            names.setdefault(field, []).extend(_simplify(name) for name in usual.split())
    return names


def clean(found: FoundArticle) -> FoundArticle:
    """Replace lone surrogates (`\\ud83d` without its second half in JSON), which no encoding can write, by U+FFFD."""
    article = found.article
    parts = (article.text, article.id, article.title, article.url, article.source)
    count = sum(len(_SURROGATE.findall(part)) for part in parts if part and not part.isascii())
    if not count:
        return found
    text, identifier, title, url, source = (part and _SURROGATE.sub("\ufffd", part) for part in parts)
    article = Article(text or "", identifier, title, article.published, url, source)
    note = f"undecodable: {count} lone surrogate{'s' * (count != 1)}, replaced by U+FFFD"
    return FoundArticle(article, (*found.warnings, note))


def _simplify(name: str) -> str:
    return re.sub(r"[\s_-]+", "", str(name).strip("\ufeff \t")).casefold()


def _look_up(row: Mapping[str, Any], column: str) -> Any:
    if column in row:
        return row[column]
    value: Any = row
    for part in column.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _read_text(value: Any) -> str:
    if isinstance(value, list | tuple):  # a list of paragraphs
        if not all(isinstance(part, str) for part in value):
            raise UnreadableInputError("malformed", "the text is a list of things that are not text")
        value = "\n".join(value)
    if _is_missing(value):
        return ""
    if not isinstance(value, str):
        raise UnreadableInputError("malformed", f"the text is not text but {type(value).__name__}")
    if len(value) > MAX_TEXT_BYTES:
        raise UnreadableInputError("too_large", f"the text is longer than {MAX_TEXT_BYTES:,} characters")
    return value


def _read_short(value: Any) -> str | None:
    """A title, id, address or date as text; numbers as they would be written, whole floats without their .0."""
    if _is_missing(value) or isinstance(value, list | dict):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, date):
        value = value.isoformat()
    return str(value).strip() or None


def _is_missing(value: Any) -> bool:
    """Whether the value stands for an empty cell: None, or the NaN, NaT and NA of pandas."""
    if value is None or isinstance(value, str | list | dict | tuple):
        return value is None
    return type(value).__name__ == "NAType" or bool(value != value)
