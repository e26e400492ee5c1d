"""The command line: parses arguments and calls the rest. Heavy imports happen inside the commands."""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import jishi
from jishi.archive.arguments import add_reading_arguments, make_reading_options
from jishi.archive.errors import ArchiveError
from jishi.exports.commands import add_export, add_import, add_link, add_report, read_texts

if TYPE_CHECKING:
    from jishi.archive.run import RunOptions

Command = Callable[[argparse.Namespace], int]

EXIT_SUCCESS, EXIT_PARTIAL, EXIT_FAILURE, EXIT_INTERRUPTED = 0, 1, 2, 130
MAX_TIME_LIMIT = 1_000_000  # seconds


class UsageError(Exception):
    """Something the user asked for cannot be done; the message says what to do instead."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_FAILURE, f"{self.prog}: {message}\nTry `{self.prog} --help`.\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser: argparse.ArgumentParser = _Parser(
        prog="jishi",
        description="Turn Chinese news articles into structured, validated event records.",
        epilog="`jishi COMMAND --help` tells more about a command.",
    )
    parser.add_argument("--version", action="version", version=f"jishi {jishi.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (
        _add_extract,
        _add_validate,
        _add_schema,
        _add_show,
        _add_repair,
        _add_dates,
        add_export,
        add_import,
        add_link,
        add_report,
    ):
        add(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code.

    0 success, 1 done in part (some articles were rejected), 2 failure, 130 interrupted. Raises SystemExit for arguments
    that cannot be understood, and after `--help`.
    """
    _allow_any_character()
    options = build_parser().parse_args(arguments)
    run: Command = options.run
    try:
        return run(options)
    except BrokenPipeError:  # `jishi show … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_SUCCESS
    except (UsageError, ArchiveError, OSError) as error:
        print(f"jishi: {_describe(error)}", file=sys.stderr)
        return EXIT_FAILURE
    except KeyboardInterrupt:
        print("jishi: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except Exception:  # Python's own exit code would say that the work is done in part
        traceback.print_exc()
        print("jishi: this is a bug; please report it with the lines above", file=sys.stderr)
        return EXIT_FAILURE


def _allow_any_character() -> None:
    """Where the locale's encoding lacks a character it is escaped: printing never fails."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="backslashreplace")


def _describe(error: BaseException) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


# extract


def _add_extract(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "extract",
        help="turn articles into records",
        description=(
            "Read articles and write a record for each. Stopped, killed or interrupted, the same command goes on where "
            "it was. Articles that fail are listed in rejects.jsonl with the reason."
        ),
        epilog="Exit code: 0 a record for every article, 1 some were rejected, 2 there is no record, 130 stopped.",
    )
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help="file, folder, pattern or address: txt, jsonl, json, csv, tsv, xlsx, parquet, html, warc, sqlite, also "
        "packed (gz, xz, bz2, zst, zip, tar); a database address with --query",
    )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="a file (.jsonl, .jsonl.zst, .jsonl.gz, .parquet) or a folder, which also gets a manifest",
    )
    parser.add_argument(
        "--format",
        choices=("jsonl", "jsonl.gz", "jsonl.zst", "parquet", "tables"),
        help="of the records in a folder (default jsonl); tables: parquet, and a flat table for each kind of fact",
    )
    run = parser.add_argument_group("the run")
    run.add_argument("--workers", type=int, metavar="N", help="worker processes, 0 for none (default: all cores)")
    run.add_argument("--scheduler", metavar="ADDRESS", help="work on the Dask cluster at tcp://HOST:PORT")
    run.add_argument("--restart", action="store_true", help="begin anew, forgetting what is done")
    run.add_argument("--update", action="store_true", help="take over the records of unchanged articles")
    run.add_argument("--time-limit", type=float, default=120.0, metavar="SECONDS", help="for one article (default 120)")
    run.add_argument("--mark-duplicates", action="store_true", help="mark reprints with duplicate_of")
    run.add_argument("--quiet", action="store_true", help="print nothing but errors")
    run.add_argument("--log-json", action="store_true", help="print progress as JSON Lines on standard error")
    add_reading_arguments(parser)
    pipeline = parser.add_argument_group("the pipeline")
    pipeline.add_argument("--model", metavar="FOLDER", help="a tagger of your own (see models/ner)")
    pipeline.add_argument("--exclude", action="append", default=[], metavar="STAGE", help="leave out e.g. jishi_talks")
    parser.set_defaults(run=_run_extract)


def _run_extract(options: argparse.Namespace) -> int:
    from jishi.archive.progress import choose_reporter
    from jishi.archive.run import run

    signal.signal(signal.SIGTERM, _stop)
    if options.workers is not None and options.workers < 0:
        raise UsageError("--workers must be 0 or more")
    if not 0 < options.time_limit <= MAX_TIME_LIMIT:
        raise UsageError(f"--time-limit must be more than 0 seconds and at most {MAX_TIME_LIMIT:,}")
    if options.restart and options.update:
        raise UsageError("--restart begins anew, --update builds on what is there: choose one")
    reporter = choose_reporter(quiet=options.quiet, log_json=options.log_json)
    try:
        summary = run(_make_run_options(options), reporter)
    except ArchiveError as error:
        if not options.log_json:
            raise
        reporter.say("failed", str(error))
        return EXIT_FAILURE
    if options.log_json:
        details = {"rejects_by_reason": summary.rejects_by_reason, "files": summary.files}
        reporter.say("finished", summary.describe(), **summary.counts, **details)
    elif not options.quiet:
        print(summary.describe())
    if not summary.counts["records"]:
        return EXIT_FAILURE
    return EXIT_PARTIAL if summary.counts["rejects"] else EXIT_SUCCESS


def _make_run_options(options: argparse.Namespace) -> RunOptions:
    from jishi.archive.run import RunOptions

    return RunOptions(
        inputs=tuple(options.inputs),
        output=options.output,
        reading=make_reading_options(options),
        format=options.format,
        model=options.model,
        exclude=tuple(options.exclude),
        time_limit=options.time_limit,
        mark_duplicates=options.mark_duplicates,
        workers=options.workers,
        scheduler=options.scheduler,
        restart=options.restart,
        update=options.update,
    )


def _stop(number: int, frame: FrameType | None) -> None:
    """A system that shuts down asks with SIGTERM: the run ends as at Ctrl-C."""
    raise KeyboardInterrupt


# validate


def _add_validate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "validate",
        help="check a file of records",
        description="Check every record against the contract, and that no two have the same id.",
        epilog="Exit code: 0 all are valid, 1 some are not, 2 the file cannot be read.",
    )
    parser.add_argument("file", help="file of records or folder of a run")
    parser.set_defaults(run=_run_validate)


def _run_validate(options: argparse.Namespace) -> int:
    from jishi.archive.records import find_faults

    valid = faulty = 0
    for fault in find_faults(options.file):
        if fault is None:
            valid += 1
            continue
        faulty += 1
        if faulty <= 20:
            print(fault)
    if faulty > 20:
        print(f"… and {faulty - 20} more")
    print(f"{valid:,} valid, {faulty:,} not")
    return EXIT_PARTIAL if faulty else EXIT_SUCCESS


# schema, show


def _add_schema(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("schema", help="print the JSON Schema of a record")
    parser.set_defaults(run=_run_schema)


def _run_schema(options: argparse.Namespace) -> int:
    from jishi.records import json_schema

    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))
    return EXIT_SUCCESS


def _add_show(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "show",
        help="print one record for a person's eye",
        description="Print one record: its events with who, as what, for whom, on what, and the evidence.",
    )
    parser.add_argument("records", help="file of records or folder of a run, as `jishi extract` writes it")
    parser.add_argument("id", nargs="?", help="id of the article; without it the first record is shown")
    parser.add_argument(
        "--articles",
        nargs="+",
        metavar="INPUT",
        help="the articles, as given to `jishi extract`: shows the evidence",
    )
    add_reading_arguments(parser)
    parser.set_defaults(run=_run_show)


def _run_show(options: argparse.Namespace) -> int:
    from jishi.archive.records import read_records
    from jishi.exports.show import print_record

    for record in read_records(options.records):
        if options.id in (None, record.article.id):
            text = read_texts(options, {record.article.id}).get(record.article.id)
            if text is not None and len(text) != record.article.characters:
                print(f"jishi: {', '.join(options.articles)} has another text of this article", file=sys.stderr)
                text = None
            print_record(record, text)
            return EXIT_SUCCESS
    if options.id is None:
        raise UsageError(f"{options.records} holds no record")
    raise UsageError(f"{options.records} holds no record with the id {options.id!r}")


# repair, dates


def _add_repair(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "repair",
        help="mend a damaged text and say what was changed",
        description="Mend a damaged text file and print it; with --explain print what was changed, where and why.",
    )
    parser.add_argument("file", help="text file in any encoding, or - for standard input")
    parser.add_argument("--explain", action="store_true", help="list every change, and show both texts side by side")
    parser.set_defaults(run=_run_repair)


def _run_repair(options: argparse.Namespace) -> int:
    from pathlib import Path

    from jishi.archive.encodings import decode
    from jishi.stages.repair import repair

    data = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
    repaired = repair(decode(data).text)
    if options.explain:
        from jishi.exports.repairs import print_repairs

        print_repairs(repaired)
        return EXIT_SUCCESS
    print(repaired.text, end="")
    for warning in repaired.warnings:
        print(f"jishi: {warning}", file=sys.stderr)
    return EXIT_SUCCESS


def _add_dates(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "dates",
        help="find and resolve the dates of a text",
        description="Find the dates of a text and print what they resolve to.",
    )
    parser.add_argument("text", help="the text, in either script; - reads standard input")
    parser.add_argument("--reference", metavar="YYYY-MM-DD", help="the day that relative dates count from")
    parser.set_defaults(run=_run_dates)


def _run_dates(options: argparse.Namespace) -> int:
    from jishi.stages.dates import find_dates, format_dates, parse_dates

    text = sys.stdin.read() if options.text == "-" else options.text
    try:
        items = parse_dates(text, options.reference)
    except ValueError as error:
        raise UsageError(f"{error}: give the reference as YYYY-MM-DD, such as --reference 2024-09-02") from error
    print(format_dates(items) if items else "no date found")
    for warning in find_dates(text, options.reference).warnings:
        print(f"jishi: {warning}", file=sys.stderr)
    return EXIT_SUCCESS


if __name__ == "__main__":
    sys.exit(main())
