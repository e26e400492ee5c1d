"""Archive runs as processes that tests can kill."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FAULTS = Path(__file__).parent / "archive_faults"
RUN = """
import ast, sys
from jishi.archive.errors import ArchiveError
from jishi.archive.progress import Lines
from jishi.archive.run import extract_archive
if __name__ == "__main__":
    try:
        summary = extract_archive(sys.argv[1], output=sys.argv[2], reporter=Lines(), **ast.literal_eval(sys.argv[3]))
    except ArchiveError as error:
        sys.exit(f"jishi: {error}")
    print({"fresh": summary.fresh, "reused": summary.reused, **summary.counts})
"""
SHARD = 8


def write_archive(path: Path, numbers: range, **faults: str) -> None:
    """Articles of our own, each different; faults: what to put into the text of the article with a number."""
    with open(path, "w", encoding="utf-8") as file:
        for number in numbers:
            text = f"第{number}届青禾市读书会于9月{number % 28 + 1}日举行，{number * 7}人参加。" * (number % 5 + 1)
            row = {"id": f"a{number}", "text": text + faults.get(f"a{number}", "")}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


class Command:
    """`jishi extract` over an archive, with the light pipeline of archive_faults."""

    def __init__(self, folder: Path, archive: Path | str) -> None:
        self.folder, self.archive = folder, Path(archive)
        self.address = str(archive)
        (folder / "go.py").write_text(RUN, encoding="utf-8")

    def start(self, output: str, *, slow: float = 0.0, **options: Any) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(FAULTS),
            "SECONDS_AN_ARTICLE": str(slow),
            "PYTHONHASHSEED": "random",
        }
        options = {"shard_items": SHARD, **options}
        # Where the tests run in the background Ctrl-C is ignored, and what they start would inherit that.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return subprocess.Popen(
                [sys.executable, "go.py", self.address, output, repr(options)],
                cwd=self.folder,
                env=environment,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        finally:
            signal.signal(signal.SIGINT, before)

    def run(self, output: str, **options: Any) -> dict[str, int]:
        process = self.start(output, **options)
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        counts: dict[str, int] = eval(out.splitlines()[-1])
        return counts

    def fail(self, output: str, **options: Any) -> str:
        process = self.start(output, **options)
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 1, errors
        assert "Traceback" not in errors
        return errors

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


class Cluster:
    """A scheduler and two workers, each a process of its own, speaking TCP."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = {**os.environ, **environment, "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "info"}
        log = folder / f"scheduler-{time.monotonic_ns()}.log"
        scheduler = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter"]
        self.scheduler = self._start(scheduler, log)
        address = re.compile(r"Scheduler at: +(tcp://\S+)")
        wait_until(lambda: bool(address.search(log.read_text())), 60)
        found = address.search(log.read_text())
        assert found
        self.address = found[1]
        worker = ["worker", self.address, "--nthreads", "1", "--no-dashboard", "--local-directory", str(folder)]
        logs = [folder / f"worker-{time.monotonic_ns()}-{i}.log" for i in range(2)]
        self.workers = [self._start([*worker, "--death-timeout", "20"], log) for log in logs]
        wait_until(lambda: all("Registered to" in log.read_text() for log in logs), 90)

    def _start(self, arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
        with open(log, "wb") as file:
            return subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
                env=self.environment, stdout=file, stderr=file, cwd=self.folder, start_new_session=True,
            )  # fmt: skip

    def find_article_processes(self) -> list[int]:
        """The processes that the Dask workers keep for the articles."""
        return [pid for dask_worker in self.find_dask_workers() for pid in find_workers(dask_worker)]

    def find_dask_workers(self) -> list[int]:
        """The Dask workers; `self.workers` are their nannies, which start new ones."""
        return [pid for nanny in self.workers for pid in find_workers(nanny.pid)]

    def kill(self, target: str, dice: random.Random) -> None:
        """kill -9 of an `article process`, of a `Dask worker`, or of a `nanny and worker` with all they started."""
        if target == "nanny and worker":
            os.killpg(dice.choice(self.workers).pid, signal.SIGKILL)
            return
        found = self.find_article_processes() if target == "article process" else self.find_dask_workers()
        os.kill(dice.choice(found), signal.SIGKILL)

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9 of a process with all that it started."""
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        process.wait()

    def close(self) -> None:
        """kill -9 of all."""
        for process in (*self.workers, self.scheduler):
            self.end(process)


def find_workers(pid: int) -> list[int]:
    """The worker processes of a run."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in path.read_text().split()]
    return [child for child in found if is_worker(child)]


def is_worker(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def count_done(command: Command, output: str) -> int:
    return len(list(command.folder.glob(f".{output}.work/shards-*/*.done")))


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_number_of_workers_and_the_kind_of_output_change_nothing(command: Command) -> None:
    counts = command.run("none.jsonl", workers=0)
    assert counts["records"] == counts["articles"] == 100
    command.run("two.jsonl", workers=2)
    command.run("folder", workers=1)
    assert command.read("none.jsonl") == command.read("two.jsonl") == command.read("folder/records-00000.jsonl")
    manifest = json.loads(command.read("folder/manifest.json"))
    assert manifest["counts"]["records"] == 100
    assert manifest["options"]["jishi"]
    assert manifest["inputs"]["digest"]
    assert manifest["seconds_by_stage"]["normalise"] > 0
    ids = [json.loads(line)["article"]["id"] for line in command.read("two.jsonl").splitlines()]
    assert ids == [f"a{number}" for number in range(100)]
