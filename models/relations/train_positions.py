"""Train the models of positions: title and person, title and organisation, honour and person.

    python models/relations/train_positions.py --shared ../shared            # writes title_*.json, honour_person.json
    python models/relations/train_positions.py --shared ../shared --check    # cross-validated figures, writes nothing

The gold's people, organisations, titles and honours stand in the place of the tagger's, at every place where their
strings occur. A gold title often occurs several times and near several names; which places bear it out is not
annotated, so pairs that a first model finds unlikely are left out where another pair of the same title and person is
likely, and the model is fitted again. Needs scikit-learn. Deterministic.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from fitting import cross_validate, fit_yes_no, write_model
from gold_docs import find_all, fold, read_gold
from spacy.tokens import Doc

from jishi.records import Article
from jishi.stages.carries import Holding
from jishi.stages.findings import CreditFound, read_entities, register_extensions
from jishi.stages.names import find_named_mentions
from jishi.stages.organisations import find_organisations
from jishi.stages.people import build_scene, carries_of
from jishi.stages.positions import list_candidates
from jishi.text import normalise, normalise_article

HERE = Path(__file__).resolve().parent
# C of each model (inverse regularisation), chosen by cross-validation
STRENGTH = {"title_person": 0.6, "title_organisation": 0.6, "honour_person": 0.3}
ROUNDS = 3
ORDER = {"ORG": 0, "HONOUR": 0, "PERSON": 1, "TITLE": 2}  # who takes a place that two strings want


@dataclass
class Rows:
    """What one model is trained on. keys: what a positive row bears out, None for negative ones."""

    features: list[list[str]] = field(default_factory=list)
    answers: list[bool] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    keys: list[tuple[int, str, str] | None] = field(default_factory=list)

    def add(self, features: list[str], answer: bool, group: int, key: tuple[int, str, str] | None = None) -> None:
        self.features.append(features)
        self.answers.append(answer)
        self.groups.append(group)
        self.keys.append(key if answer else None)


def build_tagged_doc(nlp: spacy.Language, gold: dict[str, Any]) -> Doc:
    """Give the Doc of a gold record, one token a character, with entities wherever the gold's strings stand."""
    article = Article(gold["text"], id=gold["id"], title=gold["title"], published=gold["published"])
    normalised = normalise_article(article.title, article.text) if article.title else normalise(article.text)
    text = normalised.text
    doc = Doc(nlp.vocab, words=list(text), spaces=[False] * len(text))
    doc._.normalised, doc._.article = normalised, article
    if article.title:
        doc._.body_start = normalised.normalised_span(article.body_start - 1, article.body_start)[1]
    wanted = {(fold(form), "ORG") for o in gold["organisations"] for form in (o["name"], *o["aliases"])}
    for person in gold["people"]:
        wanted.add((fold(person["name"]), "PERSON"))
        wanted.update((fold(honour), "HONOUR") for honour in person["honours"])
        wanted.update((fold(position["title"]), "TITLE") for position in person["positions"])
    credits = []
    for credit in gold["credits"]:
        name = fold(credit["name"])
        wanted.add((name, "ORG" if credit["role"] == "source" else "PERSON"))
        place = text.rfind(name)
        if place >= 0:
            credits.append(CreditFound(name, credit["role"], place, place + len(name)))
    doc._.credits = credits
    used = bytearray(len(text))
    entities = []
    for string, label in sorted(wanted, key=lambda item: (ORDER[item[1]], -len(item[0]), item)):
        for start, end in find_all(text, string):
            if not any(used[start:end]):
                used[start:end] = b"\1" * (end - start)
                entities.append(doc.char_span(start, end, label=label))
    doc.set_ents(entities)
    return find_organisations(doc)


