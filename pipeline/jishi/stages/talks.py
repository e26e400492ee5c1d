"""Talks: which candidates are topics, and who spoke on them.

Two linear models (models/relations) decide, one over topic candidates and one over pairs of topic and person; a reader
can list the features that spoke for a decision.
"""

from __future__ import annotations

import bisect
import re

from spacy.language import Language
from spacy.tokens import Doc

from jishi.stages.clauses import locate
from jishi.stages.context import Context, build_context
from jishi.stages.evidence import describe_level
from jishi.stages.findings import TalkFound
from jishi.stages.groups import PersonGroup
from jishi.stages.linear import LinearModel, load_linear_model
from jishi.stages.stated_talks import StatedTalk
from jishi.stages.talk_candidates import COUNTED_FORM, TopicCandidate, find_topic_candidates, split_list
from jishi.stages.topic_frames import read_frame, tells_deed, tells_talk

TOPIC_THRESHOLD = 0.36
TITLE_THRESHOLD = 0.5
LISTED_SCORE = 0.6  # of a list that says itself that it is one: 就A、B等问题展开…
SPEAKER_THRESHOLD = 0.5
SPEAKER_MARGIN = 0.05
TOLD_SCORE = 0.6  # of a quotation whose frame is enough: 讲了“…”。
_SPEAKER_REACH = 1000
_SUBJECT_REACH = 40
_MOST_SPEAKERS = 5  # who discuss a topic, else it is the talk of all and of nobody
_LONGEST_GROUP = 200  # characters between the beginning of a group and one of its people
STATED_FORM = "stated"
STATED = 0.9  # the confidence of a talk that an announcement or a programme states
_LIST_GAP = re.compile(
    r"[”》’』」]?[、，和与及；]{0,2}(?:以及)?[“《‘『「]?|"
    r"[”》’』」][^，。！？；\n“《‘『「]{0,12}；[^。！？；\n“《‘『「]{4,90}[“《‘『「]"  # 甲剖析了《A》；乙解读了《B》
)
# right before what the tagger takes for one topic and is a list of them
_LISTING = re.compile(r"(?:就|围绕|针对|讨论了?|探讨了?|讲授了?|讲解了?|交流了?)$")
_QUESTION = re.compile(r"如何|怎[么样]|为什么|为何|哪|吗|什么|何以|[？?]|能否|是否")
_DISCUSSED = ("frame就", "frame围绕")
_CLOSED_LIST = re.compile(
    r"等(?:[^，。；的]{0,4}的?)?(?:(?P<topics>[议话主专课]题)|问题|方面)，?[^，。；]{0,8}?(?:展开|进行|开展|作|做|交换|深入)"
)
_MODAL = re.compile(
    r"[将愿要应需拟]|希望|期待|继续|努力|不断|必须|推动|进一步|一直|长期|加快|能够|可以|是否|始终|坚持|紧紧"
)
_PRONOUN = re.compile(r"[，。\s]*(?:随后|接着|然后|最后)?[，]?[他她其]")
_REFERRING = re.compile(r"自己|同学|大家|他们|我们|老师|教授|本次|此次|提问|如下|上述|这[一些个]|其")
# 就各自的研究方向, 围绕自己的成长经历: what it is is not said; 认识自己 and 如何与自己相处 are topics
_OWN = re.compile(r"(?:结合|谈|对)?(?:[他她我]们?|大家|同学们)?(?:各自的?[^，。；、]{1,7}|自己的[^，。；、]{1,16})$")
# 就面试的着装|与大家|进行分享
_WITH_ALL = re.compile(
    r"(?:[与和跟向给为]|(?<![共相])同)(?:大家|(?:师生|同学|学生|老师|学员|听众|观众|读者|来宾|嘉宾|代表|居民|村民|校友)们|"
    r"(?:与会|在座|到场|现场)[^，。；、]{1,6})$"
)
_COLLECTIVE = re.compile(r"双方|大家|与会|师生|同学们|代表们|学员|校友|专家|嘉宾|会议|大会")
_BOTH_SIDES = re.compile("双方|宾主|两人")
_JOINS_PARTNER = "与和同跟向为给"
# 就…与某某进行了交流
_WITH = re.compile(r"[”》」』]?(?:等[^，。；等]{0,8})?，?(?:分别)?(?:与|和|同|跟)")
_TALK_WITH = re.compile(
    r"(?:等(?:人|专家|老师)?)?(?:进行|展开|开展|深入|热烈|广泛|作|做|交换|交流|讨论|探讨|对话|座谈|沟通)"
)
_RESPECTIVELY = re.compile(r"分别|先后|依次|依序")
_KINDS = (
    ("discussion", "讨论 探讨 研讨 座谈 对话 会谈 洽谈 商谈 交换意见 圆桌 辩论 沙龙 交流"),
    ("lesson", "课 授课 讲授 课程 党课 培训 教学"),
    ("lecture", "讲座 主讲 讲坛 讲堂 宣讲"),
    ("address", "致辞 致词 寄语 讲话"),
    ("speech", "发言 演讲 演说 分享 表示 谈"),
    ("report", "报告 汇报 解读 介绍"),
)


