"""From the shared corpora to the shipped tagger.

    python models/ner/train.py --shared ../shared                 # everything; hours on two cores, minutes on a GPU
    python models/ner/train.py --shared ../shared --only prepare  # read and segment the corpora into the work folder
    python models/ner/train.py --only fit --device cuda           # train from the work folder alone, elsewhere
    python models/ner/train.py --only export                      # the trained network to the shipped files
    python models/ner/train.py --only broaden                     # step 6 alone, from the shipped files themselves
    python models/ner/train.py --only held-out                    # the figures on public sets not trained on

Needs torch, onnx and onnxscript beside the package itself. Each stage leaves a file in the work folder and is skipped
where that is there already:

1. prepare: gold records, our annotations, corpora/ner and the news as rows of numbers;
2. reader: a network with attention learns Chinese from the news (masked characters, the silver labels of LAC) and from
   corpora/ner;
3. teacher: the reader, taught by gold records and our annotations, with recombined names;
4. student: a fast network learns from gold, corpora/ner, and from what the teacher says of all the news;
5. narrow: the student without its least channels, taught by what the student says of all the news;
6. broad: the narrow network, which learns from articles of our own writing what other newsrooms write, and keeps to
   what it says of all the news, is what is shipped;
7. one teacher and student more for each part of the annotated articles, which they do not see (nor people-dev and
   msra-val): the relation models learn from what these say;
8. export.
"""

from __future__ import annotations

import argparse
import itertools
import math
import pickle
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import data
import numpy as np
import torch
from augment import NamePool, entity_spans, recombine
from data import Sequence
from export import export
from measure import DevelopmentSet, PublicSet
from narrowing import narrow
from network import TaggerNetwork
from reading_back import fit_norms, read_back
from rows import Pool, Rows, lay_out
from training import Phase, pair_characters, probabilities, train

from jishi.stages.tagger import CHARACTERS_FILE, CharacterTable, fold_character, read_characters

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "annotations"))
import annotations  # noqa: E402

