"""The command line: parses arguments and calls the rest. Heavy imports happen inside the commands."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

import jishi

Command = Callable[[argparse.Namespace], int]

EXIT_SUCCESS, EXIT_PARTIAL, EXIT_FAILURE = 0, 1, 2


class UsageError(Exception):
    """Something the user asked for cannot be done; the message says what to do instead."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_FAILURE, f"{self.prog}: {message}\nTry `{self.prog} --help`.\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = _Parser(
        prog="jishi",
        description="Turn Chinese news articles into structured, validated event records.",
        epilog="`jishi COMMAND --help` tells more about a command.",
    )
    parser.add_argument("--version", action="version", version=f"jishi {jishi.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (_add_schema, _add_show, _add_repair, _add_dates):
        add(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code: 0 success, 1 done in part (some articles were rejected), 2 failure."""
    options = build_parser().parse_args(arguments)
    run: Command = options.run
    try:
        return run(options)
    except (UsageError, FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError) as error:
        print(f"jishi: {_describe(error)}", file=sys.stderr)
        return EXIT_FAILURE
    except KeyboardInterrupt:
        print("jishi: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `jishi show … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_SUCCESS


def _describe(error: BaseException) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


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
    parser.add_argument("records", help="file of records, as `jishi extract` writes it")
    parser.add_argument("id", nargs="?", help="id of the article; without it the first record is shown")
    parser.add_argument("--articles", metavar="FILE", help="JSON Lines the records were made from: shows the evidence")
    parser.set_defaults(run=_run_show)


def _run_show(options: argparse.Namespace) -> int:
    from jishi.archive.records import read_records
    from jishi.exports.show import print_record, read_source_texts

    for record in read_records(options.records):
        if options.id in (None, record.article.id):
            sources = read_source_texts(options.articles, {record.article.id}) if options.articles else {}
            print_record(record, sources.get(record.article.id))
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
    parser.add_argument("file", help="text file (UTF-8 or GB18030), or - for standard input")
    parser.add_argument("--explain", action="store_true", help="list every change, and show both texts side by side")
    parser.set_defaults(run=_run_repair)


def _run_repair(options: argparse.Namespace) -> int:
    raise UsageError("not yet")


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
    raise UsageError("not yet")


if __name__ == "__main__":
    sys.exit(main())
