"""Where talks, events, roles, dates and credits go wrong on the dev set, counted by cause.

    python benchmarks/errors_relations.py --shared ../shared [--list]

Writes the tables of `benchmarks/results/errors-relations.md` anew and leaves what stands under "What was done" alone.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from accuracy import read_articles
from errors_people import load_score

import jishi
from jishi.language import make_doc
from jishi.stages.context import build_context
from jishi.stages.event_facts import find_attendance, find_place_candidates
from jishi.stages.event_names import find_name_candidates
from jishi.stages.talk_candidates import find_topic_candidates

RESULT = Path(__file__).parent / "results/errors-relations.md"
KEEP_FROM = "## What was done"


def explain_talks(score: Any, doc: Any, gold: dict[str, Any], given: dict[str, Any]) -> list[tuple[str, str]]:
    """Give (cause, example) of each talk error of an article."""
    candidates = [doc.text[c.start : c.end] for c in find_topic_candidates(doc.text)]
    causes = []
    for talk in gold["talks"]:
        match = next((t for t in given["talks"] if score.similar(t["topic"], talk["topic"])), None)
        if match is None:
            known = any(score.similar(c, talk["topic"]) for c in candidates)
            near = any(score.similar(t["topic"], talk["topic"], 0.5) for t in given["talks"])
            cause = "edges differ" if near else "candidate turned down" if known else "no candidate"
            causes.append((f"talk missed: {cause}", talk["topic"]))
            continue
        wanted, got = {score.fold(s) for s in talk["speakers"]}, {score.fold(s) for s in match["speakers"]}
        if wanted - got:
            named = {score.fold(p["name"]) for p in given["people"]}
            cause = "the person is missed" if wanted - got - named else "another speaker" if got else "no speaker given"
            causes.append((f"speaker missed: {cause}", talk["topic"]))
        elif got - wanted:
            causes.append((f"speaker spurious: {'gold has none' if not wanted else 'one too many'}", talk["topic"]))
    for talk in given["talks"]:
        if not any(score.similar(t["topic"], talk["topic"]) for t in gold["talks"]):
            near = any(score.similar(t["topic"], talk["topic"], 0.5) for t in gold["talks"])
            causes.append((f"talk spurious: {'edges differ' if near else 'no topic of a talk'}", talk["topic"]))
    return causes


def explain_events(score: Any, doc: Any, gold: dict[str, Any], given: dict[str, Any]) -> list[tuple[str, str]]:
    """Give (cause, example) of each event error of an article."""
    context = build_context(doc)
    names = [doc.text[c.start : c.end] for c in find_name_candidates(context, {d.end for d in doc._.dates})]
    places = [doc.text[c.start : c.end] for c in find_place_candidates(context)]
    counts = {found.count for found, _ in find_attendance(context)}
    organisations = {score.fold(n) for o in given["organisations"] for n in (o["name"], *o["aliases"])}
    causes = []
    for p, g in score.align_events(given["events"], gold["events"]):
        if p is None:
            cause = "the article gets none" if not given["events"] else "a further event"
            causes.append((f"event missed: {cause}", g["name"] or g["type"]))
            continue
        if g is None:
            cause = "the article reports none" if not gold["events"] else "a further event"
            causes.append((f"event spurious: {cause}", p["name"] or p["type"]))
            continue
        if p["type"] != g["type"]:
            causes.append((f"type: {g['type']} taken for {p['type']}", g["name"] or ""))
        if g["name"] and not (p["name"] and score.similar(p["name"], g["name"])):
            known = any(score.similar(n, g["name"]) for n in names)
            near = p["name"] and score.similar(p["name"], g["name"], 0.5)
            cause = "edges differ" if near else "another phrase chosen" if known else "no candidate"
            causes.append((f"name: {cause}", g["name"]))
        elif p["name"] and not g["name"]:
            causes.append(("name: gold has none", p["name"]))
        if score.bounds_of(g) and not score.same_bounds(score.bounds_of(p), score.bounds_of(g)):
            found = any(score.same_bounds(score.bounds_of(d), score.bounds_of(g)) for d in given["dates"])
            causes.append((f"date: {'another date chosen' if found else 'not among the dates'}", g["name"] or ""))
        if g["place"] and not (p["place"] and score.similar(p["place"], g["place"])):
            known = any(score.similar(c, g["place"]) for c in places)
            cause = "another phrase chosen" if p["place"] else "turned down" if known else "no candidate"
            causes.append((f"place: {cause}", g["place"]))
        elif p["place"] and not g["place"]:
            causes.append(("place: gold has none", p["place"]))
        if g["attendance"] and (p["attendance"] or {}).get("count") != g["attendance"]["count"]:
            known = g["attendance"]["count"] in counts
            causes.append((f"attendance: {'turned down' if known else 'no candidate'}", str(g["attendance"]["count"])))
        wanted = {(score.fold(o["name"]), o["role"]) for o in g["organisers"]}
        got = {(score.fold(o["name"]), o["role"]) for o in p["organisers"]}
        for name, role in wanted - got:
            other = any(n == name for n, _ in got)
            known = name in organisations
            cause = "another role" if other else "turned down" if known else "the organisation is missed"
            causes.append((f"organiser missed: {cause}", f"{name} {role}"))
        for name, role in got - wanted:
            if not any(n == name for n, _ in wanted):
                causes.append(("organiser spurious", f"{name} {role}"))
    return causes


def explain_others(score: Any, doc: Any, gold: dict[str, Any], given: dict[str, Any]) -> list[tuple[str, str]]:
    """Give (cause, example) of each error in roles, dates and credits."""
    causes = []
    by_name = {score.fold(p["name"]): p for p in given["people"]}
    for person in gold["people"]:
        found = by_name.get(score.fold(person["name"]))
        for role in person["roles"]:
            if found is None:
                causes.append((f"role missed: {role}, the person is missed", person["name"]))
            elif role not in found["roles"]:
                causes.append(
                    (f"role missed: {role}, {'another given' if found['roles'] else 'none given'}", person["name"])
                )
        for role in (found or {}).get("roles", ()):
            if role not in person["roles"]:
                causes.append((f"role spurious: {role}", person["name"]))
    wanted = {score.bounds_of(d) for d in gold["dates"] if not d.get("optional")} - {None}
    allowed = {score.bounds_of(d) for d in gold["dates"]} - {None}
    got = {score.bounds_of(d) for d in given["dates"]} - {None}
    causes += [("date missed", str(b)) for b in wanted if not any(score.same_bounds(g, b) for g in got)]
    causes += [("date spurious", str(b)) for b in got if not any(score.same_bounds(b, a) for a in allowed)]
    credits = {(score.fold(c["name"]), c["role"]) for c in gold["credits"]}
    found_credits = {(score.fold(c["name"]), c["role"]) for c in given["credits"]}
    causes += [("credit missed", str(c)) for c in credits - found_credits]
    causes += [("credit spurious", str(c)) for c in found_credits - credits]
    return causes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--list", action="store_true", help="print every error")
    options = parser.parse_args()
    score = load_score(options.shared)
    nlp = jishi.load()
    folder = options.shared / "benchmark"
    golds = [json.loads(line) for line in (folder / "dev.gold.jsonl").open(encoding="utf-8")]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for gold, article in zip(golds, read_articles(folder / "dev.articles.jsonl"), strict=True):
        doc = nlp(make_doc(nlp, article))
        given = score.view_record(doc._.record.to_dict())
        for heading, explain in (("Talks", explain_talks), ("Events", explain_events), ("Others", explain_others)):
            for cause, example in explain(score, doc, gold, given):
                counts[heading][cause] += 1
                if options.list:
                    print(gold["id"], cause, example, sep="\t")
    lines = ["# Talks, events, roles, dates and credits: errors on the dev set by cause", ""]
    lines += ["Made by `benchmarks/errors_relations.py`.", ""]
    for heading in ("Talks", "Events", "Others"):
        title = {"Others": "Roles, dates, credits"}.get(heading, heading)
        lines += [f"## {title}", "", "| cause | errors |", "|---|---|"]
        lines += [f"| {cause} | {n} |" for cause, n in sorted(counts[heading].items(), key=lambda c: (-c[1], c[0]))]
        lines.append("")
    kept = RESULT.read_text(encoding="utf-8") if RESULT.exists() else ""
    kept = kept[kept.index(KEEP_FROM) :] if KEEP_FROM in kept else f"{KEEP_FROM}\n"
    RESULT.write_text("\n".join(lines) + "\n" + kept, encoding="utf-8")


if __name__ == "__main__":
    main()
