"""Records as linked data: JSON-LD and N-Quads in the terms of schema.org, with PROV-O for where each fact comes from.

Each article is a named graph of its own, so that a store can replace an article by dropping its graph. A fact's
evidence is a span of the article, named by RFC 5147 (`…/article/sample-01#char=12,18`, code points of the source text),
and linked with `prov:wasQuotedFrom`. Dates are xsd:date where the year is known, and always EDTF. `shapes.ttl` says in
SHACL what every graph fulfils. What schema.org has no term for is in a vocabulary of our own, `urn:x-jishi:term:`.

With links (`jishi link`), people and organisations are entities over all articles; without, each article has its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO
from urllib.parse import quote

from jishi.exports.linking import Entity, Links
from jishi.exports.rows import make_key
from jishi.records import DateItem, Event, Organisation, Person, Record, Talk

DEFAULT_BASE = "urn:x-jishi:archive:"
"""Beginning of all identifiers, unless the user gives one of their own."""
PREFIXES = {
    "schema": "https://schema.org/",
    "prov": "http://www.w3.org/ns/prov#",
    "oa": "http://www.w3.org/ns/oa#",
    "dcterms": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "jishi": "urn:x-jishi:term:",
}
_EDTF = "http://id.loc.gov/datatypes/edtf"
_TERMS: dict[str, tuple[str, str | None]] = {
    # of the article
    "headline": ("schema:headline", None),
    "datePublished": ("schema:datePublished", "xsd:date"),
    "url": ("schema:url", "xsd:anyURI"),
    "inLanguage": ("schema:inLanguage", None),
    "about": ("schema:about", "@id"),
    "mentions": ("schema:mentions", "@id"),
    "author": ("schema:author", None),
    "contributor": ("schema:contributor", None),
    "editor": ("schema:editor", None),
    "provider": ("schema:provider", None),
    "characters": ("jishi:characters", "xsd:integer"),
    "duplicateOf": ("jishi:duplicateOf", "@id"),
    # of things
    "name": ("schema:name", None),
    "alternateName": ("schema:alternateName", None),
    "sameAs": ("schema:sameAs", "@id"),
    "identifier": ("schema:identifier", None),
    "description": ("schema:description", None),
    "award": ("schema:award", None),
    "honorificSuffix": ("schema:honorificSuffix", None),
    "parentOrganization": ("schema:parentOrganization", "@id"),
    # of positions
    "memberOf": ("schema:memberOf", "@id"),
    "hasOccupation": ("schema:hasOccupation", "@id"),
    "roleName": ("schema:roleName", None),
    "attested": ("jishi:attested", "xsd:date"),
    "organisationAsWritten": ("jishi:organisationAsWritten", None),
    # of events and talks
    "eventType": ("jishi:eventType", None),
    "startDate": ("schema:startDate", "xsd:date"),
    "endDate": ("schema:endDate", "xsd:date"),
    "date": ("dcterms:date", _EDTF),
    "precision": ("jishi:precision", None),
    "location": ("schema:location", "@id"),
    "organizer": ("schema:organizer", "@id"),
    "sponsor": ("schema:sponsor", "@id"),
    "attendee": ("schema:attendee", "@id"),
    "performer": ("schema:performer", "@id"),
    "workPerformed": ("schema:workPerformed", "@id"),
    "creator": ("schema:creator", "@id"),
    "talkKind": ("jishi:talkKind", None),
    "attendance": ("jishi:attendance", "xsd:integer"),
    "attendanceBound": ("jishi:attendanceBound", None),
    "hasDate": ("jishi:hasDate", "@id"),
    **{
        role: (f"jishi:{role}", "@id")
        for role in (
            "host", "organiser", "coOrganiser", "supporter", "chair", "speaker", "address", "participant", "awardee",
            "visitor", "otherRole",
        )
    },
    # of evidence
    "text": ("schema:text", None),
    "wasDerivedFrom": ("prov:wasDerivedFrom", "@id"),
    "wasQuotedFrom": ("prov:wasQuotedFrom", "@id"),
    "start": ("oa:start", "xsd:nonNegativeInteger"),
    "end": ("oa:end", "xsd:nonNegativeInteger"),
    "confidence": ("jishi:confidence", "xsd:decimal"),
}  # fmt: skip
_EVENT_CLASSES = {
    "conference": "BusinessEvent", "forum": "BusinessEvent", "signing": "BusinessEvent", "recruitment": "BusinessEvent",
    "lecture": "EducationEvent", "training": "EducationEvent", "exhibition": "ExhibitionEvent",
    "ceremony": "SocialEvent", "award": "SocialEvent", "volunteering": "SocialEvent",
}  # fmt: skip
_ORGANISER_TERMS = {
    "host": ("organizer", "host"), "organiser": ("organizer", "organiser"), "co_organiser": ("organizer",
    "coOrganiser"), "supporter": ("sponsor", "supporter"),
}  # fmt: skip
_PARTICIPANT_TERMS = {
    "chair": ("attendee", "chair"), "speaker": ("performer", "speaker"), "address": ("performer", "address"),
    "attendee": ("attendee", "participant"), "awardee": ("attendee", "awardee"), "visitor": ("attendee", "visitor"),
    "other": ("attendee", "otherRole"),
}  # fmt: skip
_CREDIT_TERMS = {
    "author": "author", "photographer": "contributor", "reviewer": "editor", "editor": "editor", "source": "provider",
}  # fmt: skip
_LANGUAGES = {"simplified": "zh-Hans", "traditional": "zh-Hant", "mixed": "zh"}

Node = dict[str, Any]


def make_context() -> dict[str, Any]:
    """The JSON-LD context."""
    context: dict[str, Any] = dict(PREFIXES)
    for term, (iri, kind) in _TERMS.items():
        context[term] = iri if kind is None else {"@id": iri, "@type": kind}
    return context


class GraphBuilder:
    """Makes the nodes of records. base: beginning of all identifiers; links: entities over all articles."""

    def __init__(self, base: str = DEFAULT_BASE, links: Links | None = None) -> None:
        self._base = base
        self._links = links or Links()
        self._entities = self._links.entity_ids

    def name_article(self, article: str) -> str:
        """The IRI of an article, which names its graph too."""
        return f"{self._base}article/{quote(article, safe='')}"

    def _name_item(self, record: Record, item: str) -> str:
        return f"{self.name_article(record.article.id)}#{item}"

    def _name_entity(self, record: Record, item: str, kind: str) -> str:
        entity = self._entities.get(make_key(record.article.id, item))
        return f"{self._base}{kind}/{entity}" if entity else self._name_item(record, item)

    def make_graph(self, record: Record) -> list[Node]:
        """The nodes of a record's graph; the first is the article."""
        evidence: dict[str, Node] = {}
        nodes = [
            self._make_article(record, evidence),
            *(self._make_date(record, item, evidence) for item in record.dates),
            *(self._make_organisation(record, item, evidence) for item in record.organisations),
        ]
        for person in record.people:
            nodes += self._make_person(record, person, evidence)
        nodes += [self._make_talk(record, talk, evidence) for talk in record.talks]
        for event in record.events:
            nodes += self._make_event(record, event, evidence)
        return _merge([*nodes, *(evidence[name] for name in evidence)])

    def _cite(self, record: Record, spans: Iterable[tuple[int, int]], evidence: dict[str, Node]) -> list[str]:
        """The IRIs of spans of the source text; their nodes go to `evidence`."""
        names = []
        for start, end in spans:
            name = f"{self.name_article(record.article.id)}#char={start},{end}"
            article = self.name_article(record.article.id)
            evidence[name] = {
                "@id": name,
                "@type": ["prov:Entity", "oa:TextPositionSelector"],
                "wasQuotedFrom": article,
            }
            evidence[name] |= {"start": start, "end": end}
            names.append(name)
        return names

    def _make_article(self, record: Record, evidence: dict[str, Node]) -> Node:
        article = record.article
        node: Node = {
            "@id": self.name_article(article.id),
            "@type": ["schema:NewsArticle", "prov:Entity"],
            "identifier": article.id,
            "headline": article.title,
            "datePublished": article.published,
            "url": article.url,
            "inLanguage": _LANGUAGES[article.script],
            "characters": article.characters,
            "duplicateOf": self.name_article(article.duplicate_of) if article.duplicate_of else None,
            "about": [self._name_item(record, event.id) for event in record.events],
            "mentions": [self._name_entity(record, person.id, "person") for person in record.people]
            + [self._name_entity(record, body.id, "organisation") for body in record.organisations],
            "hasDate": [self._name_item(record, item.id) for item in record.dates],
        }
        for credit in article.credits:
            node.setdefault(_CREDIT_TERMS[credit.role], []).append(credit.name)
            self._cite(record, [credit.span], evidence)
        return node

    def _make_date(self, record: Record, item: DateItem, evidence: dict[str, Node]) -> Node:
        return {
            "@id": self._name_item(record, item.id),
            "@type": ["jishi:DateExpression"],
            "text": item.text,
            **_make_dates(item.start, item.end, item.edtf, item.granularity),
            "wasDerivedFrom": self._cite(record, [item.span], evidence),
        }

    def _make_organisation(self, record: Record, item: Organisation, evidence: dict[str, Node]) -> Node:
        return {
            "@id": self._name_entity(record, item.id, "organisation"),
            "@type": ["schema:Organization"],
            "name": self._choose_name(record, item.id, item.name),
            "alternateName": [*self._other_name(record, item.id, item.name), *item.aliases],
            "parentOrganization": self._name_entity(record, item.parent, "organisation") if item.parent else None,
            "wasDerivedFrom": self._cite(record, item.spans, evidence),
        }

    def _choose_name(self, record: Record, item: str, name: str) -> str:
        entity = self._links.entities.get(self._entities.get(make_key(record.article.id, item), ""))
        return entity.name if entity else name

    def _other_name(self, record: Record, item: str, name: str) -> list[str]:
        return [] if self._choose_name(record, item, name) == name else [name]

    def _make_person(self, record: Record, person: Person, evidence: dict[str, Node]) -> Iterator[Node]:
        roles = [(self._name_item(record, f"{person.id}.{n}"), each) for n, each in enumerate(person.positions, 1)]
        yield {
            "@id": self._name_entity(record, person.id, "person"),
            "@type": ["schema:Person"],
            "name": self._choose_name(record, person.id, person.name),
            "alternateName": self._other_name(record, person.id, person.name),
            "award": person.honours,
            "honorificSuffix": person.honorific,
            "memberOf": [name for name, position in roles if position.organisation],
            "hasOccupation": [name for name, position in roles if not position.organisation],
            "wasDerivedFrom": self._cite(record, person.spans, evidence),
        }
        for name, position in roles:
            body = self._name_entity(record, position.organisation, "organisation") if position.organisation else None
            yield {
                "@id": name,
                "@type": ["schema:OrganizationRole" if body else "schema:Role"],
                "roleName": position.title,
                "memberOf": body,
                "organisationAsWritten": position.organisation_text,
                "attested": record.article.published,
                "confidence": _format_decimal(position.confidence),
                "wasDerivedFrom": self._cite(record, [position.span], evidence),
            }

    def _make_talk(self, record: Record, talk: Talk, evidence: dict[str, Node]) -> Node:
        return {
            "@id": self._name_item(record, talk.id),
            "@type": ["schema:CreativeWork"],
            "name": talk.topic,
            "talkKind": talk.kind,
            "creator": [self._name_entity(record, speaker, "person") for speaker in talk.speakers],
            "hasDate": self._name_item(record, talk.date) if talk.date else None,
            "confidence": _format_decimal(talk.confidence),
            "wasDerivedFrom": self._cite(record, [talk.span], evidence),
        }

    def _make_event(self, record: Record, event: Event, evidence: dict[str, Node]) -> Iterator[Node]:
        dates = {item.id: item for item in record.dates}
        date = dates.get(event.date or "")
        name = self._name_item(record, event.id)
        precision = date.granularity if date else None
        edtf = date.edtf if date and (date.start, date.end) == (event.start, event.end) else None
        node: Node = {
            "@id": name,
            "@type": ["schema:Event", *(["schema:" + each] if (each := _EVENT_CLASSES.get(event.type)) else [])],
            "name": event.name,
            "eventType": event.type,
            **_make_dates(event.start, event.end, edtf, precision),
            "hasDate": self._name_item(record, event.date) if event.date else None,
            "location": f"{name}-place" if event.place else None,
            "workPerformed": [self._name_item(record, talk) for talk in event.talks],
            "attendance": event.attendance.count if event.attendance else None,
            "attendanceBound": event.attendance.bound if event.attendance else None,
            "confidence": _format_decimal(event.confidence),
            "wasDerivedFrom": self._cite(record, [event.span], evidence),
        }
        for organiser in event.organisers:
            for term in _ORGANISER_TERMS[organiser.role]:
                node.setdefault(term, []).append(self._name_entity(record, organiser.organisation, "organisation"))
        for participant in event.participants:
            for term in _PARTICIPANT_TERMS[participant.role]:
                node.setdefault(term, []).append(self._name_entity(record, participant.person, "person"))
        yield node
        if event.place:
            yield {"@id": f"{name}-place", "@type": ["schema:Place"], "name": event.place}

    def make_entity_graph(self) -> list[Node]:
        """The nodes of the graph of entities: what is known of them over all articles."""
        entities = sorted(self._links.entities.values(), key=lambda entity: entity.id)
        return _merge([self._make_entity(entity) for entity in entities])

    def _make_entity(self, entity: Entity) -> Node:
        known = entity.same_as or ""
        if known.startswith("Q") and known[1:].isdigit():
            known = f"http://www.wikidata.org/entity/{known}"
        return {
            "@id": f"{self._base}{entity.kind}/{entity.id}",
            "@type": ["schema:Person" if entity.kind == "person" else "schema:Organization"],
            "name": entity.name,
            "alternateName": [name for name in entity.names if name != entity.name],
            "description": entity.describe(),
            "identifier": [entity.id, *([known] if known and "://" not in known else [])],
            "sameAs": ([known] if "://" in known else [])
            + [f"{self._base}{entity.kind}/{former}" for former in entity.formerly],
        }

    @property
    def entity_graph_name(self) -> str:
        """The IRI of the graph of entities."""
        return f"{self._base}entities"


