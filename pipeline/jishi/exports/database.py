"""Records in a SQLite database: the tables of `jishi.exports.schema`, with keys, checks and indexes.

Writing again replaces an article's rows by its id and leaves the others, in one transaction, so that a script can feed
the database daily while others read it. SQLite because it needs nothing installed, is read by every language and tool
(DuckDB and pandas among them), and takes daily updates well; for scans over very large archives the Parquet tables,
which have the same columns, are faster. Example questions: `jishi.exports.queries`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from jishi.archive.errors import ArchiveError
from jishi.archive.storage import check_file
from jishi.exports.linking import Links
from jishi.exports.rows import make_rows
from jishi.exports.schema import TABLES, describe_columns
from jishi.records import Record

SCHEMA_NUMBER = 1
"""Stored as the database's user_version."""
_TYPES = {"string": "TEXT", "integer": "INTEGER", "number": "REAL", "date": "TEXT", "category": "TEXT"}
_PRIMARY_KEYS = {
    "articles": ("article_id",), "credits": ("article_id", "credit"), "repairs": ("article_id", "kind"),
    "warnings": ("article_id", "warning"), "dates": ("date_id",), "organisations": ("organisation_id",),
    "people": ("person_id",), "positions": ("position_id",), "talks": ("talk_id",), "events": ("event_id",),
}  # fmt: skip
_HOMES = {
    "article_id": "articles", "date_id": "dates", "organisation_id": "organisations", "parent_id": "organisations",
    "person_id": "people", "talk_id": "talks", "event_id": "events",
}  # fmt: skip
_INDEXES = (
    ("events", "start"), ("events", "type"), ("people", "name"), ("people", "entity_id"), ("organisations", "name"),
    ("organisations", "entity_id"), ("positions", "title"), ("articles", "published"),
)  # fmt: skip
_ENTITIES = """\
CREATE TABLE entities ( -- one row a person or organisation over all articles (`jishi link`)
    entity_id TEXT NOT NULL PRIMARY KEY, -- what people.entity_id and organisations.entity_id refer to
    kind TEXT NOT NULL CHECK (kind IN ('person', 'organisation')),
    name TEXT NOT NULL, -- the fullest name
    description TEXT NOT NULL, -- the name with what tells it apart
    names TEXT NOT NULL, -- all names, joined by |
    same_as TEXT, -- id in the gazetteer
    mentions INTEGER NOT NULL -- in how many articles it is named
) STRICT"""


def make_statements() -> list[str]:
    """The statements that make an empty database; the columns' documentation stands in them as comments."""
    statements = [_make_table(table) for table in TABLES]
    statements.append(_ENTITIES)
    for table in TABLES:
        for column, *_ in describe_columns(table):
            key = _PRIMARY_KEYS.get(table, ())
            if (column in _HOMES or column == "item_id") and (not key or key[0] != column):
                statements.append(f"CREATE INDEX {table}_{column} ON {table} ({column})")
    statements += [f"CREATE INDEX {table}_{column} ON {table} ({column})" for table, column in _INDEXES]
    return statements


def _make_table(table: str) -> str:
    key = _PRIMARY_KEYS.get(table, ())
    lines = []
    constraints = [f"PRIMARY KEY ({', '.join(key)})"] if key else []
    for column, kind, categories, nullable, description in describe_columns(table):
        line = f"    {column} {_TYPES[kind]}{'' if nullable else ' NOT NULL'}"
        if categories:
            listed = ", ".join(f"'{each}'" for each in categories)
            line += f" CHECK ({column} IN ({listed}))"
        lines.append((line, description))
        if column in _HOMES and key != (column,):
            action = " ON DELETE CASCADE" if column == "article_id" else " DEFERRABLE INITIALLY DEFERRED"
            target = "organisation_id" if column == "parent_id" else column
            constraints.append(f"FOREIGN KEY ({column}) REFERENCES {_HOMES[column]} ({target}){action}")
    written = [
        f"{line}{',' if constraints or position + 1 < len(lines) else ''} -- {description}"
        for position, (line, description) in enumerate(lines)
    ]
    written += [f"    {each}{',' if number < len(constraints) else ''}" for number, each in enumerate(constraints, 1)]
    about = (TABLES[table].__doc__ or "").partition(": ")[2]
    return f"CREATE TABLE {table} ( -- {about}\n" + "\n".join(written) + "\n) STRICT"


