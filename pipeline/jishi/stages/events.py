"""Events: which ones the article reports, each with type, name, date, venue, organisers, attendance, roles and talks.

Candidates come from `event_names` and `event_facts`; linear models (models/relations) weigh them. The best name is the
main event's; another named event counts where it has a date or a venue of its own.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from spacy.language import Language
from spacy.tokens import Doc

from jishi.lexicons import read_lines
from jishi.stages.clauses import QUOTES, locate
from jishi.stages.context import Context, build_context
from jishi.stages.event_facts import (
    HOLDING,
    describe_date,
    describe_organiser,
    describe_place,
    find_attendance,
    find_place_candidates,
)
from jishi.stages.event_names import NameCandidate, describe_name, find_name_candidates, head_types
from jishi.stages.findings import EventFound
from jishi.stages.groups import PersonGroup
from jishi.stages.linear import load_linear_model
from jishi.stages.roles import describe_person

NAME_THRESHOLD = 0.15
SECOND_NAME_THRESHOLD = 0.25
SECOND_EVENT_THRESHOLD = 0.5
MOST_EVENTS = 3
EVENT_THRESHOLD = 0.3
DATE_THRESHOLD = 0.2
PLACE_THRESHOLD = 0.4
ORGANISER_THRESHOLD = 0.4
ATTENDANCE_THRESHOLD = 0.3
ROLE_THRESHOLD = 0.35


@dataclass(slots=True)
class Draft:
    """An event being put together; offsets are of the normalised text."""

    name: NameCandidate | None
    score: float
    others: list[NameCandidate] = field(default_factory=list)


@Language.component(
    "jishi_events",
    requires=["doc.ents", "doc._.dates", "doc._.organisations", "doc._.people", "doc._.talks"],
    assigns=["doc._.events"],
)
def find_events(doc: Doc) -> Doc:
    """Set `doc._.events`, and each talk's event."""
    context = build_context(doc)
    drafts = choose_events(doc, context)
    doc._.events = []
    if not drafts:
        return doc
    places = find_place_candidates(context)
    attendances = find_attendance(context)
    for draft in drafts:
        region = _region(context, drafts, draft)
        event = _fill(doc, context, draft, drafts, region, places, attendances)
        doc._.events.append(event)
    _add_roles(doc, context)
    _add_talks(doc, context)
    return doc


# which events


def score_names(doc: Doc, context: Context) -> list[tuple[float, NameCandidate]]:
    """Give the name candidates with their probability, best first."""
    model = load_linear_model("event_names")
    date_ends = {date.end for date in doc._.dates}
    scored = [
        (model.probability(describe_name(context, candidate)), candidate)
        for candidate in find_name_candidates(context, date_ends)
    ]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1].start, -pair[1].end))


def choose_events(doc: Doc, context: Context) -> list[Draft]:
    """Decide which events the article reports."""
    scored = score_names(doc, context)
    best = scored[0] if scored else None
    reported = load_linear_model("reports_event").probability(describe_report(doc, context, best))
    if reported < EVENT_THRESHOLD:
        return []
    if best is None or best[0] < NAME_THRESHOLD:
        return [Draft(None, reported)]
    main = Draft(best[1], best[0])
    drafts = [main]
    model = load_linear_model("second_events")
    for score, candidate in second_candidates(context, scored):
        if model.probability(describe_second(doc, context, best[1], candidate, score)) < SECOND_EVENT_THRESHOLD:
            continue
        if any(_alike(_core(context.text, candidate), _core(context.text, d.name)) for d in drafts if d.name):
            continue
        drafts.append(Draft(candidate, score))
        if len(drafts) == MOST_EVENTS:
            break
    return sorted(drafts, key=lambda draft: draft.name.start if draft.name else 0)


def second_candidates(context: Context, scored: list[tuple[float, NameCandidate]]) -> list[tuple[float, NameCandidate]]:
    """Give the names that may be of a further event: likely ones unlike the best, each once, best first."""
    kept: list[tuple[float, NameCandidate]] = []
    cores = [_core(context.text, scored[0][1])]
    for score, candidate in scored[1:]:
        if score < SECOND_NAME_THRESHOLD:
            break
        core = _core(context.text, candidate)
        if not any(_alike(core, other) for other in cores):
            cores.append(core)
            kept.append((score, candidate))
    return kept


def describe_second(
    doc: Doc, context: Context, main: NameCandidate, candidate: NameCandidate, score: float
) -> list[str]:
    """Give the features that tell whether a further name is of an event reported beside the main one."""
    text = context.text
    index = locate(context.sentences, candidate.start)
    start, end = context.sentences[index]
    lead = text[max(start, candidate.start - 12) : candidate.start]
    opening = text[start : start + 14]
    date, main_date = _own_date(doc, context, candidate), _own_date(doc, context, main)
    kind, main_kind = head_types().get(candidate.head), head_types().get(main.head)
    follow = HOLDING.search(text, candidate.end, min(end, candidate.end + 30))
    features = [
        f"score={int(score * 10)}",
        f"type={kind}",
        f"same_type={kind == main_kind}",
        f"dated={date is not None}:{date != main_date}",
        f"same_sentence={index == locate(context.sentences, main.start)}",
        f"before_main={candidate.start < main.start}",
        f"in_title={candidate.start < context.body_start}",
        f"held={follow.group() if follow else None}",
        f"boundary={candidate.boundary}",
        f"length={min((candidate.end - candidate.start) // 4, 8)}",
        f"count={min(text.count(_core(text, candidate)), 3)}",
    ]
    features += [f"lead={m.group()}" for m in HOLDING.finditer(lead)]
    features += [f"word={word}" for word in _BESIDE if word in lead or word in opening]
    return features


