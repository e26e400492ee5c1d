"""The source texts that records were made from, found again by the articles' ids."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable

from jishi.archive.errors import UnreadableInputError
from jishi.archive.inputs import list_inputs
from jishi.archive.items import FoundPage, FoundProblem
from jishi.archive.reading import read_items
from jishi.archive.text_formats import ReadingOptions
from jishi.records import Article


def read_articles_by_id(
    inputs: Iterable[str | os.PathLike[str]], ids: Collection[str], options: ReadingOptions | None = None
) -> dict[str, Article]:
    """Give the articles of `ids` that inputs hold, read as `jishi extract` reads them; what cannot be read is left out.

    options: how to read; must be those of the extraction where articles have no ids of their own, since an id is then
    derived from what was read. Raises ArchiveError if an input does not exist.
    """
    wanted = set(ids)
    found: dict[str, Article] = {}
    files = list_inputs(os.fspath(path) for path in inputs)
    for item in read_items(files, options or ReadingOptions()):
        if isinstance(item, FoundPage):
            from jishi.archive.web_formats import extract_page

            try:
                item = extract_page(item)
            except UnreadableInputError:
                continue
        if isinstance(item, FoundProblem):
            continue
        identifier = item.article.stable_id
        if identifier in wanted and identifier not in found:
            found[identifier] = item.article
            if len(found) == len(wanted):
                break
    return found


def read_source_texts(
    inputs: Iterable[str | os.PathLike[str]], ids: Collection[str], options: ReadingOptions | None = None
) -> dict[str, str]:
    """Give the source texts of the articles of `ids` that inputs hold; the spans of their records point into them."""
    found = read_articles_by_id(inputs, ids, options)
    return {identifier: article.source_text for identifier, article in found.items()}
