"""Train the relation models: topics, speakers, event names and facts, roles.

    python models/relations/train.py --shared ../shared            # writes models/relations/*.json
    python models/relations/train.py --shared ../shared --check    # cross-validated figures, writes nothing

Needs scikit-learn (the `train` dependency group). Everything is deterministic.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from evidence import annotations, read_evidence
from gold_docs import build_doc, fold, load_score, read_benchmark
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from spacy.tokens import Doc

import jishi
from jishi.language import make_doc
from jishi.records import Article
from jishi.stages import events, talks
from jishi.stages.context import Context, build_context
from jishi.stages.event_facts import (
    describe_date,
    describe_organiser,
    describe_place,
    find_attendance,
    find_place_candidates,
)
from jishi.stages.event_names import NameCandidate, describe_name, find_name_candidates
from jishi.stages.linear import LinearModel
from jishi.stages.roles import ROLES, RoleDescriber

FOLDS = 5
# C (inverse regularisation) and the least number of items a feature must occur in, chosen by cross-validation
SETTINGS = {
    "topics": (0.1, 3),
    "speakers": (0.1, 5),
    "event_names": (0.1, 4),
    "reports_event": (0.3, 3),
    "second_events": (0.1, 2),
    "event_dates": (0.3, 3),
    "event_places": (0.3, 3),
    "organisers": (0.1, 3),
    "attendance": (0.3, 3),
    "event_types": (0.3, 2),
    "roles": (0.15, 3),
    "event_confidence": (0.05, 3),
}
# Our own annotations follow the benchmark's a little loosely. What they hold more of, or bound otherwise, is learnt
# apart and left out of the model: of topics each feature has a part of its own there (Daumé 2007), of most others only
# the bias; of speakers, roles and whether an event is reported they say the same.
OURS = "ours"
ADAPTED = {"topics"}
ALIKE = {"speakers", "roles", "reports_event"}
# An organiser is not told as one wherever it is mentioned. The model is fitted on all its mentions, then twice again on
# those that tell it at least this much as well as the best does.
TELLING = 0.6
LABELS = {
    "organisers": ["host", "organiser", "co_organiser", "supporter"],
    "event_types": [
        "conference", "forum", "lecture", "training", "ceremony", "signing", "award", "competition", "exhibition",
        "visit", "performance", "launch", "recruitment", "volunteering", "other",
    ],
    "roles": list(ROLES),
}  # fmt: skip


Row = tuple[list[str], set[str]]


@dataclass
class Example:
    """An annotated article with what the models are trained on: rows of (features, labels) a model."""

    gold: dict[str, Any]
    doc: Doc
    context: Context
    ours: bool  # annotated by us, not by the benchmark
    rows: dict[str, list[Row]] = field(default_factory=dict)
    mentions: list[int] = field(default_factory=list)  # how many of the rows of `organisers` are of each organisation
    name: NameCandidate | None = None


def fit(name: str, examples: list[Example]) -> LinearModel:
    """Fit one model on the rows of the examples."""
    model = _fit_rows(name, [(example, row) for example in examples for row in example.rows.get(name, [])])
    if name == "organisers":
        for _ in range(2):
            model = _fit_rows(name, [(e, row) for e in examples for row in find_telling(e, model)])
    return model


def find_telling(example: Example, model: LinearModel) -> list[Row]:
    """Give the rows of `organisers` without those mentions of an organiser that do not tell it, as `model` sees it."""
    rows, kept = iter(example.rows.get("organisers", [])), []
    for number in example.mentions:
        mentions = list(itertools.islice(rows, number))
        scores = [model.score(features) for features, _ in mentions]
        for (features, right), own in zip(mentions, scores, strict=True):
            told = {label for label in right if own[label] >= TELLING * max(score[label] for score in scores)}
            if told or not right:
                kept.append((features, told))
    return kept


def _fit_rows(name: str, found: list[tuple[Example, Row]]) -> LinearModel:
    strength, least = SETTINGS[name]
    labels = LABELS.get(name, ["yes"])
    rows = [(_mark_ours(name, features) if example.ours else features, right) for example, (features, right) in found]
    counts = Counter(feature for features, _ in rows for feature in set(features))
    vectoriser = DictVectorizer(dtype=np.float64)
    matrix = vectoriser.fit_transform([{f: 1.0 for f in features if counts[f] >= least} for features, _ in rows])
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    weights, bias = [], []
    for label in labels:
        answers = np.array([label in right for _, right in rows])
        if answers.all() or not answers.any():
            weights.append(np.zeros(matrix.shape[1]))
            bias.append(8.0 if answers.all() else -8.0)
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = LogisticRegression(C=strength, solver="liblinear", max_iter=500, random_state=0)
            model.fit(matrix, answers)
        weights.append(model.coef_[0])
        bias.append(round(float(model.intercept_[0]), 3))
    table = np.array(weights).T
    kept = {
        feature: [round(float(w), 3) for w in table[i]]
        for i, feature in enumerate(vectoriser.feature_names_)
        if np.abs(table[i]).max() >= 0.02 and not feature.startswith(OURS)
    }
    return LinearModel(labels, bias, kept)


def _mark_ours(name: str, features: list[str]) -> list[str]:
    if name in ALIKE:
        return features
    return [*features, OURS, *(f"{OURS} {feature}" for feature in features if name in ADAPTED)]


def cross_fit(name: str, examples: list[Example], use: Callable[[Example, LinearModel], None]) -> None:
    """Call `use` on every example with a model that has not seen it."""
    order = list(range(len(examples)))
    random.Random(0).shuffle(order)
    for part in range(FOLDS):
        held_out = set(order[part::FOLDS])
        model = fit(name, [example for i, example in enumerate(examples) if i not in held_out])
        for i in sorted(held_out):
            use(examples[i], model)


def add_talk_rows(example: Example, score: Any) -> None:
    """Rows of `topics` (candidate is a topic) and `speakers` (group spoke on it)."""
    doc, context = example.doc, example.context
    topics, speakers = [], []
    candidates = talks.find_candidates(context)
    for candidate, features in zip(candidates, talks.describe_topics(context, candidates), strict=True):
        text = doc.text[candidate.start : candidate.end]
        talk = next((t for t in example.gold["talks"] if score.similar(t["topic"], text)), None)
        topics.append((features, {"yes"} if talk else set()))
        if talk is None:
            continue
        spoke = {fold(name) for name in talk["speakers"]}
        for group in talks.find_speaker_groups(context, candidate):
            names = {doc._.people[mention.person].name for mention in group.mentions}
            right = 2 * len(names & spoke) >= len(names) if len(spoke) != 1 else bool(names & spoke)
            speakers.append((talks.describe_speaker(context, candidate, group), {"yes"} if right else set()))
    example.rows |= {"topics": topics, "speakers": speakers}


def add_name_rows(example: Example, score: Any) -> None:
    doc, context = example.doc, example.context
    names = [event["name"] for event in example.gold["events"] if event["name"]]
    rows = []
    for candidate in find_name_candidates(context, {date.end for date in doc._.dates}):
        features = describe_name(context, candidate)
        text = doc.text[candidate.start : candidate.end]
        rows.append((features, {"yes"} if any(score.similar(text, name, 0.85) for name in names) else set()))
    example.rows["event_names"] = rows


def add_fact_rows(example: Example, score: Any) -> None:
    """Rows of everything that is said of events, given the name chosen by a model that has not seen the article."""
    doc, context, gold = example.doc, example.context, example.gold["events"]
    name = (example.name.start, example.name.end) if example.name else None
    bounds = {(event["start"], event["end"] or event["start"]) for event in gold if event["start"]}
    dates = doc._.dates
    example.rows["event_dates"] = [
        (
            describe_date(context, dates, i, name),
            {"yes"} if any(score.same_bounds((d.start_date, d.end_date), b) for b in bounds if d.start_date) else set(),
        )
        for i, d in enumerate(dates)
    ]
    right = [d.start for d, (_, answer) in zip(dates, example.rows["event_dates"], strict=True) if answer]
    venues = [event["place"] for event in gold if event["place"]]
    example.rows["event_places"] = [
        (
            describe_place(context, c, name, right[0] if right else None),
            {"yes"} if any(score.similar(doc.text[c.start : c.end], venue) for venue in venues) else set(),
        )
        for c in find_place_candidates(context)
    ]
    organising: dict[str, set[str]] = {}
    for organiser in (o for event in gold for o in event["organisers"]):
        organising.setdefault(fold(organiser["name"]), set()).add(organiser["role"])
    example.rows["organisers"] = [
        (
            describe_organiser(context, start, end, name),
            set().union(*(organising.get(form, set()) for form in (organisation.name, *organisation.aliases))),
        )
        for organisation in doc._.organisations
        for start, end in organisation.spans
    ]
    example.mentions = [len(organisation.spans) for organisation in doc._.organisations]
    counts = {event["attendance"]["count"] for event in gold if event["attendance"]}
    example.rows["attendance"] = [
        (features, {"yes"} if found.count in counts else set()) for found, features in find_attendance(context)
    ]
    named = [e for e in gold if example.name and e["name"] and score.similar(_text(example), e["name"])]
    event = (named or gold or [None])[0]
    example.rows["event_types"] = (
        [(events.describe_type(doc, context, example.name, (0, len(doc.text))), {event["type"]})] if event else []
    )
    by_person: dict[int, list[Any]] = {}
    for group in context.groups:
        for mention in group.mentions:
            by_person.setdefault(mention.person, []).append(group)
    roles = {fold(person["name"]): set(person["roles"]) for person in example.gold["people"]}
    describer = RoleDescriber(context, doc, tuple(event["type"] for event in gold))
    example.rows["roles"] = [
        (describer.describe(person, groups), roles.get(doc._.people[person].name, set()))
        for person, groups in sorted(by_person.items())
    ]


def _text(example: Example) -> str:
    return example.doc.text[example.name.start : example.name.end] if example.name else ""


def prepare(shared: Path) -> list[Example]:
    """Build the examples with the rows of all models."""
    score = load_score(shared)
    nlp, evidence = spacy.blank("zh"), read_evidence()
    examples = []
    golds = [(gold, False) for gold in read_benchmark(shared)]
    golds += [(gold, True) for gold in annotations.read_articles(shared) + annotations.read_invented()]
    for gold, ours in golds:
        doc = build_doc(nlp, gold, evidence)
        example = Example(gold, doc, build_context(doc), ours)
        add_talk_rows(example, score)
        add_name_rows(example, score)
        examples.append(example)
    with_talks = [*examples, *prepare_talks(shared, score)]

    models: dict[int, LinearModel] = {}

    def keep_speaker_model(example: Example, model: LinearModel) -> None:
        models[id(example)] = model

    cross_fit("speakers", with_talks, keep_speaker_model)
    cross_fit("topics", with_talks, lambda e, m: _set_talks(e, m, models[id(e)]))
    cross_fit("event_names", examples, lambda e, m: _set_name(e, m, score))
    for example in examples:
        add_fact_rows(example, score)
    return with_talks


def prepare_talks(shared: Path, score: Any) -> list[Example]:
    """Build the examples of the articles in which only talks are annotated; the people in them are the tagger's."""
    nlp, evidence = jishi.load(exclude=["jishi_talks", "jishi_events", "jishi_record"]), read_evidence()
    examples = []
    for gold in annotations.read_talks(shared):
        doc = nlp(make_doc(nlp, Article(gold["text"], gold["id"], gold["title"], gold["published"])))
        evidence.set_on(doc)
        example = Example(gold, doc, build_context(doc), ours=True)
        add_talk_rows(example, score)
        examples.append(example)
    return examples


