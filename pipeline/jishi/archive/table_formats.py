"""Reading CSV, Excel, Parquet and SQL: rows with named columns."""

from __future__ import annotations

import csv
import io
import itertools
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jishi.archive.errors import MissingExtraError, UnreadableInputError
from jishi.archive.fields import FieldReader
from jishi.archive.items import FoundProblem, Item
from jishi.archive.opening import MAX_TEXT_BYTES, check_for_bomb, read_whole
from jishi.archive.text_formats import ReadingOptions, open_lines

MAX_FILE_BYTES = 1 << 30  # of a file that must be held whole to be read, because it came packed
PARQUET_ROWS = 4  # at once: a file of a few kilobytes may hold one huge text that every row refers to
MAX_SHEET_ROWS = 1 << 20  # of Excel; a sheet may claim more, and openpyxl gives an empty row for each


def read_rows(
    rows: Iterable[tuple[str, Mapping[str, Any], tuple[str, ...]]], columns: Iterable[str], options: ReadingOptions
) -> Iterator[Item]:
    """Yield the article of each (source, row, warnings). Raises UnreadableInputError if no column holds the text."""
    reader = FieldReader(options.fields)
    reader.find_fields(columns)
    for source, row, warnings in rows:
        try:
            yield reader.read(row, source, warnings)
        except UnreadableInputError as error:
            yield FoundProblem(source, error.reason, str(error), error.id)


def read_csv(stream: io.BufferedReader, source: str, options: ReadingOptions) -> Iterator[Item]:
    """Yield the article of each row of a CSV or TSV file with a header; the separator is the one the header uses."""
    csv.field_size_limit(MAX_TEXT_BYTES)
    warnings: list[str] = []
    quotes, is_at_end = 0, False  # quotation marks in the lines of the row at hand; whether more was sought in vain

    def decode() -> Iterator[str]:
        nonlocal quotes, is_at_end
        for number, line in open_lines(stream, options):
            if line is None:
                raise UnreadableInputError("too_large", f"line {number} is longer than {MAX_TEXT_BYTES >> 20} MB")
            warnings.extend(line.warnings)
            quotes += line.text.count('"')
            yield line.text.removeprefix("\ufeff") if number == 1 else line.text
        is_at_end = True

    lines = decode()
    header = next((line for line in lines if line.strip()), None)
    if header is None:
        raise UnreadableInputError("no_text", "the table is empty")
    delimiter = max(",\t;|", key=header.count)
    columns = [column.strip() for column in next(csv.reader([header], delimiter=delimiter))]

    def rows() -> Iterator[tuple[str, Mapping[str, Any], tuple[str, ...]]]:
        nonlocal quotes
        reader = csv.reader(lines, delimiter=delimiter)
        number = 1
        while True:
            number += 1
            quotes, first_line = 0, reader.line_num
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                message = "an unclosed quotation mark swallows the rest" if "field larger" in str(error) else str(error)
                raise UnreadableInputError("malformed", f"row {number}: {message}") from error
            if quotes % 2 and is_at_end:
                swallowed = reader.line_num - first_line - 1
                message = f"row {number}: an unclosed quotation mark swallows the {swallowed:,} lines after it"
                raise UnreadableInputError("malformed", message)
            notes = tuple(dict.fromkeys(warnings))
            warnings.clear()
            if len(row) > len(columns):
                notes += (f"the row has {len(row)} cells under {len(columns)} columns: the rest was left out",)
            if any(row):
                yield f"{source}:{number}", dict(zip(columns, row, strict=False)), notes

    yield from read_rows(rows(), columns, options)


def read_excel(stream: io.BufferedReader, source: str, options: ReadingOptions) -> Iterator[Item]:
    """Yield the article of each row of each sheet that has a header with a text column."""
    try:
        import openpyxl
    except ImportError as error:
        raise MissingExtraError("reading .xlsx", "excel") from error
    data = io.BytesIO(read_whole(stream, MAX_FILE_BYTES))
    try:
        with zipfile.ZipFile(data) as archive:
            check_for_bomb(sum(member.file_size for member in archive.infolist()), len(data.getbuffer()))
        book = openpyxl.load_workbook(data, read_only=True, data_only=True)
    except UnreadableInputError:
        raise
    except Exception as error:  # whatever a damaged workbook makes of openpyxl
        raise UnreadableInputError("unreadable", f"is not a readable workbook: {error}") from error
    problems, useful = [], 0
    for sheet in book.worksheets:
        first_rows = enumerate(itertools.islice(sheet.iter_rows(values_only=True), MAX_SHEET_ROWS), 1)
        number, header = next((row for row in first_rows if any(cell is not None for cell in row[1])), (0, ()))
        columns = ["" if cell is None else str(cell).strip() for cell in header]
        while columns and not columns[-1]:
            columns.pop()
        if not columns:
            continue
        try:
            # Cells beside the table are not read: a sheet may have sixteen thousand columns of nothing.
            rows = sheet.iter_rows(min_row=number + 1, max_col=len(columns), values_only=True)
            named = _read_sheet(enumerate(rows, number + 1), columns, f"{source}/{sheet.title}")
            yield from read_rows(named, columns, options)
            useful += 1
        except UnreadableInputError as error:  # a sheet of notes beside the sheet of articles is no fault
            problems.append(FoundProblem(f"{source}/{sheet.title}", error.reason, str(error)))
    if not useful:
        yield from problems or [FoundProblem(source, "no_text", "the workbook is empty")]