def describe_topics(context: Context, candidates: list[TopicCandidate]) -> list[list[str]]:
    """Give the features of all topic candidates of a text; of those that overlap, which the tagger prefers."""
    described = [_describe_topic(context, candidate) for candidate in candidates]
    likely = [context.evidence.exact("TOPIC", candidate.start, candidate.end) for candidate in candidates]
    first = reached = marked = 0  # marked: how far the quotations reach that began before
    for i, candidate in enumerate(candidates):
        if candidate.end < marked:
            described[i] += ["inside_marks", f"{candidate.form[:5]}:inside_marks"]
        if candidate.form.startswith("mark"):
            marked = max(marked, candidate.end)
    _describe_titles(candidates, described)
    for i in range(len(candidates) + 1):
        if i == len(candidates) or (i > first and candidates[i].start >= reached):
            order = sorted(range(first, i), key=lambda j: -likely[j])
            for rank, j in enumerate(order):
                described[j].append(f"rank={min(rank, 3)}:{min(i - first, 3)}:{likely[j] > 0.1}")
            first = i
        if i < len(candidates):
            reached = max(reached, candidates[i].end)
    return described


def _describe_titles(candidates: list[TopicCandidate], described: list[list[str]]) -> None:
    """Add to what stands in title marks what is said of the others there: that they are talks, or works."""
    titles = [features for features, candidate in zip(described, candidates, strict=True) if candidate.form == "mark《"]
    for kind, told in (("speech", {"trail=speech"}), ("work", {"lead=work", "trail=work"})):
        own = [not told.isdisjoint(features) for features in titles]
        for features, is_told in zip(titles, own, strict=True):
            features.append(f"others={kind}:{min(sum(own) - is_told, 3)}")


