"""What linking decides: entities, who belongs to them and why, and the folder that keeps it.

`entities.jsonl` one entity a line; `links.csv` one mention a row with its entity and the evidence; `decisions.csv`
what was kept apart or could not be settled, and why. The next run reads the folder and keeps every id.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TextIO

from jishi.archive.errors import ArchiveError
from jishi.archive.storage import check_folder, create_text
from jishi.exports.csv_cells import guard, unguard

EntityKind = Literal["person", "organisation"]
LINK_COLUMNS = ("mention", "entity", "name", "score", "evidence")
DECISION_COLUMNS = ("decision", "name", "a", "b", "score", "evidence")
COUNTERS = (
    "organisations", "titles", "positions", "honours", "honorifics", "companions", "surroundings", "years",
)  # fmt: skip
"""What a profile counts."""
COMPANIONS_KEPT = 40


@dataclass
class Profile:
    """What is known of an entity from its mentions: how often each thing was seen."""

    mentions: int = 0
    organisations: Counter[str] = field(default_factory=Counter)
    """Where a person's positions are held: names of organisations."""
    titles: Counter[str] = field(default_factory=Counter)
    positions: Counter[str] = field(default_factory=Counter)
    """Organisation and title in one, as a position is called."""
    honours: Counter[str] = field(default_factory=Counter)
    honorifics: Counter[str] = field(default_factory=Counter)
    companions: Counter[str] = field(default_factory=Counter)
    """Names of people in the same articles."""
    surroundings: Counter[str] = field(default_factory=Counter)
    """Names of organisations in the same articles."""
    years: Counter[int] = field(default_factory=Counter)
    positioned: int = 0
    """How many mentions come with a title."""

    def add(self, other: Profile) -> None:
        """Take over what another profile knows."""
        self.mentions += other.mentions
        self.positioned += other.positioned
        for name in COUNTERS:
            getattr(self, name).update(getattr(other, name))

    def to_dict(self) -> dict[str, Any]:
        """Plain data; only the commonest companions and surroundings are kept."""
        data: dict[str, Any] = {"mentions": self.mentions, "positioned": self.positioned}
        for name in COUNTERS:
            counts: Counter[Any] = getattr(self, name)
            kept = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
            if name in ("companions", "surroundings"):
                kept = kept[:COMPANIONS_KEPT]
            data[name] = {str(key): count for key, count in kept}
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Profile:
        """The profile that `to_dict` gave."""
        profile = cls(mentions=data["mentions"], positioned=data["positioned"])
        for name in COUNTERS:
            counts = {int(year): count for year, count in data[name].items()} if name == "years" else data[name]
            getattr(profile, name).update(counts)
        return profile