def add_rows(rows: dict[str, Rows], doc: Doc, gold: dict[str, Any], group: int) -> None:
    """Add what one article teaches."""
    text, entities = doc.text, read_entities(doc)
    names, mentions = find_named_mentions(doc, text, entities)
    if not mentions:
        return
    people = {fold(person["name"]): person for person in gold["people"]}
    scene, _, own, finder = build_scene(text, entities, mentions)
    borne_out: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for candidate in list_candidates(scene):
        name = names[mentions[candidate.mention].person]
        start, end = scene.titles[candidate.title]
        title = text[start:end]
        person = people.get(name)
        held = [p for p in person["positions"] if fold(p["title"]) == title] if person else []
        if not held and person and any(fold(p["title"]).endswith(title) for p in person["positions"]):
            continue  # 刘福玉校长 for the 副校长 of the gold: said of the person, but no position of its own
        phrase = own[candidate.title]
        answer = bool(held) and (phrase is None or _may_belong(text[phrase[0] : phrase[1]], held))
        rows["title_person"].add(candidate.features, answer, group, (group, name, title))
        if answer:
            borne_out[candidate.title, candidate.mention] = held
    earlier: list[Holding] = []
    for title_index, mention in sorted(borne_out):
        organisation = own[title_index]
        if organisation is None:
            forms = _spread(_organisations_of(borne_out[title_index, mention]), gold)
            for carry in carries_of(scene, finder, earlier, title_index, mention):
                answer = text[carry.phrase[0] : carry.phrase[1]] in forms
                rows["title_organisation"].add(carry.features, answer, group)
                organisation = carry.phrase if answer else organisation
        earlier.append(Holding(title_index, mention, organisation, 1.0))
    for candidate in list_candidates(scene, "H"):
        start, end = scene.honours[candidate.title]
        person = people.get(names[mentions[candidate.mention].person])
        answer = person is not None and text[start:end] in map(fold, person["honours"])
        rows["honour_person"].add(candidate.features, answer, group)


def _organisations_of(positions: list[dict[str, Any]]) -> set[str]:
    return {fold(p[key]) for p in positions for key in ("organisation", "organisation_full") if p[key]}


def _spread(forms: set[str], gold: dict[str, Any]) -> set[str]:
    """Add the other names of the same organisations."""
    named = [{fold(form) for form in (o["name"], *o["aliases"])} for o in gold["organisations"]]
    return forms.union(*(names for names in named if names & forms))


def _may_belong(phrase: str, positions: list[dict[str, Any]]) -> bool:
    """Say whether a title with `phrase` before it can be one of these positions: one of theirs, or none has any."""
    forms = _organisations_of(positions)
    return not forms or any(phrase.endswith(form) or form.endswith(phrase) for form in forms)


def drop_unlikely(rows: Rows, strength: float) -> Rows:
    """Leave out positive rows that a cross-validated model finds unlikely where a likely row bears out the same."""
    for _ in range(ROUNDS):
        probabilities = cross_validate(rows.features, rows.answers, rows.groups, strength)
        best: dict[tuple[int, str, str], float] = defaultdict(float)
        for key, probability in zip(rows.keys, probabilities, strict=True):
            if key:
                best[key] = max(best[key], probability)
        kept = Rows()
        for i, key in enumerate(rows.keys):
            if key and probabilities[i] < 0.5 <= best[key]:
                continue
            kept.add(rows.features[i], rows.answers[i], rows.groups[i], key)
        rows = kept
    return rows


def report(name: str, rows: Rows) -> None:
    """Print cross-validated precision and recall at 0.5, and how right the confident answers are."""
    probabilities = cross_validate(rows.features, rows.answers, rows.groups, STRENGTH[name])
    answers = np.array(rows.answers)
    given = probabilities >= 0.5
    sure = probabilities >= 0.9
    print(
        f"{name:20} rows {len(answers):6}  yes {answers.sum():5}  P {answers[given].mean():.3f}  "
        f"R {given[answers].mean():.3f}  of those given >= 0.9 ({sure.sum()}) right {answers[sure].mean():.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--check", action="store_true", help="print cross-validated figures, write nothing")
    options = parser.parse_args()
    register_extensions()
    nlp = spacy.blank("zh")
    golds = {gold["id"]: gold for gold in read_gold(options.shared)}
    rows = {name: Rows() for name in STRENGTH}
    for group, gold in enumerate(golds.values()):
        add_rows(rows, build_tagged_doc(nlp, gold), gold, group)
    rows["title_person"] = drop_unlikely(rows["title_person"], STRENGTH["title_person"])
    for name, strength in STRENGTH.items():
        report(name, rows[name])
        if not options.check:
            write_model(fit_yes_no(rows[name].features, rows[name].answers, strength), HERE / f"{name}.json")


if __name__ == "__main__":
    main()
