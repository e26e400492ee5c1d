"""People with their positions, honours and forms of address (component `jishi_people`).

Reads `doc.ents` (PERSON, TITLE, ORG, LOC, HONOUR), `doc._.credits`, `doc._.organisations` and `doc._.resolved`; writes
`doc._.people`.
"""

from __future__ import annotations

import functools
import itertools
import re

from spacy.language import Language
from spacy.tokens import Doc

from jishi.lexicons import join_words, read_lines
from jishi.stages.affiliations import AffiliationFinder, generic_words, is_territory
from jishi.stages.award_lists import find_listed_awards
from jishi.stages.carries import CarryCandidate, Holding, list_carries
from jishi.stages.coordination import spread_holders
from jishi.stages.findings import Entity, PersonFound, PositionFound, read_entities, read_text
from jishi.stages.honours import find_awards, find_honours
from jishi.stages.linear import load_linear_model
from jishi.stages.names import NamedMention, find_named_mentions, find_short_mentions
from jishi.stages.organisations import OrganisationLookup
from jishi.stages.positions import list_candidates
from jishi.stages.scene import Scene
from jishi.stages.titles import Title, classify_title, find_titles

_FULL_NAMES = ("大学", "学院", "公司", "医院", "学校", "中学", "小学")
# A title that one person surely holds is given to others only where that is nearly as sure: in one list, or apart.
_MARGIN = 0.3
_MARGIN_APART = 0.1
_CERTAIN = 0.95
_PAIR_THRESHOLD = 0.65
# What a title needs to take over an organisation; by the guidelines a list (主任、教授) carries it.
_CARRY_THRESHOLDS = {"": 0.45, "joined": 0.35, "glued": 0.2}
_MEMORY = 8  # holdings before a title that it may take an organisation over from
_HONOUR_THRESHOLD = 0.5
_LISTED = re.compile(r"(?:先生|女士|老师|同学|同志|教授|博士|校友|等)*[、，和与及]+")


@functools.cache
def _honorific_pattern() -> re.Pattern[str]:
    return re.compile(join_words(read_lines("honorifics.txt")))


@Language.component(
    "jishi_people",
    requires=["doc.ents", "doc._.credits", "doc._.organisations", "doc._.resolved"],
    assigns=["doc._.people"],
)
def find_people(doc: Doc) -> Doc:
    """Set `doc._.people`."""
    text, entities = read_text(doc), read_entities(doc)
    names, mentions = find_named_mentions(doc, text, entities)
    people = [PersonFound(name) for name in names]
    for mention in mentions:
        start = mention.start if mention.surname is None else mention.surname
        written, name = text[start : mention.end].replace(" ", ""), names[mention.person].replace(" ", "")
        named = mention.surname is not None or name in written
        place = people[mention.person].spans if named else people[mention.person].references  # 马尔科娃 alone
        if mention.surname is None and named:
            start = max(start, text.find(names[mention.person], start, mention.end))  # Mr.|Isidore Taro
        place.append((start, mention.end))
        honorific = _honorific_pattern().match(text, mention.end)
        if honorific and people[mention.person].honorific is None:
            people[mention.person].honorific = honorific.group()
    if not mentions:
        doc._.people = []
        return doc
    scene, titles, own, finder = build_scene(text, entities, mentions)
    lookup = OrganisationLookup(doc._.organisations, doc._.resolved)
    tagged = {(ent.start, ent.end) for ent in entities if ent.label == "ORG"}
    for holding in find_holdings(scene, own, finder):
        _add_position(lookup, text, tagged, people[mentions[holding.mention].person], titles[holding.title], holding)
    for person in people:
        person.positions = _drop_short_forms(person.positions)
    _add_honours(scene, people, mentions)
    held = [[position.title for position in person.positions] for person in people]
    for mention in find_short_mentions(doc, text, names, mentions, held):
        people[mention.person].references.append((mention.start, mention.end))
    for person in people:
        person.spans, person.references = (person.spans or person.references[:1]), sorted(person.references)
        person.spans.sort()
    # A name all of whose mentions turned out to be another's is nobody.
    doc._.people = [person for person in people if person.spans]
    return doc