SEED = 1
COPIES = 3  # of each gold article, with recombined names
WIDTH_OF_TEACHER, WIDTH_OF_STUDENT, WIDTH_OF_SHIPPED = 512, 256, 160
NARROW, SHIPPED = "narrow", "broad"
NER, GOLD, NEWS, OWN, OTHER = "ner", "gold", "news", "own", "other"
HELD_OUT = ("people-dev", "msra-val")  # what only the shipped network and its teacher are trained on
APART = "{} apart"  # one of them without the sentences that the other has too
# On a GPU each phase ends after so many seconds; on a processor the steps bind.
READING = Phase(
    "reader", 3600, {NEWS: 0.8, NER: 0.2}, rate=1e-3, seconds=130, lanes=48, warm_up=300, dropout=0.05, masked=0.18,
    no_words=0.6, average=0.999,
    losses={"masked": 1.0, "silver": 0.5, "entities": 0.5},
)  # fmt: skip
TEACHING = Phase(
    "teacher", 1600, {GOLD: 0.65, NER: 0.2, NEWS: 0.15}, rate=3e-4, seconds=45, lanes=24, warm_up=100, dropout=0.15,
    masked=0.08, average=0.998,
    losses={"entities": 1.0, "frames": 2.0, "roles": 0.6, "masked": 0.2, "silver": 0.1},
)  # fmt: skip
STUDYING = Phase(
    "student", 3000, {NEWS: 0.65, GOLD: 0.2, NER: 0.15}, rate=3e-3, seconds=75, lanes=48, warm_up=200,
    average=0.998, masked=0.06, losses={"entities": 1.0, "frames": 2.0, "roles": 0.6, "masked": 0.05, "taught": 1.0},
)  # fmt: skip
NARROWING = Phase(
    "narrow", 5000, {NEWS: 0.65, GOLD: 0.2, NER: 0.15}, rate=2e-3, seconds=75, lanes=16, warm_up=200, average=0.998,
    masked=0.04, losses={"entities": 1.0, "frames": 2.0, "roles": 0.6, "taught": 1.0},
)  # fmt: skip
BROADENING = Phase(
    "broad", 500, {NEWS: 0.35, GOLD: 0.25, OWN: 0.25, NER: 0.15}, rate=5e-4, seconds=30, lanes=16, warm_up=50,
    average=0.99, masked=0.04, losses={"entities": 1.0, "frames": 2.0, "roles": 0.6, "taught": 1.0},
)  # fmt: skip
# A network of the shipped size that has seen neither of HELD_OUT, and what it learns from one before it reads the other
HOLDING_OUT = Phase(
    "held out", 4000, {NEWS: 0.5, NER: 0.35, GOLD: 0.15}, rate=3e-3, lanes=16, warm_up=200, dropout=0.05, masked=0.06,
    average=0.998, losses={"entities": 1.0, "public": 1.0, "silver": 0.5, "masked": 0.1},
)  # fmt: skip
TAKING_IN = Phase(
    "taking in", 500, {NER: 0.5, OTHER: 0.25, GOLD: 0.25}, rate=1e-3, lanes=16, warm_up=50, dropout=0.05, masked=0.06,
    average=0.99, losses={"entities": 1.0, "public": 1.0},
)  # fmt: skip
TEACHING_PART = replace(TEACHING, name="teacher of a part", steps=1000, seconds=25)
STUDYING_PART = replace(STUDYING, name="student of a part", steps=1400, seconds=36)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--work", type=Path, default=Path("build/ner"))
    parser.add_argument("--only", choices=("prepare", "fit", "broaden", "held-out", "export"))
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--shorten", type=float, default=1.0, help="divide steps and seconds of all phases by this")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if options.only in (None, "prepare"):
        Preparation(options.shared, options.work).run()
    if options.only in (None, "fit"):
        Recipe(options.work, torch.device(options.device), options.shorten).run()
    if options.only == "broaden":
        Preparation(options.shared, options.work, read_characters(HERE / CHARACTERS_FILE)).run()
        Recipe(options.work, torch.device(options.device), options.shorten).broaden(HERE)
    if options.only == "held-out":
        Preparation(options.shared, options.work).run()
        Recipe(options.work, torch.device(options.device), options.shorten).hold_out(options.shared / "corpora/ner")
    if options.only in (None, "export"):
        for name in (SHIPPED, NARROW, *(f"student-{part}" for part in range(annotations.FOLDS))):
            if (options.work / f"{name}.pt").exists():
                folder = options.out if name == SHIPPED else options.work / name
                export_network(options.work, name, folder)


def export_network(work: Path, name: str, folder: Path) -> None:
    characters, state = load(work / "characters"), torch.load(work / f"{name}.pt", map_location="cpu")
    network = TaggerNetwork(CharacterTable(characters).size, state["entities.weight"].shape[1])
    network.load_state_dict(state, strict=False)
    export(network.float(), characters, folder)


def load(path: Path) -> Any:
    return pickle.loads(path.with_name(path.name + ".pickle").read_bytes())


