"""One run of linking: records, what was linked before, and what a user knows become entities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from jishi.exports.linking.links import Decision, Entity, Link, Links, Profile, make_entity_id
from jishi.exports.linking.organisations import OrganisationResolver, Resolution, clean_name
from jishi.exports.linking.people import (
    VETO,
    Cluster,
    Verdict,
    cluster_name,
    compare,
    count_archive,
    join,
)
from jishi.exports.linking.user_files import GazetteerEntry, Override
from jishi.exports.rows import make_key
from jishi.records import Record

USER = 99.0
"""The sum of weights of a user's decision."""
DIFFERENT = 0.0
"""Below this sum of weights two people of a name are called different, above it unsure."""


def link(
    records: Iterable[Record],
    *,
    previous: Links | None = None,
    overrides: Sequence[Override] = (),
    gazetteer: Sequence[GazetteerEntry] = (),
    texts: Mapping[str, str] | None = None,
    home: str | None = None,
) -> Links:
    """Link the people and organisations of records.

    previous: the outcome of an earlier run; what it linked keeps its entity, and its entities their ids, whether their
    records are given again or not. overrides: a user's decisions, which win. gazetteer: known people and organisations.
    texts: source texts by article id, for renamings of organisations. home: see OrganisationResolver.

    The same input gives the same outcome, in whatever order the records come.
    """
    ordered = sorted(records, key=lambda record: (record.article.published or "9999", record.article.id))
    outcome = Links()
    known = previous or Links()
    resolver = OrganisationResolver(
        ordered,
        home=home,
        gazetteer=gazetteer,
        texts=texts,
        known_names=[entity.name for entity in known.entities.values() if entity.kind == "organisation"],
    )
    resolutions = resolver.resolve_all()
    _link_organisations(ordered, resolutions, resolver, known, overrides, outcome)
    _link_people(ordered, resolutions, resolver, known, overrides, outcome)
    _keep_absent(known, outcome)
    _match_gazetteer(gazetteer, outcome)
    return outcome


def find_unmet(overrides: Iterable[Override], links: Links) -> Iterator[str]:
    """Yield what a person should know of each decision that `links` does not follow, in a line."""
    entities = {entity.id: entity.id for entity in links.entities.values()}
    entities.update({old: entity.id for entity in links.entities.values() for old in entity.formerly})
    entities.update(links.entity_ids)
    for override in overrides:
        named = f"{override.decision} {override.a}, {override.b}"
        absent = [each for each in (override.a, override.b) if each not in entities]
        if absent:
            yield f"{named}: there is no {' and no '.join(absent)}"
        elif (entities[override.a] == entities[override.b]) != (override.decision == "same"):
            yield f"{named}: not followed; another decision says otherwise, or an id is not of the folder carried on"


# organisations


def _link_organisations(
    records: Sequence[Record],
    resolutions: Mapping[str, Resolution],
    resolver: OrganisationResolver,
    known: Links,
    overrides: Sequence[Override],
    outcome: Links,
) -> None:
    by_key = {entity.key: entity for entity in known.entities.values() if entity.kind == "organisation"}
    names = {
        make_key(record.article.id, organisation.id): organisation.name
        for record in records
        for organisation in record.organisations
    }
    keys = {mention: resolution.key for mention, resolution in resolutions.items()}
    forced = _force_keys(keys, resolutions, known, overrides)
    for mention, resolution in resolutions.items():
        old = known.links.get(mention)
        key, evidence, score = keys[mention], resolution.evidence, 1.0
        if mention in forced:
            key, evidence = forced[mention]
            entity_id = by_key[key].id if key in by_key else make_entity_id("organisation", key)
        elif old and old.entity in known.entities and old.name == names[mention]:
            entity_id, evidence, score = old.entity, old.evidence, old.score
            if key in by_key and by_key[key].id != entity_id:
                later = f"today it would be linked: {resolution.evidence}"
                outcome.decisions.append(Decision("suggested", names[mention], entity_id, by_key[key].id, 0.0, later))
        else:
            entity_id = by_key[key].id if key in by_key else make_entity_id("organisation", key)
        entity = _get_entity(outcome, known, entity_id, "organisation", resolution.name, key)
        _add_name(entity, names[mention])
        entity.profile.mentions += 1
        outcome.links[mention] = Link(mention, entity_id, names[mention], score, evidence)
    outcome.decisions = sorted(set(outcome.decisions), key=lambda decision: (decision.a, decision.b))
    _explain_same_names(resolutions, outcome)


