"""Files in which a user tells linking what they know: decisions, and lists of known people and organisations."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jishi.archive.encodings import decode
from jishi.archive.errors import ArchiveError
from jishi.exports.csv_cells import unguard


@dataclass(frozen=True)
class Override:
    """A user's decision on two mentions or entities: it wins over all evidence.

    a, b: person_id, organisation_id or entity id.
    """

    decision: Literal["same", "different"]
    a: str
    b: str
    note: str = ""


@dataclass(frozen=True)
class GazetteerEntry:
    """A known person or organisation. id: as others know it, such as Q188717 of Wikidata."""

    id: str
    kind: Literal["person", "organisation"]
    name: str
    aliases: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    """Where a person holds or held positions."""
    titles: tuple[str, ...] = ()
    first_year: int | None = None
    """The years in which a person holds them."""
    last_year: int | None = None


def read_overrides(path: str | os.PathLike[str]) -> list[Override]:
    """Read a CSV file with the columns decision (same or different), a, b and, if wanted, note.

    Raises ArchiveError, naming the line, for anything else.
    """
    overrides = []
    for place, row in _read_rows(path, ("decision", "a", "b")):
        decision = row["decision"].strip()
        if decision not in ("same", "different"):
            raise ArchiveError(f"{place}: the decision is {decision!r}; it can be same or different")
        if not row["a"].strip() or not row["b"].strip():
            raise ArchiveError(f"{place}: a decision needs two ids, a and b")
        overrides.append(
            Override(decision, row["a"].strip(), row["b"].strip(), row.get("note") or "")  # type: ignore[arg-type]
        )
    return overrides


def read_gazetteer(path: str | os.PathLike[str]) -> list[GazetteerEntry]:
    """Read a CSV file with the columns id, kind (person or organisation), name and, if wanted, aliases, organisations,
    titles (several parted by `|`), first_year and last_year. Raises ArchiveError, naming the line, for anything else.
    """
    entries = []
    for place, row in _read_rows(path, ("id", "kind", "name")):
        kind = row["kind"].strip()
        if kind not in ("person", "organisation"):
            raise ArchiveError(f"{place}: the kind is {kind!r}; it can be person or organisation")
        entries.append(
            GazetteerEntry(
                id=row["id"].strip(),
                kind=kind,  # type: ignore[arg-type]
                name=row["name"].strip(),
                aliases=_split(row.get("aliases")),
                organisations=_split(row.get("organisations")),
                titles=_split(row.get("titles")),
                first_year=_read_year(place, row.get("first_year")),
                last_year=_read_year(place, row.get("last_year")),
            )
        )
    return entries


def _read_rows(path: str | os.PathLike[str], required: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    text = decode(Path(path).read_bytes()).text  # a spreadsheet on a Chinese Windows writes GBK
    reader = csv.DictReader(io.StringIO(text, newline=""))
    lacking = [column for column in required if column not in (reader.fieldnames or ())]
    if lacking:
        raise ArchiveError(f"{os.fspath(path)} has no column {', '.join(lacking)}")
    for row in reader:
        if any(row[column] is None for column in required):
            raise ArchiveError(f"{os.fspath(path)}:{reader.line_num}: the row has too few columns")
        # Cells may have been copied from decisions.csv.
        cells = {column: unguard(value) if isinstance(value, str) else value for column, value in row.items()}
        yield f"{os.fspath(path)}:{reader.line_num}", cells


def _split(value: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (value or "").split("|") if part.strip())


def _read_year(place: str, value: str | None) -> int | None:
    if not value or not value.strip():
        return None
    try:
        return int(value)
    except ValueError:
        raise ArchiveError(f"{place}: {value!r} is not a year") from None
