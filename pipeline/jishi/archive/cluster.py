"""Working on a Dask cluster.

Each thread of a Dask worker keeps a process of its own for the articles: one that crashes or hangs takes that process
with it, not the Dask worker with all it holds, and is found and rejected there just as in a run on one machine.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import multiprocessing
import re
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import jishi
from jishi.archive.dispatch import work_alone
from jishi.archive.engines import BATCHES_AHEAD, LocalProcesses, WorkersDiedError
from jishi.archive.errors import ArchiveError, MissingExtraError
from jishi.archive.items import Item
from jishi.archive.state import digest_package
from jishi.archive.work import BatchResult, WorkSettings

CONNECT_SECONDS = 20
TRIES_TO_ASK = 5
SECONDS_WITHOUT_WORKERS = 300  # new ones may be on their way, but not for ever


class DaskCluster:
    """A Dask cluster at an address, whose workers have the same version of jishi installed."""

    name = "dask"

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise MissingExtraError("a cluster (--scheduler)", "cluster") from error
        self.address = address
        if not re.fullmatch(r"(tcp|tls|ucx|wss?)://.+:\d+", address):
            raise ArchiveError(f"{address!r} is no address of a Dask scheduler; they look like tcp://HOST:8786")
        try:
            self._client: Any = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise ArchiveError(f"there is no Dask scheduler at {address}: {error}") from error
        workers = self._ask_workers()
        faults = [str(answer) for answer in workers.values() if isinstance(answer, Exception)]
        ours = (jishi.__version__, digest_package(None))
        others = sorted(
            {answer[0] for answer in workers.values() if not isinstance(answer, Exception) and answer[:2] != ours}
        )
        if faults or others or not workers:
            self.close()
            problem = (
                f"workers cannot load jishi: {faults[0]}" if faults
                else f"workers have another jishi ({', '.join(others)}; this is {ours[0]}), or other models" if others
                else "the scheduler has no workers"
            )  # fmt: skip
            raise ArchiveError(f"{address}: {problem}")
        self.workers = sum(threads for _, _, threads in workers.values())
        self.slots = self.workers * BATCHES_AHEAD
        self._asked = self._worked = time.monotonic()

    def _ask_workers(self) -> dict[str, Any]:
        """Give what each worker says of itself, or the error it has instead. A worker that is lost is asked no more."""
        problem: object = "no answer"
        for _ in range(TRIES_TO_ASK):
            try:
                answers: dict[str, Any] = self._client.run(_describe_worker, on_error="return")
            except Exception as error:
                problem = error
            else:
                lost = [answer for answer in answers.values() if isinstance(answer, OSError)]
                if not lost:
                    return answers
                problem = lost[0]
            time.sleep(1)  # until the scheduler has noticed
        self.close()
        raise ArchiveError(f"the workers at {self.address} do not answer: {problem}")

    def submit(self, items: Sequence[Item], settings: WorkSettings) -> Any:
        """Send the batch to the cluster."""
        try:
            return self._client.submit(_process, items, settings, pure=False)
        except (OSError, RuntimeError) as error:
            raise ArchiveError(self._describe_loss()) from error

    def wait(self, future: Any, timeout: float) -> BatchResult | None:
        """Give the result, None if it is not there yet."""
        from distributed import KilledWorker

        try:
            result: BatchResult = future.result(timeout)
            return result
        except KilledWorker as error:  # several Dask workers were lost with this batch
            raise WorkersDiedError from error
        except TimeoutError as error:
            if self._client.status != "running":
                raise ArchiveError(self._describe_loss()) from error
            self._look_for_workers()
            return None
        except (OSError, concurrent.futures.CancelledError, asyncio.CancelledError) as error:
            raise ArchiveError(self._describe_loss()) from error

    def _look_for_workers(self) -> None:
        """Raise ArchiveError if there have been no workers for a long time."""
        now = time.monotonic()
        if now - self._asked < min(5, SECONDS_WITHOUT_WORKERS):
            return
        self._asked = now
        with suppress(Exception):  # the scheduler may be gone: the next call sees that
            if self._client.nthreads():
                self._worked = now
        if now - self._worked > SECONDS_WITHOUT_WORKERS:
            raise ArchiveError(
                f"the scheduler at {self.address} has had no workers for {now - self._worked:.0f} seconds; "
                "start workers, then start again to go on where the run stopped"
            )

    def _describe_loss(self) -> str:
        return f"the scheduler at {self.address} is gone; start again to go on where the run stopped"

    def recover(self) -> bool:
        """Dask starts new workers by itself; other batches are not lost."""
        return False

    def read_crash_report(self) -> str | None:
        """Dask workers keep their own logs."""
        return None

    def close(self) -> None:
        """Leave the cluster; batches that are not finished are cancelled, and the articles' processes end."""
        with suppress(Exception):  # the cluster may be gone
            if self._client.status == "running":
                self._client.run(_end_processes, on_error="ignore")
        with suppress(Exception):
            self._client.close(timeout=2)


def _describe_worker(dask_worker: Any) -> tuple[str, str, int]:
    return jishi.__version__, digest_package(None), dask_worker.state.nthreads


_engines: dict[int, LocalProcesses] = {}


def _process(items: Sequence[Item], settings: WorkSettings) -> BatchResult:
    """Work on a batch in the process that belongs to this thread of the Dask worker."""
    # Dask marks its workers as daemons, which multiprocessing then lets have no children.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    engine = _engines.setdefault(threading.get_ident(), LocalProcesses(1))
    return work_alone(items, engine, settings)


def _end_processes() -> None:
    while _engines:
        _engines.popitem()[1].close()
