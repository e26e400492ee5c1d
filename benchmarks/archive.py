"""Archive runs: overhead around the pipeline, memory, two workers against one, Dask, kill -9, the whole corpus.

    python benchmarks/archive.py --shared ../shared [--parts overhead memory workers dask kills corpus]

Each part measured replaces its section of `benchmarks/results/archive.md`. The corpus stays in the shared folder.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import re
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import jishi
from jishi.archive.dispatch import Batch, work_through
from jishi.archive.engines import Engine, LocalProcesses
from jishi.archive.inputs import list_inputs
from jishi.archive.items import FoundArticle, Item
from jishi.archive.reading import read_items
from jishi.archive.run import extract_archive
from jishi.archive.shards import cut_batches, cut_shards
from jishi.archive.text_formats import ReadingOptions
from jishi.archive.work import WorkSettings

RESULTS = Path(__file__).parent / "results" / "archive.md"
ORDER = ("overhead", "memory", "workers", "dask", "kills", "corpus")


def read_corpus(shared: Path, count: int | None = None) -> Iterator[Item]:
    """The first articles of the corpus."""
    files = list_inputs([str(shared / "corpora/news/articles.jsonl")])
    return itertools.islice(read_items(files, ReadingOptions()), count)


def write_sample(shared: Path, folder: Path, count: int) -> Path:
    """A copy of every so-manieth line of the corpus, so that all its sources are there."""
    lines = (shared / "corpora/news/articles.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    path = folder / f"sample-{count}.jsonl"
    path.write_text("".join(lines[:: len(lines) // count][:count]), encoding="utf-8")
    return path


def measure_cpu(work: Callable[[], None]) -> tuple[float, float]:
    """Wall-clock and processor seconds (of this process and of children that have ended)."""

    def used() -> float:
        own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime

    began, before = time.perf_counter(), used()
    work()
    return time.perf_counter() - began, used() - before


def measure_overhead(shared: Path) -> str:
    """The same articles through a bare loop over the pipeline and through a run, in one process, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_sample(shared, Path(folder), 400)
        items = list(read_items(list_inputs([str(path)]), ReadingOptions()))
        articles = [item.article for item in items if isinstance(item, FoundArticle)]
        list(jishi.extract_many(articles[:50]))
        extract_archive(str(path), output=f"{folder}/warm.jsonl", workers=0)

        def loop() -> None:
            for record in jishi.extract_many(articles):
                record.to_json()

        rounds = []
        for turn in range(3):
            bare = measure_cpu(loop)[1]
            run = measure_cpu(lambda: extract_archive(str(path), output=f"{folder}/{turn}.jsonl", workers=0))[1]  # noqa: B023
            rounds.append((bare, run))
    bare, run = (min(values) for values in zip(*rounds, strict=True))
    rows = "".join(f"| {one:.2f} | {other:.2f} | {100 * (other / one - 1):+.1f}% |\n" for one, other in rounds)
    return (
        "400 articles, processor seconds: a bare loop over `extract_many` with `to_json`, and a run from file to "
        "file (reading, shards, fsync, merging, manifest) in the same process.\n\n"
        f"| bare loop | run | difference |\n|--:|--:|--:|\n{rows}\n"
        f"Best against best: **{100 * (run / bare - 1):+.1f}%**.\n"
    )


def measure_memory(shared: Path) -> str:
    """The memory of one worker as the articles pass through it."""
    rows, done, first = [], 0, 0
    with closing(LocalProcesses(1)) as engine:
        for batch, result in _work(read_corpus(shared), engine):
            done += len(batch.items)
            if done >= 2000 and not first:
                first = result.memory_kb
            if done // 2000 > len(rows):
                rows.append((done, result.memory_kb))
    last = next(memory for count, memory in rows if count >= 20_000)
    table = "".join(f"| {count:,} | {memory / 1024:.0f} |\n" for count, memory in rows)
    return (
        "Resident memory of one worker process after so many articles of the corpus.\n\n"
        f"| articles | MB |\n|--:|--:|\n{table}\n20,000 against 2,000: **{100 * (last / first - 1):+.1f}%**.\n"
    )


def _work(items: Iterator[Item], engine: Engine) -> Iterator[tuple[Batch, object]]:
    def cut() -> Iterator[Batch]:
        for shard in cut_shards(items):
            for batch in cut_batches(shard.items):
                yield Batch(shard.number, batch, list(range(len(batch))))

    return work_through(cut(), engine, WorkSettings(), lambda: None)


