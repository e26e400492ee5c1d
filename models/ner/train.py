"""From the shared corpora to the shipped tagger.

    python models/ner/train.py --shared ../shared [--out models/ner] [--work build/ner] [--leave-out people-dev]

Needs torch, onnx and onnxscript beside the package itself. Each stage leaves a checkpoint in the work folder and is
skipped where that is there already:

1. pretraining: news articles with silver entities and masked characters, beside gold and corpora/ner;
2. teacher: gold records, our annotations and corpora/ner, with recombined names;
3. student: from the pretrained weights, on what the teacher finds in the news, then as the teacher;
4. the mean of teacher and student, polished with more of the other corpora, and the mean of before and after;
5. export.
"""

from __future__ import annotations

import argparse
import itertools
import pickle
import random
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import data
import torch
from augment import NamePool, entity_spans, recombine
from data import Sequence
from export import export
from measure import DevelopmentSet
from network import TaggerNetwork
from pseudo import label_articles
from rows import Rows, Source, lay_out
from training import LOSSES, Phase, train

from jishi.stages.tagger import CharacterTable, fold_character

HERE = Path(__file__).resolve().parent
SEED = 1
COPIES = 3  # of each gold article, with recombined names
NER, GOLD = "ner", "gold"
FRAMED = LOSSES | {"frames": 2.0, "roles": 0.6, "masked": 0.15}  # frames are rare: their mean loss is small
PRETRAINING = (
    Phase("pretraining", 450, {"news": 0.60, GOLD: 0.12, NER: 0.28}, rate=2e-3, last_rate=0.3, masked=0.10),
    Phase("pretraining, on", 900, {"news": 0.55, GOLD: 0.17, NER: 0.28}, rate=1.5e-3),
)
TEACHING = (Phase("gold", 300, {GOLD: 0.75, NER: 0.25}, rate=1e-3, lanes=8, dropout=0.15, masked=0.05, average=0.995),)
STUDYING = (
    Phase("student", 450, {"pseudo": 0.50, GOLD: 0.25, NER: 0.25}, rate=1.2e-3, lanes=12, losses=FRAMED),
    Phase(
        "student, gold",
        300,
        {GOLD: 0.75, NER: 0.25},
        rate=8e-4,
        lanes=8,
        dropout=0.15,
        masked=0.05,
        average=0.995,
        losses=FRAMED,
    ),
)
POLISHING = (
    Phase(
        "all corpora", 250, {GOLD: 0.45, NER: 0.55}, rate=8e-4, lanes=8, warm_up=40, dropout=0.10, masked=0.05,
        average=0.995, losses=FRAMED,
    ),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--work", type=Path, default=Path("build/ner"))
    parser.add_argument("--leave-out", action="append", default=[], help="file of corpora/ner not to train on")
    parser.add_argument("--no-student", action="store_true", help="stop at the teacher: quicker, a little worse")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    recipe = Recipe(options.shared, options.work, options.leave_out)
    recipe.stage("pretrained", None, PRETRAINING)
    last = recipe.stage("teacher", "pretrained", TEACHING)
    if not options.no_student:
        recipe.export("teacher", options.work / "teacher")
        recipe.stage("student", "pretrained", STUDYING)
        recipe.average("mean", "teacher", "student")
        recipe.stage("polished", "mean", POLISHING)
        last = recipe.average("final", "mean", "polished")
    recipe.export(last, options.out)


class Recipe:
    """The stages, over one work folder."""

    def __init__(self, shared: Path, work: Path, leave_out: Iterable[str] = ()) -> None:
        self.shared = shared
        self.work = work
        self.leave_out = set(leave_out)
        self.characters = self.cached("characters", self.collect_characters)
        self.table = CharacterTable(self.characters)
        self.development = DevelopmentSet(shared, self.table)

    def cached(self, name: str, make: Callable[[], Any]) -> Any:
        """Give what `make` gives, from the work folder if it was made before."""
        path = self.work / f"{name}.pickle"
        if not path.exists():
            path.write_bytes(pickle.dumps(make()))
        return pickle.loads(path.read_bytes())

    # --- data -----------------------------------------------------------------------------------------------------

    def read_labelled(self) -> tuple[list[Sequence], dict[str, list[Sequence]]]:
        """Give the articles annotated in this project's scheme, and the corpora of others."""
        golds = data.read_jsonl(self.shared / "benchmark/train.gold.jsonl")
        lexicon = data.title_lexicon(self.shared, golds)
        news = {item["id"]: item for item in data.read_jsonl(self.shared / "corpora/news/articles.jsonl")}
        annotations = [data.annotate(gold) for gold in golds]
        annotations += data.read_annotations(HERE / "annotations.jsonl", news)
        gold = [data.read_annotation(annotation, lexicon) for annotation in annotations]
        corpora = {
            path.stem: list(data.read_corpus(path, lexicon))
            for path in sorted((self.shared / "corpora/ner").glob("*.jsonl"))
            if "trad" not in path.stem and path.stem not in self.leave_out  # uner-trad: the sentences of uner-simp
        }
        return gold, corpora

    def collect_characters(self) -> list[str]:
        """Give every character that occurs four times, by frequency."""
        counts: Counter[str] = Counter()
        gold, corpora = self.read_labelled()
        for sequence in itertools.chain(data.read_silver(self.shared), gold, *corpora.values()):
            counts.update(sequence.text)
        folded: Counter[str] = Counter()
        for character, count in counts.items():
            folded[fold_character(character)] += count
        return [c for c, n in folded.most_common() if c in "\n " or (n >= 4 and len(c) == 1 and c > " ")]

    def gold_rows(self) -> Rows:
        gold, corpora = self.read_labelled()
        pool = self.name_pool(itertools.chain(gold, *corpora.values()), gold + corpora["university-news"])
        rng = random.Random(SEED)
        copies = [gold, *([recombine(s, pool, rng) for s in gold] for _ in range(COPIES - 1))]
        return lay_out(itertools.chain(*copies), self.table.look_up)

    def name_pool(self, with_names: Iterable[Sequence], with_organisations: Iterable[Sequence]) -> NamePool:
        names: Counter[str] = Counter()
        for sequence in data.read_silver(self.shared):
            names.update(sequence.silver_forms("PER"))
        for sequence in with_names:
            names.update(sequence.text[a:b] for a, b, label in entity_spans(sequence) if label == "PERSON")
        organisations = [s.text[a:b] for s in with_organisations for a, b, label in entity_spans(s) if label == "ORG"]
        return NamePool(names, organisations)

    def corpus_rows(self) -> dict[str, Rows]:
        _, corpora = self.read_labelled()
        return {name: lay_out(sequences, self.table.look_up, join=320) for name, sequences in corpora.items()}

    def news_rows(self) -> Rows:
        return lay_out(data.read_silver(self.shared), self.table.look_up)

    def pseudo_rows(self) -> Rows:
        news = itertools.islice(data.read_silver(self.shared), 0, None, 4)  # as many as the student will see
        return lay_out(label_articles(news, self.work / "teacher"), self.table.look_up)

    # --- stages ---------------------------------------------------------------------------------------------------

    def sources(self, wanted: set[str]) -> tuple[dict[str, Source], dict[str, float]]:
        """Give the sources of some shares, and how the corpora divide the share of `ner` among them."""
        rng = random.Random(SEED)
        found: dict[str, Source] = {}
        corpora: dict[str, float] = {}
        if NER in wanted:
            for name, rows in self.cached("corpora", self.corpus_rows).items():
                found[name] = Source(rows, rng)
                weight = 3.0 if name == "university-news" else 0.5 if name.startswith(("weibo", "uner")) else 1.0
                corpora[name] = weight * len(rows.characters) ** 0.7
        makers = {GOLD: self.gold_rows, "news": self.news_rows, "pseudo": self.pseudo_rows}
        for name in sorted(wanted & makers.keys()):
            found[name] = Source(self.cached(name, makers[name]), rng)
        total = sum(corpora.values())
        return found, {name: weight / total for name, weight in corpora.items()}

    def stage(self, name: str, start: str | None, phases: Iterable[Phase]) -> str:
        """Train through phases from a checkpoint (None: from nothing), leave a checkpoint; give its name."""
        path = self.work / f"{name}.pt"
        if path.exists():
            return name
        torch.manual_seed(SEED)
        network = TaggerNetwork(self.table.size)
        if start:
            network.load_state_dict(torch.load(self.work / f"{start}.pt"))
        sources, corpora = self.sources({source for phase in phases for source in phase.shares})
        for position, phase in enumerate(phases):
            shares = {k: v for k, v in phase.shares.items() if k != NER}
            shares |= {k: v * phase.shares.get(NER, 0.0) for k, v in corpora.items()}
            network = train(network, sources, phase, shares, SEED + position, self.development.measure)
        torch.save(network.state_dict(), path)
        return name

    def average(self, name: str, *parts: str) -> str:
        """Leave the mean of some checkpoints' weights as another; give its name.

        They began at the same weights, so that their mean is a network too, and a steadier one (Wortsman et al. 2022).
        """
        states = [torch.load(self.work / f"{part}.pt") for part in parts]
        mean = {
            key: sum(state[key] for state in states) / len(states) if value.is_floating_point() else value
            for key, value in states[0].items()
        }
        torch.save(mean, self.work / f"{name}.pt")
        return name

    def export(self, name: str, folder: Path) -> None:
        network = TaggerNetwork(self.table.size)
        network.load_state_dict(torch.load(self.work / f"{name}.pt"))
        export(network, self.characters, folder)


if __name__ == "__main__":
    main()
