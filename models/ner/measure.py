"""How good a network is while it trains: names and frames in the dev articles, before the document settles them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from data import article_text, read_jsonl, segment, simplify
from network import TaggerNetwork
from training import probabilities, split_heads

from jishi.stages.tagger import ENTITY_LABELS, FRAME_LABELS, CharacterTable, encode_characters, read_spans


class DevelopmentSet:
    """The dev articles, encoded."""

    def __init__(self, shared: Path, table: CharacterTable) -> None:
        self.articles = []
        for gold in read_jsonl(shared / "benchmark/dev.gold.jsonl"):
            text = article_text(gold["title"], gold["text"])
            ids = table.look_up(text)
            words, shapes = segment(text)
            arrays = {"characters": ids, "bigrams": encode_characters(ids), "words": words, "shapes": shapes}
            wanted = {
                "people": [{simplify(person["name"])} for person in gold["people"]],
                "credits": [{simplify(credit["name"])} for credit in gold["credits"]],
                "organisations": [
                    {simplify(form) for form in (o["name"], *o["aliases"])} for o in gold["organisations"]
                ],
                "EVENT": [{simplify(event["name"])} for event in gold["events"] if event["name"]],
                "PLACE": [{simplify(event["place"])} for event in gold["events"] if event["place"]],
                "TOPIC": [{simplify(talk["topic"])} for talk in gold["talks"]],
                "HONOUR": [{simplify(honour)} for person in gold["people"] for honour in person["honours"]],
            }
            self.articles.append((text, {name: array.astype(np.int64) for name, array in arrays.items()}, wanted))

    def measure(self, network: TaggerNetwork, device: Any) -> str:
        """Give one line: F1 of strings, an article at a time."""
        counts = {name: [0, 0, 0, 0] for name in ("people", "organisations", *FRAME_LABELS)}
        for text, arrays, wanted in self.articles:
            inputs = {name: torch.from_numpy(array)[None].to(device) for name, array in arrays.items()}
            inputs["rows"] = torch.ones_like(inputs["characters"])
            entities, frames, _ = split_heads(probabilities(network, inputs)[0].float().cpu().clamp(min=1e-9).log())
            spans = read_spans(entities.numpy(), ENTITY_LABELS)
            names = set().union(*wanted["people"])
            given = {"people": {text[s.start : s.end] for s in spans if s.label == "PERSON"}}
            given["people"] -= set().union(*wanted["credits"]) - names
            given["organisations"] = {text[s.start : s.end] for s in spans if s.label == "ORG"}
            for i, label in enumerate(FRAME_LABELS):
                found = read_spans(np.ascontiguousarray(frames[:, i].numpy()), (label,))
                given[label] = {text[s.start : s.end] for s in found}
            for name, count in counts.items():
                right = given[name] & set().union(*wanted[name])
                count[0] += len(right)
                count[1] += len(given[name])
                count[2] += sum(bool(forms & given[name]) for forms in wanted[name])
                count[3] += len(wanted[name])
        scores = []
        for name, (right, number, found, all_wanted) in counts.items():
            precision, recall = right / max(number, 1), found / max(all_wanted, 1)
            f1 = 2 * precision * recall / max(precision + recall, 1e-9)
            scores.append(f"{name} {f1:.3f} ({precision:.2f} {recall:.2f})")
        return "dev " + "; ".join(scores)


class PublicSet:
    """A labelled corpus of others, encoded sentence by sentence."""

    def __init__(self, path: Path, table: CharacterTable) -> None:
        self.sentences = []
        for item in read_jsonl(path):
            text = simplify(item["text"])
            ids = table.look_up(text)
            words, shapes = segment(text)
            arrays = {"characters": ids, "bigrams": encode_characters(ids), "words": words, "shapes": shapes}
            people = {(start, end) for start, end, label in item["spans"] if label == "PER"}
            self.sentences.append(({name: array.astype(np.int64) for name, array in arrays.items()}, people))

    @torch.no_grad()
    def measure(self, network: TaggerNetwork, device: Any) -> tuple[float, float, float]:
        """Give precision, recall and F1 of the people that the head `public` finds, strict spans."""
        right = given = wanted = 0
        for arrays, people in self.sentences:
            inputs = {name: torch.from_numpy(array)[None].to(device) for name, array in arrays.items()}
            inputs["rows"] = torch.ones_like(inputs["characters"])
            tags = network.public(network.features(**inputs))[0].float().log_softmax(-1).cpu().numpy()
            spans = read_spans(np.ascontiguousarray(tags), ENTITY_LABELS)
            found = {(span.start, span.end) for span in spans if span.label == "PERSON"}
            right, given, wanted = right + len(found & people), given + len(found), wanted + len(people)
        return right / max(given, 1), right / max(wanted, 1), 2 * right / max(given + wanted, 1)
