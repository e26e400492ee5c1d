"""Shards: an archive cut into pieces that are done or not, so that a run can stop anywhere and go on.

A shard is the next few hundred items in the order of reading. When its outcomes are there it is written as three files,
the marker last; a shard without a marker, or whose marker tells of other items, is not done.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from jishi.archive.errors import ArchiveError
from jishi.archive.items import KEY_BYTES, Item, cut_items
from jishi.archive.opening import DAMAGE
from jishi.archive.storage import Storage
from jishi.archive.work import Outcome, write_line

SHARD_ITEMS = 500
SHARD_BYTES = 16 << 20
BATCH_ITEMS = 24
BATCH_BYTES = 200_000


@dataclass(slots=True)
class Shard:
    """A piece of the archive. digest: of its items' keys."""

    number: int
    items: list[Item]
    keys: list[bytes]

    @property
    def digest(self) -> str:
        """A digest of all that the shard's records depend on."""
        return hashlib.blake2b(b"".join(self.keys), digest_size=16).hexdigest()


def cut_shards(items: Iterable[Item], shard_items: int = SHARD_ITEMS) -> Iterator[Shard]:
    """Cut items into shards by number and size. The same items give the same shards."""
    number, held, size = 0, list[Item](), 0
    for item in items:
        if held and (len(held) >= shard_items or size + item.size > SHARD_BYTES):
            yield Shard(number, held, [held_item.key for held_item in held])
            number, held, size = number + 1, [], 0
        held.append(item)
        size += item.size
    if held:
        yield Shard(number, held, [item.key for item in held])


def cut_batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Cut a shard's items into what one worker gets at a time."""
    return cut_items(items, BATCH_ITEMS, BATCH_BYTES)


@dataclass(slots=True)
class Marker:
    """What is known of a shard that is done.

    keys, contents: of its items in order, with and without where they stand. rejected: which of them have no record.
    signatures: for near duplicates, by record.
    """

    number: int
    digest: str
    keys: list[bytes]
    contents: list[bytes]
    rejected: list[int]
    characters: int = 0
    events: int = 0
    people: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    signatures: list[bytes | None] | None = None

    @property
    def record_count(self) -> int:
        """How many records the shard has."""
        return len(self.keys) - len(self.rejected)

    def to_json(self) -> str:
        """The marker as it is stored."""
        data: dict[str, Any] = {
            "number": self.number,
            "digest": self.digest,
            "keys": b64encode(b"".join(self.keys)).decode(),
            "contents": b64encode(b"".join(self.contents)).decode(),
            "rejected": self.rejected,
            "characters": self.characters,
            "events": self.events,
            "people": self.people,
            "seconds": {name: round(value, 4) for name, value in self.seconds.items()},
        }
        if self.signatures is not None:
            data["signatures"] = [signature and b64encode(signature).decode() for signature in self.signatures]
        return write_line(data)

    @classmethod
    def from_json(cls, text: str) -> Marker:
        """Read a stored marker. Raises ValueError or KeyError if it is damaged."""
        data = json.loads(text)
        keys, contents = (b64decode(data.pop(name), validate=True) for name in ("keys", "contents"))
        signatures = data.pop("signatures", None)
        return cls(
            keys=[keys[i : i + KEY_BYTES] for i in range(0, len(keys), KEY_BYTES)],
            contents=[contents[i : i + KEY_BYTES] for i in range(0, len(contents), KEY_BYTES)],
            signatures=None if signatures is None else [value and b64decode(value) for value in signatures],
            **data,
        )


class ShardStore:
    """The shards of a run that are done, in a folder: `000007.jsonl.gz`, `000007.rejects`, `000007.done`."""

    def __init__(self, storage: Storage, folder: str) -> None:
        self._storage = storage
        self.folder = folder
        names = storage.list(folder)
        self._done = {int(name.removesuffix(".done")) for name in names if name.endswith(".done")}

    def __len__(self) -> int:
        return len(self._done)

    def numbers(self) -> list[int]:
        """The numbers of the shards that are done."""
        return sorted(self._done)

    def read_marker(self, number: int) -> Marker | None:
        """Give the marker of a shard, None if it is not done (or its marker is damaged, which amounts to that)."""
        if number not in self._done:
            return None
        try:
            with self._storage.open(self._name(number, "done")) as file:
                return Marker.from_json(file.read().decode("utf-8"))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, marker: Marker, outcomes: Sequence[Outcome]) -> None:
        """Store a shard: records and rejects, then the marker."""
        with self._storage.create(self._name(marker.number, "jsonl.gz")) as file:
            packed = gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0)
            for outcome in outcomes:
                if outcome.record is not None:
                    packed.write(outcome.record.encode("utf-8") + b"\n")
            packed.close()
        if marker.rejected:
            with self._storage.create(self._name(marker.number, "rejects")) as file:
                for outcome in outcomes:
                    if outcome.reject is not None:
                        file.write(write_line(outcome.reject).encode("utf-8", "replace") + b"\n")
        with self._storage.create(self._name(marker.number, "done")) as file:
            file.write(marker.to_json().encode("utf-8"))
        self._done.add(marker.number)

    def read_records(self, number: int) -> Iterator[str]:
        """Yield the records of a shard as lines without their ends."""
        try:
            with self._storage.open(self._name(number, "jsonl.gz")) as file, gzip.open(file) as packed:
                for line in io.TextIOWrapper(packed, "utf-8", newline="\n"):
                    yield line.rstrip("\n")
        except (OSError, *DAMAGE, UnicodeDecodeError) as error:
            self._storage.delete(self._name(number, "done"))
            place = f"{self._storage.location}/{self._name(number, 'jsonl.gz')}"
            raise ArchiveError(f"{place} is damaged ({error}); start again: the shard will be redone") from error

    def read_rejects(self, marker: Marker) -> Iterator[str]:
        """Yield the rejects of a shard as lines without their ends."""
        if marker.rejected:
            with self._storage.open(self._name(marker.number, "rejects")) as file:
                for line in file.read().decode("utf-8").split("\n"):
                    if line:
                        yield line

    def forget(self, number: int) -> None:
        """Make a shard not done."""
        self._storage.delete(self._name(number, "done"))
        self._done.discard(number)

    def _name(self, number: int, suffix: str) -> str:
        return f"{self.folder}/{number:06d}.{suffix}"