def _force_keys(
    keys: Mapping[str, str], resolutions: Mapping[str, Resolution], known: Links, overrides: Sequence[Override]
) -> dict[str, tuple[str, str]]:
    """What a user decided on organisations: the key and evidence of every mention it touches."""
    members: dict[str, set[str]] = defaultdict(set)
    for mention, key in keys.items():
        members[mention].add(mention)
        members[make_entity_id("organisation", key)].add(mention)
    for mention, old in known.links.items():
        if mention in keys:
            members[old.entity].add(mention)
    forced: dict[str, tuple[str, str]] = {}
    for override in overrides:
        first, second = sorted(members.get(override.a, ())), sorted(members.get(override.b, ()))
        if not first or not second:
            continue
        why = f"a user's decision: {override.decision}" + (f" ({override.note})" if override.note else "")
        if override.decision == "same":
            key = forced.get(first[0], (keys[first[0]], ""))[0]
            for mention in {*first, *second, *(each for each in keys if keys[each] in {keys[x] for x in second})}:
                forced[mention] = key, why
        else:
            for mention in second:
                if forced.get(mention, (keys[mention], ""))[0] == forced.get(first[0], (keys[first[0]], ""))[0]:
                    forced[mention] = f"user:{override.b}", why
    return forced


def _explain_same_names(resolutions: Mapping[str, Resolution], outcome: Links) -> None:
    """Tell why mentions with one name are different organisations."""
    by_name: dict[str, dict[str, str]] = defaultdict(dict)
    for mention, resolution in resolutions.items():
        held = outcome.links[mention]
        by_name[clean_name(held.name)].setdefault(held.entity, resolution.evidence)
    for name, found in by_name.items():
        first, *others = sorted(found)
        for other in others:
            outcome.decisions.append(Decision("different", name, first, other, 0.0, f"{found[first]} | {found[other]}"))


# people


def _link_people(
    records: Sequence[Record],
    resolutions: Mapping[str, Resolution],
    resolver: OrganisationResolver,
    known: Links,
    overrides: Sequence[Override],
    outcome: Links,
) -> None:
    mentions: dict[str, tuple[str, str, Profile]] = {}
    groups: dict[str, list[str]] = defaultdict(list)
    for record in records:
        for person in record.people:
            mention = make_key(record.article.id, person.id)
            name = clean_name(person.name)
            mentions[mention] = person.name, record.article.id, _make_profile(record, person.id, resolutions, resolver)
            groups[name].append(mention)
    before: dict[str, list[str]] = defaultdict(list)
    for mention, old in known.links.items():
        before[old.entity].append(mention)
    known_people: dict[str, list[tuple[Entity, Sequence[str]]]] = defaultdict(list)
    for entity in known.entities.values():
        if entity.kind == "person":
            known_people[clean_name(entity.name)].append((entity, before[entity.id]))
    held = [(clean_name(name), profile) for name, _, profile in mentions.values()]
    held += [(name, entity.profile) for name, entities in known_people.items() for entity, _ in entities]
    counts = count_archive(held, len(records) + len({link.mention.rpartition("#")[0] for link in known.links.values()}))
    differ = {frozenset((override.a, override.b)) for override in overrides if override.decision == "different"}
    _merge_overridden_names(groups, mentions, known, overrides)
    for name, group in groups.items():
        clusters = _make_clusters(group, mentions, known, known_people.get(name, []), overrides, differ)
        clusters, apart = cluster_name(name, clusters, counts, differ)
        ids = [_settle_cluster(cluster, mentions, known, outcome) for cluster in clusters]
        places = {id(cluster): position for position, cluster in enumerate(clusters)}
        for a, b, verdict in apart:
            _explain_apart(name, a, b, ids[places[id(a)]], ids[places[id(b)]], verdict, outcome)


def _make_profile(
    record: Record, person_id: str, resolutions: Mapping[str, Resolution], resolver: OrganisationResolver
) -> Profile:
    person = next(person for person in record.people if person.id == person_id)
    profile = Profile(mentions=1, positioned=1 if person.positions else 0)
    for position in person.positions:
        body = None
        if position.organisation:
            resolution = resolutions[make_key(record.article.id, position.organisation)]
            # An organisation that could not be resolved is known in its own article only.
            body = None if resolution.key.startswith("mention:") else resolution.name
        body = body or resolver.resolve_text(position.organisation_text, record)
        profile.titles[position.title] += 1
        profile.positions[f"{body or ''}{position.title}"] += 1
        if body:
            profile.organisations[body] += 1
    profile.honours.update(person.honours)
    if person.honorific:
        profile.honorifics[person.honorific] += 1
    profile.companions.update(clean_name(other.name) for other in record.people if other.id != person_id)
    for organisation in record.organisations:
        resolution = resolutions[make_key(record.article.id, organisation.id)]
        if not resolution.key.startswith("mention:"):
            profile.surroundings[resolution.name] += 1
    year = record.article.published or next((event.start for event in record.events if event.start), None)
    if year and year[:4].isdigit():
        profile.years[int(year[:4])] += 1
    return profile