def _make_dates(start: str | None, end: str | None, edtf: str | None, precision: str | None) -> Node:
    if start is None:
        return {"date": edtf}
    known = not start.startswith("XXXX")
    last = end or start
    return {
        "startDate": start if known else None,
        "endDate": last if known and not last.startswith("XXXX") else None,
        "date": edtf or (start if last == start else f"{start}/{last}"),
        "precision": precision,
    }


def _format_decimal(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def _merge(nodes: Iterable[Node]) -> list[Node]:
    """The nodes with empty values left out, several of one IRI joined, and no value twice."""
    merged: dict[str, dict[str, list[Any]]] = {}
    for node in nodes:
        held = merged.setdefault(node["@id"], {})
        for key, value in node.items():
            if key == "@id" or value is None:
                continue
            values = held.setdefault(key, [])
            values += [each for each in (value if isinstance(value, list) else [value]) if each not in values]
    return [
        {
            "@id": name,
            **{
                key: values if key == "@type" or len(values) > 1 else values[0]
                for key, values in held.items()
                if values
            },
        }
        for name, held in merged.items()
    ]


def write_json_ld(
    records: Iterable[Record], stream: TextIO, *, base: str = DEFAULT_BASE, links: Links | None = None
) -> int:
    """Write records as one JSON-LD document, an article's graph a line, and give their number."""
    builder = GraphBuilder(base, links)
    count = 0
    stream.write('{"@context":' + _dump(make_context()) + ',\n"@graph":[')
    for name, nodes in _make_graphs(builder, records, links):
        stream.write(("," if count else "") + "\n" + _dump({"@id": name, "@graph": nodes}))
        count += 1
    stream.write("\n]}\n")
    return count - (1 if links else 0)


def write_n_quads(
    records: Iterable[Record], stream: TextIO, *, base: str = DEFAULT_BASE, links: Links | None = None
) -> int:
    """Write records as N-Quads for bulk loading, and give their number. The statements are those of the JSON-LD."""
    builder = GraphBuilder(base, links)
    count = 0
    for name, nodes in _make_graphs(builder, records, links):
        for node in nodes:
            for statement in _make_statements(node):
                stream.write(f"{statement} <{_escape_iri(name)}> .\n")
        count += 1
    return count - (1 if links else 0)


def _make_graphs(
    builder: GraphBuilder, records: Iterable[Record], links: Links | None
) -> Iterator[tuple[str, list[Node]]]:
    for record in records:
        yield builder.name_article(record.article.id), builder.make_graph(record)
    if links:
        yield builder.entity_graph_name, builder.make_entity_graph()


def _dump(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _make_statements(node: Node) -> Iterator[str]:
    subject = f"<{_escape_iri(node['@id'])}>"
    for key, value in node.items():
        if key == "@id":
            continue
        for each in value if isinstance(value, list) else [value]:
            if key == "@type":
                yield f"{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{_expand(each)}>"
                continue
            term, kind = _TERMS[key]
            if kind == "@id":
                written = f"<{_escape_iri(each)}>"
            else:
                written = f'"{_escape_literal(str(each))}"' + (f"^^<{_expand(kind)}>" if kind else "")
            yield f"{subject} <{_expand(term)}> {written}"


def _expand(name: str) -> str:
    prefix, separator, rest = name.partition(":")
    return PREFIXES[prefix] + rest if separator and prefix in PREFIXES else name


def _escape_iri(name: str) -> str:
    return "".join(
        quote(character) if character in '<>"{}|^`\\ ' or character < " " else character for character in name
    )


def _escape_literal(text: str) -> str:
    """Escape as the canonical form of N-Triples does, and control characters."""
    named = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
    return "".join(
        named.get(character) or (f"\\u{ord(character):04X}" if character < " " or character == "\x7f" else character)
        for character in text
    )
