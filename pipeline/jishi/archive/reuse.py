"""Taking over records of an earlier run: an article whose key (all its record depends on) is known is not redone."""

from __future__ import annotations

import functools
import json

from jishi.archive.shards import Marker, ShardStore
from jishi.archive.work import Outcome


class EarlierRecords:
    """The records of a finished run, by the keys of their articles. Memory: about 150 bytes an article."""

    def __init__(self, store: ShardStore) -> None:
        self._store = store
        self._places: dict[bytes, tuple[int, int]] = {}
        for number in store.numbers():
            marker = store.read_marker(number)
            if marker is not None:
                for row, key in enumerate(_accepted(marker)):
                    self._places.setdefault(key, (number, row))
        # Articles come in nearly the same order as before, so few shards are read more than once.
        self._read = functools.lru_cache(maxsize=4)(self._read_shard)

    def find(self, key: bytes) -> Outcome | None:
        """Give the record of an article with this key, None if there was none (rejects are tried again)."""
        place = self._places.get(key)
        if place is None:
            return None
        lines, marker = self._read(place[0])
        line = lines[place[1]]
        record = json.loads(line)
        return Outcome(
            key,
            record=line,
            characters=record["article"]["characters"],
            events=len(record["events"]),
            people=len(record["people"]),
            signature=marker.signatures[place[1]] if marker.signatures else None,
        )

    def _read_shard(self, number: int) -> tuple[list[str], Marker]:
        marker = self._store.read_marker(number)
        if marker is None:
            raise ValueError(f"shard {number} has lost its marker")
        return list(self._store.read_records(number)), marker


def _accepted(marker: Marker) -> list[bytes]:
    rejected = set(marker.rejected)
    return [key for place, key in enumerate(marker.keys) if place not in rejected]
