"""Sending batches to an engine and taking the results in order, whatever happens to the workers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from jishi.archive.engines import Engine, WorkersDiedError
from jishi.archive.errors import ArchiveError
from jishi.archive.items import Item
from jishi.archive.work import BatchResult, WorkSettings, make_reject

POLL_SECONDS = 0.25
TOO_MANY = 8  # articles of a batch, from its beginning, that kill their process
TRIES_ALONE = 2  # a worker may also die of something else, as of the system's lack of memory


@dataclass(slots=True)
class Batch:
    """Items of one shard that are worked on together. first: the place of the first of them among the shard's."""

    shard: Any
    items: list[Item]
    places: list[int]


def work_through(
    batches: Iterator[Batch], engine: Engine, settings: WorkSettings, tick: Callable[[], None]
) -> Iterator[tuple[Batch, BatchResult]]:
    """Yield each batch with its result, in order; `engine.slots` batches are ahead at most.

    When workers die, their batches are tried again, and a batch that they die of is taken apart until the article that
    kills them is alone: that one is rejected. tick: called a few times a second.
    """
    pending: deque[tuple[Batch, Future[BatchResult] | None]] = deque()
    are_more = True
    while True:
        while are_more and len(pending) < engine.slots and all(future is not None for _, future in pending):
            batch = next(batches, None)
            if batch is None:
                are_more = False
                break
            pending.append((batch, engine.submit(batch.items, settings)))
        if not pending:
            return
        batch, future = pending[0]
        if future is None:
            result: BatchResult | None = work_alone(batch.items, engine, settings, tick)
        else:
            try:
                result = engine.wait(future, POLL_SECONDS)
            except WorkersDiedError:
                pending[0] = (batch, None)
                if engine.recover():  # nobody knows which of the batches it was
                    pending = deque((other, _keep_finished(waiting)) for other, waiting in pending)
                continue
        tick()
        if result is not None:
            pending.popleft()
            yield batch, result


def _keep_finished(future: Future[BatchResult] | None) -> Future[BatchResult] | None:
    if future is not None and future.done() and not future.cancelled() and future.exception() is None:
        return future
    return None


def work_alone(
    items: Sequence[Item], engine: Engine, settings: WorkSettings, tick: Callable[[], None] = lambda: None
) -> BatchResult:
    """Work on a batch that workers may have died of, then on each of its items alone if they do again."""
    result = _try(items, engine, settings, tick)
    if result is not None:
        return result
    whole, killed = BatchResult([]), 0
    for item in items:
        single, report = None, None
        for _ in range(TRIES_ALONE):
            single = _try([item], engine, settings, tick)
            if single is not None:
                break
            report = engine.read_crash_report() or report
        if single is None:
            message = "the process that worked on the article ended without a word (out of memory, or a crash)"
            if report and report.startswith("Timeout"):
                message = "the article held up its process beyond the time limit, in compiled code"
            whole.outcomes.append(make_reject(item, "killed_worker", message, report))
            killed += 1
            if killed == len(whole.outcomes) == TOO_MANY:
                raise ArchiveError(
                    f"{killed} articles after one another ended their process, so it is not the articles' fault: "
                    f"is there enough memory, and does `jishi extract --workers 0` work? {report or ''}"
                )
            continue
        whole.outcomes += single.outcomes
        for stage, seconds in single.seconds.items():
            whole.seconds[stage] = whole.seconds.get(stage, 0.0) + seconds
    return whole


def _try(items: Sequence[Item], engine: Engine, settings: WorkSettings, tick: Callable[[], None]) -> BatchResult | None:
    """Give the result of a batch, None if its worker dies."""
    future = engine.submit(items, settings)
    while True:
        try:
            result = engine.wait(future, POLL_SECONDS)
        except WorkersDiedError:
            engine.recover()
            return None
        tick()
        if result is not None:
            return result
