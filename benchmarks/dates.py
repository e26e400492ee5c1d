"""Dates: the public suites, the gold articles and the speed; writes `benchmarks/results/dates.md`.

    python benchmarks/dates.py --shared ../shared [--errors N] [--sample N]

--errors prints suite cases that are not right, --sample prints dates found in 500 articles of the corpus, for the eye.
The data stays in the shared folder; the table gets figures and the names of cases only.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

from jishi.stages.dates import find_dates

RESULTS = Path(__file__).parent / "results"
SEED = 20240902

CONVENTIONS = {
    "ahead": "a date without a year is read in the reference's year even where it lies ahead; here it is the "
    "nearest that is not after the reference, unless the sentence looks ahead",
    "next": "the same, of a festival or a lunar date",
    "span of time": "a period that begins now (so many days) is a date; here it is a duration",
    "rounding": "the first days of a month, a century, an ordinal year: bounds drawn otherwise than in the articles",
    "other": "not found, or another span",
}


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Give the objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def load_scorer(path: Path) -> ModuleType:
    """Import one of the benchmark's scorers as a module."""
    spec = importlib.util.spec_from_file_location(f"scorer_{path.parent.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def predict(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the dates of a suite's case as its scorer wants them."""
    return [
        {"start": m.start, "end": m.end, "start_value": m.start_date, "end_value": m.end_date}
        for m in find_dates(case["text"], case["reference"][:10]).mentions
    ]


def score_suites(cases: Path, scorer: Path, options: list[str]) -> str:
    """Run the suites' scorer over our answers and give what it prints."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as predictions:
        for case in read_lines(cases):
            predictions.write(json.dumps({"id": case["id"], "spans": predict(case)}) + "\n")
        predictions.flush()
        command = [sys.executable, str(scorer), str(cases), predictions.name, *options]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def explain_misses(cases: list[dict[str, Any]], scorer: ModuleType) -> dict[str, dict[str, list[str]]]:
    """Give the names of the core cases whose value is not the suite's, by suite and by the convention that differs."""
    misses: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for case in cases:
        spans = [scorer.trim(span, case["text"]) for span in predict(case)]
        for gold in case["spans"]:
            if gold["type"] not in scorer.DT or "debatable" in gold["tags"] or not scorer.hasval(gold):
                continue
            gold = scorer.trim(gold, case["text"])
            same = [span for span in spans if (span["start"], span["end"]) == (gold["start"], gold["end"])]
            if not any(scorer.vmatch(span, gold) for span in same):
                misses[case["suite"]][name_convention(gold, same, case)].append(case["id"])
    return misses


def name_convention(gold: dict[str, Any], found: list[dict[str, Any]], case: dict[str, Any]) -> str:
    """Say which of CONVENTIONS sets the suite's value apart from ours."""
    if not found:
        return "span of time" if case["text"].rstrip().endswith("内") else "other"
    ours, theirs = str(found[0]["start_value"]), str(gold["start_value"])[:10]
    if ours[4:] == theirs[4:] and ours < theirs:
        return "ahead"
    if theirs > case["reference"][:10] > ours:
        return "next" if "lunar" in gold["tags"] or "holiday" in gold["tags"] else "ahead"
    return "rounding"


def score_articles(gold_path: Path, scorer: ModuleType) -> tuple[int, int, int]:
    """Give right, predicted and gold dates of the articles: distinct (first, last) pairs, optional ones left out."""
    right = predicted = wanted = 0
    for gold in read_lines(gold_path):
        text = f"{gold['title']}\n{gold['text']}" if gold["title"] else gold["text"]
        mentions = [m for m in find_dates(text, gold["published"]).mentions if not m.approximate]
        bounds = [scorer.date_bounds(m.start_date, m.end_date, m.edtf) for m in mentions]
        ours = scorer.unique([pair for pair in bounds if pair])
        both = [(scorer.date_bounds(d["start"], d["end"]), d["optional"]) for d in gold["dates"]]
        theirs = scorer.unique([pair for pair, optional in both if pair and not optional])
        optional = [pair for pair, may in both if pair and may]
        ours = [pair for pair in ours if pair in theirs or not any(scorer.same_bounds(pair, o) for o in optional)]
        left = list(theirs)
        for pair in ours:
            match = next((other for other in left if scorer.same_bounds(pair, other)), None)
            if match is not None:
                left.remove(match)
                right += 1
        predicted += len(ours)
        wanted += len(theirs)
    return right, predicted, wanted


def read_corpus(path: Path, count: int, seed: int = SEED) -> list[tuple[str, str, str | None]]:
    """Give id, text and publication date of some articles drawn at random from the corpus."""
    with path.open(encoding="utf-8") as lines:
        articles = [json.loads(line) for line in random.Random(seed).sample(list(lines), count)]
    return [(a["id"], f"{a['title']}\n{a['text']}" if a["title"] else a["text"], a["published"]) for a in articles]


def measure_speed(articles: list[tuple[str, str, str | None]]) -> float:
    """Give characters a second of processor time, one core; the best of three runs."""
    characters = sum(len(text) for _, text, _ in articles)
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        for _, text, published in articles:
            find_dates(text, published)
        best = min(best, time.process_time() - start)
    return characters / best


def print_sample(articles: list[tuple[str, str, str | None]], count: int, seed: int) -> None:
    """Print dates drawn at random from those found, each in its surroundings."""
    found = [(*article, m) for article in articles for m in find_dates(*article[1:]).mentions if not m.approximate]
    for identifier, text, published, m in random.Random(seed).sample(found, min(count, len(found))):
        before, after = text[max(0, m.start - 20) : m.start], text[m.end : m.end + 20]
        value = m.start_date if m.end_date == m.start_date else f"{m.start_date}..{m.end_date}"
        print(identifier, published, value, f"{before}【{m.text}】{after}".replace("\n", "/"), sep=" | ")


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="print N suite cases that are not right")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="print N dates found in 500 articles")
    parser.add_argument("--seed", type=int, default=SEED, help="of the sample")
    options = parser.parse_args()
    benchmark = options.shared / "benchmark"
    corpus = options.shared / "corpora/news/articles.jsonl"
    if options.sample:
        print_sample(read_corpus(corpus, 500, options.seed), options.sample, options.seed)
        return
    cases, scorer = benchmark / "dates/dev.jsonl", benchmark / "dates/score.py"
    core = ["--core", "--relaxed"]
    suites = score_suites(cases, scorer, [*core, "--errors", str(options.errors)])
    if options.errors:
        print(suites)
        return
    traditional = score_suites(cases, scorer, [*core, "--script", "hant"])
    misses = explain_misses(read_lines(cases), load_scorer(scorer))
    lines = [
        "# Dates",
        "",
        "`python benchmarks/dates.py`; every figure on data that was looked at while writing the rules.",
        "",
    ]
    lines += ["## Public suites (dev, core, relaxed)", "", "```", suites.rstrip(), "```", ""]
    lines += ["Traditional script:", "", "```", traditional.rstrip(), "```", ""]
    lines += [
        "What is not right, by the suite's convention:",
        "",
        "| suite | convention | cases | |",
        "|---|---|---|---|",
    ]
    totals: Counter[str] = Counter()
    for suite, by_convention in sorted(misses.items()):
        for convention, names in sorted(by_convention.items()):
            totals[convention] += len(names)
            lines.append(f"| {suite} | {convention} | {len(names)} | {', '.join(names)} |")
    lines += ["", *(f"- {name} ({totals[name]}): {what}." for name, what in CONVENTIONS.items() if totals[name]), ""]
    lines += [
        "## Articles (distinct pairs of first and last day)",
        "",
        "| set | gold | found | P | R | F1 |",
        "|---|---|---|---|---|---|",
    ]
    article_scorer = load_scorer(benchmark / "score.py")
    for name in ("dev", "train"):
        right, predicted, wanted = score_articles(benchmark / f"{name}.gold.jsonl", article_scorer)
        p, r = right / predicted, right / wanted
        lines.append(f"| {name} | {wanted} | {predicted} | {p:.3f} | {r:.3f} | {2 * p * r / (p + r):.3f} |")
    speed = measure_speed(read_corpus(corpus, 1500))
    lines += [
        "",
        "## Speed",
        "",
        f"{speed:,.0f} characters a second of processor time on one core (1,500 articles of the corpus).",
        "",
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "dates.md").write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