def _describe_topic(context: Context, candidate: TopicCandidate) -> list[str]:
    text, (start, end) = context.text, candidate.frame
    topic = text[candidate.start : candidate.end]
    sentence_start, sentence_end = context.sentence_around(start, end)
    clause_start, _ = context.clauses[locate(context.clauses, start)]
    form = candidate.form
    before, after = text[max(sentence_start, start - 10) : start], text[end : min(sentence_end, end + 10)]
    features = [
        f"form={form}",
        f"length={min(len(topic) // 4, 8)}",
        f"last2={topic[-2:]}",
        f"last1={topic[-1]}",
        f"first2={topic[:2]}",
        f"{form}:length={min(len(topic) // 4, 8)}",
        f"in_title={candidate.start < context.body_start}",
    ]
    for size in (1, 2, 3, 4):
        features.append(f"before{size}={before[-size:]}")
        features.append(f"after{size}={after[:size]}")
    features += [f"near_before={before[i : i + 2]}" for i in range(len(before) - 1)]
    features += [f"near_after={after[i : i + 2]}" for i in range(len(after) - 1)]
    for act in context.acts.between(sentence_start, start):
        place = "clause" if act.start >= clause_start else "sentence"
        features += [f"act_before_{place}={act.word}", f"kind_before_{place}={act.kind}"]
    following_end = context.clauses[locate(context.clauses, end)][1]
    for act in context.acts.between(end, sentence_end):
        place = "clause" if act.start < following_end else "sentence"
        features += [f"act_after_{place}={act.word}", f"kind_after_{place}={act.kind}", f"{form}:after={act.kind}"]
    for act in context.acts.between(candidate.start, candidate.end):
        features.append(f"act_inside={act.word}")
    person = _nearest_group_before(context, start)
    if person is None:
        features.append("person=none")
    elif person.start >= clause_start:
        features.append("person=clause")
    elif person.start >= sentence_start:
        features.append("person=sentence")
    else:
        features.append("person=earlier")
    features += _describe_frame(context, candidate, clause_start)
    items = sum(1 for mark in "、" if mark in text[start:end])
    features.append(f"{form}:list={bool(items)}")
    features.append(f"repeated={context.phrases.count(topic, 3)}")
    for frame_start, frame_end, label in context.frames.over(candidate.start, candidate.end):
        overlap = min(frame_end, candidate.end) - max(frame_start, candidate.start)
        share = 2 * overlap / (frame_end - frame_start + len(topic))
        features.append(f"frame={label}:{'equal' if share > 0.8 else 'part'}")
    for pair in "《》“”":
        if pair in topic:
            features.append(f"holds={pair}")
    if _QUESTION.search(topic):
        features += ["question", f"{form[:5]}:question"]
    if re.search(r"\d", topic):
        features.append("digits")
    pronoun = _REFERRING.search(topic)
    features.append(f"refers={pronoun.group() if pronoun else None}")
    features.append(f"kind={form[:5]}")
    features += [f"title={word}" for word in context.title_acts]
    features += [f"{form[:5]}:title={word}" for word in context.title_acts]
    features.append(f"{form[:5]}:speaking={context.speaking}")
    following = context.acts.between(end, following_end)
    features.append(f"{form}:next={following[0].word if following else None}")
    preceding = context.acts.between(clause_start, start)
    features.append(f"{form[:5]}:last={preceding[-1].word if preceding else None}")
    features.append(f"{form[:5]}:person={person is not None and person.start >= clause_start}")
    features.append(f"items={min(text.count('、', start, end), 5)}")
    collective = _COLLECTIVE.search(text, max(clause_start, start - 16), start)
    features.append(f"{form[:5]}:collective={collective.group() if collective else None}")
    seen = context.evidence.frame("TOPIC", candidate.start, candidate.end)
    features += [*seen, *(f"{form[:5]}:{feature}" for feature in seen[:1])]
    features += context.evidence.frame("EVENT", candidate.start, candidate.end)[:1]
    return features


def _describe_frame(context: Context, candidate: TopicCandidate, clause_start: int) -> list[str]:
    """What frames the topic by kind, for words that training never met together."""
    kind, is_marked = candidate.form[:5], candidate.form.startswith("mark")
    before, behind, start, _ = read_frame(context.text, *candidate.frame, clause_start, is_marked)
    named = context.count_groups(max(clause_start, start - _SUBJECT_REACH), start) > 0
    modal = _MODAL.search(context.text, max(clause_start, start - 16), start)
    return [
        f"lead={before}",
        f"trail={behind}",
        f"{kind}:{before}:{behind}",
        f"{kind}:{before}:{behind}:{named}",
        f"{kind}:lead={before}",
        f"{kind}:trail={behind}",
        f"modal={modal.group() if modal else None}",
        f"{kind}:modal={modal is not None}",
        f"{kind}:{behind}:modal={modal is not None}",
    ]


def _nearest_group_before(context: Context, offset: int) -> PersonGroup | None:
    before = bisect.bisect_left(context.group_starts, offset)
    return context.groups[context.group_order[before - 1]] if before else None


