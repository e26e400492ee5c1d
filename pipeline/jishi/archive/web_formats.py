"""Reading web pages and WARC files, and reducing a page to its article."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from typing import Any

from jishi.archive.encodings import decode, find_declared_encoding
from jishi.archive.errors import MissingExtraError, UnreadableInputError
from jishi.archive.fields import clean
from jishi.archive.items import FoundArticle, FoundPage, FoundProblem, Item
from jishi.archive.opening import MAX_TEXT_BYTES, read_whole
from jishi.archive.published import parse_published
from jishi.archive.text_formats import ReadingOptions
from jishi.records import Article

MAX_ATTRIBUTES = 10_000  # of one tag; libxml2 takes time by their square, where no time limit reaches it

_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_LONG_TAG = re.compile(rf"<[^<>]{{{2 * MAX_ATTRIBUTES},}}")


def read_html(stream: io.BufferedReader, source: str, options: ReadingOptions) -> Iterator[Item]:
    """Yield the page of an HTML file."""
    _import_trafilatura()
    yield FoundPage(source, read_whole(stream), charset=options.encoding)


def read_warc(stream: io.BufferedReader, source: str, options: ReadingOptions) -> Iterator[Item]:
    """Yield the page of each successful HTML response in a WARC file; other records are passed over."""
    _import_trafilatura()
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise MissingExtraError("reading .warc", "warc") from error
    if not stream.peek(5).startswith(b"WARC/"):
        raise UnreadableInputError("unreadable", "is not a WARC file")
    number = 0
    try:
        for record in ArchiveIterator(stream):
            number += 1
            place = f"{source}:{number}"
            headers = record.http_headers
            content_type = (headers.get_header("Content-Type") or "") if headers else record.content_type or ""
            kind, _, parameters = content_type.partition(";")
            if record.rec_type not in ("response", "resource") or kind.strip().lower() not in _PAGE_TYPES:
                continue
            if headers and headers.get_statuscode() != "200":
                continue
            data = record.content_stream().read(MAX_TEXT_BYTES + 1)
            if len(data) > MAX_TEXT_BYTES:
                yield FoundProblem(place, "too_large", f"the page is larger than {MAX_TEXT_BYTES >> 20} MB")
                continue
            charset = parameters.partition("charset=")[2].split(";")[0].strip(" \"'") or None
            yield FoundPage(place, data, record.rec_headers.get_header("WARC-Target-URI"), options.encoding or charset)
    except (ArchiveLoadFailed, EOFError, ValueError, OSError) as error:
        raise UnreadableInputError("unreadable", f"the WARC file is damaged after record {number}: {error}") from error


def extract_page(page: FoundPage) -> FoundArticle:
    """Give the article of a page: its main text, title, date and address, as trafilatura finds them.

    Raises UnreadableInputError if the page has no main text, or is made to be read forever.
    """
    trafilatura = _import_trafilatura()
    decoded = decode(page.html, page.charset or find_declared_encoding(page.html))
    if any(len(tag[0].split()) > MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(decoded.text)):
        raise UnreadableInputError("refused", f"a tag of the page has more than {MAX_ATTRIBUTES:,} attributes")
    found = trafilatura.bare_extraction(
        decoded.text,
        url=page.url,
        include_comments=False,
        with_metadata=True,
        # Only a date that the page states as its own: one found in the running text is an event's, not the article's.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None or not (found.text or "").strip():
        raise UnreadableInputError("no_text", "the page has no main text")
    text = found.text.strip()
    title = (found.title or "").strip() or None
    if title:  # the heading is often part of the main text, too
        first, _, rest = text.partition("\n")
        if first.strip() == title and rest.strip():
            text = rest
    article = Article(
        text=text, title=title, published=parse_published(found.date), url=found.url or page.url, source=page.source
    )
    return clean(FoundArticle(article, decoded.warnings))


def _import_trafilatura() -> Any:
    try:
        import trafilatura
    except ImportError as error:
        raise MissingExtraError("reading web pages", "html") from error
    # It logs every page without a main text as an error; here that is a reject.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    return trafilatura