def _read_sheet(
    rows: Iterable[tuple[int, tuple[Any, ...]]], columns: list[str], place: str
) -> Iterator[tuple[str, Mapping[str, Any], tuple[str, ...]]]:
    for number, row in rows:
        if number > MAX_SHEET_ROWS:
            raise UnreadableInputError("refused", f"claims to have more than the {MAX_SHEET_ROWS:,} rows of a sheet")
        if any(cell is not None for cell in row):
            yield f"{place}:{number}", dict(zip(columns, row, strict=False)), ()


def read_parquet(path_or_stream: Any, source: str, options: ReadingOptions) -> Iterator[Item]:
    """Yield the article of each row of a Parquet file."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise MissingExtraError("reading .parquet", "parquet") from error
    try:
        table = parquet.ParquetFile(path_or_stream)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableInputError("unreadable", f"is not a readable Parquet file: {error}") from error
    columns = table.schema_arrow.names
    fields = FieldReader(options.fields).find_fields(columns)
    needed = sorted({name if name in columns else name.split(".")[0] for name in fields.values()})

    def rows() -> Iterator[tuple[str, Mapping[str, Any], tuple[str, ...]]]:
        number = 0
        try:
            chosen = [name for name in needed if name in columns]
            for batch in table.iter_batches(batch_size=PARQUET_ROWS, columns=chosen):
                for row in range(batch.num_rows):
                    number += 1
                    cells = {
                        name: column[row].as_py()
                        for name, column in zip(batch.schema.names, batch.columns, strict=True)
                    }
                    yield f"{source}:{number}", cells, ()
        except (pa.ArrowException, OSError) as error:
            raise UnreadableInputError("unreadable", f"damaged after row {number}: {error}") from error

    yield from read_rows(rows(), [name for name in columns if name in needed], options)


def read_sqlite(path: str, source: str, options: ReadingOptions) -> Iterator[Item]:
    """Yield the article of each row that `options.query` gives, or of the one table that has a text column.

    The database is opened read-only and its own functions and views are not trusted.
    """
    connection = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        # A generated column can make a gigabyte out of nothing.
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 4 * MAX_TEXT_BYTES)
        # Text in an encoding of its own is no reason to lose the row.
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        query, name = options.query, source
        if query is None:
            table = _find_table(connection, options)
            query, name = f'SELECT * FROM "{table}" ORDER BY rowid', f"{source}/{table}"
        yield from _read_cursor(connection.execute(query), name, options)
    except sqlite3.Error as error:
        raise UnreadableInputError("unreadable", f"the database says: {error}") from error
    finally:
        connection.close()


def _find_table(connection: sqlite3.Connection, options: ReadingOptions) -> str:
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    fitting = []
    for name in names:
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name.replace(chr(34), chr(34) * 2)}")')]
        if FieldReader(options.fields).has_text(columns):
            fitting.append(name)
    if len(fitting) != 1:
        found = f"{len(fitting)} tables have a text column" if fitting else "no table has a text column"
        raise UnreadableInputError(
            "no_text", f"{found} (tables: {', '.join(names) or 'none'}): name the rows with --query"
        )
    return fitting[0].replace('"', '""')


def read_database(url: str, source: str, options: ReadingOptions) -> Iterator[Item]:
    """Yield the article of each row that `options.query` gives from a database that SQLAlchemy reaches."""
    try:
        import sqlalchemy
    except ImportError as error:
        raise MissingExtraError("reading an SQL database", "sql") from error
    if options.query is None:
        raise UnreadableInputError("no_text", "say which rows with --query 'SELECT … ORDER BY …'")
    try:
        engine = sqlalchemy.create_engine(url)
        with engine.connect().execution_options(stream_results=True) as connection:
            result = connection.execute(sqlalchemy.text(options.query))
            columns = list(result.keys())
            rows = ((f"{source}:{number}", dict(row), ()) for number, row in enumerate(result.mappings(), 1))
            yield from read_rows(rows, columns, options)
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise UnreadableInputError("unreadable", f"the database says: {str(error).splitlines()[0]}") from error
    except ModuleNotFoundError as error:
        raise UnreadableInputError("missing_extra", f"the database's driver is not installed: {error.name}") from error


def _read_cursor(cursor: sqlite3.Cursor, source: str, options: ReadingOptions) -> Iterator[Item]:
    columns = [column[0] for column in cursor.description or ()]
    rows = ((f"{source}:{number}", dict(zip(columns, row, strict=True)), ()) for number, row in enumerate(cursor, 1))
    yield from read_rows(rows, columns, options)
