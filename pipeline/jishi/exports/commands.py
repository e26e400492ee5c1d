"""The commands `export`, `import`, `link` and `report`: they parse arguments and call the rest of the package."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from jishi.archive.arguments import add_reading_arguments, make_reading_options
from jishi.archive.encodings import decode
from jishi.archive.errors import ArchiveError
from jishi.archive.storage import check_folder, create_text

if TYPE_CHECKING:
    from jishi.exports.annotation import Annotated
    from jishi.exports.linking import Links
    from jishi.records import Record

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _describe_counts(counts: Mapping[str, int]) -> str:
    return "\n".join(f"{name:<24}{count:>12,}" for name, count in counts.items())


def _add_records(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("records", help="file of records or folder of a run, as `jishi extract` writes it")


def _add_links(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--links", metavar="FOLDER", help="what `jishi link` wrote: gives people and organisations ids")


def _read_links(options: argparse.Namespace) -> Links:
    from jishi.exports.linking import Links, read_links

    return read_links(options.links) if options.links else Links()


def _read_records(options: argparse.Namespace) -> Iterator[Record]:
    """Yield the records; say so at the end if some have the id of another."""
    from jishi.archive.records import read_records

    seen: set[str] = set()
    count, example = 0, ""
    for record in read_records(options.records):
        identifier = record.article.id
        if identifier in seen:
            count, example = count + 1, identifier
        seen.add(identifier)
        yield record
    if count:
        print(
            f"jishi: {count:,} of the records have the id of another (such as {example}), which is taken for the same "
            "article; `jishi validate` lists them",
            file=sys.stderr,
        )


def read_texts(options: argparse.Namespace, ids: set[str]) -> dict[str, str]:
    """Give the source texts of the articles of `ids` that `--articles` names; say so if some are not there."""
    from jishi.exports.sources import read_source_texts

    if not options.articles:
        return {}
    texts = read_source_texts(options.articles, ids, make_reading_options(options))
    if len(texts) < len(ids):
        print(
            f"jishi: {len(ids) - len(texts):,} of {len(ids):,} articles are not in {', '.join(options.articles)}",
            file=sys.stderr,
        )
    return texts


# export


def add_export(commands: Subparsers) -> None:
    """Add `jishi export`."""
    parser = commands.add_parser(
        "export",
        help="records as tables, a database, linked data",
        description="Turn records into what other programs read. The same records give the same bytes.",
    )
    formats = parser.add_subparsers(title="formats", metavar="FORMAT", required=True)

    def add(
        name: str, run: Callable[[argparse.Namespace], int], help: str, output: str, epilog: str = ""
    ) -> argparse.ArgumentParser:
        format_parser = formats.add_parser(
            name, help=help, description=help[0].upper() + help[1:] + ".", epilog=epilog or None
        )
        _add_records(format_parser)
        format_parser.add_argument("-o", "--output", required=True, metavar="OUT", type=Path, help=output)
        format_parser.set_defaults(run=run)
        return format_parser

    tables = add("tables", _run_tables, "a Parquet file for each table", "folder for the files")
    sqlite = add(
        "sqlite",
        _run_sqlite,
        "a SQLite database; articles that it has are replaced, so it can be fed daily",
        "the database, such as chronicle.sqlite",
        "Example queries are in the package: jishi.exports.queries.",
    )
    neo4j = add("neo4j", _run_neo4j, "CSV files for Neo4j's importer", "folder for the files")
    for format_parser in (tables, sqlite, neo4j):
        _add_links(format_parser)
    for name, run, what in (
        ("jsonld", _run_jsonld, "linked data as JSON-LD, in the terms of schema.org"),
        ("nquads", _run_nquads, "linked data as N-Quads, for bulk loading"),
    ):
        format_parser = add(
            name, run, what, "the file", "Its SHACL shapes are in the package: jishi/exports/shapes.ttl."
        )
        _add_links(format_parser)
        format_parser.add_argument(
            "--base", metavar="IRI", help="beginning of all identifiers, such as https://chronicle.example.org/"
        )
    for name, run, what in (
        ("label-studio", _run_label_studio, "tasks for Label Studio, to correct records by hand"),
        ("prodigy", _run_prodigy, "marks as JSON Lines for Prodigy and spaCy, to correct records by hand"),
    ):
        format_parser = add(name, run, what, "the file", "`jishi import` makes records of what comes back.")
        format_parser.add_argument(
            "--articles", nargs="+", metavar="INPUT", required=True, help="the articles, as given to `jishi extract`"
        )
        add_reading_arguments(format_parser)


def _run_tables(options: argparse.Namespace) -> int:
    from jishi.exports.tables import export_tables

    counts = export_tables(_read_records(options), options.output, _read_links(options).entity_ids)
    print(_describe_counts(counts))
    return 0


def _run_sqlite(options: argparse.Namespace) -> int:
    from jishi.exports.database import export_database

    counts = export_database(_read_records(options), options.output, _read_links(options) if options.links else None)
    print(_describe_counts(counts))
    return 0


def _run_jsonld(options: argparse.Namespace) -> int:
    from jishi.exports.linked_data import write_json_ld

    return _write_linked_data(options, write_json_ld)


def _run_nquads(options: argparse.Namespace) -> int:
    from jishi.exports.linked_data import write_n_quads

    return _write_linked_data(options, write_n_quads)


def _write_linked_data(options: argparse.Namespace, write: Callable[..., int]) -> int:
    from jishi.exports.linked_data import DEFAULT_BASE

    links = _read_links(options) if options.links else None
    with create_text(options.output) as stream:
        count = write(_read_records(options), stream, base=options.base or DEFAULT_BASE, links=links)
    print(f"{options.output}: {count:,} articles")
    return 0


def _run_neo4j(options: argparse.Namespace) -> int:
    from jishi.exports.neo4j import export_neo4j

    print(_describe_counts(export_neo4j(_read_records(options), options.output, _read_links(options))))
    return 0


def _make_marks(options: argparse.Namespace) -> Iterator[Annotated]:
    from jishi.archive.records import read_records
    from jishi.exports.annotation import annotate

    ids = {record.article.id for record in _read_records(options)}
    texts = read_texts(options, ids)
    for record in read_records(options.records):
        text = texts.get(record.article.id)
        if text is not None and len(text) != record.article.characters:
            print(
                f"jishi: {', '.join(options.articles)} has another text of this article, which is left out: "
                f"{record.article.id}",
                file=sys.stderr,
            )
        elif text is not None:
            yield annotate(record, text)


def _run_label_studio(options: argparse.Namespace) -> int:
    from jishi.exports.annotation import make_label_config, write_label_studio

    with create_text(options.output) as stream:
        count = write_label_studio(_make_marks(options), stream)
    config = options.output.with_suffix(".config.xml")
    with create_text(config) as stream:
        stream.write(make_label_config())
    print(f"{options.output}: {count:,} tasks; {config}: the labelling configuration of their project")
    return 0


def _run_prodigy(options: argparse.Namespace) -> int:
    from jishi.exports.annotation import write_prodigy

    with create_text(options.output) as stream:
        count = write_prodigy(_make_marks(options), stream)
    print(f"{options.output}: {count:,} articles")
    return 0


# import


def add_import(commands: Subparsers) -> None:
    """Add `jishi import`."""
    parser = commands.add_parser(
        "import",
        help="records from what was corrected by hand",
        description=(
            "Read the corrected marks of Label Studio (its JSON export) or Prodigy (JSON Lines) and write the records "
            "that they stand for. Articles nobody worked on are left out."
        ),
    )
    parser.add_argument("format", choices=("label-studio", "prodigy"))
    parser.add_argument("file", type=Path, help="what the tool gave")
    _add_records(parser)
    parser.add_argument("-o", "--output", required=True, metavar="FILE", type=Path, help="the records, as JSON Lines")
    parser.add_argument("--all", action="store_true", help="write the other articles' records too, as they were")
    parser.set_defaults(run=_run_import)


def _run_import(options: argparse.Namespace) -> int:
    from jishi.exports.annotation import correct, pair_by_article, read_label_studio, read_prodigy

    read = read_label_studio if options.format == "label-studio" else read_prodigy
    marks = list(read(io.StringIO(decode(options.file.read_bytes()).text), str(options.file)))
    corrected = changed = kept = 0
    with create_text(options.output) as stream:
        for record, annotated in pair_by_article(_read_records(options), marks):
            if annotated is None and not options.all:
                continue
            if annotated is None:
                result, kept = record, kept + 1
            else:
                try:
                    result = correct(record, annotated)
                except ValueError as error:
                    raise ArchiveError(f"{options.file}: {error}") from error
                corrected, changed = corrected + 1, changed + (result != record)
            stream.write(result.to_json() + "\n")
    print(f"{options.output}: {corrected:,} corrected articles, {changed:,} of them changed, {kept:,} others")
    if corrected < len(marks):
        print(f"jishi: {len(marks) - corrected:,} articles of {options.file} are not in the records", file=sys.stderr)
    return 0


# link


def add_link(commands: Subparsers) -> None:
    """Add `jishi link`."""
    parser = commands.add_parser(
        "link",
        help="find out who is the same over all articles",
        description=(
            "Link people and organisations over all records: same name and compatible organisation, title, time and "
            "company is one, same name at another body is another. A folder written before is carried on: what is "
            "linked stays linked and no id changes, so that new records can be added daily."
        ),
        epilog=(
            "OUT gets entities.jsonl, links.csv (each mention with its entity and the evidence) and decisions.csv "
            "(what was kept apart and why). A decision of yours is a row `same` or `different` with two ids of these."
        ),
    )
    _add_records(parser)
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT", type=Path, help="folder; carried on if it exists"
    )
    parser.add_argument("--restart", action="store_true", help="forget what OUT holds")
    parser.add_argument("--decisions", metavar="CSV", help="your decisions: columns decision, a, b, note")
    parser.add_argument(
        "--gazetteer",
        metavar="CSV",
        help="known people and organisations: columns id, kind, name, aliases, organisations, titles, first_year, "
        "last_year",
    )
    parser.add_argument("--home", metavar="NAME", help="whose archive it is: what 文学院 and 我校 belong to")
    parser.add_argument(
        "--articles", nargs="+", metavar="INPUT", help="the articles, as given to `jishi extract`: tells renamings"
    )
    add_reading_arguments(parser)
    parser.set_defaults(run=_run_link)


def _run_link(options: argparse.Namespace) -> int:
    from jishi.exports.linking import find_unmet, link, read_gazetteer, read_links, read_overrides, write_links

    previous = None
    if (options.output / "entities.jsonl").exists() and not options.restart:
        previous = read_links(options.output)
    check_folder(options.output)
    records = list(_read_records(options))
    overrides = read_overrides(options.decisions) if options.decisions else []
    links = link(
        records,
        previous=previous,
        overrides=overrides,
        gazetteer=read_gazetteer(options.gazetteer) if options.gazetteer else (),
        texts=read_texts(options, {record.article.id for record in records}),
        home=options.home,
    )
    write_links(links, options.output)
    for problem in find_unmet(overrides, links):
        print(f"jishi: {options.decisions}: {problem}", file=sys.stderr)
    for kind, plural in (("person", "people"), ("organisation", "organisations")):
        mentions = sum(1 for each in links.links.values() if links.entities[each.entity].kind == kind)
        entities = sum(1 for entity in links.entities.values() if entity.kind == kind)
        print(f"{mentions:,} mentions of {plural} are {entities:,} {plural}")
    return 0


# report


def add_report(commands: Subparsers) -> None:
    """Add `jishi report`."""
    parser = commands.add_parser(
        "report",
        help="a web page to look at records in, with their evidence",
        description=(
            "Write one web page with search, filters, a timeline, and for each article its text with the evidence "
            "coloured beside its events. It works offline and holds everything in itself."
        ),
    )
    _add_records(parser)
    parser.add_argument(
        "-o", "--output", required=True, metavar="FILE", type=Path, help="the page, such as report.html"
    )
    parser.add_argument(
        "--articles",
        nargs="+",
        metavar="INPUT",
        help="the articles, as given to `jishi extract`: without them the page shows no texts",
    )
    _add_links(parser)
    parser.add_argument("--title", default="纪事 jishi", help="heading of the page")
    parser.add_argument(
        "--low-confidence", type=float, default=0.6, metavar="P", help="mark what is less sure than this (default 0.6)"
    )
    add_reading_arguments(parser)
    parser.set_defaults(run=_run_report)


def _run_report(options: argparse.Namespace) -> int:
    from jishi.exports.report import make_report

    records = list(_read_records(options))
    links = _read_links(options)
    page = make_report(
        records,
        read_texts(options, {record.article.id for record in records}),
        title=options.title,
        entities=links.entity_ids,
        names=links.names,
        threshold=options.low_confidence,
    )
    with create_text(options.output) as stream:
        stream.write(page)
    print(f"{options.output}: {len(records):,} articles, {len(page) / 1e6:.1f} MB")
    return 0
