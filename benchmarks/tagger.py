"""The tagger by itself: what it finds in the dev articles, how sure it is of unseen names, how fast it is.

    python benchmarks/tagger.py --shared ../shared [--model FOLDER] [--errors people] [--no-speed]

Writes benchmarks/results/tagger.md. People and organisations are counted as in the benchmark's score.py, straight from
`doc.ents`, before any later stage has chosen among them. Speed is measured on one core.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import resource
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")

import spacy  # noqa: E402
from spacy.tokens import Doc  # noqa: E402

from jishi.stages.entities import create_entities  # noqa: E402
from jishi.stages.segment import NormalisingTokenizer  # noqa: E402
from jishi.text import normalise_article  # noqa: E402

RESULTS = Path(__file__).parent / "results"
PUBLIC = ("people-dev", "msra-val", "uner-simp-dev", "uner-trad-dev")
PUBLIC_LABELS = {"PER": "PERSON", "LOC": "LOC", "ORG": "ORG"}
# Frequent characters of given names: what names are recombined from (own list)
GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂婷宇浩然子轩梓涵思远嘉怡欣雨泽一诺文博晨曦若彤"
    "志鹏海燕玉珍国栋建华晓东慧琳俊峰雪梅立新春丹青云飞"
)


class Counts:
    """Precision and recall that may be counted over different things."""

    def __init__(self) -> None:
        self.right = self.given = self.found = self.gold = 0

    def add(self, right: int, given: int, found: int, gold: int) -> None:
        self.right += right
        self.given += given
        self.found += found
        self.gold += gold

    def figures(self) -> tuple[float, float, float]:
        p = self.right / self.given if self.given else 0.0
        r = self.found / self.gold if self.gold else 0.0
        return p, r, 2 * p * r / (p + r) if p + r else 0.0


def read(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def load_fold(shared: Path) -> Callable[[str], str]:
    """The benchmark's own folding of strings."""
    spec = importlib.util.spec_from_file_location("score", shared / "benchmark/score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    fold: Callable[[str], str] = module.fold
    return fold


def forms(doc: Doc, label: str, fold: Callable[[str], str]) -> set[str]:
    return {fold(entity.text) for entity in doc.ents if entity.label_ == label} - {""}


def measure_gold(
    run: Callable[[str | None, str], Doc], golds: list[dict[str, Any]], fold: Callable[[str], str], errors: str | None
) -> dict[str, dict[str, Counts]]:
    """Give counts for people and organisations by source; print errors of one field on demand."""
    counts: dict[str, dict[str, Counts]] = defaultdict(lambda: defaultdict(Counts))
    for gold in golds:
        doc = run(gold["title"], gold["text"])
        people = {fold(p["name"]) for p in gold["people"]}
        credits = {fold(c["name"]) for c in gold["credits"]} - people
        given = forms(doc, "PERSON", fold) - credits
        wanted = [{fold(f) for f in (o["name"], *o["aliases"])} for o in gold["organisations"]]
        known = set().union(*wanted)
        organisations = forms(doc, "ORG", fold)
        right, found = len(organisations & known), sum(bool(f & organisations) for f in wanted)
        script = "traditional" if gold["id"].startswith("ntunhs") else "simplified"
        for source in ("all", script, gold["id"].rsplit("-", 1)[0]):
            counts[source]["people"].add(len(given & people), len(given), len(given & people), len(people))
            counts[source]["organisations"].add(right, len(organisations), found, len(wanted))
        if errors == "people":
            show(gold["id"], people - given, given - people)
        elif errors == "organisations":
            show(gold["id"], {max(f, key=len) for f in wanted if not f & organisations}, organisations - known)
    return counts


def show(identifier: str, missed: Iterable[str], spurious: Iterable[str]) -> None:
    for sign, items in (("-", missed), ("+", spurious)):
        for item in sorted(items):
            print(identifier, sign, item)


def rename(gold: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Give the article with every person's given name replaced by a random one of the same length."""
    text, title = gold["text"], gold["title"]
    people = []
    for person in sorted(gold["people"], key=lambda p: -len(p["name"])):
        name = person["name"]
        if not 2 <= len(name) <= 3 or not all("\u4e00" <= c <= "\u9fff" for c in name):
            people.append(person)
            continue
        new = name[0] + "".join(rng.choice(GIVEN) for _ in name[1:])
        text = text.replace(name, new)
        title = title.replace(name, new) if title else title
        people.append({**person, "name": new})
    return {**gold, "text": text, "title": title, "people": people}


def measure_public(run: Callable[[str | None, str], Doc], path: Path) -> dict[str, Counts]:
    """Strict spans of people, places and organisations in the convention of a public corpus."""
    counts: dict[str, Counts] = defaultdict(Counts)
    for item in read(path):
        doc = run(None, item["text"])
        source_span = doc._.normalised.source_span
        given = {
            (*source_span(entity.start_char, entity.end_char), entity.label_)
            for entity in doc.ents
            if entity.label_ in ("PERSON", "LOC", "ORG")
        }
        gold = {(start, end, PUBLIC_LABELS[label]) for start, end, label in item["spans"] if label in PUBLIC_LABELS}
        for label in ("PERSON", "LOC", "ORG", "all"):
            own = {s for s in given if label in (s[2], "all")}
            wanted = {s for s in gold if label in (s[2], "all")}
            counts[label].add(len(own & wanted), len(own), len(own & wanted), len(wanted))
    return counts


def measure_speed(shared: Path, model: str | None) -> list[tuple[str, str]]:
    """Characters a second on one core, beside jieba in the same run; and memory."""
    import jieba
    import jieba.posseg

    start = time.perf_counter()
    component = create_entities(spacy.blank("zh"), "entities", model)
    loading = time.perf_counter() - start
    tokenizer = NormalisingTokenizer(spacy.blank("zh").vocab)
    articles = read(shared / "benchmark/train.articles.jsonl")[:120]
    texts = [article["text"] for article in articles]
    docs = [tokenizer(text) for text in texts]
    characters = sum(len(doc.text) for doc in docs)
    jieba.posseg.lcut("热身")

    def speed(work: Callable[[], Any]) -> str:
        best = min(timed(work) for _ in range(3))
        return f"{characters / best:,.0f}"

    return [
        ("network alone, characters/s", speed(lambda: [component.read(doc) for doc in docs])),
        ("jishi_entities, characters/s", speed(lambda: [component(doc) for doc in docs])),
        ("jieba.cut, characters/s", speed(lambda: [jieba.lcut(text) for text in texts])),
        ("jieba.posseg.cut, characters/s", speed(lambda: [jieba.posseg.lcut(text) for text in texts])),
        ("loading the model, s", f"{loading:.2f}"),
        ("peak memory of this process, MB", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}"),
    ]


def timed(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--model", help="folder of a tagger; default: the one shipped")
    parser.add_argument("--errors", choices=("people", "organisations"))
    parser.add_argument("--public", action="store_true", help="also score corpora/ner in its own convention")
    parser.add_argument("--no-speed", action="store_true")
    options = parser.parse_args()

    speed = [] if options.no_speed else measure_speed(options.shared, options.model)
    component = create_entities(spacy.blank("zh"), "entities", options.model)
    tokenizer = NormalisingTokenizer(spacy.blank("zh").vocab)
    fold = load_fold(options.shared)

    def run(title: str | None, text: str) -> Doc:
        doc = tokenizer.segment(normalise_article(title, text)) if title else tokenizer(text)
        return component(doc)

    golds = read(options.shared / "benchmark/dev.gold.jsonl")
    lines = ["# The tagger by itself", "", "| dev articles | field | P | R | F1 | gold |", "|---|---|---|---|---|---|"]
    for source, fields in measure_gold(run, golds, fold, options.errors).items():
        for field, counts in fields.items():
            p, r, f = counts.figures()
            lines.append(f"| {source} | {field} | {p:.3f} | {r:.3f} | {f:.3f} | {counts.gold} |")
    if options.errors:
        return
    renamed = [rename(gold, random.Random(7)) for gold in golds]
    p, r, f = measure_gold(run, renamed, fold, None)["all"]["people"].figures()
    lines.append(f"| all, every given name replaced | people | {p:.3f} | {r:.3f} | {f:.3f} | |")
    if options.public:
        lines += ["", "| public set, own convention | label | P | R | F1 | gold |", "|---|---|---|---|---|---|"]
        for name in PUBLIC:
            for label, counts in measure_public(run, options.shared / f"corpora/ner/{name}.jsonl").items():
                p, r, f = counts.figures()
                lines.append(f"| {name} | {label} | {p:.3f} | {r:.3f} | {f:.3f} | {counts.gold} |")
    if speed:
        lines += ["", "| one core | |", "|---|---|", *(f"| {name} | {value} |" for name, value in speed)]
    report = "\n".join(lines) + "\n"
    print(report)
    if options.model is None and speed:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "tagger.md").write_text(report, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
