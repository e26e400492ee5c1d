"""Accuracy on the dev set: extract its articles, score the records, write the table.

    python benchmarks/accuracy.py --shared ../shared [--errors FIELD] [--set train] [--damage LEVEL]

The data stays in the shared folder; `benchmarks/results/accuracy.md` gets the figures only. `--set newsrooms` takes
`newsrooms.jsonl`: articles of our own writing in the manner of newsrooms that the shared data have few of, with gold.
Nothing is trained on them.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jishi

RESULTS = Path(__file__).parent / "results"
NEWSROOMS = Path(__file__).parent / "newsrooms.jsonl"


def read_articles(path: Path) -> list[jishi.Article]:
    """Give the benchmark's articles."""
    articles = []
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        articles.append(jishi.Article(item["text"], id=item["id"], title=item["title"], published=item["published"]))
    return articles


def load_damage(shared: Path):
    """The model of the damage as a module."""
    spec = importlib.util.spec_from_file_location("damage", shared / "benchmark/damage.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.damage


def damage_articles(articles: list[jishi.Article], shared: Path, level: int) -> list[jishi.Article]:
    """Give the articles as a site that damages text would serve them; traditional ones are left as they are."""
    damage = load_damage(shared)
    damaged = []
    for article in articles:
        if jishi.normalise(article.source_text).script == "simplified":
            title = damage(article.title, level) if article.title else None
            article = jishi.Article(damage(article.text, level), article.id, title, article.published)
        damaged.append(article)
    return damaged


def score(gold: Path, records: Path, shared: Path, *options: str) -> str:
    """Run the benchmark's scorer and give what it prints."""
    command = [sys.executable, str(shared / "benchmark/score.py"), str(gold), str(records), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--set", default="dev", choices=("dev", "train", "seed", "newsrooms"))
    parser.add_argument("--errors", metavar="FIELD", help="print the errors in one field instead")
    parser.add_argument("--damage", type=int, choices=(1, 2, 3), help="damage the simplified articles first")
    parser.add_argument("--keep", type=Path, help="keep the records in this file")
    parser.add_argument("--model", type=Path, help="folder of a tagger; default: the one shipped")
    options = parser.parse_args()
    if options.set == "seed":
        articles_path, gold = options.shared / "seed/article.jsonl", options.shared / "seed/gold.jsonl"
    elif options.set == "newsrooms":
        articles_path = gold = NEWSROOMS
    else:
        folder = options.shared / "benchmark"
        articles_path, gold = folder / f"{options.set}.articles.jsonl", folder / f"{options.set}.gold.jsonl"
    articles = read_articles(articles_path)
    if options.damage:
        articles = damage_articles(articles, options.shared, options.damage)
    nlp = jishi.load(model=options.model)
    jishi.extract("预热。", nlp=nlp)
    characters = sum(len(article.source_text) for article in articles)
    start = time.perf_counter()
    lines = [record.to_json() for record in jishi.extract_many(articles, nlp=nlp)]
    seconds = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as scratch:
        path = options.keep or Path(scratch) / "records.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if options.errors:
            print(score(gold, path, options.shared, "--errors", options.errors), end="")
            return
        table = score(gold, path, options.shared, "--by-source")
    print(table, end="")
    print(f"{characters / seconds:,.0f} characters a second")
    if options.set in ("dev", "newsrooms") and not options.model:
        named = {"set": "" if options.set == "dev" else options.set, "damage": options.damage or ""}
        given = {option: value for option, value in named.items() if value}
        name = "-".join(["accuracy", *(f"{option}{value}".removeprefix("set") for option, value in given.items())])
        command = " ".join([f"python {sys.argv[0]} --shared ../shared", *(f"--{o} {v}" for o, v in given.items())])
        heading = f"# Accuracy on the {options.set} set ({len(articles)} articles)\n\n"
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.md").write_text(f"{heading}`{command}`\n\n```\n{table}```\n", encoding="utf-8")


if __name__ == "__main__":
    main()