def describe_speaker(context: Context, candidate: TopicCandidate, group: PersonGroup) -> list[str]:
    """Give the features of a pair: a topic, and a group of people named together who may have spoken on it."""
    text, (start, end) = context.text, candidate.frame
    sentence = locate(context.sentences, start)
    distance = sentence - locate(context.sentences, group.start)
    before = group.start < start
    features = [f"sentences={max(-3, min(distance, 4))}", f"before={before}", f"size={min(len(group.mentions), 5)}"]
    place = f"{'before' if before else 'after'}:{max(-3, min(distance, 4))}"
    features.append(f"place={place}")
    if before:
        between = (group.end, start)
        rank = context.count_groups(group.start + 1, start)
    else:
        between = (end, group.start)
        rank = context.count_groups(end, group.start)
    features += [f"rank={min(rank, 4)}", f"{place}:rank={min(rank, 4)}"]
    nearness = f"{place}:{min(rank, 2)}"
    gap = text[between[0] : between[1]]
    features.append(f"{nearness}:gap={min(len(gap) // 8, 6)}")
    features.append(f"{nearness}:commas={min(gap.count('，'), 3)}")
    for act in context.acts.between(*between):
        if act.end <= between[1]:
            features += [f"{nearness}:between={act.kind}", f"between={act.word}"]
    sentence_start, sentence_end = context.sentence_around(start, end)
    for act in context.acts.between(end, sentence_end)[:2]:
        features += [f"{nearness}:after_topic={act.kind}", f"after_topic={act.word}"]
    lead = text[max(0, group.start - 8) : group.start]
    trail = text[group.end : group.end + 6]
    for size in (1, 2, 3):
        features += [f"{place[:5]}:lead{size}={lead[-size:]}", f"{place[:5]}:trail{size}={trail[:size]}"]
    features += [f"near_lead={lead[i : i + 2]}" for i in range(len(lead) - 1)]
    features.append(f"form={candidate.form}:{nearness}")
    if distance > 0 and _PRONOUN.match(text, sentence_start):
        features.append(f"pronoun:{nearness}")
    if _RESPECTIVELY.search(text, sentence_start, sentence_end):
        features.append(f"respectively:{nearness}")
    collective = _COLLECTIVE.search(text, max(sentence_start, start - 16), start)
    if collective:
        features += [f"collective:{nearness}", f"collective={collective.group()}:{place}"]
    opener = text[max(sentence_start, start - 4) : start]
    features += [f"{place}:opener={opener[-size:]}" for size in (2, 3, 4)]
    clause_start = context.clauses[locate(context.clauses, group.start)][0]
    features.append(f"{nearness}:leads_clause={group.start - clause_start <= 1}")
    features.append(f"{nearness}:same_clause={clause_start == context.clauses[locate(context.clauses, start)][0]}")
    features.append(f"in_title={group.start < context.body_start}:{candidate.start < context.body_start}")
    features.append(f"groups={min(len(context.groups), 4)}")
    opens = start - sentence_start <= 4 and not context.count_groups(sentence_start, sentence_end)
    features.append(f"opens={opens}:{nearness}:{min(len(group.mentions), 3)}")
    for role in ("speaker", "chair", "address"):
        likely = max(context.evidence.role(role, mention.start, mention.end) for mention in group.mentions)
        features += [describe_level(role, likely), f"{place}:{describe_level(role, likely)}"]
    return features


def find_speaker_groups(context: Context, candidate: TopicCandidate) -> list[PersonGroup]:
    """Give the groups of people who may have spoken on a topic, from four sentences before it to one after, and no
    farther than _SPEAKER_REACH characters."""
    sentence = locate(context.sentences, candidate.frame[0])
    first, last = max(0, sentence - 4), min(sentence + 1, len(context.sentences) - 1)
    start, end = candidate.frame
    near = context.groups_from(
        max(context.sentences[first][0], start - _SPEAKER_REACH), min(context.sentences[last][1], end + _SPEAKER_REACH)
    )
    return [group for group in near if not candidate.start <= group.start < candidate.end]


@Language.component("jishi_talks", requires=["doc.ents", "doc._.people", "doc._.dates"], assigns=["doc._.talks"])
def find_talks(doc: Doc) -> Doc:
    """Set `doc._.talks`: topics with their kind and speakers."""
    doc._.talks = decide_talks(doc, build_context(doc), load_linear_model("topics"), load_linear_model("speakers"))
    return doc


def find_candidates(context: Context) -> list[TopicCandidate]:
    """Give the topic candidates: by marks and framing phrases, and what the tagger takes for a topic beside them."""
    found = find_topic_candidates(context.text)
    known = {(candidate.start, candidate.end) for candidate in found}
    added: list[TopicCandidate] = []
    for start, end, label in context.frames.over(0, len(context.text)):
        if label != "TOPIC" or end - start <= 2 or (start, end) in known:
            continue
        is_listed = _LISTING.search(context.text, max(0, start - 4), start)
        spans = (is_listed and split_list(context.text, start, end)) or [(start, end)]
        added += [TopicCandidate(*span, "tagger", (start, end)) for span in spans if span not in known]
    every = sorted([*found, *added], key=lambda c: (c.start, -c.end)) if added else found
    return [candidate for candidate in every if not _is_hopeless(context, candidate)]


def _is_hopeless(context: Context, candidate: TopicCandidate) -> bool:
    """Whether an unmarked phrase is no topic whatever the models say."""
    if candidate.form.startswith("mark"):
        return False
    if _OWN.match(context.text, candidate.start, candidate.end) or _takes_in_partner(context, candidate):
        return True
    clause_start = context.clauses[locate(context.clauses, candidate.frame[0])][0]
    return tells_deed(context.text, *candidate.frame, clause_start)