_BESIDE = (
    "同期", "同时", "随后", "期间", "当天", "当日", "次日", "下午", "上午", "晚", "此前", "之前", "此外", "另", "接着", "会后", "还", "并",
    "曾", "将", "今年", "去年", "为期", "首先", "最后", "第二",
)  # fmt: skip


def describe_report(doc: Doc, context: Context, best: tuple[float, NameCandidate] | None) -> list[str]:
    """Give the features that tell whether an article reports an event at all."""
    text = context.text
    title = text[: context.body_start]
    opening = text[context.body_start : context.body_start + 120]
    features = [
        f"best={int(best[0] * 5) if best else None}",
        f"dates={min(len(doc._.dates), 3)}",
        f"people={min(len(doc._.people), 3)}",
        f"organisations={min(len(doc._.organisations), 3)}",
        f"length={min(len(text) // 200, 6)}",
        f"talks={bool(doc._.talks)}",
        f"first_person={'我' in opening and '我们' not in opening and '我校' not in opening and '我院' not in opening}",
    ]
    features += [f"opening={m.group()}" for m in HOLDING.finditer(opening)]
    features += [f"title={m.group()}" for m in HOLDING.finditer(title)]
    return features


def _core(text: str, candidate: NameCandidate) -> str:
    """The name without marks around the whole of it; marks inside stay: “…发展”专题培训班."""
    return _bare(text[candidate.start : candidate.end])


def _bare(phrase: str) -> str:
    phrase = phrase.strip(" ")
    while len(phrase) > 2 and QUOTES.get(phrase[0]) == phrase[-1] and phrase.find(phrase[-1]) == len(phrase) - 1:
        phrase = phrase[1:-1]
    for opening, closing in QUOTES.items():
        if phrase.count(opening) != phrase.count(closing):
            phrase = phrase.strip(opening + closing)
    return phrase


def _alike(one: str, other: str) -> bool:
    if one in other or other in one:
        return True
    pairs = {one[i : i + 2] for i in range(len(one) - 1)}
    others = {other[i : i + 2] for i in range(len(other) - 1)}
    return 2 * len(pairs & others) > 0.6 * (len(pairs) + len(others))


def _own_date(doc: Doc, context: Context, candidate: NameCandidate) -> tuple[str | None, str | None] | None:
    """The date in the candidate's sentence, before its name."""
    start, _ = context.sentences[locate(context.sentences, candidate.start)]
    dates = [d for d in doc._.dates if start <= d.start < candidate.end and d.granularity in ("day", "range")]
    return (dates[-1].start_date, dates[-1].end_date) if dates else None


# what is said of each


def _region(context: Context, drafts: list[Draft], draft: Draft) -> tuple[int, int]:
    """The part of the text that is about this event: from its first naming to the next event's."""
    if len(drafts) == 1 or draft.name is None:
        return 0, len(context.text)
    starts = [context.sentences[locate(context.sentences, d.name.start)][0] for d in drafts if d.name]
    own = context.sentences[locate(context.sentences, draft.name.start)][0]
    later = [start for start in starts if start > own]
    first = own == min(starts)
    return (0 if first else own), (min(later) if later else len(context.text))


def _fill(doc: Doc, context: Context, draft: Draft, drafts: list[Draft], region, places, attendances) -> EventFound:
    text = context.text
    name = (draft.name.start, draft.name.end) if draft.name else None
    span = name or _evidence(doc, context)
    event = EventFound(
        type=_choose_type(doc, context, draft, region),
        name=_core(text, draft.name).replace("\n", "") if draft.name else None,
        start=span[0],
        end=span[1],
        confidence=round(draft.score, 3),
    )
    in_region = [i for i, d in enumerate(doc._.dates) if region[0] <= d.start < region[1]] or list(
        range(len(doc._.dates))
    )
    if in_region:
        model = load_linear_model("event_dates")
        scored = [(model.probability(describe_date(context, doc._.dates, i, name)), -i) for i in in_region]
        score, index = max(scored)
        if score >= DATE_THRESHOLD:
            date = doc._.dates[-index]
            event.date, event.start_date, event.end_date = -index, date.start_date, date.end_date
    near = doc._.dates[event.date].start if event.date is not None else None
    candidates = [c for c in places if region[0] <= c.start < region[1]] or places
    if candidates:
        model = load_linear_model("event_places")
        scored = [(model.probability(describe_place(context, c, name, near)), -c.start, c.end) for c in candidates]
        score, start, end = max(scored)
        if score >= PLACE_THRESHOLD:
            event.place = _bare(text[-start:end]).replace("\n", "") or None
    event.organisers = _choose_organisers(doc, context, name, region, single=len(drafts) == 1)
    if attendances:
        model = load_linear_model("attendance")
        scored = [
            (model.probability(features), -i)
            for i, (found, features) in enumerate(attendances)
            if region[0] <= found.start < region[1]
        ]
        if scored and max(scored)[0] >= ATTENDANCE_THRESHOLD:
            event.attendance = attendances[-max(scored)[1]][0]
    return event


