"""Taking over records of an earlier run: an article whose key (all its record depends on) is known is not redone."""

from __future__ import annotations

import functools

from jishi.archive.errors import ArchiveError
from jishi.archive.items import FoundArticle, Item
from jishi.archive.shards import Marker, ShardStore
from jishi.archive.work import Outcome
from jishi.records import Record


class EarlierRecords:
    """The records of a finished run, by the keys of their articles. Memory: about 300 bytes an article."""

    def __init__(self, store: ShardStore) -> None:
        self._store = store
        self._places: dict[bytes, tuple[int, int]] = {}
        self._moved: dict[bytes, tuple[int, int]] = {}
        for number in store.numbers():
            marker = store.read_marker(number)
            if marker is not None:
                for row, item in enumerate(_accepted(marker)):
                    self._places.setdefault(marker.keys[item], (number, row))
                    self._moved.setdefault(marker.contents[item], (number, row))
        # Articles come in nearly the same order as before, so few shards are read more than once.
        self._read = functools.lru_cache(maxsize=4)(self._read_shard)

    def find(self, item: Item, key: bytes) -> Outcome | None:
        """Give the record of an item with this key, None if there was none (rejects are tried again).

        An article that stands at another place than before, as after a new row above it, keeps its record but for the
        place, and for the id if that is derived from it.
        """
        place, has_moved = self._places.get(key), False
        if place is None and isinstance(item, FoundArticle):
            place, has_moved = self._moved.get(item.content_key), True
        if place is None:
            return None
        lines, marker = self._read(place[0])
        line = lines[place[1]]
        record = Record.model_validate_json(line)
        if has_moved and isinstance(item, FoundArticle):
            where = {"source": item.article.source, "id": item.article.stable_id}
            line = record.model_copy(update={"article": record.article.model_copy(update=where)}).to_json()
        return Outcome(
            key,
            record=line,
            characters=record.article.characters,
            events=len(record.events),
            people=len(record.people),
            signature=marker.signatures[place[1]] if marker.signatures else None,
        )

    def _read_shard(self, number: int) -> tuple[list[str], Marker]:
        marker = self._store.read_marker(number)
        if marker is None:
            raise ArchiveError(f"shard {number} is missing from {self._store.folder}; begin anew with --restart")
        return list(self._store.read_records(number)), marker


def _accepted(marker: Marker) -> list[int]:
    rejected = set(marker.rejected)
    return [place for place in range(len(marker.keys)) if place not in rejected]
