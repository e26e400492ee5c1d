"""How good a network is while it trains: names in the dev articles, before the document settles them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from data import article_text, read_jsonl, segment, simplify
from network import TaggerNetwork

from jishi.stages.tagger import ENTITY_LABELS, CharacterTable, encode_characters, read_spans


class DevelopmentSet:
    """The dev articles, encoded."""

    def __init__(self, shared: Path, table: CharacterTable) -> None:
        self.articles = []
        for gold in read_jsonl(shared / "benchmark/dev.gold.jsonl"):
            text = article_text(gold["title"], gold["text"])
            ids = table.look_up(text)
            arrays = (ids, encode_characters(ids), *segment(text))
            inputs = [torch.from_numpy(array.astype(np.int64))[None] for array in arrays]
            self.articles.append((gold, text, inputs))

    @torch.no_grad()
    def measure(self, network: TaggerNetwork) -> str:
        """Give one line: precision, recall and F1 of names as strings, an article at a time."""
        people, organisations = [0, 0, 0], [0, 0, 0, 0]  # right, given, (found,) gold
        for gold, text, inputs in self.articles:
            scores = torch.log_softmax(network.entities(network.features(*inputs)), -1)[0].numpy()
            spans = read_spans(scores, ENTITY_LABELS)
            credits = {simplify(c["name"]) for c in gold["credits"]}
            names = {simplify(p["name"]) for p in gold["people"]}
            given = {text[s.start : s.end] for s in spans if s.label == "PERSON"} - (credits - names)
            people = [a + b for a, b in zip(people, (len(given & names), len(given), len(names)), strict=True)]
            forms = [{simplify(f) for f in (o["name"], *o["aliases"])} for o in gold["organisations"]]
            given = {text[s.start : s.end] for s in spans if s.label == "ORG"}
            right, found = len(given & set().union(*forms)), sum(bool(f & given) for f in forms)
            counts = (right, len(given), found, len(forms))
            organisations = [a + b for a, b in zip(organisations, counts, strict=True)]
        return "dev " + "; ".join(
            f"{name} P {p:.3f} R {r:.3f} F1 {2 * p * r / max(p + r, 1e-9):.3f}"
            for name, p, r in (
                ("people", people[0] / max(people[1], 1), people[0] / max(people[2], 1)),
                ("organisations", organisations[0] / max(organisations[1], 1), organisations[2] / organisations[3]),
            )
        )
