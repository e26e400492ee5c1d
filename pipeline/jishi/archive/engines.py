"""Where batches are worked on: in this process or in worker processes on this machine (for clusters see cluster.py)."""

from __future__ import annotations

import concurrent.futures
import faulthandler
import multiprocessing
import os
import re
import signal
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Protocol

from jishi.archive.errors import ArchiveError
from jishi.archive.items import Item
from jishi.archive.work import BatchResult, WorkSettings, end_process_on_hang, process_batch

TRIES_TO_START = 3
BATCHES_AHEAD = 4  # per worker: enough that none waits while the slowest batch is awaited


class WorkersDiedError(Exception):
    """The process that worked on a batch is gone; another may work on it."""


class Engine(Protocol):
    """Works on batches."""

    name: str
    workers: int
    slots: int

    def submit(self, items: Sequence[Item], settings: WorkSettings) -> Future[BatchResult]:
        """Start work on a batch."""

    def wait(self, future: Future[BatchResult], timeout: float) -> BatchResult | None:
        """Give the batch's result, None if it is not there in `timeout` seconds.

        Raises WorkersDiedError if the batch's worker died, ArchiveError if the whole engine is lost.
        """

    def recover(self) -> bool:
        """Make the engine work again after workers died. True if all unfinished batches are lost with them."""

    def read_crash_report(self) -> str | None:
        """The traceback that a dying worker left behind."""

    def close(self) -> None:
        """End all work at once."""


class InProcess:
    """Works in this very process when the result is asked for."""

    name = "in-process"
    workers = 0
    slots = 1

    def submit(self, items: Sequence[Item], settings: WorkSettings) -> Future[BatchResult]:
        """Work on the batch now."""
        future: Future[BatchResult] = Future()
        try:
            future.set_result(process_batch(items, settings))
        except Exception as error:
            future.set_exception(error)
        return future

    def wait(self, future: Future[BatchResult], timeout: float) -> BatchResult | None:
        """Give the result."""
        return future.result()

    def recover(self) -> bool:
        """Nothing can die here but the run itself."""
        return False

    def read_crash_report(self) -> str | None:
        """There is none."""
        return None

    def close(self) -> None:
        """Nothing to end."""


class LocalProcesses:
    """Worker processes on this machine, by the standard library's process pool."""

    name = "processes"

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.slots = workers * BATCHES_AHEAD
        self._reports = tempfile.TemporaryDirectory(prefix="jishi-workers-")
        self._executor: ProcessPoolExecutor | None = None

    def submit(self, items: Sequence[Item], settings: WorkSettings) -> Future[BatchResult]:
        """Queue the batch for the next free process."""
        if self._executor is None:
            self._executor = self._start()
        try:
            return self._executor.submit(process_batch, items, settings)
        except BrokenProcessPool as error:
            future: Future[BatchResult] = Future()
            future.set_exception(error)
            return future

    def _start(self) -> ProcessPoolExecutor:
        # A spawned process has no threads and locks of this one; it needs a second to load the pipeline.
        context = multiprocessing.get_context("spawn")
        for _ in range(TRIES_TO_START):
            executor = ProcessPoolExecutor(
                self.workers, context, initializer=_start_worker, initargs=(self._reports.name,)
            )
            try:
                executor.submit(os.getpid).result()
            except BrokenProcessPool:
                executor.shutdown(wait=False)
                continue
            return executor
        raise ArchiveError(
            "worker processes end as soon as they are started. In a script, call jishi under "
            "`if __name__ == '__main__':`, or use workers=0"
        )

    def wait(self, future: Future[BatchResult], timeout: float) -> BatchResult | None:
        """Give the result, None if it is not there yet."""
        try:
            return future.result(timeout)
        except (BrokenProcessPool, concurrent.futures.CancelledError) as error:
            raise WorkersDiedError from error
        except TimeoutError:
            return None

    def recover(self) -> bool:
        """Start new processes. A broken pool loses every batch it had."""
        self._stop()
        return True

    def read_crash_report(self) -> str | None:
        """What faulthandler wrote in the worker that died last."""
        reports = sorted(Path(self._reports.name).iterdir(), key=lambda path: path.stat().st_mtime_ns)
        texts = [path.read_text(encoding="utf-8", errors="replace") for path in reports]
        for path in reports:
            path.unlink(missing_ok=True)
        written = [text for text in texts if text.strip()]
        return re.sub(r"0x[0-9a-f]+", "0x…", written[-1]) if written else None

    def _stop(self) -> None:
        if self._executor is None:
            return
        processes = list((self._executor._processes or {}).values())
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        self._executor = None

    def close(self) -> None:
        """Kill the processes: what they work on is not kept anyway."""
        self._stop()
        self._reports.cleanup()


def _start_worker(reports: str) -> None:
    """Prepare a worker process: Ctrl-C is the run's business, and a worker whose run was killed ends, too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    report = open(Path(reports) / f"{os.getpid()}.txt", "w", encoding="utf-8")  # noqa: SIM115 (open for life)
    faulthandler.enable(report)
    end_process_on_hang(report)
    parent = multiprocessing.parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()


def count_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
