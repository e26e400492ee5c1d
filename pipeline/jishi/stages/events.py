"""Events: which ones the article reports, each with type, name, date, venue, organisers, attendance, roles and talks.

Candidates come from `event_names` and `event_facts`; linear models (models/relations) weigh them. The best name is the
main event's; another named event counts where it has a date or a venue of its own.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from jishi.lexicons import join_words, read_lines
from jishi.stages.clauses import QUOTES, locate
from jishi.stages.context import Context, build_context
from jishi.stages.event_facts import (
    HOLDING,
    PlaceCandidate,
    describe_date,
    describe_organiser,
    describe_place,
    find_attendance,
    find_extent,
    find_place_candidates,
    find_stated_place,
    read_place_field,
    trim_place,
)
from jishi.stages.event_names import (
    VERB_INSIDE,
    NameCandidate,
    describe_name,
    find_name_candidates,
    head_types,
    longest_head,
    strip_leading_words,
)
from jishi.stages.fields import find_field
from jishi.stages.findings import AttendanceFound, EventFound
from jishi.stages.groups import PersonGroup
from jishi.stages.linear import LinearModel, load_linear_model
from jishi.stages.roles import RoleDescriber, settle_sides, weigh_roles
from jishi.stages.stated_organisers import has_signed, is_byline, tell_stated_role
from jishi.stages.told_events import find_item, find_items, find_told_events, tells_visit

NAME_THRESHOLD = 0.15
SECOND_NAME_THRESHOLD = 0.25
SECOND_EVENT_THRESHOLD = 0.35
MOST_EVENTS = 8
LONGER_SHARE = 0.7
EVENT_THRESHOLD = 0.35
UNNAMED_EVENT_THRESHOLD = 0.4  # what no name speaks for is oftener a portrait, an essay or a notice
BARE_EVENT_THRESHOLD = 0.8  # and all the more so what has neither day nor venue
TOLD_SCORE = 0.5  # of an event that the text tells of without a name
DATE_THRESHOLD = 0.2
PLACE_THRESHOLD = 0.3
ORGANISER_THRESHOLD = 0.5
ATTENDANCE_THRESHOLD = 0.25
ROLE_THRESHOLD = 0.35
LIKELIEST_ROLE_THRESHOLD = 0.32  # few who are named at an event do nothing there
HEAD_ODDS, UNLEARNT_HEAD_ODDS = 2.2, 12.0  # by cross-validation
LIST_SHARE = 0.3  # what is thought of a list weighs so much for each of its members


Loader = Callable[[str], LinearModel]


@dataclass(slots=True)
class Draft:
    """An event being put together; offsets are of the normalised text."""

    name: NameCandidate | None
    score: float
    told: tuple[int, int] | None = None
    """Where the text tells of an event that it does not name, beside another."""
    kind: str | None = None
    """Its type, as far as the words that tell of it say so."""
    region: tuple[int, int] = (0, 0)
    """The part of the text that is about it."""
    is_item: bool = False
    """Whether that is an item of a digest: the event's day and venue then stand nowhere else."""

    @property
    def start(self) -> int | None:
        """Where the event is named or told of."""
        return self.name.start if self.name else self.told[0] if self.told else None


@Language.component(
    "jishi_events",
    requires=["doc.ents", "doc._.dates", "doc._.organisations", "doc._.people", "doc._.talks"],
    assigns=["doc._.events"],
)
def find_events(doc: Doc) -> Doc:
    """Set `doc._.events`, and each talk's event."""
    doc._.events, _ = decide_events(doc, build_context(doc), load_linear_model)
    for index, event in enumerate(doc._.events):
        for talk in event.talks:
            doc._.talks[talk].event = index
    return doc


