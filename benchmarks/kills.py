"""kill -9 at random moments, the real pipeline: is the output of a run that goes on the same, byte for byte?

    python benchmarks/archive.py --shared ../shared --parts kills

The run, a worker process, and on a cluster the scheduler, a Dask worker and the process that works for it are killed
in turn, each at a random moment of a run over articles of the corpus. A run that ends by it is started again.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from archive_runs import RUN, Cluster, find_workers

KILLS = 20
TARGETS = ("run", "worker process", "scheduler", "Dask worker", "run on the cluster", "article process")
ON_CLUSTER = TARGETS[2:]
SHARD = 20  # small shards, so that every moment finds some done, some begun and some not read
SEED = 20241126


class Runs:
    """Runs over one archive into outputs of a folder, as processes."""

    def __init__(self, folder: Path, archive: Path) -> None:
        self.folder, self.archive = folder, archive
        (folder / "go.py").write_text(RUN, encoding="utf-8")

    def start(self, output: str, address: str | None) -> subprocess.Popen[str]:
        """Start a run with two workers, or on the cluster at an address."""
        options = {"shard_items": SHARD, **({"scheduler": address} if address else {"workers": 2})}
        return subprocess.Popen(
            [sys.executable, "go.py", str(self.archive), output, repr(options)],
            cwd=self.folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def finish(self, output: str, address: str | None = None) -> float:
        """Run to the end and give the seconds. Raises RuntimeError if it fails."""
        began = time.monotonic()
        process = self.start(output, address)
        _, errors = process.communicate()
        if process.returncode:
            raise RuntimeError(f"{output}: {errors}")
        return time.monotonic() - began

    def count_done(self, output: str) -> int:
        """The shards that are done."""
        return len(list(self.folder.glob(f".{output}.work/shards-*/*.done")))

    def read(self, output: str) -> bytes:
        """The records."""
        return (self.folder / output).read_bytes()


def kill_one(process: subprocess.Popen[str], cluster: Cluster, target: str, dice: random.Random) -> bool:
    """kill -9 the target; False if there is none at this moment."""
    try:
        if target.startswith("run"):
            process.kill()
        elif target == "worker process":
            os.kill(dice.choice(find_workers(process.pid)), signal.SIGKILL)
        elif target == "scheduler":
            cluster.scheduler.kill()
        else:
            cluster.kill(target, dice)
    except (IndexError, ProcessLookupError):
        return False
    return True


def measure_kills(archive: Path) -> str:
    """Kill and go on; give the table. Raises RuntimeError if an output differs from the undisturbed one."""
    dice = random.Random(SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = Runs(folder, archive)
        whole = runs.finish("undisturbed.jsonl")
        wanted = runs.read("undisturbed.jsonl")
        shards = runs.count_done("undisturbed.jsonl")
        cluster = Cluster(folder)
        killed: list[tuple[str, int, str]] = []
        number = 0
        order = [target for _ in range(KILLS) for target in dice.sample(TARGETS, len(TARGETS))]
        try:
            while len(killed) < KILLS:
                target, output = order[len(killed)], f"killed-{number}.jsonl"
                process = runs.start(output, cluster.address if target in ON_CLUSTER else None)
                left = 1 - runs.count_done(output) / shards
                try:  # a run that ends before its moment does not count
                    process.wait(dice.uniform(1, 1 + left * whole))
                except subprocess.TimeoutExpired:
                    done = runs.count_done(output)
                    if kill_one(process, cluster, target, dice):
                        _, errors = process.communicate()
                        ended = process.returncode != 0
                        killed.append((target, done, "started again" if ended else "went on by itself"))
                        print(*killed[-1], f"of {shards} shards were done", flush=True)
                        if target == "scheduler":
                            if "start again" not in errors:
                                raise RuntimeError(errors) from None
                            cluster.close()
                            cluster = Cluster(folder)
                process.communicate()
                if (folder / output).exists():
                    number += 1
            outputs = [f"killed-{i}.jsonl" for i in range(number + 1)]
            for output in outputs:
                runs.finish(output)
                if runs.read(output) != wanted:
                    raise RuntimeError(f"{output} differs from the undisturbed output")
        finally:
            cluster.close()
        ids = Counter(json.loads(line)["article"]["id"] for line in wanted.splitlines())
        articles = sum(1 for line in archive.read_text(encoding="utf-8").splitlines() if line.strip())
        if max(ids.values()) > 1 or len(ids) != articles or list(folder.glob("*.rejects.jsonl")):
            raise RuntimeError("articles were lost, doubled or rejected")
    rows = "".join(
        f"| {i} | {what} | {done} of {shards} | {then} |\n" for i, (what, done, then) in enumerate(killed, 1)
    )
    return (
        f"{articles:,} articles of the corpus in {shards} shards, two workers; {KILLS} times kill -9 of what the table "
        f"says, at random moments (seed {SEED}). {len(outputs)} outputs, finished: **each byte-identical** to that of "
        f"an undisturbed run; {len(ids):,} records of {articles:,} articles, none lost, doubled or rejected.\n\n"
        f"| | killed | shards done | the run |\n|--:|---|--:|---|\n{rows}"
    )
