"""What a worker does: a batch of items goes in, an outcome for each comes out."""

from __future__ import annotations

import ctypes
import faulthandler
import functools
import json
import math
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any, TextIO

from jishi.archive.errors import ArchiveError, UnreadableInputError
from jishi.archive.items import FoundArticle, FoundPage, FoundProblem, Item, cut_items
from jishi.archive.web_formats import extract_page

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

WORDS_KEPT = 20_000  # a news archive's common words are among its first; about 450 bytes each
GROUP_ITEMS, GROUP_BYTES = 8, 1 << 15  # go through the stages together: some articles, or one long one
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
        # The first words that spaCy meets are kept; later ones are forgotten after their batch, so that memory does
        # not grow with the archive.
        with nlp.memory_zone() if len(nlp.vocab) >= WORDS_KEPT else nullcontext():
            try:
                for group in cut_items(items, GROUP_ITEMS, GROUP_BYTES):
                    result.outcomes += _process_group(group, nlp, settings, result.seconds)
            finally:
                _lift_hang_limit()
        result.memory_kb, result.worker = _measure_memory(), os.getpid()
        return result


def _process_group(
    items: Sequence[Item], nlp: Language, settings: WorkSettings, seconds: dict[str, float]
) -> list[Outcome]:
    """Take items through the pipeline stage by stage: a stage's code and data stay near the processor meanwhile."""
    jobs = [_Job(item, settings.time_limit) for item in items]
    for name, step in _list_steps(nlp, settings):
        began = time.perf_counter()
        for job in jobs:
            if job.outcome is None:
                job.take(name, step)
        key = name.removeprefix("jishi_")
        seconds[key] = seconds.get(key, 0.0) + time.perf_counter() - began
    return [job.outcome for job in jobs if job.outcome is not None]


@functools.lru_cache(maxsize=2)
def _load_pipeline(settings: WorkSettings) -> Language:
    from jishi.language import load

    try:
        return load(model=settings.model, exclude=settings.exclude)
    except Exception as error:  # no article's fault: none could be worked on
        raise ArchiveError(f"the pipeline cannot be loaded: {type(error).__name__}: {error}") from error


class _Job:
    """An item on its way through the pipeline: it has an outcome when it has arrived, or failed."""

    found: FoundArticle
    doc: Doc

    def __init__(self, item: Item, time_limit: float) -> None:
        self.item = item
        self.time_limit = time_limit
        self.seconds_left = time_limit
        self.signature: bytes | None = None
        self.outcome: Outcome | None = None
        if isinstance(item, FoundProblem):
            self.outcome = make_reject(item, item.reason, item.message)

    def take(self, name: str, step: Callable[[_Job], None]) -> None:
        """Take a step in what is left of the time limit. Whatever goes wrong in it is this item's outcome."""
        began = time.perf_counter()
        _renew_hang_limit(self.time_limit)
        try:
            with limit_time(self.seconds_left):
                step(self)
        except UnreadableInputError as error:
            self.outcome = make_reject(self.item, error.reason, str(error))
        except TimeLimitExceeded:
            message = f"took longer than {self.time_limit:g} seconds"
            self.outcome = make_reject(self.item, "time_limit", message, _format_traceback(), name)
        except Exception as error:  # whatever a stage raises costs one article, never the run
            message = f"{type(error).__name__}: {error}"
            self.outcome = make_reject(self.item, "failed", message, _format_traceback(), name)
        self.seconds_left = max(0.001, self.seconds_left - (time.perf_counter() - began))

    def read(self) -> None:
        """Reduce a page to its article."""
        if isinstance(self.item, FoundPage):
            self.found = extract_page(self.item)
        elif isinstance(self.item, FoundArticle):
            self.found = self.item

    def normalise(self, nlp: Language) -> None:
        """Make the Doc."""
        from jishi.language import make_doc

        self.doc = make_doc(nlp, self.found.article)

    def run(self, component: Callable[[Doc], Doc]) -> None:
        """Let a component of the pipeline read the Doc."""
        self.doc = component(self.doc)

    def sign(self) -> None:
        """Compute what near duplicates are found by."""
        from jishi.archive.duplicates import compute_signature

        self.signature = compute_signature(self.doc._.normalised.text)

    def write(self) -> None:
        """Write the record."""
        from jishi.records import Record

        record = self.doc._.record
        if not isinstance(record, Record):
            raise TypeError("the pipeline made no record")
        if self.found.warnings:
            record = record.model_copy(update={"warnings": [*self.found.warnings, *record.warnings]})
        self.outcome = Outcome(
            self.item.key,
            record=record.to_json(),
            characters=record.article.characters,
            events=len(record.events),
            people=len(record.people),
            signature=self.signature,
        )


def _list_steps(nlp: Language, settings: WorkSettings) -> Iterator[tuple[str, Callable[[_Job], None]]]:
    """Yield the steps from an item to its record, with their names: the same as nlp(doc), and what is around it."""
    yield "read", _Job.read
    yield "normalise", functools.partial(_Job.normalise, nlp=nlp)
    for name, component in nlp.pipeline:
        yield name, functools.partial(_Job.run, component=component)
    if settings.signatures:
        yield "duplicates", _Job.sign
    yield "write", _Job.write


@contextmanager
def limit_time(seconds: float) -> Iterator[None]:
    """Raise TimeLimitExceeded in the block if it takes longer than `seconds` of wall-clock time.

    In a process's main thread a signal does it, which also ends a long regular expression; in other threads an
    exception set from outside, which waits for the next line of Python. What neither can interrupt, a loop in compiled
    code, is ended with its process where `end_process_on_hang` allows it.
    """
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


_hang_report: TextIO | None = None
_hang_renewed = -math.inf


def end_process_on_hang(report: TextIO) -> None:
    """Let the time limit end this process if nothing else helps; its traceback goes to `report`."""
    global _hang_report
    _hang_report = report


def _renew_hang_limit(time_limit: float) -> None:
    """Put off the end of the process by a step's time limit. It starts a thread, so that once a second has to do."""
    global _hang_renewed
    now = time.monotonic()
    if _hang_report is not None and now - _hang_renewed >= 1:
        faulthandler.dump_traceback_later(HANG_FACTOR * time_limit + 2, exit=True, file=_hang_report)
        _hang_renewed = now


def _lift_hang_limit() -> None:
    global _hang_renewed
    if _hang_report is not None:
        faulthandler.cancel_dump_traceback_later()
        _hang_renewed = -math.inf


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