def decide_events(doc: Doc, context: Context, load: Loader) -> tuple[list[EventFound], list[list[str]]]:
    """Give the events of a Doc, and for each the features of its confidence. `load` gives a model by name."""
    found: list[EventFound] = []
    evidence: list[list[str]] = []
    items = find_items(doc, context.text)
    drafts = choose_events(doc, context, items, load)
    if not drafts:
        return found, evidence
    places = find_place_candidates(context)
    attendances = find_attendance(context)
    kept: list[Draft] = []
    for draft in drafts:
        item = find_item(items, draft.start)
        draft.region, draft.is_item = item or _region(context, drafts, draft), item is not None
        event, features = _fill(doc, context, draft, len(drafts), places, attendances, load)
        if draft.name is None and draft.told is None and is_no_event(context, draft.score, event):
            continue
        event.confidence = round(load("event_confidence").probability(features), 3)
        kept.append(draft)
        found.append(event)
        evidence.append(features)
    if not found:
        return found, evidence
    _share_attendance(kept, found)
    _add_roles(doc, context, found, load("roles"))
    for index, talk in enumerate(doc._.talks):
        found[_event_before(context, found, talk.start)].talks.append(index)
    return found, evidence


def is_no_event(context: Context, score: float, event: EventFound) -> bool:
    """Tell whether what seemed to be an event without a name is none: nothing is known of it, and neither the title nor
    a stated talk says that it took place; or nothing but a day, and the title speaks of strikes, storms or deaths."""
    if event.place or event.organisers or event.attendance or context.stated_talks:
        return False
    title = context.text[: context.body_start]
    if _TAKES_PLACE.search(title):
        return False
    return (event.date is None and score < BARE_EVENT_THRESHOLD) or _no_event_words().search(title) is not None


@functools.cache
def _no_event_words() -> re.Pattern[str]:
    return re.compile(join_words(word for line in read_lines("no_event_words.txt") for word in line.split()))


_TAKES_PLACE = re.compile(
    "举[办行]|召开|出席|参加|会[见谈晤]|来访|到访|走访|访问|考察|调研|签[署约]|开[班幕讲赛]|揭牌|落幕"
)


# which events


def score_names(doc: Doc, context: Context, load: Loader) -> list[tuple[float, NameCandidate]]:
    """Give the name candidates with their probability, best first. The page's boilerplate names no event."""
    model = load("event_names")
    date_ends = {date.end for date in doc._.dates}
    boilerplate = doc._.layout.boilerplate if doc._.layout is not None else []
    scored = [
        (model.probability(describe_name(context, candidate)), candidate)
        for candidate in find_name_candidates(context, date_ends)
        if not any(start <= candidate.start < end for start, end in boilerplate)
    ]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1].start, -pair[1].end))


def choose_events(doc: Doc, context: Context, items: list[tuple[int, int]], load: Loader) -> list[Draft]:
    """Decide which events the article reports. items: those of a digest."""
    scored = score_names(doc, context, load)
    best = scored[0] if scored else None
    reported = load("reports_event").probability(describe_report(doc, context, best))
    visit = tells_visit(context)
    stated = visit or bool(context.stated_talks)
    if reported < EVENT_THRESHOLD and not stated:
        return []
    if best is None or best[0] < NAME_THRESHOLD:
        title = context.text.partition("\n")[0].strip()
        likely = stated or reported >= UNNAMED_EVENT_THRESHOLD
        kind = "visit" if visit and not context.stated_talks else None
        return [Draft(None, reported, kind=kind)] if likely and not _TEXT.search(title) else []
    main = Draft(_prefer_longer(context.text, scored), best[0])
    drafts = [main]
    model = load("second_events")
    for score, candidate in second_candidates(context, scored):
        probability = model.probability(describe_second(doc, context, best[1], candidate, score))
        if (
            probability < SECOND_EVENT_THRESHOLD
            and not _opens_paragraph(doc, context, best[1], candidate)
            and not _HELD_BESIDE.search(context.text, max(0, candidate.start - 12), candidate.start)
        ):
            continue
        if any(_alike(_core(context.text, candidate), _core(context.text, d.name)) for d in drafts if d.name):
            continue
        drafts.append(Draft(candidate, score))
        if len(drafts) >= MOST_EVENTS:
            break
    drafts += _find_told(doc, context, items, drafts)
    return sorted(drafts, key=lambda draft: draft.start or 0)


def _find_told(doc: Doc, context: Context, items: list[tuple[int, int]], drafts: list[Draft]) -> list[Draft]:
    """Give the events told of without a name, beside those of `drafts`."""
    starts = [draft.start for draft in drafts if draft.start is not None]
    spans = [_own_date(doc, context, draft.name) for draft in drafts if draft.name]
    days = [(start, end or start) for start, end in filter(None, spans) if start]
    told = find_told_events(doc, context, items, starts, days) if days else []
    return [
        Draft(None, TOLD_SCORE, (event.start, event.end), event.kind) for event in told[: MOST_EVENTS - len(drafts)]
    ]


