"""Marks as JSON Lines in the form of spaCy's and Prodigy's tools: text, spans, relations, meta.

A span's `id` names the record's item; a relation gives its head and child as spans. Offsets are code points. Loaded as
it is into `prodigy rel.manual` or `spans.manual`, and into `Doc.char_span`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from jishi.archive.errors import ArchiveError
from jishi.exports.annotation.marks import Annotated, Region, Relation


def write_prodigy(marks: Iterable[Annotated], stream: TextIO) -> int:
    """Write marks, an article a line, and give their number."""
    count = 0
    for annotated in marks:
        stream.write(json.dumps(_to_line(annotated), ensure_ascii=False, separators=(",", ":")) + "\n")
        count += 1
    return count


def _to_line(annotated: Annotated) -> dict[str, Any]:
    spans = {region.id: _to_span(region) for region in annotated.regions}
    return {
        "text": annotated.text,
        "meta": {"id": annotated.article, **{key: value for key, value in annotated.meta.items() if value}},
        "spans": list(spans.values()),
        "relations": [
            {"label": relation.label, "head_span": spans[relation.head], "child_span": spans[relation.child]}
            for relation in annotated.relations
        ],
    }


def _to_span(region: Region) -> dict[str, Any]:
    span: dict[str, Any] = {"start": region.start, "end": region.end, "label": region.label, "id": region.id}
    return {**span, "value": region.value} if region.value else span


def read_prodigy(stream: Iterable[str], name: str = "the file") -> Iterator[Annotated]:
    """Yield the marks of each accepted line; lines that were rejected or ignored in the tool are passed over.

    Raises ArchiveError, naming the line, for a line of another form.
    """
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            if data.get("answer", "accept") == "accept":
                yield _from_line(data)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ArchiveError(f"{name}:{number} holds no marks: {error!r}") from error


def _from_line(data: dict[str, Any]) -> Annotated:
    regions: dict[tuple[int, int, str, str], Region] = {}

    def take(span: dict[str, Any]) -> Region:
        start, end, label = int(span["start"]), int(span["end"]), str(span["label"])
        if not 0 <= start < end <= len(data["text"]):
            raise ValueError(f"the span {start}-{end} lies outside the text")
        identifier = str(span.get("id") or f"new:{start}-{end}-{label}")
        key = start, end, label, identifier
        return regions.setdefault(key, Region(identifier, start, end, label, span.get("value")))

    for span in data.get("spans", []):
        take(span)
    relations = [
        Relation(take(relation["head_span"]).id, take(relation["child_span"]).id, str(relation["label"]))
        for relation in data.get("relations", [])
    ]
    meta = dict(data.get("meta", {}))
    return Annotated(str(meta.pop("id")), data["text"], tuple(regions.values()), tuple(relations), meta)