def _merge_overridden_names(
    groups: dict[str, list[str]],
    mentions: Mapping[str, tuple[str, str, Profile]],
    known: Links,
    overrides: Sequence[Override],
) -> None:
    """Put mentions of different names into one group where a user says that they are the same person."""
    home = {mention: name for name, group in groups.items() for mention in group}
    for override in overrides:
        if override.decision == "same" and override.a in mentions and override.b in mentions:
            first, second = home[override.a], home[override.b]
            if first != second:
                groups[first] += groups.pop(second)
                home.update(dict.fromkeys(groups[first], first))


def _make_clusters(
    group: Sequence[str],
    mentions: Mapping[str, tuple[str, str, Profile]],
    known: Links,
    entities: Sequence[tuple[Entity, Sequence[str]]],
    overrides: Sequence[Override],
    differ: set[frozenset[str]],
) -> list[Cluster]:
    """The clusters to begin with: what was one entity before, what a user says is one, every other mention alone.

    entities: those of the name from an earlier run, with the mentions that each had.
    """
    present = set(group)
    clusters: dict[str, Cluster] = {}
    for entity, before in entities:
        absent = [mention for mention in before if mention not in present]
        # The stored profile counts all mentions; where all are given again it is made anew.
        cluster = Cluster(entity.profile if absent else Profile(), [], entity=entity.id, owns_profile=not absent)
        cluster.articles = {mention.rpartition("#")[0] for mention in absent}
        for mention in before:
            if mention not in present or mentions[mention][0] != known.links[mention].name:
                continue
            if _is_taken_out(mention, entity.id, before, differ):
                continue
            if not absent:
                cluster.profile.add(mentions[mention][2])
            cluster.members.append(mention)
            cluster.evidence[mention] = known.links[mention].score, known.links[mention].evidence
            cluster.articles.add(mentions[mention][1])
        if cluster.members or absent:
            clusters[entity.id] = cluster
    settled = {mention for cluster in clusters.values() for mention in cluster.members}
    for mention in group:
        if mention not in settled:
            _, article, profile = mentions[mention]
            clusters[mention] = Cluster(profile, [mention], articles={article})
    _join_overridden(clusters, overrides)
    return list(clusters.values())


def _join_overridden(clusters: dict[str, Cluster], overrides: Sequence[Override]) -> None:
    """Join the clusters that a user says are one person; the first one of a decision keeps its entity."""
    home = {handle: handle for handle in clusters}
    for handle, cluster in clusters.items():
        home.update(dict.fromkeys(cluster.members, handle))
    for override in overrides:
        if override.decision != "same" or override.a not in home or override.b not in home:
            continue
        first, second = home[override.a], home[override.b]
        if first == second:
            continue
        why = "a user's decision: same" + (f" ({override.note})" if override.note else "")
        # The entity of the first one stays, so the second one gives up its own.
        guest = clusters.pop(second)
        joined = list(guest.members)
        guest.entity = None if clusters[first].entity else guest.entity
        clusters[first] = join(clusters[first], guest, USER, why)
        clusters[first].evidence.update(dict.fromkeys(joined, (USER, why)))
        home.update({handle: first for handle, where in home.items() if where == second})


def _is_taken_out(mention: str, entity: str, members: Sequence[str], differ: set[frozenset[str]]) -> bool:
    """Whether a user's decision takes a mention out of its entity: it differs from that or from an older member."""
    if frozenset((mention, entity)) in differ:
        return True
    return any(other < mention and frozenset((mention, other)) in differ for other in members)


def _settle_cluster(
    cluster: Cluster, mentions: Mapping[str, tuple[str, str, Profile]], known: Links, outcome: Links
) -> str:
    if cluster.entity is None:
        anchor = cluster.members[0]
        key = f"{clean_name(mentions[anchor][0])}\0{anchor}"
        entity_id = make_entity_id("person", key)
    else:
        anchor, entity_id, key = "", cluster.entity, known.entities[cluster.entity].key
    name = mentions[anchor][0] if anchor else known.entities[entity_id].name
    entity = _get_entity(outcome, known, entity_id, "person", name, key)
    entity.profile = cluster.profile
    for mention in cluster.members:
        score, evidence = cluster.evidence.get(mention, (0.0, "first mention"))
        _add_name(entity, mentions[mention][0])
        outcome.links[mention] = Link(mention, entity_id, mentions[mention][0], score, evidence)
    return entity_id


