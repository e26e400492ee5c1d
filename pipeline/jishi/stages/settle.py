"""What the whole document says of its names: missed mentions are found, boundaries that disagree are settled.

The tagger reads some 130 characters at a time. An article names the same people and bodies again and again, in frames
that are easier here and harder there: what was found where it is easy is evidence for where it is hard.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from jishi.lexicons import read_lines
from jishi.stages.affiliations import begins_with_former
from jishi.stages.name_edges import find_behind_titles, join_parts, mend_names
from jishi.stages.organisation_edges import (
    free_heads,
    join_departments,
    join_touching,
    mend_ends,
    return_offices,
    split_names,
    split_short_forms,
)
from jishi.stages.phrases import PhraseFinder
from jishi.stages.tagger import ENTITY_TAGS, Floats, TaggedSpan

CONFIDENT = 0.75  # a name this sure is looked for in the rest of the article
PLAUSIBLE = 0.03  # and accepted where the network thinks it this possible
DOUBTFUL = {"PERSON": 0.5, "ORG": 0.45}  # a form that is nowhere in the document surer than this is left out
SHORTEST = {"PERSON": 2, "ORG": 4}  # shorter forms stand by chance in other words too often to be looked for

_JOINED = re.compile(r"[与和及暨、]")
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:[-'’.][A-Za-zÀ-ÖØ-öø-ÿ]+)*")
_NAMED_AFTER = ("老师", "教授", "名师", "大师", "劳模", "院士", "工作室")  # 李春生名师工作室 is one organisation
_OWN = re.compile(
    r"(?:学校(?!办公室)|[本我该贵](?:校|院|系|所|厂|县|市|区|省|旅|局|镇|乡|村|馆|社区|集团|医院|学院|公司|单位)|[前原])(?=.{3})"
)
_WITH = re.compile(r"暨(?=.{4})")
_BODY_END = re.compile(r"[会学院校司局部厅所系处心社团委室馆]$")
_ALIAS = re.compile(r"(.{2,})[（(]([A-Za-z][A-Za-z .&-]*)[）)]")
_OFFICE_ENDS = frozenset("长员师任")
_DASHED = re.compile(r"[-—–－]{1,2}")
_CAPITALISED = r"[A-Z][a-z]+(?:-[A-Z][a-z]+)?"
_LATIN_NAME = re.compile(
    r"(?<![A-Za-z])(?P<address>(?:(?:Professor|Prof|Dr|Mr|Mrs|Ms)\.? ?)+)?"
    rf"(?P<name>{_CAPITALISED}(?: [A-Z]\.?)*(?: (?:de|van|von))*(?: {_CAPITALISED}){{1,2}})(?![A-Za-z])"
)
_CAPITAL = re.compile("[A-Z][a-z]")  # without one there is no such name
_ADDRESSED = ("教授", "博士", "先生", "女士", "院士", "老师")
_LIKELY_PERSON = 0.3
_INTERPUNCT = "·•・‧"
_OPENING, _CLOSING = "（([“‘《「『【", "）)]”’》」』】"
_BRACKET = re.compile(f"[{re.escape(_OPENING + _CLOSING)}]")
_NEVER_FIRST, _NEVER_LAST = frozenset(_CLOSING + _INTERPUNCT), frozenset(_OPENING + _INTERPUNCT)


_LONGEST_DEPARTMENT = 16
_DEPARTMENT = re.compile(r"(?:兼任?|任|[、，])([\u4e00-\u9fff]{2,14}[室处科部系院所办])$")
_LEANS = 0.3  # towards an organisation, of the characters of a department before an office


def settle(
    text: str, spans: Sequence[TaggedSpan], scores: Floats, words: Sequence[tuple[int, int]] = ()
) -> list[TaggedSpan]:
    """Give the entities of a document, without overlaps, in order.

    text: the normalised text. spans: what the tagger read, without overlaps. scores: log probabilities (n, tags).
    words: where each word begins and ends, needed where the text has an interpunct; may be left out.
    """
    whole = begin_with_word(text, spans, words) if has_interpunct(text) else spans
    kept = [span for span in mend_edges(text, whole) if is_name(text[span.start : span.end], span.label)]
    kept = add_latin_names(text, kept, scores)
    kept = split_short_forms(text, mend_ends(text, kept))
    kept = join_dashed(text, split_alias(text, drop_own(text, kept)))
    kept = free_heads(text, move_office(text, kept))
    kept = split_joined(text, split_names(text, return_offices(text, join_departments(text, kept))))
    kept = drop_doubtful(text, join_touching(text, agree(text, kept)))
    kept.sort(key=lambda span: span.start)
    kept = mend_names(text, kept)
    kept = sorted([*kept, *find_behind_titles(text, kept, scores, DOUBTFUL["PERSON"])], key=lambda span: span.start)
    kept = join_parts(text, sorted([*kept, *find_missed(text, kept, scores)], key=lambda span: span.start))
    return add_departments(text, kept, scores)


def has_interpunct(text: str) -> bool:
    """Whether a mark that joins the parts of foreign names stands in a text."""
    return any(mark in text for mark in _INTERPUNCT)


def is_name(form: str, label: str) -> bool:
    """Whether a string can be an entity at all: a family name alone (赵老师) names nobody."""
    if not form or (label in ("PERSON", "ORG") and len(form) < 2):
        return False
    return form[0].isalpha() or any(c.isalpha() for c in form)


# --- edges of one span --------------------------------------------------------------------------------------------


def mend_edges(text: str, spans: Iterable[TaggedSpan]) -> list[TaggedSpan]:
    """Cover whole Latin words and names with an interpunct; drop spaces and brackets that have no partner."""
    words = [match.span() for match in _LATIN.finditer(text)]
    begins = dict(words)
    mended: list[TaggedSpan] = []
    last = 0
    inner = {offset: word for word in words for offset in range(word[0] + 1, word[1])}
    for span in spans:
        start, end = span.start, span.end
        if start in inner:
            start = inner[start][0]
        if end in inner:
            end = inner[end][1]
        if end in begins and end > start and text[end - 1].isascii() and text[end - 1].isalpha():
            end = begins[end]
        while start < end and (text[start] in _NEVER_FIRST or text[start].isspace()):
            start += 1
        while start < end and (text[end - 1] in _NEVER_LAST or text[end - 1].isspace()):
            end -= 1
        start, end = drop_partnerless(text, start, end)
        if start < max(last, 0) or start >= end:
            continue
        last = end
        mended.append(TaggedSpan(start, end, span.label, span.score))
    return mended


def begin_with_word(text: str, spans: Sequence[TaggedSpan], words: Sequence[tuple[int, int]]) -> Sequence[TaggedSpan]:
    """Let a name with an interpunct begin where its first word does: 歌手 + 买买提·吐尔逊, not 买提·吐尔逊."""
    begins = {offset: start for start, end in words for offset in range(start + 1, end)}
    result: list[TaggedSpan] = []
    for span in spans:
        start = span.start
        if span.label == "PERSON" and any(mark in text[start : span.end] for mark in _INTERPUNCT):
            start = begins.get(start, start)
            if result and result[-1].end > start:
                start = span.start
        result.append(span if start == span.start else span._replace(start=start))
    return result


def drop_partnerless(text: str, start: int, end: int) -> tuple[int, int]:
    """Drop a bracket at an edge whose partner is outside, and what follows one that is not closed."""
    if not _BRACKET.search(text, start, end):
        return start, end
    for opening, closing in zip(_OPENING, _CLOSING, strict=True):
        inside = text[start:end]
        if opening not in inside and closing not in inside:
            continue
        if inside.endswith(closing) and inside.count(closing) > inside.count(opening):
            end -= 1
        elif inside.startswith(opening) and inside.count(opening) > inside.count(closing):
            start += 1
        elif inside.count(opening) > inside.count(closing):  # 云汀大学（简称云大, cut short
            end = start + inside.rfind(opening)
    return start, end


def drop_own(text: str, spans: Iterable[TaggedSpan]) -> list[TaggedSpan]:
    """Take from the front of an organisation what points at the writer's own house or at the past: 学校教务处 is
    教务处, 前云汀大学 is 云汀大学."""
    result = []
    for span in spans:
        match = _OWN.match(text[span.start : span.end]) if span.label == "ORG" else None
        if match and (match.group() not in ("前", "原") or begins_with_former(text, span.start)):
            span = span._replace(start=span.start + match.end())
        result.append(span)
    return result


def split_alias(text: str, spans: Iterable[TaggedSpan]) -> list[TaggedSpan]:
    """Part an organisation from its abbreviation in brackets: 青禾研究院（QRI）."""
    result = []
    for span in spans:
        match = _ALIAS.fullmatch(text[span.start : span.end]) if span.label == "ORG" else None
        if match is None:
            result.append(span)
            continue
        for group in (1, 2):
            start, end = match.span(group)
            result.append(span._replace(start=span.start + start, end=span.start + end))
    return result


def add_latin_names(text: str, spans: Sequence[TaggedSpan], scores: Floats) -> list[TaggedSpan]:
    """Add people named in Latin letters to `spans`, in order: two to four capitalised words that a title or form of
    address stands beside, or that the network thinks a person's sooner than an organisation's."""
    result = list(spans)
    if not _CAPITAL.search(text):
        return result
    titles = {span.end for span in spans if span.label == "TITLE"}
    person, organisation = tags_of("PERSON"), tags_of("ORG")
    for match in _LATIN_NAME.finditer(text):
        start, end = match.span("name")
        probabilities = np.exp(scores[start:end])
        likely = float(probabilities[:, person].sum(1).mean())
        other = float(probabilities[:, organisation].sum(1).mean())
        addressed = match["address"] or match.start() in titles or text.startswith(_ADDRESSED, end)
        if not (addressed or (likely > _LIKELY_PERSON and likely > other)):
            continue
        last = bisect.bisect_left(result, end, key=_get_start)
        first = last
        while first and result[first - 1].end > start:
            first -= 1
        near = result[first:last]
        if any(span.start < start or span.end > end or (span.label == "ORG" and not addressed) for span in near):
            continue
        result[first:last] = [TaggedSpan(start, end, "PERSON", max(likely, DOUBTFUL["PERSON"]))]
    return result


def _get_start(span: TaggedSpan) -> int:
    return span.start


# --- one span beside the others -----------------------------------------------------------------------------------


def best_scores(text: str, spans: Iterable[TaggedSpan], label: str) -> dict[str, float]:
    """Give the forms of a label with the best score of each."""
    best: dict[str, float] = {}
    for span in spans:
        if span.label == label:
            form = text[span.start : span.end]
            best[form] = max(span.score, best.get(form, 0.0))
    return best


def join_dashed(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Join two organisations that a dash makes one: 青禾科协—云汀大学联合实验室."""
    result: list[TaggedSpan] = []
    for span in spans:
        last = result[-1] if result else None
        if last is not None and last.label == span.label == "ORG" and _DASHED.fullmatch(text[last.end : span.start]):
            result[-1] = TaggedSpan(last.start, span.end, "ORG", min(last.score, span.score))
        else:
            result.append(span)
    return result


