"""Which people of one name are the same: evidence for and against, weighed and written down.

The weights are log odds in the manner of Fellegi and Sunter (A Theory for Record Linkage, 1969): what two mentions
share counts for, what cannot be true of one person counts against; a common name needs more than a rare one.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jishi.exports.linking.links import Profile
from jishi.exports.linking.organisations import find_territory

SAME, SURE = 2.0, 3.0
"""Two mentions are one person from this sum of weights on; from the second one, at first sight."""
_PAIRS_TOLD = 12
VETO = -99.0

# A name of two characters (李晨, 王伟) is shared by tens of thousands, one of three mostly by hundreds.
# A foreign name of four or five (穆罕默德) is often a given name or a common family name alone.
_NAME_WEIGHTS = {2: -0.5, 3: 1.0, 4: 1.0, 5: 1.0}
_LONG_NAME = 1.5
_SAME_ORGANISATION, _RELATED_ORGANISATION, _SAME_TERRITORY = 3.5, 2.0, 0.5
_NEARBY_ORGANISATION = 2.0
_OTHER_ORGANISATION, _OTHER_ORGANISATION_LATER = -3.5, -2.0
_YEARS_TO_MOVE = 2
_COMPANION, _MOST_FOR_COMPANIONS = 0.8, 3.5
_HONOUR = 2.0
_OTHER_SEX, _STUDENT_AND_STAFF = -4.0, -3.5
_KNOWN_TO_ALL, _KNOWN_BY_NAME = 2.0, 1.5
_FAMOUS = 20  # mentions with a title
_STUDENT = re.compile(r"学生|研究生$|博士生$|硕士生$|本科生$|学员$")
_STUDENT_SUPERVISOR = re.compile(r"导师|指导|辅导|处|部|会")
_SEXES = {"先生": "man", "女士": "woman", "小姐": "woman"}


@dataclass(frozen=True)
class ArchiveCounts:
    """How often things are in the archive: rare ones say more when they are shared."""

    articles: int
    titles: Mapping[str, int]
    title_holders: Mapping[str, int]
    """How many different names hold a title."""
    companions: Mapping[str, int]
    """In how many articles a name stands."""
    organisations: Mapping[str, int]


@dataclass(frozen=True)
class Verdict:
    """The sum of weights and what they stand for."""

    score: float
    reasons: tuple[str, ...]

    @property
    def evidence(self) -> str:
        """The reasons in one line."""
        return "; ".join(self.reasons)


def compare(name: str, a: Profile, b: Profile, counts: ArchiveCounts) -> Verdict:
    """Weigh whether two profiles of one name are one person."""
    weighed: list[tuple[float, str]] = [(_weigh_name(name), "")]
    weighed += _weigh_organisations(a, b, counts)
    weighed += _weigh_titles(a, b, counts)
    weighed += _weigh_companions(a, b, counts)
    weighed += [(_HONOUR, f"same honour {honour}") for honour in sorted(set(a.honours) & set(b.honours))[:1]]
    sexes = [{_SEXES[word] for word in profile.honorifics if word in _SEXES} for profile in (a, b)]
    if sexes[0] and sexes[1] and not sexes[0] & sexes[1]:
        weighed.append((_OTHER_SEX, "先生 and 女士"))
    score = sum(weight for weight, _ in weighed)
    reasons = tuple(f"{reason} {weight:+.1f}" for weight, reason in weighed if reason)
    return Verdict(round(score, 4), reasons or (f"only the name {name}",))


def _weigh_name(name: str) -> float:
    return _NAME_WEIGHTS.get(len(name), _LONG_NAME)


def _weigh_organisations(a: Profile, b: Profile, counts: ArchiveCounts) -> list[tuple[float, str]]:
    shared = sorted(set(a.organisations) & set(b.organisations))
    if shared:
        return [(_SAME_ORGANISATION, f"same organisation {shared[0]}")]
    related = next(
        ((x, y) for x in sorted(a.organisations) for y in sorted(b.organisations) if are_related(x, y)), None
    )
    if related:
        return [(_RELATED_ORGANISATION, f"related organisations {related[0]}, {related[1]}")]
    nearby = sorted(_find_nearby(a, b) | _find_nearby(b, a), key=lambda name: (counts.organisations.get(name, 0), name))
    found = []
    if nearby:
        # A body that half the archive names says little.
        size = math.log(max(2, counts.articles))
        rarity = min(1.0, (size - math.log(1 + counts.organisations.get(nearby[0], 0))) / min(4.0, size))
        if rarity > 0.2:
            found.append((round(_NEARBY_ORGANISATION * rarity, 2), f"{nearby[0]} stands near both"))
    if a.organisations and b.organisations:
        first, second = min(a.organisations), min(b.organisations)
        what = f"{first} and {second}"
        if {find_territory(name) for name in a.organisations} & {find_territory(name) for name in b.organisations} - {
            None
        }:
            found.append((_SAME_TERRITORY, "same territory"))
        apart = _years_apart(a, b)
        at_once = apart is not None and apart <= _YEARS_TO_MOVE
        # Who holds many offices may well hold another.
        hats = max(len(a.organisations), len(b.organisations))
        weight = (_OTHER_ORGANISATION if at_once else _OTHER_ORGANISATION_LATER) / (1 + 0.5 * math.log2(hats))
        found.append((round(weight, 2), f"different organisations{' at one time' if at_once else ''}: {what}"))
    return found


def are_related(a: str, b: str) -> bool:
    """Whether one organisation is part of the other by name (青禾大学文学院, 青禾大学); a territory is not enough."""
    short, long = sorted((a, b), key=len)
    return len(short) >= 3 and long.startswith(short) and find_territory(short + "某") != short


def _find_nearby(holder: Profile, other: Profile) -> set[str]:
    """Organisations in which one holds positions and that stand in the articles of the other."""
    return set(holder.organisations) & set(other.surroundings) if not other.organisations else set()


def _years_apart(a: Profile, b: Profile) -> int | None:
    if not a.years or not b.years:
        return None
    return max(0, max(min(a.years), min(b.years)) - min(max(a.years), max(b.years)))


def _weigh_titles(a: Profile, b: Profile, counts: ArchiveCounts) -> list[tuple[float, str]]:
    found = []
    shared = sorted(set(a.titles) & set(b.titles), key=lambda title: (counts.title_holders.get(title, 1), title))
    if shared:
        title = shared[0]
        # 总书记 is held by one name in thousands of mentions, 教授 by nearly as many names as mentions.
        # Two more holders are reckoned with than were seen, so that a small archive does not make 校长 telling.
        share = counts.titles.get(title, 1) / (2 + counts.title_holders.get(title, 1))
        weight = min(3.0, 0.4 + 0.6 * math.log2(max(1.0, share)))
        found.append((round(weight, 2), f"same title {title}"))
    students = [_is_student(a), _is_student(b)]
    if students[0] is not None and students[1] is not None and students[0] != students[1]:
        apart = _years_apart(a, b)
        if apart is None or apart <= 2:
            found.append((_STUDENT_AND_STAFF, "student and member of staff"))
    return found


def _is_student(profile: Profile) -> bool | None:
    if not profile.titles:
        return None
    return all(_STUDENT.search(title) and not _STUDENT_SUPERVISOR.search(title) for title in profile.titles)


def _weigh_companions(a: Profile, b: Profile, counts: ArchiveCounts) -> list[tuple[float, str]]:
    few, many = sorted((a.companions, b.companions), key=len)
    shared = sorted((name for name in few if name in many), key=lambda name: (counts.companions.get(name, 0), name))
    if not shared:
        return []
    weight = 0.0
    for name in shared:
        weight += _COMPANION * min(1.0, math.log(max(2, counts.articles) / (1 + counts.companions.get(name, 0))) / 5)
    named = "、".join(shared[:3])
    return [(round(min(max(weight, 0.0), _MOST_FOR_COMPANIONS), 2), f"together with {named}")]


@dataclass
class Cluster:
    """Mentions taken for one person.

    entity: the id they had before this run, if any. owns_profile: whether the profile is the cluster's own, to be added
    to; a single mention's is not.
    """

    profile: Profile
    members: list[str]
    evidence: dict[str, tuple[float, str]] = field(default_factory=dict)
    entity: str | None = None
    articles: set[str] = field(default_factory=set)
    owns_profile: bool = False


def cluster_name(
    name: str,
    clusters: Sequence[Cluster],
    counts: ArchiveCounts,
    must_differ: set[frozenset[str]],
) -> tuple[list[Cluster], list[tuple[Cluster, Cluster, Verdict]]]:
    """Join the clusters of one name, the surest pair first, until no two are the same person.

    Give the clusters, and the pairs kept apart with the verdict. Two clusters that both had an entity before are never
    joined, nor two that stand in one article, nor what a user holds to be different.
    """
    joined = _join_sure(name, clusters, counts, must_differ)
    joined = _join_best_first(name, joined, counts, must_differ)
    joined = _join_bare(name, joined, counts, must_differ)
    largest = max(range(len(joined)), key=lambda i: (len(joined[i].members), -i), default=0)
    apart = []
    for i in range(len(joined)):
        for j in range(i + 1, len(joined)):
            # Of a name with very many people only the pairs with its most frequent one are worth reading.
            if len(joined) <= _PAIRS_TOLD or largest in (i, j):
                apart.append((joined[i], joined[j], _judge(name, joined[i], joined[j], counts, must_differ)))
    return joined, apart


def _join_sure(
    name: str, clusters: Sequence[Cluster], counts: ArchiveCounts, must_differ: set[frozenset[str]]
) -> list[Cluster]:
    """Put each mention to the cluster that it surely belongs to, those with an entity and with a title first."""
    order = sorted(
        range(len(clusters)), key=lambda i: (clusters[i].entity is None, clusters[i].profile.positioned == 0, i)
    )
    found: list[Cluster] = []
    for i in order:
        best: tuple[float, int, Verdict] | None = None
        for position, cluster in enumerate(found):
            if cluster.entity is not None and clusters[i].entity is not None:
                continue
            verdict = _judge(name, cluster, clusters[i], counts, must_differ)
            if verdict.score >= SURE and (best is None or verdict.score > best[0]):
                best = verdict.score, position, verdict
        if best is None:
            found.append(clusters[i])
        else:
            found[best[1]] = join(found[best[1]], clusters[i], best[2].score, best[2].evidence)
    return found


def _join_best_first(
    name: str, clusters: Sequence[Cluster], counts: ArchiveCounts, must_differ: set[frozenset[str]]
) -> list[Cluster]:
    alive = dict(enumerate(clusters))
    heap: list[tuple[float, int, int, Verdict]] = []

    def push(i: int, j: int) -> None:
        if alive[i].entity is not None and alive[j].entity is not None:
            return
        verdict = _judge(name, alive[i], alive[j], counts, must_differ)
        if verdict.score >= SAME:
            heapq.heappush(heap, (-verdict.score, i, j, verdict))

    for i in alive:
        for j in range(i):
            push(j, i)
    following = len(alive)
    while heap:
        _, i, j, verdict = heapq.heappop(heap)
        if i not in alive or j not in alive:
            continue
        merged = join(alive.pop(i), alive.pop(j), verdict.score, verdict.evidence)
        alive[following] = merged
        for other in alive:
            if other != following:
                push(other, following)
        following += 1
    return list(alive.values())


def _join_bare(
    name: str, clusters: list[Cluster], counts: ArchiveCounts, must_differ: set[frozenset[str]]
) -> list[Cluster]:
    """Give what is left to the person whom nearly all mentions of the name mean: those without a title more readily."""
    known_to_all = _find_dominant(clusters)
    if known_to_all is None:
        return clusters
    rest = []
    for cluster in clusters:
        if cluster is known_to_all:
            continue
        verdict = _judge(name, known_to_all, cluster, counts, must_differ)
        weight, reason = _KNOWN_TO_ALL, "without a title, and nearly all others of the name are one person"
        if cluster.profile.positioned:
            famous = known_to_all.profile.positioned >= _FAMOUS
            weight, reason = (_KNOWN_BY_NAME if famous else 0.0), "nearly all others of the name are one person"
        both_known = known_to_all.entity is not None and cluster.entity is not None
        if both_known or verdict.score + weight < SAME:
            rest.append(cluster)
            continue
        evidence = "; ".join((*verdict.reasons, f"{reason} {weight:+.1f}"))
        known_to_all = join(known_to_all, cluster, verdict.score + weight, evidence)
    return [known_to_all, *rest]


def join(a: Cluster, b: Cluster, score: float, evidence: str) -> Cluster:
    """Put two clusters together and give the larger one, or the one with an entity; it is changed, the other is not.

    The members of the smaller one carry the evidence; those that have some keep theirs.
    """
    b_stays = b.entity is not None or (a.entity is None and len(a.members) < len(b.members))
    host, guest = (b, a) if b_stays else (a, b)
    if not host.owns_profile:
        host.profile, whole = Profile(), host.profile
        host.profile.add(whole)
        host.owns_profile = True
    host.profile.add(guest.profile)
    for member in guest.members:
        host.evidence[member] = guest.evidence.get(member, (score, evidence))
    host.members += guest.members
    host.articles |= guest.articles
    host.entity = host.entity or guest.entity
    return host


def _judge(name: str, a: Cluster, b: Cluster, counts: ArchiveCounts, must_differ: set[frozenset[str]]) -> Verdict:
    if must_differ and any(frozenset((x, y)) in must_differ for x in _handles(a) for y in _handles(b)):
        return Verdict(VETO, ("a user's decision",))
    if a.articles & b.articles:
        return Verdict(VETO, ("two people of one article",))
    return compare(name, a.profile, b.profile, counts)


def _handles(cluster: Cluster) -> list[str]:
    return [*cluster.members, *([cluster.entity] if cluster.entity else [])]


def _find_dominant(clusters: Sequence[Cluster]) -> Cluster | None:
    """The person whom a bare name means: who holds nine in ten of the mentions with a title, and at least five."""
    if not clusters:
        return None
    largest = max(clusters, key=lambda cluster: cluster.profile.positioned)
    total = sum(cluster.profile.positioned for cluster in clusters)
    return largest if largest.profile.positioned >= max(5.0, 0.9 * total) else None


def count_archive(profiles: Sequence[tuple[str, Profile]], articles: int) -> ArchiveCounts:
    """The counts of an archive from its mentions: (name, profile) each."""
    titles: Counter[str] = Counter()
    holders: dict[str, set[str]] = {}
    names: Counter[str] = Counter()
    organisations: Counter[str] = Counter()
    for name, profile in profiles:
        names[name] += profile.mentions
        titles.update(profile.titles)
        organisations.update(profile.organisations)
        for title in profile.titles:
            holders.setdefault(title, set()).add(name)
    return ArchiveCounts(
        articles, titles, {title: len(people) for title, people in holders.items()}, names, organisations
    )
