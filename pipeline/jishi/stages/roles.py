"""What each person does at the reported events: features of all places where they are named, for a linear model."""

from __future__ import annotations

import bisect
import re

from spacy.tokens import Doc

from jishi.stages.clauses import locate
from jishi.stages.context import Context
from jishi.stages.evidence import describe_level
from jishi.stages.groups import PersonGroup, Row
from jishi.stages.linear import LinearModel
from jishi.stages.tagger import PERSON_ROLES

ROLES = ("chair", "speaker", "address", "attendee", "awardee", "visitor", "other")
_NEAR_ACTS = 8
_CLAUSE_REACH = 500  # characters that are read of a clause that does not end


class RoleDescriber:
    """Describes the people of one text; what is said of a list of people is looked at once for all of them."""

    def __init__(self, context: Context, doc: Doc, event_types: tuple[str, ...]) -> None:
        """event_types: the types of the reported events."""
        self._context, self._doc, self._types = context, doc, event_types
        self._described: dict[int, set[str]] = {}
        self._likely: dict[int, list[float]] = {}

    def describe(self, person: int, groups: list[PersonGroup]) -> list[str]:
        """Give the features of a person; `groups` are those they are named in."""
        context, people, talks = self._context, self._doc._.people, self._doc._.talks
        features = {f"mentions={min(len(groups), 4)}", f"people={min(len(people) // 3, 5)}"}
        features.update(f"event={kind}" for kind in self._types)
        features.update(f"title_act={word}" for word in context.title_acts)
        for group in groups:
            features |= self._of_group(group)
            if len(group.mentions) > 1:
                features.add(f"first_of_list={group.mentions[0].person == person}")
        if not any(feature.startswith("does:") for feature in features):
            features.update(("does_nothing", f"does_nothing:{self._types[0] if self._types else None}"))
        found = people[person]
        features.add(f"titled={bool(found.positions)}")
        for held in found.positions:
            features.add(f"title={held.title[-2:]}")
        spoken = [talk for talk in talks if person in talk.speakers]
        if spoken:
            features.add("speaks_on_topic")
            features.update(f"talk={talk.kind}" for talk in spoken)
        of_list = self._likely_of(max(groups, key=lambda group: len(group.mentions)))
        for role, best in zip(PERSON_ROLES, of_list, strict=True):
            likely = max((context.evidence.role(role, start, end) for start, end in found.spans), default=0.0)
            features.add(describe_level(role, max(likely, best / 2)))  # what one of a list does, the others may do
        first = min((group.start for group in groups), default=0)
        features.add(f"first_place={min(max(0, first - context.body_start) // 100, 6)}")
        features.add(f"only_title={all(group.start < context.body_start for group in groups)}")
        return sorted(features)

    def _of_group(self, group: PersonGroup) -> set[str]:
        known = self._described.get(id(group))
        if known is None:
            known = _describe_group(self._context, self._context.text, group, self._types)
            if group.row is not None:
                known |= _describe_row(self._context, self._context.text, group.row)
            self._described[id(group)] = known
        return known

    def _likely_of(self, group: PersonGroup) -> list[float]:
        """Give for each role what the tagger thinks of the one of a list whom it holds likeliest in it."""
        known = self._likely.get(id(group))
        if known is None:
            role_at = self._context.evidence.role
            known = self._likely[id(group)] = [
                max(role_at(role, mention.start, mention.end) for mention in group.mentions) for role in PERSON_ROLES
            ]
        return known


def weigh_roles(model: LinearModel, features: list[str]) -> dict[str, float]:
    """Give the probability of each role, by a person's features. Who gives awards to others (为获奖者颁奖) receives
    none, and who is said to receive guests (会见了来访的…) is not one of them, whatever `model` thinks."""
    scores = model.score(features)
    told = set(features)
    if told & _GIVES and told & _TO_OTHERS:
        scores["awardee"] = 0.0
    if "next:会见" in told:
        scores["attendee"], scores["visitor"] = max(scores["attendee"], scores["visitor"]), 0.0
    one = min(_ONE_OF_TWO, key=lambda role: scores[role])
    scores[one] *= LESSER_SIDE
    return scores


_ONE_OF_TWO = ("attendee", "visitor")
LESSER_SIDE = 0.4
_GIVES = {"after:颁奖:True", "after:颁发:True", "after:授予:True"}
_TO_OTHERS = {"trail1=为", "trail1=向", "trail1=给"}


def settle_sides(
    scores: dict[str, float], context: Context, groups: list[PersonGroup], event_types: tuple[str, ...]
) -> dict[str, float]:
    """Give the probabilities of a person's roles with what the text says of the sides of a visit: who goes somewhere to
    look and talk is a visitor and no attendee, who tells the guests something (向…一行介绍) is of the hosts."""
    settled = dict(scores)
    if any(_goes_visiting(context, group) for group in groups):
        settled["visitor"] = 1.0 if "visit" in event_types else max(scores["visitor"], scores["attendee"])
        settled["attendee"] = 0.0
    elif any(_TO_GUESTS.match(context.text, group.end) for group in groups):
        settled["attendee"], settled["visitor"] = max(scores["attendee"], scores["visitor"]), 0.0
    if any(_AWARDS.match(context.text, group.end, group.end + 60) for group in groups):
        settled["other"] = 1.0
    return settled