def _takes_in_partner(context: Context, candidate: TopicCandidate) -> bool:
    """Whether an unmarked topic ends with those it is discussed with: 就版本鉴定|与林听雨|进行交流."""
    if _WITH_ALL.search(context.text, max(candidate.start + 1, candidate.end - 10), candidate.end):
        return True
    inside = context.groups_from(candidate.start + 1, candidate.end)
    return bool(inside) and inside[-1].end >= candidate.end and context.text[inside[-1].start - 1] in _JOINS_PARTNER


def decide_talks(doc: Doc, context: Context, topics: LinearModel, speakers: LinearModel) -> list[TalkFound]:
    """Give the talks of a Doc as the two models see them."""
    candidates = find_candidates(context)
    scores = _score_frames(context, candidates, [topics.probability(d) for d in describe_topics(context, candidates)])
    scores = [max(s, TOLD_SCORE) if _is_told(context, c) else s for s, c in zip(scores, candidates, strict=True)]
    stated = {(talk.start, talk.end): talk for talk in context.stated_talks}
    scored = [(STATED, TopicCandidate(*span, STATED_FORM, span)) for span in stated]
    title_end = context.body_start if stated else 0  # what the title names is then mostly the event
    scored += [
        (score, c)
        for score, c in zip(scores, candidates, strict=True)
        if score >= (TITLE_THRESHOLD if c.start < title_end else TOPIC_THRESHOLD)
    ]
    talks = [
        TalkFound(
            topic=context.text[candidate.start : candidate.end].replace("\n", ""),
            kind=_tell_kind(context, candidate, "lecture" if candidate.form == STATED_FORM else "other"),
            start=candidate.start,
            end=candidate.end,
            speakers=_choose_speakers(context, candidate, speakers, stated.get((candidate.start, candidate.end))),
            confidence=round(score, 3),
        )
        for score, candidate in _choose(context.text, scored)
    ]
    _share_out(context, talks)
    return talks


def _is_told(context: Context, candidate: TopicCandidate) -> bool:
    if candidate.form == COUNTED_FORM:
        return True
    if not candidate.form.startswith("mark") or candidate.start < context.body_start:
        return False
    start, end = candidate.frame
    return tells_talk(context.text, start, end, context.clauses[locate(context.clauses, start)][0])


def _score_frames(context: Context, candidates: list[TopicCandidate], scores: list[float]) -> list[float]:
    """Topics listed together, and topics in marks in parallel clauses, stand or fall together: each gets the mean of
    its list (围绕A、B和C; “A”、“B”和“C”; 甲剖析了《A》；乙解读了《B》). What stands inside marks speaks for the whole
    between them: 《论“A”与“B”》 is one topic.
    """
    lists: list[list[int]] = []
    for i, candidate in enumerate(candidates):
        for members in lists[-3:]:
            last = candidates[members[-1]]
            gap = context.text[last.end : candidate.start] if last.end <= candidate.start else "-"
            if last.form == candidate.form and (last.frame == candidate.frame or _LIST_GAP.fullmatch(gap)):
                members.append(i)
                break
        else:
            lists.append([i])
    joint = list(scores)
    for members in lists:
        mean = sum(scores[i] for i in members) / len(members)
        first = candidates[members[0]]
        closed = first.form.startswith("frame") and _CLOSED_LIST.match(context.text, first.frame[1])
        if closed and (closed["topics"] or first.form.startswith(_DISCUSSED)):
            mean = max(mean, LISTED_SCORE)
        for i in members:
            joint[i] = mean
    for i, outer in enumerate(candidates):
        if outer.form != "mark《":
            continue
        for j in range(i + 1, len(candidates)):
            inner = candidates[j]
            if inner.start >= outer.end:
                break
            if inner.end <= outer.end:
                joint[i], joint[j] = max(joint[i], joint[j]), 0.0
    return joint


def _find_carried_group(context: Context, candidate: TopicCandidate) -> PersonGroup | None:
    """The list of people that closes the sentence before, where the topic's own sentence opens with the topic and names
    nobody: …教授谭某和院长董某。就技能人才评价等议题展开了对话。"""
    sentence = locate(context.sentences, candidate.frame[0])
    start, end = context.sentences[sentence]
    if sentence == 0 or candidate.frame[0] - start > 4 or _COLLECTIVE.search(context.text, start, candidate.frame[0]):
        return None
    if context.count_groups(start, end):
        return None
    previous = context.groups_from(context.sentences[sentence - 1][0], start)
    if previous and len(previous[-1].mentions) > 1 and start - previous[-1].end <= 2:
        return previous[-1]
    return None