@functools.cache
def _surnames() -> frozenset[str]:
    """Family names of one character."""
    return frozenset("".join(line for line in read_lines("surnames.txt") if len(line) > 2))


def move_office(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Give the last character of an office back to it: 副市 + 长林听雨 is 副市长 + 林听雨."""
    result = list(spans)
    for i, (before, name) in enumerate(pairwise(spans)):
        form = text[name.start : name.end]
        if (
            (before.label, name.label) == ("TITLE", "PERSON")
            and before.end == name.start
            and len(form) > 2
            and form[0] in _OFFICE_ENDS
            and form[1] in _surnames()
        ):
            result[i] = before._replace(end=before.end + 1)
            result[i + 1] = name._replace(start=name.start + 1)
    return result


def split_joined(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Split an organisation that is two: 省政府与大唐集团, where 大唐集团 stands alone elsewhere, or 张帆法学院."""
    organisations = best_scores(text, spans, "ORG")
    people = best_scores(text, spans, "PERSON")
    places = {name: place for place, name in enumerate(people)}
    result: list[TaggedSpan] = []
    for span in spans:
        form = text[span.start : span.end]
        if span.label != "ORG":
            result.append(span)
            continue
        cut = next(
            (
                match
                for match in _JOINED.finditer(form)
                if match.start() > 1
                and any(len(part) > 2 and organisations.get(part, 0.0) > 0.5 for part in
                        (form[: match.start()], form[match.end() :]))
                and len(form) - match.end() > 1
            ),
            None,
        )  # fmt: skip
        cut = cut or next((m for m in _WITH.finditer(form, 4) if _BODY_END.search(form[: m.start()])), None)
        if cut:
            result.append(TaggedSpan(span.start, span.start + cut.start(), "ORG", span.score))
            result.append(TaggedSpan(span.start + cut.end(), span.end, "ORG", span.score))
            continue
        heads = [form[:length] for length in range(2, len(form) + 1) if people.get(form[:length], 0.0) > CONFIDENT]
        name = min(heads, key=places.__getitem__, default="")
        rest = form[len(name) :]
        if name and len(rest) > 2 and span.score < CONFIDENT and not rest.startswith(_NAMED_AFTER):
            middle = span.start + len(name)
            result.append(TaggedSpan(span.start, middle, "PERSON", span.score))
            result.append(TaggedSpan(middle, span.end, "ORG", span.score))
            continue
        result.append(span)
    return result


def agree(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Settle forms that differ by a character or two at an edge: the surer one, where it is much surer, wins."""
    best = {label: best_scores(text, spans, label) for label in ("PERSON", "ORG")}
    result: list[TaggedSpan] = []
    for span in spans:
        form = text[span.start : span.end]
        surer = None
        if span.label in best and span.score < CONFIDENT:
            scores, shortest = best[span.label], SHORTEST[span.label]
            shorter = {other for other in (form[:-1], form[:-2], form[1:], form[2:]) if len(other) >= shortest}
            known = ((scores[other], other) for other in shorter if other in scores)
            surer = max((pair for pair in known if pair[0] > span.score + 0.2), default=None)
        if surer is None:
            result.append(span)
            continue
        score, other = surer
        start = span.start if form.startswith(other) else span.end - len(other)
        result.append(TaggedSpan(start, start + len(other), span.label, score))
    return result


def drop_doubtful(text: str, spans: Sequence[TaggedSpan]) -> list[TaggedSpan]:
    """Leave out people and organisations of which even the best mention is doubtful."""
    best = {label: best_scores(text, spans, label) for label in DOUBTFUL}
    return [
        span
        for span in spans
        if span.label not in DOUBTFUL or best[span.label][text[span.start : span.end]] >= DOUBTFUL[span.label]
    ]


# --- what was missed ----------------------------------------------------------------------------------------------


def find_missed(text: str, spans: Sequence[TaggedSpan], scores: Floats) -> list[TaggedSpan]:
    """Give mentions of confidently found people and organisations where the tagger saw nothing."""
    taken = bytearray(len(text))
    for span in spans:
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
    found = []
    phrases = PhraseFinder(text)
    for label, shortest in SHORTEST.items():
        tags = tags_of(label)
        sure = {
            form: s for form, s in best_scores(text, spans, label).items() if s >= CONFIDENT and len(form) >= shortest
        }
        for form, score in sorted(sure.items(), key=lambda item: (-len(item[0]), item[0])):
            for start in phrases.places(form):
                end = start + len(form)
                if 1 in taken[start:end]:
                    continue
                mass = float(np.exp(scores[start:end, tags]).sum(1).mean())
                if mass >= PLAUSIBLE:
                    taken[start:end] = b"\1" * (end - start)
                    found.append(TaggedSpan(start, end, label, score))
    return found


def add_departments(text: str, spans: Sequence[TaggedSpan], scores: Floats) -> list[TaggedSpan]:
    """Add the department between an office and the next, 副校长兼 + 产教合作室 + 主任, where the tagger leans
    towards an organisation without being sure."""
    result: list[TaggedSpan] = []
    for span in spans:
        if span.label == "TITLE":
            start = max(result[-1].end if result else 0, span.start - _LONGEST_DEPARTMENT)
            match = _DEPARTMENT.search(text, start, span.start)
            if match and match.end() == span.start:
                begin = match.start(1)
                likely = float(np.exp(scores[begin : span.start, tags_of("ORG")]).sum(1).mean())
                if likely >= _LEANS:
                    result.append(TaggedSpan(begin, span.start, "ORG", likely))
        result.append(span)
    return result


def tags_of(label: str) -> list[int]:
    """Give the columns of a label's tags."""
    return [i for i, tag in enumerate(ENTITY_TAGS) if tag.endswith(f"-{label}")]