def export_database(
    records: Iterable[Record], path: str | os.PathLike[str], links: Links | None = None
) -> dict[str, int]:
    """Write records into the database at `path`, which is made if it does not exist; give the rows written, by table.

    An article that the database has is replaced. links: entities for people and organisations; they are set for all
    articles in the database. Everything happens in one transaction: on an error the database stays as it was.
    Raises ArchiveError if the file is something else than such a database, or cannot be written.
    """
    path = Path(path)
    check_file(path)
    is_missing = not path.exists()
    is_new = is_missing or path.stat().st_size == 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            _prepare(connection, path, is_new)
            return _write_all(connection, records, links)
    except BaseException as error:
        if is_missing:
            for name in (path, path.with_name(f"{path.name}-journal")):
                name.unlink(missing_ok=True)
        if isinstance(error, sqlite3.DatabaseError):
            raise ArchiveError(f"{path} cannot be written: {error}") from error
        raise


def _write_all(connection: sqlite3.Connection, records: Iterable[Record], links: Links | None) -> dict[str, int]:
    """Write everything in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        counts = _write_records(connection, records, links)
        if links:
            counts["entities"] = _write_entities(connection, links)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # where the disk is full, SQLite has rolled back already
            connection.execute("ROLLBACK")
        raise
    return counts


def _prepare(connection: sqlite3.Connection, path: Path, is_new: bool) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    if is_new:
        connection.execute("BEGIN")
        for statement in make_statements():
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_NUMBER}")
        connection.execute("COMMIT")
        return
    try:
        number = connection.execute("PRAGMA user_version").fetchone()[0]
        is_ours = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'participations'").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise ArchiveError(f"{path} is not a SQLite database") from error
    if not is_ours:
        raise ArchiveError(f"{path} is a database of something else")
    if number != SCHEMA_NUMBER:
        raise ArchiveError(f"{path} has tables of version {number}, this jishi those of {SCHEMA_NUMBER}: export anew")


def _write_records(connection: sqlite3.Connection, records: Iterable[Record], links: Links | None) -> dict[str, int]:
    entities = links.entity_ids if links else {}
    counts = dict.fromkeys(TABLES, 0)
    inserts = {
        table: f"INSERT INTO {table} VALUES ({', '.join('?' * len(row.model_fields))})" for table, row in TABLES.items()
    }
    for record in records:
        connection.execute("DELETE FROM articles WHERE article_id = ?", (record.article.id,))
        waiting: dict[str, list[list[Any]]] = {}
        for table, row in make_rows(record, entities):
            waiting.setdefault(table, []).append([_to_sql(value) for _, value in row])
        for table, rows in waiting.items():
            connection.executemany(inserts[table], rows)
            counts[table] += len(rows)
    return counts


def _write_entities(connection: sqlite3.Connection, links: Links) -> int:
    connection.execute("DELETE FROM entities")
    rows = [
        (each.id, each.kind, each.name, each.describe(), "|".join(each.names), each.same_as, each.profile.mentions)
        for each in sorted(links.entities.values(), key=lambda each: each.id)
    ]
    connection.executemany("INSERT INTO entities VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.execute("CREATE TEMP TABLE linked (mention TEXT PRIMARY KEY, entity TEXT NOT NULL)")
    connection.executemany("INSERT INTO linked VALUES (?, ?)", links.entity_ids.items())
    for table, key in (("people", "person_id"), ("organisations", "organisation_id")):
        connection.execute(
            f"UPDATE {table} SET entity_id = (SELECT entity FROM linked WHERE mention = {key})"
            f" WHERE entity_id IS NOT (SELECT entity FROM linked WHERE mention = {key})"
        )
    connection.execute("DROP TABLE linked")
    return len(rows)


def _to_sql(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
