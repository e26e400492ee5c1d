"""Every export over an archive of 2,000 articles: times, sizes, row counts that reconcile, linking looked at.

    python benchmarks/exports.py --shared ../shared [--records FILE --articles FILE]

Without --records, 3,000 articles of the shared news corpus are extracted first, every seventh one (minutes). Writes
`benchmarks/results/exports.md` and `benchmarks/results/linking.md`: figures, names and titles, no text.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jishi
from jishi.archive.records import read_records
from jishi.exports.annotation import annotate, correct
from jishi.exports.database import export_database
from jishi.exports.linked_data import write_json_ld, write_n_quads
from jishi.exports.linking import Entity, Links, link, read_links, write_links
from jishi.exports.neo4j import export_neo4j
from jishi.exports.report import make_report
from jishi.exports.sources import read_source_texts
from jishi.exports.tables import export_tables
from jishi.records import Record

HERE = Path(__file__).parent
ARTICLES, MORE = 2000, 1000
SHAPES = Path(jishi.__file__).parent / "exports/shapes.ttl"


def extract_sample(shared: Path, work: Path) -> tuple[Path, Path]:
    """Extract every seventh article of the news corpus, and give the records' and the articles' file."""
    from jishi.cli import main as run_jishi

    lines = (shared / "corpora/news/articles.jsonl").read_text(encoding="utf-8").splitlines()[::7][: ARTICLES + MORE]
    articles, records = work / "articles.jsonl", work / "records.jsonl"
    articles.write_text("\n".join(lines) + "\n", encoding="utf-8")
    run_jishi(["extract", str(articles), "-o", str(records), "--quiet"])
    return records, articles


def measure(action: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    value = action()
    return time.perf_counter() - began, value


def count_record_items(records: list[Record]) -> Counter[str]:
    """How many rows each table must have."""
    counts: Counter[str] = Counter(articles=len(records))
    for record in records:
        counts["dates"] += len(record.dates)
        counts["organisations"] += len(record.organisations)
        counts["people"] += len(record.people)
        counts["positions"] += sum(len(person.positions) for person in record.people)
        counts["talks"] += len(record.talks)
        counts["speakers"] += sum(len(talk.speakers) for talk in record.talks)
        counts["events"] += len(record.events)
        counts["participations"] += sum(len(event.participants) for event in record.events)
        counts["organisers"] += sum(len(event.organisers) for event in record.events)
        counts["mentions"] += sum(1 for _ in record.spans())
    return counts


def run_exports(records: list[Record], texts: dict[str, str], links: Links, work: Path) -> list[str]:
    """Run every export twice; give the rows of a table: what, seconds, megabytes, whether both gave the same bytes."""

    def write_text(name: str, write: Callable[..., Any]) -> Callable[[Path], Any]:
        def run(folder: Path) -> Any:
            with open(folder / name, "w", encoding="utf-8", newline="\n") as stream:
                return write(records, stream, links=links)

        return run

    def write_report(folder: Path) -> None:
        page = make_report(records, texts, entities=links.entity_ids, names=links.names)
        (folder / "report.html").write_text(page, encoding="utf-8")

    exports: dict[str, Callable[[Path], Any]] = {
        "tables (Parquet)": lambda folder: export_tables(records, folder, links.entity_ids),
        "sqlite": lambda folder: export_database(records, folder / "chronicle.sqlite", links),
        "jsonld": write_text("chronicle.jsonld", write_json_ld),
        "nquads": write_text("chronicle.nq", write_n_quads),
        "neo4j": lambda folder: export_neo4j(records, folder, links),
        "report": write_report,
    }
    expected = count_record_items(records)
    rows = []
    for name, run in exports.items():
        folders = [work / f"{name.split()[0]}-{turn}" for turn in (1, 2)]
        for folder in folders:
            folder.mkdir()
        seconds, counts = measure(lambda run=run, folders=folders: run(folders[0]))
        run(folders[1])
        files = sorted(folders[0].iterdir())
        same = all(file.read_bytes() == (folders[1] / file.name).read_bytes() for file in files)
        size = sum(file.stat().st_size for file in files) / 1e6
        found = "–"
        if isinstance(counts, dict) and "nodes_articles.csv" not in counts:
            stems = {key.removesuffix(".parquet"): value for key, value in counts.items()}
            found = "yes" if all(stems[key] == value for key, value in expected.items()) else "NO"
        rows.append(f"| {name} | {seconds:.1f} | {size:.1f} | {'yes' if same else 'NO'} | {found} |")
    return rows


def check_linked_data(work: Path) -> list[str]:
    """Parse what was written, compare both forms, and validate 200 articles against the shapes."""
    import pyshacl
    import rdflib

    from_lines, from_json = rdflib.Dataset(), rdflib.Dataset()
    seconds, _ = measure(lambda: from_lines.parse(work / "nquads-1/chronicle.nq", format="nquads"))
    from_json.parse(work / "jsonld-1/chronicle.jsonld", format="json-ld")
    statements = [{tuple(map(str, quad)) for quad in each.quads()} for each in (from_lines, from_json)]
    graph = rdflib.Graph()
    for subject, predicate, value, _ in from_lines.quads():
        graph.add((subject, predicate, value))
    took, (conforms, _, _) = measure(
        lambda: pyshacl.validate(graph, shacl_graph=str(SHAPES), shacl_graph_format="turtle")
    )
    return [
        f"- {len(statements[0]):,} statements, parsed by rdflib in {seconds:.0f} s; JSON-LD and N-Quads hold "
        f"{'the same ones' if statements[0] == statements[1] else 'DIFFERENT ones'}.",
        f"- SHACL: {'the whole graph conforms' if conforms else 'FAULTS'} ({took:.0f} s).",
    ]


def open_report(path: Path) -> list[str]:
    """Open the page in headless Chromium five times, and search in it."""
    sys.path.insert(0, str(HERE.parent / "tests"))
    from browser import find_chromium, open_browser

    if find_chromium() is None:
        return ["- no Chromium here: the report was not opened."]
    with open_browser() as page:
        page.set_size(1440, 900)
        seconds = [page.open(path) for _ in range(5)]
        searches = [
            page.evaluate(
                f"(() => {{ const began = performance.now(); $('query').value = '{words}'; refresh();"
                "return performance.now() - began; })()"
            )
            for words in ("大学 校长", "北京", "习近平 会见", "读书")
        ]
        return [
            f"- Opens in {seconds[0]:.2f} s the first time, then {min(seconds[1:]):.2f}–{max(seconds[1:]):.2f} s; "
            f"a search takes {min(searches):.0f}–{max(searches):.0f} ms; {len(page.complaints)} console messages."
        ]


def check_annotation(records: list[Record], texts: dict[str, str]) -> str:
    unchanged = sum(correct(record, annotate(record, texts[record.article.id])) == record for record in records)
    return f"- Marks that nobody changed give the same record again: {unchanged:,} of {len(records):,}."


def describe_linking(records: list[Record], work: Path) -> list[str]:
    """Link, link with more articles, and tell what was merged, what was not, and why."""
    seconds, first = measure(lambda: link(records[:ARTICLES]))
    write_links(first, work / "links")
    took, more = measure(lambda: link(records, previous=read_links(work / "links")))
    changed = sum(more.entity_ids[mention] != entity for mention, entity in first.entity_ids.items())
    lines = [
        "# Linking on the news corpus",
        "",
        "`python benchmarks/exports.py --shared ../shared`",
        "",
        f"- {ARTICLES:,} articles in {seconds:.1f} s; then {len(records) - ARTICLES:,} more in {took:.1f} s: "
        f"{changed} of {len(first.links):,} existing ids changed.",
    ]
    for kind, plural in (("person", "people"), ("organisation", "organisations")):
        mentions = sum(1 for each in more.links.values() if more.entities[each.entity].kind == kind)
        entities = sum(1 for entity in more.entities.values() if entity.kind == kind)
        lines.append(f"- {mentions:,} mentions of {plural} are {entities:,} {plural}.")
    lines += ["", "## What was merged, and why", "", "| evidence | links of people |", "|---|---|"]
    reasons: Counter[str] = Counter()
    for each in more.links.values():
        if more.entities[each.entity].kind == "person" and each.score > 0:
            reasons.update({_classify(part) for part in each.evidence.split("; ")})
    lines += [f"| {reason} | {count:,} |" for reason, count in reasons.most_common()]
    lines += ["", "## What was kept apart, and why", "", "| decision and evidence | pairs of one name |", "|---|---|"]
    apart: Counter[str] = Counter()
    for decision in more.decisions:
        if decision.a.startswith("person"):
            apart.update({f"{decision.decision}: {_classify(part)}" for part in decision.evidence.split("; ")})
    lines += [f"| {reason} | {count:,} |" for reason, count in apart.most_common(14)]
    people = [entity for entity in more.entities.values() if entity.kind == "person"]
    people.sort(key=lambda entity: (-entity.profile.mentions, entity.id))
    lines += [
        "",
        "## The 200 most frequent people",
        "",
        "| articles | person | held at | titles | years |",
        "|---|---|---|---|---|",
    ]
    lines += [_describe_person(entity) for entity in people[:200]]
    return lines


def _classify(reason: str) -> str:
    """The kind of a reason: without names and weights."""
    kinds = (
        "same organisation", "related organisations", "different organisations at one time", "different organisations",
        "same title", "same territory", "same honour", "together with", "student and member of staff",
        "two people of one article", "only the name", "without a title", "nearly all others",
    )  # fmt: skip
    if "stands near both" in reason:
        return "an organisation stands near both"
    return next((kind for kind in kinds if reason.startswith(kind)), re.sub(r" [+-].*", "", reason))


def _describe_person(entity: Entity) -> str:
    profile = entity.profile
    bodies = "、".join(f"{name} {count}" for name, count in profile.organisations.most_common(3))
    titles = "、".join(f"{name} {count}" for name, count in profile.titles.most_common(3))
    years = f"{min(profile.years)}–{max(profile.years)}" if profile.years else ""
    return f"| {profile.mentions} | {entity.name} | {bodies} | {titles} | {years} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--records", type=Path, help="records made before")
    parser.add_argument("--articles", type=Path, help="the articles they were made from")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        record_file, article_file = options.records, options.articles
        if record_file is None:
            record_file, article_file = extract_sample(options.shared, work)
        records = list(read_records(record_file))
        texts = read_source_texts([article_file], {record.article.id for record in records})
        linking = describe_linking(records, work)
        chosen = records[:ARTICLES]
        links = link(chosen, texts=texts)
        seconds, _ = measure(lambda: jishi.frames(chosen))
        lines = [
            f"# Exports of {len(chosen):,} articles",
            "",
            "`python benchmarks/exports.py --shared ../shared`",
            "",
            "| export | seconds | MB | the same bytes again | rows reconcile with the records |",
            "|---|---|---|---|---|",
            *run_exports(chosen, texts, links, work),
            "",
            f"- `jishi.frames`: {seconds:.1f} s. Linking is measured in linking.md.",
            *open_report(work / "report-1/report.html"),
            check_annotation(chosen, texts),
            *check_linked_data(work),
        ]
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "exports.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (results / "linking.md").write_text("\n".join(linking) + "\n", encoding="utf-8")
    print(json.dumps({"articles": len(chosen), "links": len(links.links)}))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