@dataclass
class Entity:
    """A person or organisation over all articles."""

    id: str
    kind: EntityKind
    name: str
    """The fullest name."""
    key: str
    """What the id was made from; for organisations the resolved name, for people the first mention."""
    names: list[str] = field(default_factory=list)
    """All names it is mentioned by."""
    same_as: str | None = None
    """Its id in the gazetteer."""
    formerly: list[str] = field(default_factory=list)
    """Ids that a person's decision joined into this one."""
    profile: Profile = field(default_factory=Profile)

    def describe(self) -> str:
        """The name with what tells it apart: 李晨（青禾大学副校长）."""
        if self.kind == "organisation":
            return self.name
        what = _commonest(self.profile.positions)
        return f"{self.name}（{what}）" if what else self.name

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as `entities.jsonl` holds it."""
        return {**asdict(self), "profile": self.profile.to_dict()}


def _commonest(counts: Counter[str]) -> str:
    return min(counts, key=lambda name: (-counts[name], name), default="")


@dataclass(frozen=True)
class Decision:
    """Two entities that share a name and were kept apart, or that a later run might join: and why.

    decision: different, unsure (kept apart for want of evidence) or suggested (both had ids already).
    """

    decision: Literal["different", "unsure", "suggested"]
    name: str
    a: str
    b: str
    score: float
    evidence: str


@dataclass(frozen=True)
class Link:
    """A mention (person_id or organisation_id), its entity, and the evidence."""

    mention: str
    entity: str
    name: str
    score: float
    evidence: str


@dataclass
class Links:
    """The outcome of linking."""

    entities: dict[str, Entity] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)

    @property
    def entity_ids(self) -> dict[str, str]:
        """Entity ids by person_id and organisation_id, as frames and exports take them."""
        return {mention: link.entity for mention, link in self.links.items()}

    @property
    def names(self) -> dict[str, str]:
        """What to call each entity, by id."""
        return {entity.id: entity.describe() for entity in self.entities.values()}


def make_entity_id(kind: EntityKind, key: str) -> str:
    """The id of an entity: it depends on the key alone."""
    return f"{kind}-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def write_links(links: Links, folder: str | os.PathLike[str]) -> None:
    """Write the folder of an outcome; the same outcome gives the same bytes. Each file appears whole.

    Raises ArchiveError if they cannot be written.
    """
    folder = Path(folder)
    check_folder(folder)
    entities = sorted(links.entities.values(), key=lambda entity: (entity.kind, -entity.profile.mentions, entity.id))
    lines = (json.dumps(entity.to_dict(), ensure_ascii=False, separators=(",", ":")) for entity in entities)
    rows = (asdict(links.links[mention]) for mention in sorted(links.links))
    decisions = sorted(links.decisions, key=lambda decision: (decision.name, decision.a, decision.b))
    with ExitStack() as stack:

        def create(name: str) -> TextIO:
            return stack.enter_context(create_text(folder / name))

        create("entities.jsonl").writelines(line + "\n" for line in lines)
        _write_csv(create("links.csv"), LINK_COLUMNS, rows)
        _write_csv(create("decisions.csv"), DECISION_COLUMNS, map(asdict, decisions))


def _write_csv(stream: TextIO, columns: Iterable[str], rows: Iterable[dict[str, Any]]) -> None:
    writer = csv.DictWriter(stream, list(columns), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = {column: guard(value) for column, value in row.items()}
        writer.writerow({**cells, "score": f"{row['score']:.2f}"})


def _read_csv(stream: TextIO) -> Iterator[dict[str, str]]:
    for row in csv.DictReader(stream):
        yield {column: unguard(value) if isinstance(value, str) else value for column, value in row.items()}


def read_links(folder: str | os.PathLike[str]) -> Links:
    """Read the folder that `jishi link` wrote. Raises ArchiveError if it is none, or its files do not fit together."""
    folder = Path(folder)
    try:
        entities = {entity.id: entity for entity in _read_entities(folder / "entities.jsonl")}
        with open(folder / "links.csv", encoding="utf-8", newline="") as stream:
            links = {
                row["mention"]: Link(row["mention"], row["entity"], row["name"], float(row["score"]), row["evidence"])
                for row in _read_csv(stream)
            }
        with open(folder / "decisions.csv", encoding="utf-8", newline="") as stream:
            decisions = [
                Decision(row["decision"], row["name"], row["a"], row["b"], float(row["score"]), row["evidence"])  # type: ignore[arg-type]
                for row in _read_csv(stream)
            ]
    except FileNotFoundError as error:
        raise ArchiveError(
            f"{folder} was not written by `jishi link`: it has no {Path(error.filename).name}"
        ) from error
    except (KeyError, ValueError, TypeError) as error:
        raise ArchiveError(f"{folder} was not written by `jishi link`, or was changed: {error}") from error
    lost = next((link for link in links.values() if link.entity not in entities), None)
    if lost:
        raise ArchiveError(f"{folder}: {lost.mention} is linked to {lost.entity}, which entities.jsonl does not have")
    return Links(entities, links, decisions)


def _read_entities(path: Path) -> Iterator[Entity]:
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            data = json.loads(line)
            yield Entity(**{**data, "profile": Profile.from_dict(data["profile"])})
