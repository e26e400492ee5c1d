"""Telling how a run goes: a bar for a terminal, a line now and then for a log file, JSON for machines, or nothing."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, TextIO

LINE_EVERY = 30.0  # seconds, where there is no terminal
JSON_EVERY = 5.0


@dataclass(slots=True)
class Progress:
    """How far a run is.

    articles, rejects: done so far, in all sessions. fresh: articles worked on in this session, in `seconds`. read:
    articles read, which is ahead of the work; share_read: of the input's bytes, 0 to 1.
    """

    articles: int = 0
    rejects: int = 0
    fresh: int = 0
    read: int = 0
    share_read: float = 0.0
    seconds: float = 0.0

    @property
    def share(self) -> float:
        """How much of the archive is done, 0 to 1, taking what is not read to be like what is."""
        return min(self.articles * self.share_read / self.read, 1.0) if self.read else 0.0

    @property
    def rate(self) -> float:
        """Articles a second in this session."""
        return self.fresh / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds until the end at the rate so far, None while that cannot be told."""
        if not self.share or not self.rate:
            return None
        return (self.articles / self.share - self.articles) / self.rate


class Reporter(Protocol):
    """Is told how a run goes."""

    def __enter__(self) -> Reporter:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End; leave the terminal as it was."""

    def say(self, event: str, message: str, **details: Any) -> None:
        """Something happened that a person wants to know."""

    def update(self, progress: Progress) -> None:
        """The run went on."""


class Silent:
    """Tells nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *_: Any) -> None:
        return None

    def say(self, event: str, message: str, **details: Any) -> None:
        """Tell nothing."""

    def update(self, progress: Progress) -> None:
        """Tell nothing."""


class Lines(Silent):
    """A line of text now and then."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._last = time.monotonic()

    def say(self, event: str, message: str, **details: Any) -> None:
        """Print the message."""
        print(message, file=self._stream, flush=True)

    def update(self, progress: Progress) -> None:
        """Print a line if the last one is long ago."""
        if time.monotonic() - self._last >= LINE_EVERY:
            self._last = time.monotonic()
            print(describe(progress), file=self._stream, flush=True)


class JsonLines(Silent):
    """One JSON object a line: {"event": …, "time": …, …}."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._last = 0.0

    def say(self, event: str, message: str, **details: Any) -> None:
        """Print the event."""
        self._print({"event": event, "message": message, **details})

    def update(self, progress: Progress) -> None:
        """Print the numbers if the last ones are long ago."""
        if time.monotonic() - self._last < JSON_EVERY:
            return
        self._last = time.monotonic()
        remaining = progress.remaining
        self._print(
            {
                "event": "progress",
                "articles": progress.articles,
                "rejects": progress.rejects,
                "articles_a_second": round(progress.rate, 2),
                "share": round(progress.share, 4),
                "remaining_seconds": None if remaining is None else round(remaining),
            }
        )

    def _print(self, data: dict[str, Any]) -> None:
        data["time"] = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        print(json.dumps(data, ensure_ascii=False), file=self._stream, flush=True)


class Bar(Silent):
    """A bar with rate and remaining time, for a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as RichProgress

        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("reading …", total=1.0)

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._bar.stop()

    def say(self, event: str, message: str, **details: Any) -> None:
        """Print the message above the bar."""
        self._bar.console.print(message, markup=False, highlight=False)

    def update(self, progress: Progress) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=progress.share, description=describe(progress))


def describe(progress: Progress) -> str:
    """The numbers of a run in a line."""
    remaining = progress.remaining
    left = "" if remaining is None else f", {format_seconds(remaining)} left"
    rejects = f", {progress.rejects:,} rejected" if progress.rejects else ""
    return f"{progress.articles:,} articles{rejects}, {progress.rate:,.0f} a second{left}"


def format_seconds(seconds: float) -> str:
    """Seconds as a person says them: 0.8 s, 42 s, 3 min 05 s, 2 h 10 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def choose_reporter(*, quiet: bool, log_json: bool) -> Reporter:
    """The reporter that fits the options and where standard error goes."""
    if log_json:
        return JsonLines()
    if quiet:
        return Silent()
    return Bar() if sys.stderr.isatty() else Lines()