def build_scene(
    text: str, entities: list[Entity], mentions: list[NamedMention]
) -> tuple[Scene, list[Title], list[tuple[int, int] | None], AffiliationFinder]:
    """Give the scene of names, titles and organisations, the titles, each title's own organisation, and the finder."""
    spans = [(mention.start, mention.end) for mention in mentions]
    entities = _part_names(entities, mentions)
    titles = find_titles(text, entities, spans)
    title_spans = [(title.start, title.end) for title in titles]
    finder = AffiliationFinder(text, entities, title_spans, spans)
    surname_before = {mention.surname + 1: mention.surname for mention in mentions if mention.surname is not None}
    own = [finder.find(surname_before.get(title.start, title.start)) for title in titles]
    own = [
        (phrase[0] + text.startswith("等", phrase[0]), phrase[1])
        if phrase and not text.endswith("籍", *phrase)  # 某某党籍|议员
        else None
        for phrase in own
    ]
    organisations = {(ent.start, ent.end) for ent in entities if ent.label in ("ORG", "LOC")}
    organisations.update(phrase for phrase in own if phrase)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(organisations, key=lambda span: (span[0], -span[1])):
        if merged and start < merged[-1][1]:
            continue
        merged.append((start, end))
    return Scene(text, title_spans, spans, merged, find_honours(text, entities)), titles, own, finder


def _part_names(entities: list[Entity], mentions: list[NamedMention]) -> list[Entity]:
    """Give the entities with names as the mentions have them, so that a title at or in a name stands free.

    高|主任|千岚 has the title between its parts, 沈川|副教授 behind it.
    """
    given = {mention.surname: mention.start for mention in mentions if mention.surname is not None}
    ends = {mention.start: mention.end for mention in mentions}
    parted = []
    for entity in entities:
        if entity.start in given and entity.label == "TITLE":
            entity = entity._replace(start=entity.start + 1)
        elif entity.label == "PERSON":
            start = given.get(entity.start, entity.start)
            entity = entity._replace(start=start, end=min(entity.end, ends.get(start, entity.end)))
        parted.append(entity)
    return parted


def find_holdings(scene: Scene, own: list[tuple[int, int] | None], finder: AffiliationFinder) -> list[Holding]:
    """Give which titles each named person holds, in text order. own: each title's own organisation phrase."""
    pair_model = load_linear_model("title_person")
    carry_model = load_linear_model("title_organisation")
    best: dict[tuple[int, int], float] = {}
    surest: dict[int, float] = {}
    listed: set[tuple[int, int]] = set()
    for candidate in list_candidates(scene):
        probability = _CERTAIN if candidate.certain else pair_model.probability(candidate.features)
        key = candidate.title, candidate.mention
        best[key] = max(probability, best.get(key, 0.0))
        surest[candidate.title] = max(probability, surest.get(candidate.title, 0.0))
        if candidate.listed or candidate.certain:
            listed.add(key)
    best = {
        key: probability
        for key, probability in best.items()
        if probability >= _PAIR_THRESHOLD
        and probability >= surest[key[0]] - (_MARGIN if key in listed else _MARGIN_APART)
    }
    best.update(spread_holders(scene, best, _PAIR_THRESHOLD))
    holdings: list[Holding] = []
    for title, mention in sorted(best):
        organisation, certainty = own[title], 1.0
        if organisation is not None and _is_country_of(scene, title, organisation):
            organisation = None
        elif organisation is None:
            carries = carries_of(scene, finder, holdings, title, mention)
            carries = [carry for carry in carries if not _is_country_of(scene, title, carry.phrase)]
            if scene.text[slice(*scene.titles[title])] == "总书记":
                carries = [carry for carry in carries if scene.text[slice(*carry.phrase)].endswith(("中央", "党"))]
            scored = [(carry_model.probability(carry.features), carry.bond, carry.phrase) for carry in carries]
            certainty, bond, phrase = max(scored, default=(0.0, "", (0, 0)))
            if certainty >= _CARRY_THRESHOLDS[bond]:
                organisation = phrase
            else:
                certainty = 1.0 - certainty
        if organisation is None and scene.text[slice(*scene.titles[title])] == "成员":
            continue  # of a team that is not named
        holdings.append(Holding(title, mention, organisation, best[title, mention] * certainty))
    _carry_back(scene, own, holdings)
    for holding in list(holdings):
        if holding.organisation is not None:
            for other in finder.find_others(holding.organisation[0]):
                holdings.append(Holding(holding.title, holding.mention, other, holding.probability))
    return holdings


