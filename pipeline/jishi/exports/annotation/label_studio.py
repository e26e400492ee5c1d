"""Marks as tasks of Label Studio, and its JSON export back.

The record's marks are the tasks' predictions, so an annotator corrects instead of beginning from nothing. Label Studio
counts UTF-16 units where jishi counts code points: a text with characters beyond the Basic Multilingual Plane (𠮷) is
converted both ways.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO, get_args
from xml.sax.saxutils import quoteattr

import jishi
from jishi.archive.errors import ArchiveError
from jishi.exports.annotation.marks import LABELS, RELATIONS, Annotated, Region, Relation
from jishi.records import CreditRole, EventType, TalkKind

_COLOURS = {
    "person": "#e0a800", "position": "#d2691e", "organisation": "#2e8b57", "date": "#4169e1", "talk": "#9932cc",
    "event": "#9f2d20", "credit": "#808080",
}  # fmt: skip
_VALUES = {"event": get_args(EventType), "talk": get_args(TalkKind), "credit": get_args(CreditRole)}


def make_label_config() -> str:
    """The labelling configuration of a project that the tasks fit, as XML."""
    lines = ["<View>", '  <Header value="$title"/>', '  <Labels name="label" toName="text">']
    lines += [f"    <Label value={quoteattr(each)} background={quoteattr(_COLOURS[each])}/>" for each in LABELS]
    lines += ["  </Labels>", '  <Text name="text" value="$text" granularity="symbol"/>']
    for label, values in _VALUES.items():
        shown = f'perRegion="true" whenTagName="label" whenLabelValue="{label}"'
        lines.append(f'  <Choices name="{label}_value" toName="text" {shown}>')
        lines += [f"    <Choice value={quoteattr(value)}/>" for value in values]
        lines.append("  </Choices>")
    lines += ["  <Relations>", *(f"    <Relation value={quoteattr(each)}/>" for each in dict.fromkeys(RELATIONS))]
    return "\n".join([*lines, "  </Relations>", "</View>", ""])


def write_label_studio(marks: Iterable[Annotated], stream: TextIO) -> int:
    """Write marks as a JSON list of tasks, a task a line, and give their number."""
    count = 0
    stream.write("[")
    for annotated in marks:
        stream.write(
            (",\n" if count else "\n") + json.dumps(_to_task(annotated), ensure_ascii=False, separators=(",", ":"))
        )
        count += 1
    stream.write("\n]\n")
    return count


def _to_task(annotated: Annotated) -> dict[str, Any]:
    to_units = _make_counter(annotated.text)
    results: list[dict[str, Any]] = []
    for region in annotated.regions:
        place = {
            "start": to_units(region.start),
            "end": to_units(region.end),
            "text": annotated.text[region.start : region.end],
        }
        common = {"id": region.id, "to_name": "text"}
        results.append({**common, "from_name": "label", "type": "labels", "value": {**place, "labels": [region.label]}})
        if region.value:
            value = {**place, "choices": [region.value]}
            results.append({**common, "from_name": f"{region.label}_value", "type": "choices", "value": value})
    for relation in annotated.relations:
        ends = {"from_id": relation.head, "to_id": relation.child}
        results.append({"type": "relation", **ends, "direction": "right", "labels": [relation.label]})
    return {
        "data": {
            "id": annotated.article, "text": annotated.text, "title": annotated.meta.get("title") or annotated.article,
            "published": annotated.meta.get("published"), "url": annotated.meta.get("url"),
        },
        "predictions": [{"model_version": f"jishi {jishi.__version__}", "result": results}],
    }  # fmt: skip


def _make_counter(text: str) -> Callable[[int], int]:
    """From code points to UTF-16 units."""
    wide = [position for position, character in enumerate(text) if ord(character) > 0xFFFF]
    return lambda position: position + sum(1 for each in wide if each < position)


def read_label_studio(stream: TextIO, name: str = "the file") -> Iterator[Annotated]:
    """Yield the marks of each annotated task of a JSON export; of several annotations the latest that was not
    cancelled.

    Raises ArchiveError for a file of another form.
    """
    try:
        tasks = json.load(stream)
        for task in tasks:
            annotations = [each for each in task.get("annotations", []) if not each.get("was_cancelled")]
            if annotations:
                latest = max(annotations, key=lambda each: str(each.get("updated_at") or each.get("created_at") or ""))
                yield _from_task(task["data"], latest["result"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArchiveError(f"{name} is no JSON export of Label Studio with these tasks: {error!r}") from error


def _from_task(data: dict[str, Any], results: list[dict[str, Any]]) -> Annotated:
    text = data["text"]
    to_units = _make_counter(text)
    to_points = {to_units(position): position for position in range(len(text) + 1)}
    values = {each["id"]: each["value"]["choices"][0] for each in results if each["type"] == "choices"}
    regions = [
        Region(
            str(each["id"]),
            to_points[int(each["value"]["start"])],
            to_points[int(each["value"]["end"])],
            each["value"]["labels"][0],
            values.get(each["id"]),
        )
        for each in results
        if each["type"] == "labels" and each["value"].get("labels")
    ]
    relations = [
        Relation(str(each["from_id"]), str(each["to_id"]), label)
        for each in results
        if each["type"] == "relation"
        for label in each.get("labels") or []
    ]
    meta = {key: data.get(key) for key in ("title", "published", "url")}
    return Annotated(str(data["id"]), text, tuple(regions), tuple(relations), meta)
