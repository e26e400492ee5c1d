"""What each person does at the reported events: features of all places where they are named, for a linear model."""

from __future__ import annotations

import bisect

from spacy.tokens import Doc

from jishi.stages.clauses import locate
from jishi.stages.context import Context
from jishi.stages.evidence import describe_level
from jishi.stages.groups import PersonGroup
from jishi.stages.tagger import PERSON_ROLES

ROLES = ("chair", "speaker", "address", "attendee", "awardee", "visitor", "other")


def describe_person(
    context: Context, doc: Doc, person: int, groups: list[PersonGroup], event_types: tuple[str, ...]
) -> list[str]:
    """Give the features of a person; `groups` are those they are named in, `event_types` the reported events'."""
    text, people, talks = context.text, doc._.people, doc._.talks
    features = {f"mentions={min(len(groups), 4)}", f"people={min(len(people) // 3, 5)}"}
    features.update(f"event={kind}" for kind in event_types)
    for group in groups:
        features.update(_describe_group(context, text, group, event_types))
        position = next((m for m in group.mentions if m.person == person), None)
        if position is not None and len(group.mentions) > 1:
            features.add(f"first_of_list={group.mentions[0].person == person}")
    found = people[person]
    features.add(f"titled={bool(found.positions)}")
    for held in found.positions:
        features.add(f"title={held.title[-2:]}")
    spoken = [talk for talk in talks if person in talk.speakers]
    if spoken:
        features.add("speaks_on_topic")
        features.update(f"talk={talk.kind}" for talk in spoken)
    for role in PERSON_ROLES:
        likely = max((context.evidence.role(role, start, end) for start, end in found.spans), default=0.0)
        features.add(describe_level(role, likely))
    first = min((group.start for group in groups), default=0)
    features.add(f"first_place={min(max(0, first - context.body_start) // 100, 6)}")
    features.add(f"only_title={all(group.start < context.body_start for group in groups)}")
    return sorted(features)


def _describe_group(context: Context, text: str, group: PersonGroup, event_types: tuple[str, ...]) -> set[str]:
    sentence_start, sentence_end = context.sentences[locate(context.sentences, group.start)]
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
    clause_acts = context.acts.between(group.end, clause_end)
    for i, act in enumerate(clause_acts):
        owned = act.start < next_group
        features.update((f"after:{act.word}:{owned}", f"after_kind:{act.kind}:{owned}"))
        if i == 0:
            features.update((f"next:{act.word}", f"next_kind:{act.kind}"))
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
    for event_type in event_types[:1]:
        features.add(f"{event_type}:next={clause_acts[0].kind if clause_acts else None}")
    return features