def _choose_speakers(
    context: Context, candidate: TopicCandidate, model: LinearModel, stated: StatedTalk | None
) -> list[int]:
    if stated and stated.speakers_start < stated.speakers_end:
        start, end = stated.speakers_start, stated.speakers_end
        near = context.groups_from(max(0, start - _LONGEST_GROUP), end)
        return sorted({m.person for group in near for m in group.mentions if start <= m.start < end})
    carried = _find_carried_group(context, candidate)
    if carried:
        people = sorted({mention.person for mention in carried.mentions})
        return people if len(people) <= _MOST_SPEAKERS else []
    groups = find_speaker_groups(context, candidate)
    if not groups:
        return []
    scored = [(model.probability(describe_speaker(context, candidate, group)), group) for group in groups]
    best = max(score for score, _ in scored)
    chosen = {
        mention.person
        for score, group in scored
        if score >= SPEAKER_THRESHOLD and score >= best - SPEAKER_MARGIN
        for mention in group.mentions
    }
    chosen |= _find_other_side(context, candidate, chosen)
    return sorted(chosen) if len(chosen) <= _MOST_SPEAKERS else []


def _find_other_side(context: Context, candidate: TopicCandidate, chosen: set[int]) -> set[int]:
    """The people at the topic's other side: 甲就…与乙进行交流; 甲会见了乙，双方就…, where one of the two is chosen."""
    text, (start, end) = context.text, candidate.frame
    with_whom = _WITH.match(text, end, end + 16)
    if with_whom:
        partner = context.groups_from(with_whom.end(), with_whom.end() + 3)
        if partner and _TALK_WITH.match(text, partner[0].end, partner[0].end + 8):
            return {mention.person for mention in partner[0].mentions}
    sentence_start, _ = context.sentence_around(start, end)
    both = _BOTH_SIDES.search(text, max(sentence_start, start - 8), start)
    if both and chosen:
        named = {m.person for group in context.groups_from(sentence_start, both.start()) for m in group.mentions}
        if chosen & named:
            return named
    return set()


def _choose(text: str, scored: list[tuple[float, TopicCandidate]]) -> list[tuple[float, TopicCandidate]]:
    """Drop what overlaps a better candidate and what names a topic again; the order of the text is kept."""
    chosen: list[tuple[float, TopicCandidate]] = []
    for score, candidate in sorted(scored, key=lambda pair: (-pair[0], pair[1].start, -pair[1].end)):
        topic = text[candidate.start : candidate.end]
        for _, other in chosen:
            kept = text[other.start : other.end]
            if candidate.start < other.end and other.start < candidate.end:
                break
            if topic == kept or topic in kept or kept in topic:
                break
        else:
            chosen.append((score, candidate))
    return sorted(chosen, key=lambda pair: pair[1].start)


def _share_out(context: Context, talks: list[TalkFound]) -> None:
    """甲、乙分别作了题为《A》《B》的报告: the people named last before 分别 and the topics after it pair in order."""
    for cue in _RESPECTIVELY.finditer(context.text):
        start, end = context.sentences[locate(context.sentences, cue.start())]
        before = [m for g in context.groups for m in g.mentions if start <= m.start < cue.start()]
        after = min((g.start for g in context.groups if g.start > cue.start()), default=end)
        topics = [talk for talk in talks if cue.end() <= talk.start < min(end, after)]
        people = list(dict.fromkeys(m.person for m in before))
        if len(topics) >= 2 and len(people) >= len(topics):
            for talk, person in zip(topics, people[-len(topics) :], strict=True):
                talk.speakers = [person]


def _tell_kind(context: Context, candidate: TopicCandidate, default: str) -> str:
    sentence_start, sentence_end = context.sentences[locate(context.sentences, candidate.start)]
    after = context.text[candidate.end : min(sentence_end, candidate.end + 24)]
    before = context.text[max(sentence_start, candidate.frame[0] - 24) : candidate.frame[0]]
    for part in (after, before):
        best = None
        for kind, words in _KINDS:
            for word in words.split():
                place = part.find(word) if part is after else -part.rfind(word) if word in part else -1
                if (place >= 0 or (part is before and word in part)) and (best is None or place < best[0]):
                    best = (place, kind)
        if best:
            return best[1]
    return default
