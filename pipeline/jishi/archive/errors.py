"""What can go wrong with an archive, in words for the person who runs it."""

from __future__ import annotations


class ArchiveError(Exception):
    """The run cannot go on; the message says what happened, where, and what to do."""


class MissingExtraError(ArchiveError):
    """A format needs a library that is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs a library that is not installed: pip install 'jishi[{extra}]'")
        self.what, self.extra = what, extra

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.what, self.extra)


class UnreadableInputError(Exception):
    """One file, member or row cannot be read. It becomes a reject; the rest of the archive goes on.

    reason: one of the words listed in `REASONS`. The message is for a person. id: of the article, where it has one.
    """

    def __init__(self, reason: str, message: str, id: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.id = id


REASONS = {
    "unreadable": "the file cannot be opened or is damaged",
    "unsupported": "the file is of a kind that cannot be read",
    "missing_extra": "the library for this kind of file is not installed",
    "refused": "the file could do harm: a decompression bomb, a path or link that leads out of the archive",
    "too_large": "a line, row or text is larger than the limit",
    "malformed": "a row or document is not what its format demands",
    "no_text": "there is no article text in the row or page",
    "failed": "the pipeline raised an error on the article",
    "time_limit": "the article took longer than the time limit",
    "killed_worker": "the article ended the process that worked on it",
}