def measure_workers(shared: Path) -> str:
    """One worker against two, the pool started beforehand, in turns."""
    items = list(read_corpus(shared, 3000))[::2]
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(2):
        for count in (1, 2):
            with closing(LocalProcesses(count)) as engine:
                list(_work(iter(items[:200]), engine))
                began = time.perf_counter()
                list(_work(iter(items), engine))
                seconds[count].append(time.perf_counter() - began)
    one, two = min(seconds[1]), min(seconds[2])
    return (
        f"{len(items):,} articles, best of two turns, wall clock (load average at the end {os.getloadavg()[0]:.1f}): "
        f"one worker {one:.1f} s, two {two:.1f} s: **{one / two:.2f} times** the throughput.\n"
    )


def measure_dask(shared: Path) -> str:
    """The standard library's process pool against a local Dask cluster: start, throughput, processor time."""
    from distributed import LocalCluster

    with tempfile.TemporaryDirectory() as folder:
        path = write_sample(shared, Path(folder), 1500)
        rows = []
        for name in ("pool", "dask", "pool", "dask"):
            output = f"{folder}/{name}-{len(rows)}.jsonl"
            began = time.perf_counter()
            if name == "pool":
                wall, cpu = measure_cpu(lambda: extract_archive(str(path), output=output, workers=2))  # noqa: B023
            else:

                def work() -> None:
                    with LocalCluster(
                        n_workers=2, threads_per_worker=1, protocol="tcp", dashboard_address=None
                    ) as local:
                        extract_archive(str(path), output=output, scheduler=local.scheduler_address)  # noqa: B023

                wall, cpu = measure_cpu(work)
            rows.append(f"| {name} | {wall:.1f} | {cpu:.1f} | {time.perf_counter() - began:.1f} |\n")
    return (
        "1,500 articles, two workers on this machine, from start to finished output (with loading the pipeline).\n\n"
        f"| engine | wall s | processor s | with shutdown s |\n|---|--:|--:|--:|\n{''.join(rows)}"
    )


def measure_kills(shared: Path) -> str:
    """kill -9 of every part of a run, 20 times."""
    import kills

    with tempfile.TemporaryDirectory() as folder:
        return kills.measure_kills(write_sample(shared, Path(folder), 600))


def measure_corpus(shared: Path) -> str:
    """The whole corpus on two workers."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "run"
        wall, cpu = measure_cpu(
            lambda: extract_archive(
                str(shared / "corpora/news/articles.jsonl"), output=str(output), workers=2, mark_duplicates=True
            )
        )
        manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
        size = sum(path.stat().st_size for path in output.glob("records-*"))
    counts, session = manifest["counts"], manifest["sessions"][-1]
    stages = manifest["seconds_by_stage"]
    total = sum(stages.values())
    shares = "".join(f"| {name} | {seconds:.0f} | {100 * seconds / total:.1f}% |\n" for name, seconds in stages.items())
    client = resource.getrusage(resource.RUSAGE_SELF)
    return (
        f"{counts['articles']:,} articles, {counts['characters']:,} characters, two workers, duplicates marked: "
        f"**{wall:.0f} s** wall clock, {cpu:.0f} processor seconds; {counts['articles'] / wall:,.0f} articles and "
        f"**{counts['characters'] / wall:,.0f} characters a second**. "
        f"{counts['records']:,} records + {counts['rejects']:,} rejects; {counts['events']:,} events, "
        f"{counts['people']:,} people, {counts['duplicates']:,} duplicates; {size / 1e6:.0f} MB of records. "
        f"Peak memory of a worker {session['memory_mb']} MB, of the run itself {client.ru_maxrss // 1024} MB. "
        f"Load average at the end {os.getloadavg()[0]:.1f}.\n\n"
        f"| stage | worker seconds | share |\n|---|--:|--:|\n{shares}"
    )


def main() -> None:
    """Measure the parts asked for and put them into the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--parts", nargs="+", choices=ORDER, default=list(ORDER))
    options = parser.parse_args()
    sections = dict(re.findall(r"^## (\w+)\n\n(.*?)(?=^## |\Z)", RESULTS.read_text(encoding="utf-8"), re.M | re.S)) if (
        RESULTS.exists()
    ) else {}  # fmt: skip
    for part in options.parts:
        measured = {
            "overhead": measure_overhead,
            "memory": measure_memory,
            "workers": measure_workers,
            "dask": measure_dask,
            "kills": measure_kills,
            "corpus": measure_corpus,
        }[part](options.shared)
        machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
        stamp = f"jishi {jishi.__version__}, {machine}, {time.strftime('%Y-%m-%d')}"
        sections[part] = f"{measured}\n*{stamp}*\n\n"
        print(f"## {part}\n\n{sections[part]}")
        text = "".join(f"## {name}\n\n{sections[name]}" for name in ORDER if name in sections)
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(
            f"# Archive runs\n\nBy `python benchmarks/archive.py --shared ../shared`.\n\n{text}", "utf-8"
        )


if __name__ == "__main__":
    main()
