"""How to read articles, as arguments of the command line: the same for every command that reads them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jishi.archive.text_formats import ReadingOptions


def add_reading_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say how articles are read."""
    reading = parser.add_argument_group("reading")
    for field in ("text", "title", "date", "url", "id"):
        reading.add_argument(
            f"--{field}-field", metavar="NAME", help=f"field or column of the {field} (default: guess)"
        )
    reading.add_argument("--encoding", help="of all inputs (default: find out for each file)")
    reading.add_argument("--separator", metavar="REGEX", help="lines between the articles of a text file")
    reading.add_argument("--title-line", action="store_true", help="the first line of a text file is the title")
    reading.add_argument("--query", metavar="SQL", help="rows to read from a database")


def make_reading_options(options: argparse.Namespace) -> ReadingOptions:
    """Give the options that those arguments stand for."""
    from jishi.archive.fields import FieldNames
    from jishi.archive.text_formats import ReadingOptions

    names = FieldNames(options.text_field, options.title_field, options.date_field, options.url_field, options.id_field)
    return ReadingOptions(names, options.encoding, options.separator, options.title_line, options.query)