def _explain_apart(
    name: str, a: Cluster, b: Cluster, first: str, second: str, verdict: Verdict, outcome: Links
) -> None:
    if a.entity and b.entity and verdict.score >= DIFFERENT:
        kind = "suggested" if verdict.score > DIFFERENT else "unsure"
    else:
        kind = "different" if verdict.score < DIFFERENT or verdict.score == VETO else "unsure"
    outcome.decisions.append(Decision(kind, name, first, second, max(verdict.score, -99.0), verdict.evidence))  # type: ignore[arg-type]


# both


def _get_entity(outcome: Links, known: Links, entity_id: str, kind: str, name: str, key: str) -> Entity:
    if entity_id not in outcome.entities:
        old = known.entities.get(entity_id)
        outcome.entities[entity_id] = Entity(
            id=entity_id,
            kind=kind,  # type: ignore[arg-type]
            name=old.name if old else name,
            key=old.key if old else key,
            names=list(old.names) if old else [name],
            same_as=old.same_as if old else None,
            formerly=list(old.formerly) if old else [],
        )
    return outcome.entities[entity_id]


def _add_name(entity: Entity, name: str) -> None:
    if name not in entity.names:
        entity.names.append(name)
        entity.names.sort()


def _keep_absent(known: Links, outcome: Links) -> None:
    """Keep what was linked before and whose records were not given this time."""
    for mention, old in known.links.items():
        if mention in outcome.links:
            continue
        entity = known.entities[old.entity]
        held = _get_entity(outcome, known, old.entity, entity.kind, entity.name, entity.key)
        if held.kind == "organisation":
            held.profile.mentions += 1
        elif not held.profile.mentions:
            held.profile = entity.profile
        outcome.links[mention] = old
    used = {link.entity for link in outcome.links.values()}
    for entity_id, entity in known.entities.items():
        if entity_id not in used:
            _move_joined_entity(entity, known, outcome)
    outcome.entities = {entity_id: entity for entity_id, entity in outcome.entities.items() if entity_id in used}


def _move_joined_entity(entity: Entity, known: Links, outcome: Links) -> None:
    """An entity whose mentions all went into another one is remembered there by its id."""
    heirs = {outcome.links[mention].entity for mention, link in known.links.items() if link.entity == entity.id}
    if len(heirs) == 1:
        heir = outcome.entities[next(iter(heirs))]
        heir.formerly = sorted({*heir.formerly, *entity.formerly, entity.id})


def _match_gazetteer(gazetteer: Sequence[GazetteerEntry], outcome: Links) -> None:
    """Give entities the id of the gazetteer's entry that they are."""
    by_name: dict[tuple[str, str], list[GazetteerEntry]] = defaultdict(list)
    for entry in gazetteer:
        for name in {entry.name, *entry.aliases}:
            by_name[entry.kind, clean_name(name)].append(entry)
    if not by_name:
        return
    counts = count_archive([(entity.name, entity.profile) for entity in outcome.entities.values()], len(outcome.links))
    for entity in outcome.entities.values():
        fitting = {
            entry.id: entry for name in entity.names for entry in by_name.get((entity.kind, clean_name(name)), [])
        }
        if entity.kind == "organisation":
            fitting = {
                entry.id: entry for entry in fitting.values() if clean_name(entry.name) == clean_name(entity.name)
            }
            if len(fitting) == 1:
                entity.same_as = next(iter(fitting))
            continue
        scored = []
        for entry in fitting.values():
            verdict = compare(clean_name(entity.name), entity.profile, _entry_profile(entry), counts)
            scored.append((verdict.score, entry.id))
        scored.sort(reverse=True)
        if scored and scored[0][0] >= 2.0 and (len(scored) == 1 or scored[1][0] < scored[0][0] - 1):
            entity.same_as = scored[0][1]


def _entry_profile(entry: GazetteerEntry) -> Profile:
    profile = Profile(mentions=1, positioned=1 if entry.titles else 0)
    profile.organisations.update(clean_name(name) for name in entry.organisations)
    profile.titles.update(entry.titles)
    years = [year for year in (entry.first_year, entry.last_year) if year is not None]
    profile.years.update(range(min(years), max(years) + 1) if years else ())
    return profile
