"""What reading an archive yields: articles, pages still to be reduced to an article, and what could not be read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jishi.records import Article

KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article as read. warnings: what happened while reading it; they go into its record."""

    article: Article
    warnings: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """Where the article stands: file name, or file name and row."""
        return self.article.source or ""

    @property
    def size(self) -> int:
        """About how much memory it takes, in bytes."""
        return 2 * len(self.article.text) + 200

    @property
    def key(self) -> bytes:
        """A digest of everything the record depends on: equal keys give equal records."""
        article = self.article
        return _digest(
            "article", article.id, article.source, article.title, article.published, article.url, article.text,
            *self.warnings,
        )  # fmt: skip

    @property
    def content_key(self) -> bytes:
        """A digest of everything but the source: an article that only moved keeps it."""
        article = self.article
        return _digest(
            "content", article.id, article.title, article.published, article.url, article.text, *self.warnings
        )


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A web page as fetched: finding its main text is work, so workers do it. charset: as its HTTP header declares."""

    source: str
    html: bytes
    url: str | None = None
    charset: str | None = None

    @property
    def size(self) -> int:
        """About how much memory it takes, in bytes."""
        return len(self.html) + 200

    @property
    def key(self) -> bytes:
        """A digest of everything the record depends on: equal keys give equal records."""
        return _digest("page", self.source, self.url, self.charset, self.html)

    @property
    def content_key(self) -> bytes:
        """The key: what the article in it is, and so its id, is not known here."""
        return self.key


@dataclass(frozen=True, slots=True)
class FoundProblem:
    """A file, member or row that cannot be read: it becomes a reject. reason: see `errors.REASONS`."""

    source: str
    reason: str
    message: str
    id: str | None = None

    @property
    def size(self) -> int:
        """About how much memory it takes, in bytes."""
        return 500

    @property
    def key(self) -> bytes:
        """A digest of the source and what is wrong with it."""
        return _digest("problem", self.source, self.reason, self.message)

    @property
    def content_key(self) -> bytes:
        """The key."""
        return self.key


Item = FoundArticle | FoundPage | FoundProblem


def _digest(*parts: str | bytes | None) -> bytes:
    digest = hashlib.blake2b(digest_size=KEY_BYTES)
    for part in parts:
        data = b"\xff" if part is None else part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.digest()


def cut_items(items: Sequence[Item], most: int, most_bytes: int) -> Iterator[list[Item]]:
    """Cut items into lists of at most `most`, and of at most `most_bytes` together where one alone is not larger."""
    held, size = list[Item](), 0
    for item in items:
        if held and (len(held) >= most or size + item.size > most_bytes):
            yield held
            held, size = [], 0
        held.append(item)
        size += item.size
    if held:
        yield held
