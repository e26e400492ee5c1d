"""From changed marks to the corrected record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from jishi.exports.annotation.marks import (
    ORGANISER_RELATIONS,
    PARTICIPANT_RELATIONS,
    Annotated,
    Region,
)
from jishi.records import CreditRole, EventType, Record, TalkKind
from jishi.stages.dates import parse_dates
from jishi.text import normalise

_CHECKED_BY_HAND = 1.0
_PREFIXES = {"person": "p", "organisation": "o", "date": "d", "talk": "t", "event": "e"}


class Correction:
    """Builds the corrected record of one article."""

    def __init__(self, record: Record, annotated: Annotated) -> None:
        self._record = record
        self._old = record.to_dict()
        self._text = annotated.text
        self._regions = {region.id: region for region in annotated.regions}
        self._relations = annotated.relations
        self._old_regions = {region.id: region for region in self._annotate_again()}
        self._item_of: dict[str, str] = {}
        """The item of each region, by the region's id."""

    def _annotate_again(self) -> Sequence[Region]:
        from jishi.exports.annotation.marks import annotate

        return annotate(self._record, self._text).regions

    def make_record(self) -> Record:
        """The corrected record, validated."""
        organisations = self._collect("organisation", "organisations", self._make_organisation)
        people = self._collect("person", "people", self._make_person)
        dates = self._collect("date", "dates", self._make_date)
        events = self._collect("event", "events", self._make_event)
        talks = self._collect("talk", "talks", self._make_talk)
        self._set_parents(organisations)
        self._set_positions(people)
        self._set_talks(talks)
        self._set_events(events, dates, talks)
        article = {**self._old["article"], "credits": self._make_credits()}
        return Record.model_validate(
            {
                **self._old,
                "article": article,
                "dates": dates,
                "organisations": organisations,
                "people": people,
                "talks": talks,
                "events": events,
            }
        )

    # items

    def _collect(self, label: str, key: str, make: Any) -> list[dict[str, Any]]:
        """The items of a kind: the old ones that still have a region, then those of new regions."""
        items: list[dict[str, Any]] = []
        for old in self._old[key]:
            regions = [each for each in self._regions.values() if each.item == old["id"] and each.label == label]
            if regions:
                items.append(make(old, regions))
        by_name = {name: item for item in items for name in (item.get("name"), *item.get("aliases", [])) if name}
        number = max((int(old["id"][1:]) for old in self._old[key] if old["id"][1:].isdigit()), default=0)
        for region in sorted(self._regions.values(), key=lambda each: (each.start, each.end)):
            if region.label != label or region.id in self._item_of:
                continue
            name = self._read(region)
            if label in ("person", "organisation") and name in by_name:
                item = by_name[name]
                item["spans"] = sorted([*item["spans"], [region.start, region.end]])
            else:
                number += 1
                item = make({"id": f"{_PREFIXES[label]}{number}"}, [region])
                items.append(item)
                by_name[name] = item
            self._item_of[region.id] = item["id"]
        return items

    def _read(self, region: Region) -> str:
        """The text of a region in the form of names and topics."""
        return normalise(self._text[region.start : region.end]).text.strip() or self._text[region.start : region.end]

    def _is_unchanged(self, region: Region) -> bool:
        old = self._old_regions.get(region.id)
        return old is not None and (old.start, old.end, old.label) == (region.start, region.end, region.label)

    def _begin(self, old: dict[str, Any], regions: Sequence[Region], named: str) -> tuple[dict[str, Any], bool]:
        """A copy of the old item, renamed if all its regions were moved; whether it is as it was."""
        for region in regions:
            self._item_of[region.id] = old["id"]
        unchanged = any(self._is_unchanged(region) for region in regions)
        return (dict(old) if unchanged else {**old, named: self._read(regions[0])}), unchanged

    def _make_organisation(self, old: dict[str, Any], regions: Sequence[Region]) -> dict[str, Any]:
        item, _ = self._begin(old, regions, "name")
        return {"aliases": [], **item, "spans": [[region.start, region.end] for region in regions]}

    def _make_person(self, old: dict[str, Any], regions: Sequence[Region]) -> dict[str, Any]:
        item, _ = self._begin(old, regions, "name")
        spans = [[region.start, region.end] for region in regions]
        return {"positions": [], "honours": [], "honorific": None, **item, "spans": spans}

    def _make_date(self, old: dict[str, Any], regions: Sequence[Region]) -> dict[str, Any]:
        item, unchanged = self._begin(old, regions, "text")
        region = regions[0]
        if unchanged:
            return item
        found = [
            date
            for date in parse_dates(self._text, self._record.article.published)
            if date.span[0] < region.end and region.start < date.span[1]
        ]
        found = found or parse_dates(self._text[region.start : region.end], self._record.article.published)
        value: dict[str, Any] = {
            "start": None, "end": None, "edtf": None, "granularity": "day", "start_time": None, "end_time": None,
            "inferred": [],
        }  # fmt: skip
        if found:
            value = {key: each for key, each in found[0].model_dump(mode="json").items() if key in value}
        return {"id": old["id"], "text": self._read(region), **value, "span": [region.start, region.end]}

    def _make_talk(self, old: dict[str, Any], regions: Sequence[Region]) -> dict[str, Any]:
        item, unchanged = self._begin(old, regions, "topic")
        region = regions[0]
        kind = region.value if region.value in get_args(TalkKind) else item.get("kind", "other")
        if not unchanged:
            item["confidence"] = _CHECKED_BY_HAND
        return {"event": None, "date": None, **item, "kind": kind, "span": [region.start, region.end]}

    def _make_event(self, old: dict[str, Any], regions: Sequence[Region]) -> dict[str, Any]:
        item, unchanged = self._begin(old, regions, "name")
        region = regions[0]
        kind = region.value if region.value in get_args(EventType) else item.get("type", "other")
        if not unchanged:
            item["confidence"] = _CHECKED_BY_HAND
        empty: dict[str, Any] = {
            "date": None,
            "start": None,
            "end": None,
            "place": None,
            "attendance": None,
            "talks": [],
        }
        return {**empty, **item, "type": kind, "span": [region.start, region.end]}

    def _make_credits(self) -> list[dict[str, Any]]:
        credits = []
        for region in self._regions.values():
            if region.label != "credit":
                continue
            role = region.value if region.value in get_args(CreditRole) else "author"
            name = self._read(region)
            if self._is_unchanged(region):
                name = self._record.article.credits[int(region.item.removeprefix("credit")) - 1].name
            credits.append({"name": name, "role": role, "span": [region.start, region.end]})
        return credits

    # what they have to do with each other

    def _related(self, head: Region, label: str, kind: str) -> list[str]:
        """The items of a kind that a region is connected to, each once, in the order of the relations."""
        found = []
        for relation in self._relations:
            child = self._regions.get(relation.child)
            if relation.head == head.id and relation.label == label and child is not None and child.label == kind:
                found.append(self._item_of[child.id])
        return list(dict.fromkeys(found))

    def _regions_of(self, item: str, label: str) -> list[Region]:
        return [each for each in self._regions.values() if each.label == label and self._item_of.get(each.id) == item]

    def _find(self, item: str, label: str, relation: str, kind: str) -> list[str]:
        """The items of a kind that any region of an item is connected to."""
        found = [each for region in self._regions_of(item, label) for each in self._related(region, relation, kind)]
        return list(dict.fromkeys(found))

    def _set_parents(self, organisations: list[dict[str, Any]]) -> None:
        for organisation in organisations:
            parents = self._find(organisation["id"], "organisation", "part_of", "organisation")
            organisation.pop("parent", None)
            if parents and parents[0] != organisation["id"]:
                organisation["parent"] = parents[0]

    def _set_positions(self, people: list[dict[str, Any]]) -> None:
        old_positions = {
            f"{person['id']}.{number}": position
            for person in self._old["people"]
            for number, position in enumerate(person["positions"], 1)
        }
        held: dict[str, list[dict[str, Any]]] = {person["id"]: [] for person in people}
        for region in self._regions.values():
            if region.label != "position":
                continue
            old = old_positions.get(region.item)
            bodies = self._related(region, "at", "organisation")
            body = bodies[0] if bodies else None
            if old and self._is_unchanged(region):
                position = {**old, "organisation": body}
                if body != old["organisation"]:
                    position["organisation_text"] = self._written_body(region)
                    position["confidence"] = _CHECKED_BY_HAND
            else:
                position = {
                    "title": self._read(region), "organisation": body, "organisation_text": self._written_body(region),
                    "span": [region.start, region.end], "confidence": _CHECKED_BY_HAND,
                }  # fmt: skip
            for holder in self._related(region, "holder", "person"):
                held[holder].append(position)
        for person in people:
            person["positions"] = held[person["id"]]

    def _written_body(self, position: Region) -> str | None:
        for relation in self._relations:
            if relation.head == position.id and relation.label == "at" and relation.child in self._regions:
                return self._read(self._regions[relation.child])
        return None

    def _set_talks(self, talks: list[dict[str, Any]]) -> None:
        for talk in talks:
            talk["speakers"] = self._find(talk["id"], "talk", "speaker", "person")
            talk["event"] = next(iter(self._find(talk["id"], "talk", "given_at", "event")), None)
            talk["date"] = next(iter(self._find(talk["id"], "talk", "dated", "date")), None)

    def _set_events(
        self, events: list[dict[str, Any]], dates: list[dict[str, Any]], talks: list[dict[str, Any]]
    ) -> None:
        by_id = {date["id"]: date for date in dates}
        old_dates = {date["id"]: date for date in self._old["dates"]}
        for event in events:
            old_date = event["date"]
            event["date"] = next(iter(self._find(event["id"], "event", "dated", "date")), None)
            date = by_id.get(event["date"] or "")
            if date and (event["date"] != old_date or date != old_dates.get(event["date"])):
                event["start"], event["end"] = date["start"], date["end"]
            elif date is None and old_date is not None:
                event["start"] = event["end"] = None
            event["participants"] = self._collect_roles(event["id"], PARTICIPANT_RELATIONS, "person", "person")
            event["organisers"] = self._collect_roles(event["id"], ORGANISER_RELATIONS, "organisation", "organisation")
            given = [talk["id"] for talk in talks if talk["event"] == event["id"]]
            event["talks"] = [each for each in event["talks"] if each in given]
            event["talks"] += [each for each in given if each not in event["talks"]]

    def _collect_roles(self, event: str, roles: Sequence[str], kind: str, key: str) -> list[dict[str, str]]:
        """The people or organisations of an event with their roles, in the order of the relations."""
        heads = {region.id for region in self._regions_of(event, "event")}
        found = []
        for relation in self._relations:
            child = self._regions.get(relation.child)
            if relation.head in heads and relation.label in roles and child is not None and child.label == kind:
                entry = {key: self._item_of[child.id], "role": relation.label}
                if entry not in found:
                    found.append(entry)
        return found