def _set_talks(example: Example, topics: LinearModel, speakers: LinearModel) -> None:
    example.doc._.talks = talks.decide_talks(example.doc, example.context, topics, speakers)


def _set_name(example: Example, model: LinearModel, score: Any) -> None:
    doc, context, gold = example.doc, example.context, example.gold["events"]
    scored = sorted(
        (
            (model.probability(features), candidate)
            for (features, _), candidate in zip(
                example.rows["event_names"],
                find_name_candidates(context, {d.end for d in doc._.dates}),
                strict=True,
            )
        ),
        key=lambda pair: (-pair[0], pair[1].start, -pair[1].end),
    )
    best = scored[0] if scored else None
    example.name = best[1] if best and best[0] >= events.NAME_THRESHOLD else None
    example.rows["reports_event"] = [(events.describe_report(doc, context, best), {"yes"} if gold else set())]
    example.rows["second_events"] = []
    if example.name is None:
        return
    others = [e["name"] for e in gold if e["name"] and not score.similar(e["name"], _text(example))]
    for probability, candidate in events.second_candidates(context, scored):
        text = doc.text[candidate.start : candidate.end]
        right = any(score.similar(text, name) for name in others)
        features = events.describe_second(doc, context, example.name, candidate, probability)
        example.rows["second_events"].append((features, {"yes"} if right else set()))