# titles of regulations and of messages
_TEXT = re.compile(
    r"(?:办法|细则|条例|规程|章程)(?:[（(][^（()）]*[)）])?$|^关于印发.*通知$|^(?:贺信|贺电|唁电|慰问信|感谢信|倡议书)$"
)


def _prefer_longer(text: str, scored: list[tuple[float, NameCandidate]]) -> NameCandidate:
    """The likeliest name, or one nearly as likely that holds it: the longest naming phrase counts."""
    best, chosen = scored[0]
    for score, candidate in scored[1:]:
        if score < LONGER_SHARE * best:
            break
        core = _core(text, candidate)
        if len(core) > len(_core(text, chosen)) and _core(text, chosen) in core and not VERB_INSIDE.search(core):
            chosen = candidate
    return chosen


def second_candidates(context: Context, scored: list[tuple[float, NameCandidate]]) -> list[tuple[float, NameCandidate]]:
    """Give the names that may be of a further event: likely ones unlike the best, each once, best first."""
    kept: list[tuple[float, NameCandidate]] = []
    cores = [_core(context.text, scored[0][1])]
    for score, candidate in scored[1:]:
        if score < SECOND_NAME_THRESHOLD:
            break
        core = _core(context.text, candidate)
        if not VERB_INSIDE.search(core) and not any(_alike(core, other) for other in cores):
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
        f"count={context.phrases.count(_core(text, candidate), 3)}",
        f"core_in_title={_core(text, candidate)[-6:] in text[: context.body_start]}",
    ]
    features += context.evidence.frame("EVENT", candidate.start, candidate.end)
    opens = date is not None and date != main_date and any(start <= d.start <= start + 3 for d in doc._.dates)
    features.append(f"opens_with_own_date={opens}:{follow is not None}")
    features += [f"lead={m.group()}" for m in HOLDING.finditer(lead)]
    features += [f"word={word}" for word in _BESIDE if word in lead or word in opening]
    return features


def _opens_paragraph(doc: Doc, context: Context, main: NameCandidate, candidate: NameCandidate) -> bool:
    """A paragraph that opens with a date of its own and tells of holding what is named: 12月28日晚，…音乐会在…举行."""
    start, end = context.sentences[locate(context.sentences, candidate.start)]
    if start < context.body_start or (start and context.text[start - 1] != "\n"):
        return False
    date = _own_date(doc, context, candidate)
    return (
        date is not None
        and date != _own_date(doc, context, main)
        and any(start <= d.start <= start + 3 for d in doc._.dates)
        and _HELD.search(context.text, start, end) is not None
    )