class Preparation:
    """From the shared corpora to rows of numbers in the work folder."""

    def __init__(self, shared: Path, work: Path, characters: list[str] | None = None) -> None:
        """characters: the vocabulary, if there is one already."""
        self.shared, self.work, self.characters = shared, work, characters

    def run(self) -> None:
        self.cached("characters", lambda: self.characters or self.collect_characters())
        self.table = CharacterTable(load(self.work / "characters"))
        self.cached("gold", self.gold_rows)
        self.cached("own", self.own_rows)
        self.cached("corpora", self.corpus_rows)
        self.cached("news", self.news_rows)
        self.cached("development", lambda: DevelopmentSet(self.shared, self.table))

    def cached(self, name: str, make: Callable[[], Any]) -> None:
        path = self.work / f"{name}.pickle"
        if not path.exists():
            began = time.time()
            path.write_bytes(pickle.dumps(make()))
            print(f"{name}: {time.time() - began:.0f} s, {path.stat().st_size / 1e6:.0f} MB", flush=True)

    def read_labelled(self) -> tuple[list[list[Sequence]], dict[str, list[Sequence]]]:
        """Give the articles annotated in this project's scheme, by part, and the corpora of others."""
        golds = data.read_jsonl(self.shared / "benchmark/train.gold.jsonl") + annotations.read_articles(self.shared)
        lexicon = data.title_lexicon(self.shared, golds)
        parts: list[list[Sequence]] = [[] for _ in range(annotations.FOLDS)]
        for gold in golds:
            parts[annotations.fold_of(gold["id"])].append(data.read_annotation(data.annotate(gold), lexicon))
        for gold in annotations.read_talks(self.shared):
            parts[annotations.fold_of(gold["id"])].append(data.read_talks(gold))
        corpora = {
            path.stem: list(data.read_corpus(path, lexicon))
            for path in sorted((self.shared / "corpora/ner").glob("*.jsonl"))
            if "trad" not in path.stem  # uner-trad: the sentences of uner-simp
        }
        return parts, corpora

    def read_news(self) -> Iterable[Sequence]:
        """Give the news with the silver labels, without the dev articles, which are among them."""
        kept_out = {gold["id"] for gold in data.read_jsonl(self.shared / "benchmark/dev.gold.jsonl")}
        return (s for s in data.read_silver(self.shared) if s.source.removeprefix("silver:") not in kept_out)

    def collect_characters(self) -> list[str]:
        """Give every character that occurs four times, by frequency."""
        counts: Counter[str] = Counter()
        parts, corpora = self.read_labelled()
        for sequence in itertools.chain(self.read_news(), *parts, *corpora.values()):
            counts.update(sequence.text)
        folded: Counter[str] = Counter()
        for character, count in counts.items():
            folded[fold_character(character)] += count
        return [c for c, n in folded.most_common() if c in "\n " or (n >= 4 and len(c) == 1 and c > " ")]

    def gold_rows(self) -> list[Rows]:
        parts, corpora = self.read_labelled()
        return self.recombined(parts, [sequence for part in parts for sequence in part], corpora)

    def own_rows(self) -> Rows:
        """Give the articles of our own writing, each with recombined names beside its own."""
        parts, corpora = self.read_labelled()
        golds = data.read_jsonl(self.shared / "benchmark/train.gold.jsonl") + annotations.read_articles(self.shared)
        lexicon = data.title_lexicon(self.shared, golds)
        own = [data.read_annotation(data.annotate(gold), lexicon) for gold in annotations.read_invented()]
        own += [data.read_marked(text, spans, lexicon) for _, text, spans in annotations.read_marked()]
        return self.recombined([own], [*itertools.chain(*parts), *own], corpora)[0]

    def recombined(
        self, parts: list[list[Sequence]], everything: list[Sequence], corpora: dict[str, list[Sequence]]
    ) -> list[Rows]:
        """Give each part with copies that have recombined names: those of `everything` and the corpora."""
        pool = self.name_pool(itertools.chain(everything, *corpora.values()), everything + corpora["university-news"])
        rng = random.Random(SEED)
        rows = []
        for part in parts:
            copies = [part, *([recombine(s, pool, rng) for s in part] for _ in range(COPIES - 1))]
            rows.append(lay_out(itertools.chain(*copies), self.table.look_up))
        return rows

    def name_pool(self, with_names: Iterable[Sequence], with_organisations: Iterable[Sequence]) -> NamePool:
        names: Counter[str] = Counter()
        for sequence in self.read_news():
            names.update(sequence.silver_forms("PER"))
        for sequence in with_names:
            names.update(sequence.text[a:b] for a, b, label in entity_spans(sequence) if label == "PERSON")
        organisations = [s.text[a:b] for s in with_organisations for a, b, label in entity_spans(s) if label == "ORG"]
        return NamePool(names, organisations)

    def corpus_rows(self) -> dict[str, Rows]:
        _, corpora = self.read_labelled()
        one, other = (corpora[name] for name in HELD_OUT)
        apart = data.drop_repeated(one, other), data.drop_repeated(other, one)
        corpora |= {APART.format(name): sequences for name, sequences in zip(HELD_OUT, apart, strict=True)}
        return {name: lay_out(sequences, self.table.look_up, join=600) for name, sequences in corpora.items()}

    def news_rows(self) -> Rows:
        rows = lay_out(self.read_news(), self.table.look_up)
        rows.entities = rows.frames = rows.roles = rows.roles_known = None
        return rows