def cross_validate(examples: list[Example], shared: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run the stages on every article with models that have not seen it; give the scorer's tally of each field, over
    all articles and over the benchmark's.

    Adds the rows of `event_confidence`: whether an event that is given is right, by what the models thought of it.
    """
    score = load_score(shared)
    tallies: dict[str, Any] = defaultdict(score.Tally)
    benchmark: dict[str, Any] = defaultdict(score.Tally)
    order = list(range(len(examples)))
    random.Random(0).shuffle(order)
    for part in range(FOLDS):
        held_out = set(order[part::FOLDS])
        seen = [example for i, example in enumerate(examples) if i not in held_out]
        models = {name: fit(name, seen) for name in SETTINGS if name != "event_confidence"}
        models["event_confidence"] = LinearModel(["yes"], [0.0], {})
        for i in sorted(held_out):
            example = examples[i]
            if "events" not in example.gold:
                continue
            doc = example.doc
            doc._.talks = talks.decide_talks(doc, example.context, models["topics"], models["speakers"])
            found, evidence = events.decide_events(doc, example.context, models.__getitem__)
            doc._.events = found
            given = view(doc)
            for tally in (tallies,) if example.ours else (tallies, benchmark):
                score.score_article(example.gold, given, tally, lambda *_: None)
            pairs = score.align_events(given["events"], example.gold["events"])
            right = [id(p) for p, g in pairs if p and g and _is_right(p, g, score)]
            example.rows["event_confidence"] = [
                (features, {"yes"} if id(event) in right else set())
                for event, features in zip(given["events"], evidence, strict=True)
            ]
    return tallies, benchmark


def _is_right(given: dict[str, Any], gold: dict[str, Any], score: Any) -> bool:
    """An event is right if its date is, and its name or, where one of the two has none, its type."""
    dates = score.bounds_of(given), score.bounds_of(gold)
    if dates[0] and dates[1] and not score.same_bounds(*dates):
        return False
    if given["name"] and gold["name"]:
        return score.similar(given["name"], gold["name"])
    return given["type"] == gold["type"]


def view(doc: Doc) -> dict[str, Any]:
    """The findings of a Doc in the shape of a gold record, as far as the relation models make them."""
    people, organisations, dates = doc._.people, doc._.organisations, doc._.dates
    roles = defaultdict(list)
    for event in doc._.events:
        for person, role in event.participants:
            roles[person].append(role)
    return {
        "people": [
            {"name": p.name, "positions": [], "honours": [], "roles": list(dict.fromkeys(roles[i]))}
            for i, p in enumerate(people)
        ],
        "credits": [],
        "organisations": [{"name": o.name, "aliases": o.aliases} for o in organisations],
        "dates": [{"bounds": (d.start_date, d.end_date)} for d in dates if d.start_date],
        "talks": [
            {"topic": t.topic, "kind": t.kind, "speakers": [people[i].name for i in t.speakers]} for t in doc._.talks
        ],
        "events": [
            {
                "type": event.type,
                "name": event.name,
                "bounds": (event.start_date, event.end_date) if event.start_date else None,
                "place": event.place,
                "organisers": [{"name": organisations[i].name, "role": role} for i, role in event.organisers],
                "attendance": {"count": event.attendance.count} if event.attendance else None,
            }
            for event in doc._.events
        ],
    }


def check(examples: list[Example], shared: Path) -> None:
    """Print what cross-validation gives: each model's precision and recall at 0.5, and the scorer's fields."""
    for name in SETTINGS:
        right = given = wanted = 0

        def count(example: Example, model: LinearModel, name: str = name) -> None:
            nonlocal right, given, wanted
            for features, answer in example.rows.get(name, []):
                chosen = {label for label, score in model.score(features).items() if score >= 0.5}
                right, given, wanted = right + len(chosen & answer), given + len(chosen), wanted + len(answer)

        if name == "event_confidence":
            for title, tallies in zip(("all", "benchmark"), cross_validate(examples, shared), strict=True):
                for fieldname, tally in tallies.items():
                    if fieldname.startswith(("talk", "event", "roles")):
                        print("{:10} {:18} P {:.3f}  R {:.3f}  F1 {:.3f}".format(title, fieldname, *tally.prf()))
        cross_fit(name, examples, count)
        precision, recall = right / max(given, 1), right / max(wanted, 1)
        items = sum(len(example.rows.get(name, [])) for example in examples)
        print(f"{name:16} P {precision:.3f}  R {recall:.3f}  items {items}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder of the shared data")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    parser.add_argument("--check", action="store_true", help="print cross-validated figures instead of writing models")
    options = parser.parse_args()
    examples = prepare(options.shared)
    print(f"{len(examples)} articles")
    if options.check:
        check(examples, options.shared)
        return
    cross_validate(examples, options.shared)
    for name in SETTINGS:
        model = fit(name, examples)
        data = {"labels": model.labels, "bias": model.bias, "weights": dict(sorted(model.weights.items()))}
        path = options.out / f"{name}.json"
        path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
        print(f"{path}: {len(model.weights)} features")


if __name__ == "__main__":
    main()