# 为获奖者颁奖
_AWARDS = re.compile(
    r"(?:等[^，。；、\n]{0,10})?(?:共同|分别|一同|还|也)*(?:为|向|给)[^，。；\n]{2,30}(?:颁奖|颁发|授奖|授旗|授牌)"
)
_GOES = re.compile(
    r"(?:等[^，。；、\n到赴前来率]{0,10})?(?:一行[^，。；、\n到赴前来率]{0,6})?(?:，?(?:率领?|带领|带队)[^，。；\n]{0,24}?)?，?"
    r"(?:应[^，。；\n]{2,30}邀请，)?(?:先后|专程|分别|亲切|深入|一同|共同)?"
    r"(?:前往|前去|赴|莅临|来到|到访|来访|访问了?|走访了?|到(?![场会任位期底目了]))(?!现场|会场|会议|论坛)"
    r"[^。；\n]{0,40}?(?:参观|调研|考察|访问|走访|慰问|访视|视察|督导|指导|检查|交流|座谈|学习|参访|看望|来访|到访)"
)
_TO_GUESTS = re.compile(r"向[^，。；\n]{0,12}一行")


def _goes_visiting(context: Context, group: PersonGroup) -> bool:
    return _GOES.match(context.text, group.end, group.end + 160) is not None


def _describe_group(context: Context, text: str, group: PersonGroup, event_types: tuple[str, ...]) -> set[str]:
    sentence_start, sentence_end = context.sentence_around(group.start, group.end)
    clause_start, _ = context.clauses[locate(context.clauses, group.start)]
    _, clause_end = context.clauses[locate(context.clauses, max(group.start, group.end - 1))]
    where = "title" if group.start < context.body_start else "body"
    features = {f"where={where}", f"size={min(len(group.mentions), 6)}"}
    lead = text[max(sentence_start, group.start - 6) : group.start]
    trail = text[group.end : min(group.end + 6, len(text))]
    for size in (1, 2, 3):
        features.add(f"lead{size}={lead[-size:]}")
        features.add(f"trail{size}={trail[:size]}")
    features.update(f"near_trail={trail[i : i + 2]}" for i in range(len(trail) - 1))
    features.update(f"near_lead={lead[i : i + 2]}" for i in range(len(lead) - 1))
    later = bisect.bisect_left(context.group_starts, group.end)
    next_group = context.group_starts[later] if later < len(context.group_starts) else len(text)
    clause_acts = context.acts.between(group.end, min(clause_end, group.end + _CLAUSE_REACH))
    for i, act in enumerate(clause_acts):
        owned = act.start < next_group
        features.update((f"after:{act.word}:{owned}", f"after_kind:{act.kind}:{owned}"))
        if i == 0:
            features.update((f"next:{act.word}", f"next_kind:{act.kind}"))
        if i < 3:
            features.add(f"many={len(group.mentions) > 2}:{act.kind}")
    for act in context.acts.between(clause_end, sentence_end):
        if act.start < next_group:
            features.update((f"sentence:{act.word}", f"sentence_kind:{act.kind}"))
    before = context.acts.between(sentence_start, group.start)
    for act in before[-3:]:
        place = "clause" if act.start >= clause_start else "sentence"
        features.update((f"before_{place}:{act.word}", f"before_kind_{place}:{act.kind}"))
    if before:
        last = before[-1]
        features.add(f"last_before:{last.word}:{min((group.start - last.end) // 3, 4)}")
    event_type = event_types[0] if event_types else None
    features.add(f"{event_type}:next={clause_acts[0].kind if clause_acts else None}")
    features.update(f"does:{act.kind}:{event_type}" for act in (*before[-_NEAR_ACTS:], *clause_acts[:_NEAR_ACTS]))
    return features


def _describe_row(context: Context, text: str, row: Row) -> set[str]:
    """Give the features of what stands around several lists: 参加会议的有甲大学张三；乙大学李四."""
    sentence_start, _ = context.sentences[locate(context.sentences, row.start)]
    _, sentence_end = context.sentences[locate(context.sentences, row.end - 1)]
    lead = text[max(sentence_start, row.start - 2) : row.start]
    features = {f"row={min(row.size, 6)}", f"row_lead1={lead[-1:]}", f"row_lead2={lead}"}
    for act in context.acts.between(sentence_start, row.start)[-2:]:
        features.update((f"row_before:{act.word}", f"row_before_kind:{act.kind}"))
    for i, act in enumerate(context.acts.between(row.end, sentence_end)[:2]):
        features.update((f"row_after{i}:{act.word}", f"row_after_kind{i}:{act.kind}"))
    return features