def _evidence(doc: Doc, context: Context) -> tuple[int, int]:
    """The words that tell of an event without a name: its verb in the body, else the first sentence."""
    held = HOLDING.search(context.text, context.body_start) or HOLDING.search(context.text)
    if held:
        return held.span()
    start, end = context.sentences[locate(context.sentences, context.body_start)]
    return start, max(end, start + 1)


def describe_type(doc: Doc, context: Context, name: NameCandidate | None, region: tuple[int, int]) -> list[str]:
    """Give the features that tell an event's type."""
    text = context.text
    title = text[: context.body_start]
    features = []
    if name:
        words = _core(text, name)
        features += [f"head={name.head}", f"head_type={head_types().get(name.head)}"]
        features += [f"name={words[i : i + 2]}" for i in range(len(words) - 1)]
        features.append(f"last2={words[-2:]}")
        start = context.sentences[locate(context.sentences, name.start)][0]
        around = text[start : context.sentences[locate(context.sentences, name.start)][1]]
        features += [f"cue_name={kind}" for kind in find_type_cues(words)]
    else:
        features.append("unnamed")
        around = text[context.body_start : context.body_start + 100]
    features += [f"cue_title={kind}" for kind in find_type_cues(title)]
    features += [f"cue_around={kind}" for kind in find_type_cues(around)]
    features += [f"title={title[i : i + 2]}" for i in range(max(0, len(title) - 1))]
    features += [f"around={m.group()}" for m in HOLDING.finditer(around)]
    for act in context.acts.between(*region)[:40]:
        features.append(f"act={act.kind}")
    if doc._.talks:
        features += [f"talk={talk.kind}" for talk in doc._.talks]
    return sorted(set(features))


@functools.cache
def _type_cues() -> dict[str, list[str]]:
    return {kind: words.split() for kind, words in (line.split("\t") for line in read_lines("event_cues.txt"))}


def find_type_cues(text: str) -> list[str]:
    """Give the types of event that words of `text` speak for."""
    return [kind for kind, words in _type_cues().items() if any(word in text for word in words)]


def _choose_type(doc: Doc, context: Context, draft: Draft, region: tuple[int, int]) -> str:
    scores = load_linear_model("event_types").score(describe_type(doc, context, draft.name, region))
    return max(scores, key=lambda label: (scores[label], label))


def _choose_organisers(
    doc: Doc, context: Context, name: tuple[int, int] | None, region: tuple[int, int], single: bool
) -> list[tuple[int, str]]:
    model = load_linear_model("organisers")
    chosen = []
    for index, organisation in enumerate(doc._.organisations):
        best: dict[str, float] = {}
        for start, end in organisation.spans:
            if single or region[0] <= start < region[1] or start < context.body_start:
                for role, score in model.score(describe_organiser(context, start, end, name)).items():
                    best[role] = max(score, best.get(role, 0.0))
        if best:
            role = max(best, key=lambda r: best[r])
            if best[role] >= ORGANISER_THRESHOLD:
                chosen.append((index, role))
    return chosen


# people and talks


def _add_roles(doc: Doc, context: Context) -> None:
    model = load_linear_model("roles")
    types = tuple(event.type for event in doc._.events)
    by_person: dict[int, list[PersonGroup]] = {}
    for group in context.groups:
        for mention in group.mentions:
            by_person.setdefault(mention.person, []).append(group)
    for person, groups in sorted(by_person.items()):
        scores = model.score(describe_person(context, doc, person, groups, types))
        event = _event_at(doc, context, groups)
        for role, score in scores.items():
            if score >= ROLE_THRESHOLD:
                doc._.events[event].participants.append((person, role))


def _event_at(doc: Doc, context: Context, groups: list[PersonGroup]) -> int:
    """The event that most of a person's mentions belong to: the one named last before them."""
    if len(doc._.events) == 1:
        return 0
    votes = [0] * len(doc._.events)
    for group in groups:
        votes[_event_before(doc, context, group.start)] += 1
    return votes.index(max(votes))


def _event_before(doc: Doc, context: Context, offset: int) -> int:
    chosen = 0
    for index, event in enumerate(doc._.events):
        if context.sentences[locate(context.sentences, event.start)][0] <= offset:
            chosen = index
    return chosen


def _add_talks(doc: Doc, context: Context) -> None:
    for index, talk in enumerate(doc._.talks):
        talk.event = _event_before(doc, context, talk.start)
        doc._.events[talk.event].talks.append(index)
