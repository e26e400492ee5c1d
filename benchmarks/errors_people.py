"""Where people, positions and organisations go wrong on the dev set, counted by cause.

    python benchmarks/errors_people.py --shared ../shared [--set dev] [--list]

Writes the tables of `benchmarks/results/errors-people.md` anew and leaves what stands under "What was done" alone.
A cause is told by comparing the record with what the tagger and the title lexicon found in the same Doc.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import jishi
from jishi.language import make_doc
from jishi.stages.findings import read_entities, read_text
from jishi.stages.titles import find_titles

RESULT = Path(__file__).parent / "results/errors-people.md"
KEEP_FROM = "## What was done"
FIELDS = ("people", "positions", "position_orgs", "organisations", "honours")


def load_score(shared: Path) -> Any:
    """The benchmark's scorer as a module."""
    spec = importlib.util.spec_from_file_location("score", shared / "benchmark/score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Causes:
    """Explains the missed and spurious items of one article."""

    def __init__(self, score: Any, doc: Any, gold: dict[str, Any], view: dict[str, Any]) -> None:
        self.fold = score.fold
        text, entities = read_text(doc), read_entities(doc)
        self.tagged: dict[str, set[str]] = defaultdict(set)
        for entity in entities:
            self.tagged[entity.label].add(self.fold(text[entity.start : entity.end]))
        names = [span for person in doc._.people for span in person.spans]
        self.titles = {self.fold(text[t.start : t.end]) for t in find_titles(text, entities, sorted(names))}
        self.gold_people = {self.fold(p["name"]) for p in gold["people"]}
        self.people = {self.fold(p["name"]) for p in view["people"]}
        self.gold_positions, self.positions = score.positions(gold), score.positions(view)
        self.gold_organisations = {self.fold(n) for o in gold["organisations"] for n in (o["name"], *o["aliases"])}

    def _overlaps(self, name: str, others: set[str]) -> bool:
        return any(name != other and (name in other or other in name) for other in others if len(other) > 1)

    def explain(self, field: str, item: Any, missed: bool) -> str:
        """Give the cause of one error."""
        return str(getattr(self, f"_{'miss' if missed else 'spurious'}_{field}")(item))

    def _miss_people(self, name: str) -> str:
        if name in self.tagged["PERSON"]:
            return "tagged, but left out (unsure, or taken for a credit)"
        return "tagger: edges differ" if self._overlaps(name, self.tagged["PERSON"]) else "tagger: not found"

    def _spurious_people(self, name: str) -> str:
        return "edges differ from a gold name" if self._overlaps(name, self.gold_people) else "no person"

    def _miss_positions(self, item: tuple[str, str, frozenset[str]]) -> str:
        name, title, _ = item
        if name not in self.people:
            return "the person is missed"
        mine = {t for n, t, _ in self.positions if n == name}
        if self._overlaps(title, mine):
            return "title in another form"
        if title in self.titles:
            return "title found, not given to the person"
        return "title not found (tagger and lexicon)"

    def _spurious_positions(self, item: tuple[str, str, frozenset[str]]) -> str:
        name, title, _ = item
        if name not in self.gold_people:
            return "the person is none of gold"
        if self._overlaps(title, {t for n, t, _ in self.gold_positions if n == name}):
            return "title in another form"
        return "title of somebody else" if title in {t for _, t, _ in self.gold_positions} else "no title in gold"

    def _miss_position_orgs(self, item: tuple[str, str, frozenset[str]]) -> str:
        name, title, _ = item
        mine = [organisations for n, t, organisations in self.positions if n == name and t == title]
        if not mine:
            return "the position is missed"
        return "another organisation given" if any(mine) else "no organisation given"

    def _spurious_position_orgs(self, item: tuple[str, str, frozenset[str]]) -> str:
        name, title, organisations = item
        theirs = [o for n, t, o in self.gold_positions if n == name and t == title]
        if not theirs:
            return "the position is spurious"
        if not any(theirs):
            return "gold gives none"
        close = any(self._overlaps(a, set(o)) for o in theirs for a in organisations)
        return "edges of the organisation differ" if close else "another organisation in gold"

    def _miss_organisations(self, name: str) -> str:
        if name in self.tagged["ORG"]:
            return "tagged, but left out (unsure, or by its form)"
        if name in self.tagged["LOC"]:
            return "tagger: taken for a place"
        return "tagger: edges differ" if self._overlaps(name, self.tagged["ORG"]) else "tagger: not found"

    def _spurious_organisations(self, name: str) -> str:
        return "edges differ from a gold name" if self._overlaps(name, self.gold_organisations) else "none in gold"

    def _miss_honours(self, item: tuple[str, str]) -> str:
        return "honour not found by the tagger" if item[1] not in self.tagged["HONOUR"] else "not given to the person"

    def _spurious_honours(self, item: tuple[str, str]) -> str:
        return "given to another, or none in gold"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--set", default="dev")
    parser.add_argument("--list", action="store_true", help="print every error with its cause")
    options = parser.parse_args()
    score = load_score(options.shared)
    nlp = jishi.load()
    counts: dict[str, Counter[tuple[str, str]]] = {field: Counter() for field in FIELDS}
    tallies: dict[str, Any] = defaultdict(score.Tally)
    with (options.shared / f"benchmark/{options.set}.gold.jsonl").open(encoding="utf-8") as lines:
        for gold in map(json.loads, lines):
            doc = nlp(make_doc(nlp, jishi.Article(gold["text"], gold["id"], gold["title"], gold["published"])))
            view = score.view_record(doc._.record.to_dict())
            causes = Causes(score, doc, gold, view)

            def note(field: str, missed: list[Any], spurious: list[Any], causes: Causes = causes) -> None:
                if field not in counts:
                    return
                for items, is_missed in ((missed, True), (spurious, False)):
                    for item in items:
                        cause = causes.explain(field, item, is_missed)
                        counts[field]["missed" if is_missed else "spurious", cause] += 1
                        if options.list:
                            print(field, "-" if is_missed else "+", item, cause, sep="\t")

            score.score_article(gold, view, tallies, note)
    write_report(counts, {field: tallies[field] for field in FIELDS}, options.set)


def write_report(counts: dict[str, Counter[tuple[str, str]]], tallies: dict[str, Any], name: str) -> None:
    """Write the tables; what stands from "What was done" on is kept."""
    lines = [f"# People, positions, organisations: errors on the {name} set by cause", ""]
    lines += ["Made by `benchmarks/errors_people.py`; figures by the benchmark's scorer.", ""]
    lines += ["| field | precision | recall | F1 | gold | given |", "|---|---|---|---|---|---|"]
    for field, tally in tallies.items():
        precision, recall, f1 = tally.prf()
        lines.append(f"| {field} | {precision:.3f} | {recall:.3f} | {f1:.3f} | {tally.n_r} | {tally.n_p} |")
    for field, counter in counts.items():
        lines += ["", f"## {field}", "", "| | cause | errors |", "|---|---|---|"]
        lines += [f"| {kind} | {cause} | {n} |" for (kind, cause), n in sorted(counter.items(), key=lambda x: -x[1])]
    kept = ""
    if RESULT.exists() and KEEP_FROM in RESULT.read_text(encoding="utf-8"):
        kept = RESULT.read_text(encoding="utf-8").split(KEEP_FROM, 1)[1]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text("\n".join(lines) + f"\n\n{KEEP_FROM}{kept or chr(10)}", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
