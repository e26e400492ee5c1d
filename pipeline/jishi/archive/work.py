"""What a worker does: a batch of items goes in, an outcome for each comes out."""

from __future__ import annotations

import ctypes
import faulthandler
import functools
import json
import os
import signal
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any, TextIO

from jishi.archive.errors import ArchiveError, UnreadableInputError
from jishi.archive.items import FoundArticle, FoundPage, FoundProblem, Item
from jishi.archive.web_formats import extract_page

if TYPE_CHECKING:
    from spacy.language import Language

HANG_FACTOR = 1.5  # of the time limit: then the process is ended
_one_at_a_time = threading.Lock()  # a Dask worker may have several threads, a spaCy pipeline serves one


@dataclass(frozen=True)
class WorkSettings:
    """What a worker needs to know.

    model: folder of a tagger, None for the one shipped. exclude: components to leave out. time_limit: seconds for one
    article. signatures: whether to compute what near duplicates are found by.
    """

    model: str | None = None
    exclude: tuple[str, ...] = ()
    time_limit: float = 120.0
    signatures: bool = False


@dataclass(slots=True)
class Outcome:
    """What became of one item: a record (its line of JSON, without the newline) or a reject."""

    key: bytes
    record: str | None = None
    reject: dict[str, Any] | None = None
    characters: int = 0
    events: int = 0
    people: int = 0
    signature: bytes | None = None


@dataclass(slots=True)
class BatchResult:
    """The outcomes of a batch, in its order, and what it cost. seconds: by stage of the pipeline."""

    outcomes: list[Outcome]
    seconds: dict[str, float] = field(default_factory=dict)
    memory_kb: int = 0
    worker: int = 0


class TimeLimitExceeded(BaseException):
    """An article took longer than the limit. No `except Exception` of a library is to swallow it."""


def make_reject(item: Item, reason: str, message: str, details: str | None = None, stage: str | None = None) -> Outcome:
    """Give the outcome of an item without a record. details: the traceback; stage: where in the pipeline it failed."""
    identifier = item.article.stable_id if isinstance(item, FoundArticle) else getattr(item, "id", None)
    reject = {
        "id": identifier,
        "source": item.source,
        "reason": reason,
        "message": message,
        "stage": stage,
        "traceback": details,
    }
    return Outcome(item.key, reject=reject)


def process_batch(items: Sequence[Item], settings: WorkSettings) -> BatchResult:
    """Give the outcome of each item. No item's failure touches another's outcome."""
    with _one_at_a_time:
        nlp = _load_pipeline(settings)
        result = BatchResult([])
        # Words that spaCy meets in the batch are forgotten after it: memory does not grow with the archive.
        with nlp.memory_zone():
            for item in items:
                result.outcomes.append(_process(item, nlp, settings, result.seconds))
        result.memory_kb, result.worker = _measure_memory(), os.getpid()
        return result


@functools.lru_cache(maxsize=2)
def _load_pipeline(settings: WorkSettings) -> Language:
    from jishi.language import load

    try:
        return load(model=settings.model, exclude=settings.exclude)
    except Exception as error:  # no article's fault: none could be worked on
        raise ArchiveError(f"the pipeline cannot be loaded: {type(error).__name__}: {error}") from error


def _process(item: Item, nlp: Language, settings: WorkSettings, seconds: dict[str, float]) -> Outcome:
    if isinstance(item, FoundProblem):
        return make_reject(item, item.reason, item.message)
    clock = _StageClock(seconds)
    try:
        with limit_time(settings.time_limit):
            found = extract_page(item) if isinstance(item, FoundPage) else item
            clock.lap("read")
            return _extract(found, item.key, nlp, settings, clock)
    except UnreadableInputError as error:
        return make_reject(item, error.reason, str(error))
    except TimeLimitExceeded:
        message = f"took longer than {settings.time_limit:g} seconds"
        return make_reject(item, "time_limit", message, _format_traceback(), clock.stage)
    except Exception as error:  # whatever a stage raises costs one article, never the run
        message = f"{type(error).__name__}: {error}"
        return make_reject(item, "failed", message, _format_traceback(), clock.stage)


def _extract(found: FoundArticle, key: bytes, nlp: Language, settings: WorkSettings, clock: _StageClock) -> Outcome:
    from jishi.language import make_doc
    from jishi.records import Record

    clock.stage = "normalise"
    doc = make_doc(nlp, found.article)
    clock.lap("normalise")
    # The same as nlp(doc), with the time of each stage.
    for name, component in nlp.pipeline:
        clock.stage = name
        doc = component(doc)
        clock.lap(name.removeprefix("jishi_"))
    clock.stage = "record"
    record = doc._.record
    if not isinstance(record, Record):
        raise TypeError("the pipeline made no record")
    if found.warnings:
        record = record.model_copy(update={"warnings": [*found.warnings, *record.warnings]})
    outcome = Outcome(
        key,
        record=record.to_json(),
        characters=record.article.characters,
        events=len(record.events),
        people=len(record.people),
    )
    if settings.signatures:
        from jishi.archive.duplicates import compute_signature

        clock.stage = "duplicates"
        outcome.signature = compute_signature(doc._.normalised.text)
    clock.lap("write")
    return outcome


class _StageClock:
    """Adds up the seconds of each stage, and knows which one is running."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._last = time.perf_counter()
        self.stage: str | None = "read"

    def lap(self, name: str) -> None:
        """Count the time since the last lap for `name`."""
        now = time.perf_counter()
        self._seconds[name] = self._seconds.get(name, 0.0) + now - self._last
        self._last = now


_hang_report: TextIO | None = None


@contextmanager
def limit_time(seconds: float) -> Iterator[None]:
    """Raise TimeLimitExceeded in the block if it takes longer than `seconds` of wall-clock time.

    In a process's main thread a signal does it, which also ends a long regular expression; in other threads an
    exception set from outside, which waits for the next line of Python. What neither can interrupt, a loop in compiled
    code, is ended with its process where `end_process_on_hang` allows it.
    """
    if _hang_report is not None:
        faulthandler.dump_traceback_later(HANG_FACTOR * seconds + 2, exit=True, file=_hang_report)
    try:
        with _interrupt_after(seconds):
            yield
    finally:
        if _hang_report is not None:
            faulthandler.cancel_dump_traceback_later()


def end_process_on_hang(report: TextIO) -> None:
    """Let the time limit end this process if nothing else helps; its traceback goes to `report`."""
    global _hang_report
    _hang_report = report


@contextmanager
def _interrupt_after(seconds: float) -> Iterator[None]:
    if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):

        def interrupt(number: int, frame: FrameType | None) -> None:
            raise TimeLimitExceeded

        previous = signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)
        return
    thread = threading.get_ident()
    over = threading.Event()

    def throw() -> None:
        if not over.wait(seconds):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TimeLimitExceeded))

    watch = threading.Thread(target=throw, daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def _format_traceback() -> str:
    """The current exception's traceback from the pipeline on: what lies above differs with the kind of worker."""
    text = traceback.format_exc(limit=-12)
    return text if len(text) < 20_000 else text[:10_000] + "\n…\n" + text[-10_000:]


def _measure_memory() -> int:
    """The memory this process holds, in kB; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    except (OSError, ValueError):
        return 0


def write_line(data: dict[str, Any]) -> str:
    """Give data as one line of JSON, as rejects and markers are written."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