def _carry_back(scene: Scene, own: list[tuple[int, int] | None], holdings: list[Holding]) -> None:
    """Give a title without an organisation the one that the title joined to it took over: 党委委员、副行长 of the bank
    that was named before."""
    for earlier, later in reversed(list(itertools.pairwise(holdings))):
        between = scene.text[scene.titles[earlier.title][1] : scene.titles[later.title][0]]
        if (
            earlier.mention == later.mention
            and earlier.organisation is None
            and later.organisation is not None
            and own[later.title] is None
            and between in ("、", "兼", "暨")
            and scene.text.startswith("党", scene.titles[earlier.title][0])
        ):
            earlier.organisation = later.organisation


def _is_country_of(scene: Scene, title: int, phrase: tuple[int, int]) -> bool:
    """Say whether a phrase is only the country or town of somebody whose title no territory gives: 法国哲学家."""
    start, end = scene.titles[title]
    personal = classify_title(scene.text[start:end]) in ("rank", "expert", "student")
    return personal and is_territory(scene.text[phrase[0] : phrase[1]])


def carries_of(
    scene: Scene, finder: AffiliationFinder, earlier: list[Holding], title: int, mention: int
) -> list[CarryCandidate]:
    """Give the organisations that a title without its own may take over; `earlier` are the holdings before it."""
    start = scene.titles[title][0]
    previous = next(
        (h for h in reversed(earlier[-_MEMORY:]) if h.organisation is not None and scene.titles[h.title][1] <= start),
        None,
    )
    before_name = finder.find(scene.mentions[mention][0])
    taken = before_name is None or any(
        h.mention == mention and h.organisation is not None and h.organisation == before_name
        for h in earlier[-_MEMORY:]
    )
    return list_carries(scene, (title, mention), previous, before_name, taken)


def _add_position(
    lookup: OrganisationLookup,
    article: str,
    tagged: set[tuple[int, int]],
    person: PersonFound,
    title: Title,
    holding: Holding,
) -> None:
    text = article[title.start : title.end]
    phrase = holding.organisation
    organisation_text = article[phrase[0] : phrase[1]] if phrase else None
    organisation = None
    if phrase and organisation_text:
        organisation = lookup.identify(organisation_text, phrase[0])
        if organisation is None and phrase in tagged:
            organisation = lookup.add(article, phrase)
    confidence = round(holding.probability, 3)
    for known in person.positions:
        if known.title != text:
            continue
        same = (
            known.organisation_text == organisation_text
            or organisation_text is None
            or (organisation is not None and organisation == known.organisation)
            or (known.organisation_text is not None and _is_short_form(organisation_text, known.organisation_text))
        )
        if same or known.organisation_text is None:
            if known.organisation_text is None and organisation_text is not None:
                known.organisation_text, known.organisation = organisation_text, organisation
                known.start, known.end = title.start, title.end
            known.confidence = max(known.confidence or 0.0, confidence)
            return
    person.positions.append(PositionFound(text, title.start, title.end, organisation_text, organisation, confidence))


def _is_short_form(one: str, other: str) -> bool:
    """Say whether one organisation is the other in short: 1班 and 三年级1班, 市教工委 and 市委教工委."""
    short, long = sorted((one, other), key=len)
    if long.endswith(short):
        return True
    if len(short) > 8 or short[-1] != long[-1] or short.endswith(_FULL_NAMES):
        return False
    rest = iter(long)
    return all(char in rest for char in short)


def _drop_short_forms(positions: list[PositionFound]) -> list[PositionFound]:
    """Leave out 书记 where 党支部书记 is known: the short form is how the text addresses the person later on."""
    kept = []
    for position in positions:
        longer = any(
            other is not position
            and other.title != position.title
            and other.title.endswith(position.title)
            and not other.title.startswith(("原", "前"))
            and (position.organisation_text is None or position.organisation_text in generic_words())
            for other in positions
        )
        if not longer:
            kept.append(position)
    return kept


