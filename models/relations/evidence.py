"""What taggers say of the annotated articles that they were not trained on: evidence for the relation models.

    python models/relations/evidence.py --shared ../shared --taggers build/ner    # writes evidence.npz.xz

The recipe in models/ner trains one tagger more for each part of the annotated articles, without that part
(build/ner/student-0, …); those of our own writing are read by the tagger as it was before it learnt from them
(build/ner/narrow). Their probabilities of frames and roles, coarsely and without any text, are kept here, so that
the relation models can be trained anew without those taggers.
"""

from __future__ import annotations

import argparse
import io
import json
import lzma
import sys
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

import jishi
from jishi.language import make_doc
from jishi.records import Article
from jishi.stages.entities import EntityTagger
from jishi.stages.findings import read_text
from jishi.stages.tagger import FRAME_LABELS, FRAME_TAGS, read_spans

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "annotations"))
import annotations

FILE = Path(__file__).with_name("evidence.npz.xz")
STEPS = 24  # of the square root of a probability
LEAST = 3  # fewer steps are none
COLUMNS = len(FRAME_LABELS) * (len(FRAME_TAGS) - 1)  # what is in no frame need not be stored


class StoredEvidence:
    """Probabilities of frames and roles of every character of the annotated articles."""

    def __init__(self, rows: dict[str, Any]) -> None:
        self.rows = rows

    def set_on(self, doc: Doc) -> None:
        """Set `doc._.frame_scores`, `doc._.role_scores` and `doc.spans["frames"]`.

        Raises ValueError where the article's normalised text is not what the taggers read.
        """
        article = doc._.article
        rows = self.rows[article.id]
        if len(rows) != len(read_text(doc)):
            raise ValueError(f"{article.id} is normalised otherwise by now: run models/relations/evidence.py anew")
        values = np.square(rows.astype(np.float32) / STEPS)
        inside = values[:, :COLUMNS].reshape(len(rows), len(FRAME_LABELS), -1)
        frames = np.concatenate((1 - inside.sum(-1, keepdims=True), inside), axis=-1)
        frames = np.log(np.maximum(frames, 1e-4))
        doc._.frame_scores, doc._.role_scores = frames, values[:, COLUMNS:]
        doc.spans["frames"] = [
            span
            for i, label in enumerate(FRAME_LABELS)
            for found in read_spans(np.ascontiguousarray(frames[:, i]), (label,))
            if (span := doc.char_span(found.start, found.end, label=label, alignment_mode="expand"))
        ]


class Reader:
    """A pipeline up to its tagger, which says what it thinks of every character of an article."""

    def __init__(self, nlp: Language) -> None:
        tagger = nlp.get_pipe("jishi_entities")
        assert isinstance(tagger, EntityTagger)
        self.nlp, self.tagger = nlp, tagger
        self.before = [process for _, process in nlp.pipeline[: nlp.pipe_names.index("jishi_entities")]]

    def read(self, article: Article) -> Any:
        """Give square roots of probabilities in steps, a row a character: frames without O, then roles."""
        doc = make_doc(self.nlp, article)
        for process in self.before:
            doc = process(doc)
        scores = self.tagger.read(doc)
        frames = np.exp(scores.frames[:, :, 1:]).reshape(len(scores.roles), -1)
        values = np.rint(np.sqrt(np.concatenate((frames, scores.roles), axis=1)) * STEPS).astype(np.uint8)
        values[values < LEAST] = 0
        return values


def read_evidence() -> StoredEvidence:
    """Read what `make_evidence` wrote."""
    with lzma.open(FILE) as file, np.load(io.BytesIO(file.read())) as stored:
        ends = np.cumsum(stored["lengths"])
        rows = np.split(stored["columns"].T, ends[:-1])
        return StoredEvidence(dict(zip(stored["ids"].tolist(), rows, strict=True)))


def make_evidence(shared: Path, taggers: Path) -> None:
    """Have each article read by the tagger that has not seen it."""
    with (shared / "benchmark/train.gold.jsonl").open(encoding="utf-8") as lines:
        golds = [json.loads(line) for line in lines]
    golds += annotations.read_articles(shared) + annotations.read_talks(shared)
    unseen = {
        f"student-{part}": [gold for gold in golds if annotations.fold_of(gold["id"]) == part]
        for part in range(annotations.FOLDS)
    }
    unseen["narrow"] = annotations.read_invented()
    rows: dict[str, Any] = {}
    for name, articles in unseen.items():
        reader = Reader(jishi.load(model=taggers / name))
        for gold in articles:
            if gold["id"] not in rows:
                article = Article(gold["text"], gold["id"], gold["title"], gold["published"])
                rows[gold["id"]] = reader.read(article)
    write_evidence(rows)


def write_evidence(rows: dict[str, Any]) -> None:
    """Write the evidence of the articles, by their ids."""
    with lzma.open(FILE, "wb") as file:
        columns = np.ascontiguousarray(np.concatenate(list(rows.values())).T)
        lengths = [len(values) for values in rows.values()]
        np.savez(file, ids=np.array(list(rows)), lengths=np.array(lengths), columns=columns)
    print(f"{FILE}: {len(rows)} articles, {FILE.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--taggers", type=Path, default=Path("build/ner"))
    options = parser.parse_args()
    make_evidence(options.shared, options.taggers)