_HELD = re.compile("举[办行]|召开|开[展幕班]")
_HELD_BESIDE = re.compile("(?:同期|同步|同时)(?:还|也|将)?(?:举[办行]|召开|开展|组织)了?$")
_BESIDE = (
    "同期", "同时", "随后", "期间", "当天", "当日", "次日", "下午", "上午", "晚", "此前", "之前", "此外",
    "另", "接着", "会后", "还", "并", "曾", "将", "今年", "去年", "为期", "首先", "最后", "第二",
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


def _full_name(context: Context, candidate: NameCandidate) -> str:
    """The name as written; where a quotation goes on from it (“匠心论坛——厚植人才支撑”), the whole quotation."""
    core = _core(context.text, candidate)
    longer = [
        quoted for quoted in context.quotations if quoted.startswith(core + "—") or quoted.startswith(core + "：")
    ]
    name = max(longer, key=len, default=core).replace("\n", "")
    if "】" not in name:
        name = name.lstrip("【")
    return _bare(strip_leading_words(name))


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
    if len(drafts) == 1 or draft.start is None:
        return 0, len(context.text)
    starts = [context.sentences[locate(context.sentences, d.start)][0] for d in drafts if d.start is not None]
    own = context.sentences[locate(context.sentences, draft.start)][0]
    later = [start for start in starts if start > own]
    first = own == min(starts)
    return (0 if first else own), (min(later) if later else len(context.text))


def _fill(
    doc: Doc,
    context: Context,
    draft: Draft,
    count: int,
    places: list[PlaceCandidate],
    attendances: list[tuple[AttendanceFound, list[str]]],
    load: Loader,
) -> tuple[EventFound, list[str]]:
    """Give the event of a draft with what its region of the text says of it, a date or venue also with what stands
    elsewhere where the region has none; and the features of its confidence. `count`: of all events."""
    text, region = context.text, draft.region
    name = (draft.name.start, draft.name.end) if draft.name else None
    span = name or draft.told or _evidence(context)
    types = weigh_types(doc, context, draft.name, region, load("event_types"))
    kind = draft.kind or max(types, key=lambda label: (types[label], label))
    event = EventFound(
        type=kind,
        name=_full_name(context, draft.name) if draft.name else None,
        start=span[0],
        end=span[1],
    )
    certainty = [
        f"name={int(draft.score * 10) if draft.name else None}",
        f"type={int(types[kind] * 5)}",
        f"events={count}",
        f"in_title={draft.name is not None and draft.name.start < context.body_start}",
    ]
    dates = doc._.dates
    indices = [i for i, d in enumerate(dates) if region[0] <= d.start < region[1]]
    weighed = [
        (load("event_dates").probability(describe_date(context, dates, i, name)), i)
        for i in indices or (() if draft.is_item else range(len(dates)))
    ]
    date = _choose(weighed)
    if date and date[0] >= DATE_THRESHOLD:
        event.date = date[1]
        extent = find_extent(context, dates, date[1], name, region, kind)
        event.start_date, event.end_date = extent or (dates[date[1]].start_date, dates[date[1]].end_date)
    certainty.append(f"date={int(date[0] * 10) if date else None}")
    certainty += _describe_rivals(doc, context, name, weighed, date)
    near = dates[event.date].start if event.date is not None else None
    candidates = [c for c in places if region[0] <= c.start < region[1]] or ([] if draft.is_item else places)
    place = _choose(
        (load("event_places").probability(describe_place(context, c, name, near)), i) for i, c in enumerate(candidates)
    )
    event.place = read_place_field(context, region)
    if event.place is None and place and place[0] >= PLACE_THRESHOLD:
        chosen = candidates[place[1]]
        event.place = trim_place(_bare(text[chosen.start : chosen.end]).replace("\n", "")) or None
    if event.place is None and count == 1:
        event.place = find_stated_place(context, kind == "visit")
    certainty.append(f"place={int(place[0] * 4) if place else None}")
    event.organisers = _choose_organisers(doc, context, name, region, count == 1, load("organisers"))
    attendance = _choose(
        (load("attendance").probability(features), i)
        for i, (found, features) in enumerate(attendances)
        if region[0] <= found.start < region[1]
    )
    if attendance and attendance[0] >= ATTENDANCE_THRESHOLD:
        event.attendance = attendances[attendance[1]][0]
    return event, certainty


def _describe_rivals(
    doc: Doc,
    context: Context,
    name: tuple[int, int] | None,
    weighed: list[tuple[float, int]],
    chosen: tuple[float, int] | None,
) -> list[str]:
    """What speaks for the chosen date against the others that were weighed, and what the tagger thinks of the name."""
    features = []
    if name:
        features.append(f"length={min((name[1] - name[0]) // 5, 6)}")
        features += context.evidence.frame("EVENT", *name)
    if chosen:
        dates = doc._.dates
        date = dates[chosen[1]]
        value = date.start_date, date.end_date
        alike = [(dates[i].start_date, dates[i].end_date) == value for _, i in weighed]
        rival = max((p for (p, _), same in zip(weighed, alike, strict=True) if not same), default=0.0)
        agreeing = sum(p > 0.5 for (p, _), same in zip(weighed, alike, strict=True) if same)
        features += [f"rival={min(int(rival * 10), 6)}", f"agree={min(agreeing, 3)}"]
        start, end = context.sentences[locate(context.sentences, date.start)]
        features.append(f"date_beside_name={name is not None and start <= name[0] < end}")
    return features


def _share_attendance(drafts: list[Draft], found: list[EventFound]) -> None:
    """A number of people that two events of one article would claim is the surer event's."""
    claimed: set[int] = set()
    for _, event in sorted(zip(drafts, found, strict=True), key=lambda pair: -pair[0].score):
        if event.attendance is not None:
            if event.attendance.start in claimed:
                event.attendance = None
            else:
                claimed.add(event.attendance.start)


def _choose(scored: Iterable[tuple[float, int]]) -> tuple[float, int] | None:
    """The best of (probability, index); the first of equals."""
    return max(scored, key=lambda pair: (pair[0], -pair[1]), default=None)


def _evidence(context: Context) -> tuple[int, int]:
    """The words that tell of an event without a name: its verb in the body, else the first sentence."""
    held = HOLDING.search(context.text, context.body_start) or HOLDING.search(context.text)
    if held:
        return held.span()
    first = locate(context.sentences, context.body_start)
    for start, end in context.sentences[first:]:
        if context.text[start:end].strip():
            return start, end
    return context.sentences[first]


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
        # the head speaks for its own type: 签约仪式 is a signing, though 仪式 alone is a ceremony
        around = around.replace(name.head, "")
        features += [f"cue_name={kind}" for kind in find_type_cues(words.removesuffix(name.head))]
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


def weigh_types(
    doc: Doc, context: Context, name: NameCandidate | None, region: tuple[int, int], model: LinearModel
) -> dict[str, float]:
    """Give the probability of each type of event. The lexicon's word on the name's head noun counts besides the
    model's, and more so where the model has not learnt it as the head; an ending that tells the type decides."""
    types = model.score(describe_type(doc, context, name, region))
    told = name and find_told_type(_core(context.text, name))
    if told:
        return types | {told: 1.0}
    head = _telling_head(_core(context.text, name), name.head) if name else ""
    kind = head_types().get(head)
    if name and kind:
        learnt = head == name.head and f"head={head}" in model.weights
        says_all = len(head) >= 4 and kind in _TOLD_BY_HEAD  # 表彰大会, 签约仪式
        odds = HEAD_ODDS if learnt and not says_all else UNLEARNT_HEAD_ODDS
        types[kind] = odds * types[kind] / (1 + (odds - 1) * types[kind])
    return types


@functools.cache
def _told_endings() -> dict[str, str]:
    lines = (line.split("\t") for line in read_lines("event_type_endings.txt"))
    return {ending: kind for kind, endings in lines for ending in endings.split()}


def find_told_type(name: str) -> str | None:
    """Give the type that the ending of an event's name tells: 捐衣活动, 颁奖典礼."""
    name = name.rstrip("”’》」")
    longest = max(map(len, _told_endings()))
    return next(filter(None, (_told_endings().get(name[-length:]) for length in range(longest, 2, -1))), None)


_TOLD_BY_HEAD = ("award", "signing", "launch", "ceremony")


def _telling_head(name: str, head: str) -> str:
    """The head noun that tells the type: of two events in one name (运动会暨表彰大会) mostly the first one's, before a
    plain 活动 the one that it goes with (成人礼活动)."""
    first = name.rpartition("暨")[0].rstrip("”’》」")
    of_first = longest_head(first, len(first)) if first else ""
    if head_types().get(of_first, "other") != "other":
        return of_first
    bare = name.rstrip("”’》」")
    for plain in ("活动", "主题活动", "系列活动"):
        before = longest_head(bare, len(bare) - len(plain)) if bare.endswith(plain) else ""
        if head_types().get(before, "other") != "other":
            return before
    return head


@functools.cache
def _type_cues() -> tuple[dict[str, list[str]], re.Pattern[str]]:
    cues = {kind: words.split() for kind, words in (line.split("\t") for line in read_lines("event_cues.txt"))}
    return cues, re.compile(join_words(cues.pop("none")))


def find_type_cues(text: str) -> list[str]:
    """Give the types of event that words of `text` speak for."""
    cues, deceptive = _type_cues()
    text = deceptive.sub(" ", text)
    return [kind for kind, words in cues.items() if any(word in text for word in words)]


def _choose_organisers(
    doc: Doc,
    context: Context,
    name: tuple[int, int] | None,
    region: tuple[int, int],
    single: bool,
    model: LinearModel,
) -> list[tuple[int, str]]:
    chosen = []
    signers = []
    for index, organisation in enumerate(doc._.organisations):
        best: dict[str, float] = {}
        for start, end in organisation.spans:
            if is_byline(context, start, end):
                continue
            if single or region[0] <= start < region[1] or start < context.body_start:
                if stated := tell_stated_role(context, start, end, name):
                    best[stated] = 1.0
                    break
                if has_signed(context, start, end):
                    signers.append(index)
                for role, score in model.score(describe_organiser(context, start, end, name)).items():
                    best[role] = max(score, best.get(role, 0.0))
        if best:
            role = max(best, key=lambda r: best[r])
            if best[role] >= ORGANISER_THRESHOLD:
                chosen.append((index, role))
    if not any(role == "host" for _, role in chosen):
        chosen += [(index, "host") for index in signers[-1:]]
    return chosen


# people and talks


def _add_roles(doc: Doc, context: Context, found: list[EventFound], model: LinearModel) -> None:
    types = tuple(event.type for event in found)
    by_person: dict[int, list[PersonGroup]] = {}
    for group in context.groups:
        for mention in group.mentions:
            by_person.setdefault(mention.person, []).append(group)
    describer = RoleDescriber(context, doc, types)
    own = {person: weigh_roles(model, describer.describe(person, groups)) for person, groups in by_person.items()}
    shared = [_mean_scores([own[mention.person] for mention in group.mentions]) for group in context.groups]
    lists = {id(group): scores for group, scores in zip(context.groups, shared, strict=True)}
    stated = _read_stated_roles(doc, context)
    for person, groups in sorted(by_person.items()):
        scores = own[person]
        longest = max(groups, key=lambda group: len(group.mentions))
        if len(longest.mentions) > 1:  # people named together mostly do the same
            of_list = lists[id(longest)]
            scores = {role: score + LIST_SHARE * (of_list[role] - score) for role, score in scores.items()}
        scores = settle_sides(scores, context, groups, types)
        votes = [_event_before(context, found, group.start) for group in groups]
        event = max(range(len(found)), key=votes.count)
        likeliest = max(scores, key=lambda role: scores[role])
        if person in stated:
            found[event].participants += [(person, role) for role in sorted(stated[person])]
            continue
        found[event].participants += [
            (person, role)
            for role, score in scores.items()
            if score >= (LIKELIEST_ROLE_THRESHOLD if role == likeliest else ROLE_THRESHOLD)
        ]


_FIELD_ROLES = {"speaker": "speaker", "discussant": "speaker", "chair": "chair", "commentator": "other"}


def _read_stated_roles(doc: Doc, context: Context) -> dict[int, set[str]]:
    """The roles that an announcement states behind labels, by person.

    None for who is named only as a contact, in a topic (漫谈黎曼猜想), or, where the speakers of an announcement are
    labelled, in its title or without an office.
    """
    stated: dict[int, set[str]] = {}
    acting: set[int] = set()
    mentions = sorted((m.start, m.person) for group in context.groups for m in group.mentions)
    speaking: set[int] = set()  # where those are named who speak on a stated topic
    for talk in context.stated_talks:
        first = bisect.bisect_left(mentions, (talk.speakers_start,))
        last = bisect.bisect_left(mentions, (talk.speakers_end,))
        speaking.update(start for start, _ in mentions[first:last])
    announces = any(field.kind == "speaker" for field in context.fields)
    for start, person in mentions:
        field = find_field(context.fields, start)
        kind = field.kind if field else "speaker" if start in speaking else None
        if kind in _FIELD_ROLES:
            stated.setdefault(person, set()).add(_FIELD_ROLES[kind])
        elif kind in ("contact", "topic", "theme") or (
            announces and (start < context.body_start or not doc._.people[person].positions)
        ):
            stated.setdefault(person, set())
        else:
            acting.add(person)
    return {person: roles for person, roles in stated.items() if roles or person not in acting}


def _mean_scores(scores: list[dict[str, float]]) -> dict[str, float]:
    return {role: sum(one[role] for one in scores) / len(scores) for role in scores[0]} if scores else {}


def _event_before(context: Context, found: list[EventFound], offset: int) -> int:
    """The event named last before `offset`, else the first."""
    chosen = 0
    for index, event in enumerate(found):
        if context.sentences[locate(context.sentences, event.start)][0] <= offset:
            chosen = index
    return chosen