def _add_honours(scene: Scene, people: list[PersonFound], mentions: list[NamedMention]) -> None:
    """Give each place of an honour to the one it is said of, and to the bare list that the holder stands in (甲、乙、丙
    荣获…称号); of a long and a short form (教学名师, 省教学名师) the long one."""
    told: set[int] = set()
    awards = itertools.chain(find_awards(scene.text, scene.mentions), find_listed_awards(scene.text, scene.mentions))
    for mention, start, end in awards:
        _honour(people[mentions[mention].person], scene.text[start:end])
        told.update(range(start, end))
    model = load_linear_model("honour_person")
    places: dict[int, dict[int, float]] = {}
    for candidate in list_candidates(scene, "H"):
        scores = places.setdefault(candidate.title, {})
        probability = model.probability(candidate.features)
        scores[candidate.mention] = max(probability, scores.get(candidate.mention, 0.0))
    for place, scores in places.items():
        start, end = scene.honours[place]
        if start not in told:
            for mention in _find_honoured(scene, start, end, scores):
                _honour(people[mentions[mention].person], scene.text[start:end])


def _honour(person: PersonFound, honour: str) -> None:
    """Add an honour to a person's, unless a longer form of it is there; it takes the place of shorter ones."""
    if not any(known.endswith(honour) for known in person.honours):
        person.honours = [known for known in person.honours if not honour.endswith(known)] + [honour]


# Behind a name whose bearer others win with: 在林听雨老师的指导下获一等奖
_GUIDES = re.compile(
    r"(?:老师|教授|教练|博士)?(?:、[^，。；]{1,20})?的?(?:悉心|精心|共同|耐心|亲自)?(?:指导|带领|率领|辅导)下"
)
# Between an honour and who bears it; before an honour that the one before hands over or reads out; behind an honour,
# before who has it; how many win it together
_BORNE_BY = re.compile("、?O*T*|、?O*T?[、，]O*T+|”")
_GIVES = re.compile(
    r"(?:(?<![评聘选称成作列定记誉认])为|[给向])[^，。；]*$|宣读|[对将][^，。；]*[\d一二三四五六七八九十百余]+[名位个][“「]?$|号召"
)
_WHO = re.compile(r"[”」]?(?:，?(?:分别)?[为是]|[：:（])")
_GROUP = re.compile(r"[\d一二两三四五六七八九十百余多]+[名位个][“「]?$")
_GIVES_WITHIN = 60  # characters before an honour in which it is told that it is handed over


def _find_honoured(scene: Scene, start: int, end: int, scores: dict[int, float]) -> list[int]:
    """Give the likelier of the two mentions nearest to an honour, with the others of its list between which nothing
    but marks stands; none where it is not likely. start, end: where the honour stands. scores: each mention's
    probability.
    """
    scores = {
        mention: probability
        for mention, probability in scores.items()
        if scene.mentions[mention][0] > start
        or (
            not _GUIDES.match(scene.text, scene.mentions[mention][1])
            and not _GIVES.search(scene.text, max(scene.mentions[mention][1], start - _GIVES_WITHIN), start)
        )
    }
    if not scores:
        return []
    named = sorted(scores, key=lambda mention: scene.mentions[mention])
    behind = next((mention for mention in named if scene.mentions[mention][0] >= end), None)
    if behind is not None and _BORNE_BY.fullmatch("".join(scene.template(end, scene.mentions[behind][0]))):
        scores = scores | {behind: max(_CERTAIN, scores[behind])}  # 全国劳动模范、某校教授林听雨
    elif _GROUP.search(scene.text, max(0, start - 8), start) and not _WHO.match(scene.text, end):
        return []  # 为5名标兵颁奖
    before = [mention for mention in named if scene.mentions[mention][0] < start]
    holder = max(before[-1:] + named[len(before) :][:1], key=lambda mention: scores[mention])
    if scores[holder] < _HONOUR_THRESHOLD:
        return []
    first = last = named.index(holder)
    while first > 0 and _is_listed(scene, named[first - 1], named[first]):
        first -= 1
    while last + 1 < len(named) and _is_listed(scene, named[last], named[last + 1]):
        last += 1
    return named[first : last + 1]


def _is_listed(scene: Scene, one: int, other: int) -> bool:
    return _LISTED.fullmatch(scene.text, scene.mentions[one][1], scene.mentions[other][0]) is not None