class Recipe:
    """The stages of training, over one work folder."""

    def __init__(self, work: Path, device: torch.device, shorten: float = 1.0) -> None:
        self.work, self.device, self.shorten = work, device, shorten
        self.table = CharacterTable(load(work / "characters"))
        development = load(work / "development")
        self.evaluate = lambda network: development.measure(network, device)
        gold = {f"{GOLD}-{part}": rows for part, rows in enumerate(load(work / "gold"))}
        self.corpora = load(work / "corpora")
        self.pool = Pool(gold | self.corpora | {OWN: load(work / "own"), NEWS: load(work / "news")}, device, SEED)

    def run(self) -> None:
        parts = range(annotations.FOLDS)
        self.stage("reader", None, READING, parts, attentive=True)
        self.stage("teacher", "reader", TEACHING, parts, attentive=True, whole=True)
        self.teach("teacher")
        self.stage("student", None, STUDYING, parts, whole=True)
        self.teach("student", attentive=False)
        self.stage(NARROW, "student", NARROWING, parts, whole=True)
        self.broaden()
        for part in parts:
            seen = [other for other in parts if other != part]
            self.stage(f"teacher-{part}", "reader", TEACHING_PART, seen, attentive=True)
            self.teach(f"teacher-{part}")
            self.stage(f"student-{part}", None, STUDYING_PART, seen)

    def broaden(self, shipped: Path | None = None) -> None:
        """Train the last phase of the shipped network. shipped: where its files are, if it was not trained here."""
        if shipped is not None:
            network = read_back(shipped).to(self.device)
            fit_norms(network, self.read(self.pool.draw({NEWS: 1.0}, random.Random(SEED), lanes=16)))
            torch.save(network.state_dict(), self.work / f"{NARROW}.pt")
        self.teach(NARROW, attentive=False)
        self.stage(SHIPPED, NARROW, BROADENING, range(annotations.FOLDS), whole=True)

    def shares(self, phase: Phase, parts: Iterable[int], whole: bool) -> dict[str, float]:
        """Give the share of each source: those of a group are divided, by size."""
        weights = {}
        for name, rows in self.corpora.items():
            if name not in map(APART.format, HELD_OUT) and (whole or name not in HELD_OUT):
                weight = 3.0 if name == "university-news" else 0.5 if name.startswith(("weibo", "uner")) else 1.0
                weights[name] = weight * len(rows.characters) ** 0.7
        shares = {name: phase.shares.get(NER, 0.0) * weight / sum(weights.values()) for name, weight in weights.items()}
        sizes = {f"{GOLD}-{part}": len(self.pool.sources[f"{GOLD}-{part}"].bounds) for part in parts}
        shares |= {name: phase.shares.get(GOLD, 0.0) * size / sum(sizes.values()) for name, size in sizes.items()}
        return shares | {name: phase.shares.get(name, 0.0) for name in (OWN, NEWS)}

    def hold_out(self, corpora: Path) -> None:
        """Print how well a network of the shipped size finds the people of each set of HELD_OUT in the public sets' own
        convention: when it has seen neither, and when it has learnt from the other one."""
        sets = {name: PublicSet(corpora / f"{name}.jsonl", self.table) for name in HELD_OUT}
        parts = range(annotations.FOLDS)
        self.stage("held-out", None, HOLDING_OUT, parts, width=WIDTH_OF_SHIPPED)
        for name, other in (HELD_OUT, HELD_OUT[::-1]):
            self.stage(f"without-{name}", "held-out", TAKING_IN, parts, other=APART.format(other))
            for trained, checkpoint in (("neither", "held-out"), (other, f"without-{name}")):
                network = self.load(checkpoint, attentive=False).eval()
                precision, recall, f1 = sets[name].measure(network, self.device)
                print(f"{name}, trained with {trained}: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")

    def stage(
        self,
        name: str,
        start: str | None,
        phase: Phase,
        parts: Iterable[int],
        attentive: bool = False,
        whole: bool = False,
        other: str | None = None,
        width: int | None = None,
    ) -> None:
        """Train for a phase from a checkpoint (None: from nothing, of a width); leave another.

        whole: on all of corpora/ner. other: the source that the phase calls so.
        """
        path = self.work / f"{name}.pt"
        if path.exists():
            return
        torch.manual_seed(SEED)
        network = self.narrowed(start) if name == NARROW and start else self.load(start, attentive, width)
        seconds = math.inf if self.device.type == "cpu" else phase.seconds / self.shorten
        shortened = replace(phase, steps=int(phase.steps / self.shorten), seconds=seconds)
        shares = self.shares(phase, parts, whole) | ({other: phase.shares[OTHER]} if other else {})
        network = train(network, self.pool, shortened, shares, SEED, self.evaluate)
        state = network.state_dict()
        if not attentive:  # heads that serve training alone are not kept
            state = {key: value.half() for key, value in state.items() if not key.startswith(("masked", "silver"))}
        torch.save(state, path)

    def load(self, name: str | None, attentive: bool, width: int | None = None) -> TaggerNetwork:
        """Give a network as a checkpoint left it (None: as it is before training, of a width)."""
        state = torch.load(self.work / f"{name}.pt", map_location=self.device) if name else {}
        width = width or (WIDTH_OF_TEACHER if attentive else WIDTH_OF_STUDENT)
        width = state["entities.weight"].shape[1] if state else width
        network = TaggerNetwork(self.table.size, width, attentive).to(self.device)
        if name:
            network.load_state_dict(state, strict=attentive)
        return network

    def narrowed(self, name: str) -> TaggerNetwork:
        """Give the narrow network as it begins: a checkpoint without its least channels."""
        network = TaggerNetwork(self.table.size, WIDTH_OF_SHIPPED).to(self.device)
        batch = self.pool.draw({NEWS: 1.0}, random.Random(SEED), lanes=16)
        narrow(self.load(name, attentive=False), network, self.read(batch))
        return network

    @staticmethod
    def read(batch: dict[str, Any]) -> dict[str, Any]:
        """Give a batch's inputs, with nothing hidden."""
        inputs = {key: batch[key] for key in ("characters", "words", "shapes", "rows")}
        return inputs | {"bigrams": pair_characters(batch["characters"])}

    def teach(self, name: str, attentive: bool = True) -> None:
        """Have a network read all the news; the next ones learn from what it says."""
        network = self.load(name, attentive).eval()
        first, last = self.pool.areas[NEWS]
        self.pool.taught = None
        taught = None
        bounds, lanes, length = self.pool.sources[NEWS].bounds, 64, self.pool.length
        ordered = sorted(bounds, key=lambda row: row[1] - row[0])
        for i in range(0, len(ordered), lanes):
            rows = ordered[i : i + lanes]
            longest = min(length, -(-max(end - start for start, end in rows) // 8) * 8)  # whole eights are faster
            places, numbers = np.zeros((len(rows), longest), np.int64), np.zeros((len(rows), longest), np.int32)
            for lane, (start, end) in enumerate(rows):
                size = min(end - start, longest)
                places[lane, :size] = np.arange(start, start + size)
                numbers[lane, :size] = 1
            batch = self.pool.gather(places, numbers)
            given = probabilities(network, self.read(batch))
            if taught is None:
                taught = torch.zeros((last - first, given.shape[-1]), dtype=torch.float16, device=self.device)
            real = batch["rows"] > 0
            taught[torch.from_numpy(places).to(self.device)[real] - first] = given[real].half()
        self.pool.taught, self.pool.taught_area = taught, (first, last)


if __name__ == "__main__":
    main()
