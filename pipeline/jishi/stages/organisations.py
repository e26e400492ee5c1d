"""Organisations with their names, parents, and what 我校 or 该公司 points at (component `jishi_organisations`).

Reads `doc.ents` (ORG) and `doc._.credits`; writes `doc._.organisations` and `doc._.resolved` (generic mention → index).
"""

from __future__ import annotations

import bisect
import functools
import re
from collections import Counter

from spacy.language import Language
from spacy.tokens import Doc

from jishi.lexicons import join_words, read_lines
from jishi.stages.affiliations import ends_like_organisation, filter_words, generic_words, is_territory, share_ending
from jishi.stages.aliases import find_stated_aliases, join_names
from jishi.stages.clauses import QUOTES
from jishi.stages.findings import Entity, OrganisationFound, read_entities, read_text
from jishi.stages.organisation_edges import names_country

_EDGE = " \u3000\xa0，。、；：！？·—-〔〕"
# The tagger's scores below which more names are wrong than right, for names that end as organisations do and for others
# (brands, short forms); measured on articles it had not seen. Entities without a score (a borrowed tagger) all count.
_LEAST_SCORE = 0.45
_LEAST_SCORE_ODD = 0.8
# What stands before an organisation that is visited or lends its rooms, and so is not the one that writes.
_ELSEWHERE = re.compile(r"(?:在|赴|前往|来到|走进|访问|到访|参观|拜访|考察|莅临|与|和|同|邀请|来自)$")
_OFTEN = 2  # mentions of what 我校 can stand for, where neither the opening nor the credits name it
_NEAR = 120  # characters between an organisation and 该… that goes back to it
_POINTING = re.compile(r"[本我该][校院系所部局司会](?=.{2})|我国")
_UNIVERSITY = re.compile(r"大学$")
_JOINT = re.compile(r"暨|与|和|及|(?<=委)(?=[省市县区]政府)")
_TERM = re.compile(r"(?:第|(?<![新上下前每这那同本历]))[一二三四五六七八九十百\d]{1,4}届$")
# Whose terms of office make names of their own: 第三十届学生会, but 第二届松江大学… is an event's.
_TERMED = re.compile(r"(?:学生会|研究生会|委员会|团委|理事会|[组筹执]委会)$")
_LISTED = re.compile(r"[（(](?:(?:证券|股票)代码[：:]?)?\d{4,6}(?:\.[A-Z]{2})?[）)]")  # 海岳科技|（000000）
_ROOM = re.compile(r"[在到进回的]$")  # before 办公室 where it is a room
_FIRST_TERM = re.compile(r"第?[一二三四五六七八九十百\d]{1,4}届(?=.{2})")
_SOME = re.compile(
    r"某|^第[一二三四五六七八九十\d]+[所家间]|(?<!第)[一二两三四五六七八九十几数多\d]+[所家间](?=.*(?:大学|学院|学校|医院|公司|银行)$)"
)
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,4}(?:[县镇]|(?<![楼股夜集书])市|(?<![校园军社矿院特教学片赛])区)")
_BRANCH = re.compile(r"(?:党总?支部?|团总?支部?)(?<=[支部])(?!副?书记|委员|部|成员)")
_LATIN = re.compile(r"[（(]([A-Za-z][A-Za-z .&\-]*)[）)]$")
_WHOLE = re.compile(
    r"(?:政府|大学|学院|学生会|研究生会|集团|公司|基金会|委员会|协会|学会|研究会|研究院|研究所|医院|中学|小学|银行|联合会|联会|总工会|[公商]会|促进会|合作社|事务所|出版社|博物馆|电视台)$"
)
# Which names a generic word can stand for, by what they end in.
_KINDS = {
    "校": re.compile(
        r"(?:大学|(?:职业|技术|师范|理工|工程|财经|医学|艺术|体育|外国语|科技|传媒|政法|音乐|美术).{0,6}学院|学校|中学|小学|高中|幼儿园|幼稚园|党校|附中|附小|[一二三四五六七八九十]中|实小)$"
    ),
    "院": re.compile(r"(?<!大)(?:学院|研究院|医院|法院|检察院|书院|画院|剧院|卫生院|科学院|设计院)$"),
    "学院": re.compile(r"(?:学院|书院)$"),
    "系": re.compile(r"系$"),
    "所": re.compile(r"所$"),
    "公司": re.compile(r"(?:公司|集团)$"),
    "集团": re.compile(r"集团(?:.{0,6}公司)?$"),
    "行": re.compile(r"(?:银行|[支分]行)$"),
    "厂": re.compile(r"厂$"),
    "总会": re.compile(r"总会$"),
    "商会": re.compile(r"商会$"),
    "俱乐部": re.compile(r"俱乐部$"),
    "法院": re.compile(r"法院$"),
    "检察院": re.compile(r"检察院$"),
    "会": re.compile(r"(?:协会|学会|公会|工会|商会|委员会|基金会|研究会|促进会|联合会|理事会|学生会|研究生会)$"),
    "局": re.compile(r"局$"),
    "部": re.compile(r"部$"),
    "中心": re.compile(r"中心$"),
    "馆": re.compile(r"馆$"),
    "社": re.compile(r"社$"),
    "台": re.compile(r"台$"),
    "班": re.compile(r"班$"),
    "司": re.compile(r"公司$"),
    "医院": re.compile(r"医院$"),
    "委员会": re.compile(r"委员会$"),
    "基金会": re.compile(r"基金会$"),
    "研究院": re.compile(r"研究院$"),
    "研究所": re.compile(r"研究所$"),
    "研究中心": re.compile(r"研究中心$"),
    "管委会": re.compile(r"管委会|管理委员会$"),
    "协会": re.compile(r"协会$"),
    "学会": re.compile(r"学会$"),
    "公会": re.compile(r"公会$"),
    "校友会": re.compile(r"校友会$"),
    "实验室": re.compile(r"实验室$"),
}
# Before a kind of body, all of them: 全台日照中心.
_WHOLE_OF = ("全台", "全港", "全澳", "全省", "全市", "全县", "全区", "全校", "全院")
_KINDS_OF_BODY = ("firm", "care", "bureau")
_GENERIC_KIND = {"学校": "校", "大学": "校", "总公司": "公司", "总行": "行", "集团公司": "集团"}


@Language.component(
    "jishi_organisations",
    requires=["doc.ents", "doc._.credits"],
    assigns=["doc._.organisations", "doc._.resolved"],
)
def find_organisations(doc: Doc) -> Doc:
    """Set `doc._.organisations` and `doc._.resolved`."""
    text = read_text(doc)
    mentions = _collect(text, read_entities(doc))
    names: dict[str, list[tuple[int, int]]] = {}
    for start, end in mentions:
        names.setdefault(text[start:end], []).append((start, end))
    _add_stated_aliases(text, names)
    clusters = join_names(text, names)
    organisations = []
    for cluster in clusters:
        spans = sorted(span for name in cluster for span in names[name])
        organisations.append(OrganisationFound(cluster[0], cluster[1:], spans))
    organisations.sort(key=lambda organisation: organisation.spans[0])
    _link_parents(organisations)
    doc._.organisations = organisations
    doc._.resolved = resolve_generic_mentions(doc, text)
    return doc


@functools.cache
def _not_organisation() -> re.Pattern[str]:
    return re.compile(f"(?:{join_words(filter_words('place') | filter_words('event'))})$")


@functools.cache
def _honour_heads() -> tuple[str, ...]:
    """What a name ends in that is an honour: 全国三八红旗手."""
    return tuple(read_lines("honour_heads.txt"))


@functools.cache
def _kinds() -> re.Pattern[str]:
    """What names a kind of body and none by itself: 快递公司, 教学医院, 云汀市有关部门."""
    firm, care, bureau = (join_words(filter_words(kind)) for kind in _KINDS_OF_BODY)
    return re.compile(
        rf"(?:{firm})+(?:公司|企业)|(?:{care})+(?:医院|诊所|院所|护理之家|[教安养]养院|养护院|敬老院|机构)"
        rf"|.{{,6}}?(?:{bureau})+部门|(?:{bureau})+(?:机构|单位)"
    )


def is_bare(name: str) -> bool:
    """Say whether `name` names no organisation by itself: 我校, 校党委, 市委, 3班."""
    return (
        name in generic_words()
        or name in filter_words("bare")
        or name in filter_words("kind")
        or re.fullmatch(r"[\d一二三四五六七八九十]+班", name) is not None
    )


def _collect(text: str, entities: list[Entity]) -> list[tuple[int, int]]:
    """Give the tagged organisations that the guidelines count, without marks and pointing words at their edges.

    A name without its place (市政府, 党中央) counts only as a further name of one that stands in full: see join_names.
    """
    found = []
    best: dict[str, float] = {}
    kinds: Counter[str] = Counter()
    for begin, finish, score in _join_parts(text, entities):
        for start, end in _divide(text, *_trim(text, begin, finish)):
            latin = _LATIN.search(text, start, end)  # 松江大学（SJU）: two names
            parts = [(start, latin.start()), latin.span(1)] if latin else [(start, end)]
            for part in parts:
                part = part[0], share_ending(text, *part)
                name = text[part[0] : part[1]]
                if name == "办公室" and _ROOM.search(text, max(0, part[0] - 1), part[0]):
                    continue
                if _some().search(text, max(0, part[0] - 4), part[0]):
                    kinds[name] += 1
                if _is_name(name):
                    found.append(part)
                    if _LISTED.match(text, part[1]):
                        score = 1.0
                    best[name] = max(best.get(name, 0.0), score)
    named = Counter(text[start:end] for start, end in found)
    sure = {
        name
        for name, score in best.items()
        if 2 * kinds[name] < named[name] and score >= (_LEAST_SCORE if _ends_like_name(name) else _LEAST_SCORE_ODD)
    }
    return [span for span in found if text[span[0] : span[1]] in sure]


def _ends_like_name(name: str) -> bool:
    """Say whether a name ends as names of organisations do, those of firms without 公司 too: 清源电子."""
    trades = filter_words("trade")
    return ends_like_organisation(name) or (name not in trades and name.endswith(tuple(trades)))


@functools.cache
def _some() -> re.Pattern[str]:
    """What stands before a kind of body: 各快递公司, 第一间托育中心, 非英语系."""
    words = join_words(filter_words("some"))
    return re.compile(rf"(?:{words}|[一二两三四五六七八九十几数多\d]+[家所间]|(?<![援中是并绝除莫若岂南北东西])非)$")


def _add_stated_aliases(text: str, names: dict[str, list[tuple[int, int]]]) -> None:
    """Add the short forms that the text itself gives (以下简称“松科大”), wherever they stand, tagged or not."""
    stated = {find_stated_aliases(text, *span) for spans in list(names.values()) for span in spans}
    covered = {offset for spans in names.values() for start, end in spans for offset in (start, end - 1)}
    for span in sorted(span for span in stated if span is not None):
        alias = text[span[0] : span[1]]
        if is_bare(alias):
            continue
        known = alias in names
        place = text.find(alias)
        while place >= 0:
            if place not in covered and place + len(alias) - 1 not in covered:
                names.setdefault(alias, []).append((place, place + len(alias)))
            place = text.find(alias, place + len(alias))
        if known:
            names[alias].sort()


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out marks at the edges, quotation marks around the name, a bracket without its partner, 本校 before it."""
    pointing = _POINTING.match(text, start, end)
    if pointing:
        start = pointing.end()
    term = _FIRST_TERM.match(text, start, end)
    if term and not _has_terms(text, term.end(), end):
        start = term.end()
    changed = True
    while changed and start < end:
        before = start, end
        while end > start and (text[end - 1] in _EDGE or (text[end - 1] in "）)" and not _balanced(text[start:end]))):
            end -= 1
        while start < end and (text[start] in _EDGE or (text[start] in "（(" and not _balanced(text[start:end]))):
            start += 1
        bracket = max(text.rfind("（", start, end), text.rfind("(", start, end))
        if bracket > start and not _balanced(text[start:end]):
            end = bracket  # 松江银行（以下简称
        closing = QUOTES.get(text[start]) if start < end else None
        if closing and text[end - 1] == closing and text.find(closing, start, end) == end - 1:
            start, end = start + 1, end - 1
        changed = (start, end) != before
    return start, end


def _has_terms(text: str, start: int, end: int) -> bool:
    return _TERMED.search(text, start, end) is not None and not text.startswith("全国", start)


def _balanced(name: str) -> bool:
    return name.count("（") + name.count("(") == name.count("）") + name.count(")")


def _divide(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Split 省政府与大唐集团 where both parts are whole names; 数学与统计学院 stays one."""
    half = (end - start) // 2
    if half > 1 and text[start : start + half] == text[start + half : end]:
        return [(start, start + half), (start + half, end)]
    for joint in _JOINT.finditer(text, start, end):
        if _WHOLE.search(text, start, joint.start()) and _WHOLE.search(text, joint.end(), end):
            return [(start, joint.start()), *_divide(text, joint.end(), end)]
    return [(start, end)]


def _is_name(name: str) -> bool:
    if len(name) < 2 or is_bare(name) or _not_organisation().search(name) or is_territory(name):
        return False
    if (
        name.startswith(_WHOLE_OF)
        or name.endswith(("领导班", "二级学院", "各学院"))
        or name.endswith(_honour_heads())
        or _PLACE.fullmatch(name)
        or _SOME.search(name)
        or _kinds().fullmatch(name)
    ):
        return False
    return not name.isascii() or name[0].isupper()


def _link_parents(organisations: list[OrganisationFound]) -> None:
    """Link a department to the organisation whose name its own begins with, or that stands right before it."""
    forms = {form: index for index, found in enumerate(organisations) for form in (found.name, *found.aliases)}
    ends = {end: index for index, found in enumerate(organisations) for _, end in found.spans}
    for index, found in enumerate(organisations):
        for form in (found.name, *found.aliases):
            for length in range(len(form) - 1, 1, -1):
                parent = forms.get(form[:length])
                if parent is not None and parent != index:
                    found.parent = parent
                    break
            if found.parent is not None:
                break
        else:
            found.parent = next((ends[s] for s, _ in found.spans if s in ends and ends[s] != index), None)
    for index, found in enumerate(organisations):  # a chain of parents must not lead back to where it began
        seen, parent = {index}, found.parent
        while parent is not None:
            if parent in seen:
                found.parent = None
                break
            seen.add(parent)
            parent = organisations[parent].parent


def resolve_generic_mentions(doc: Doc, text: str) -> dict[str, int]:
    """Give the index of the organisation that each generic word of the text stands for, where one stands out.

    我校 and 本院 point at the organisation that writes: it is named in the title, the first sentence or the credits, or
    most often. A word resolves only if one organisation of its kind leads clearly.
    """
    organisations = doc._.organisations
    if not organisations:
        return {}
    head_end = text.find("。") + 1 or 200
    credit_spans = [(credit.start, credit.end) for credit in doc._.credits]
    resolved: dict[str, int] = {}
    chosen: dict[str, int | None] = {}
    for word in generic_words():
        if len(word) < 2 and word not in ("校", "院"):
            continue
        if word not in text:
            continue
        stem = word.lstrip("我本该") or word
        kind = _GENERIC_KIND.get(stem, stem)
        if kind not in _KINDS:
            continue
        if kind not in chosen:
            chosen[kind] = _choose(text, organisations, _KINDS[kind], doc._.body_start, head_end, credit_spans)
        index = chosen[kind]
        if index is not None and (word[0] not in "我本" or _may_write(organisations[index], head_end, credit_spans)):
            resolved[word] = index
    return resolved


def _may_write(found: OrganisationFound, head_end: int, credit_spans: list[tuple[int, int]]) -> bool:
    """Say whether the text may come from an organisation: it opens or signs it, or is named again and again."""
    return len(found.spans) >= _OFTEN or any(
        start < head_end or any(a <= start < b for a, b in credit_spans) for start, _ in found.spans
    )


def _join_parts(text: str, entities: list[Entity]) -> list[tuple[int, int, float]]:
    """Give the tagged organisations with what belongs to them: 第十七届|中央委员会, 清源科协|-|松江大学研究中心."""
    joined: list[tuple[int, int, float]] = []
    previous: Entity | None = None
    for entity in entities:
        if entity.label != "ORG":
            previous = entity
            continue
        start, score = entity.start, entity.score
        term = _TERM.search(text, max(0, start - 7), start) if _has_terms(text, start, entity.end) else None
        if term:
            start = term.start()
        dashed = start > 0 and text[start - 1] in "-—–" and joined and joined[-1][1] == start - 1
        if dashed and _UNIVERSITY.search(text, joined[-1][0], joined[-1][1]):
            dashed = _UNIVERSITY.search(text, start, entity.end) is None
        touching = term is not None and bool(joined) and joined[-1][1] == start
        if (dashed or touching) and previous is not None and previous.label == "ORG":
            start, _, earlier = joined.pop()
            score = min(score, earlier)
        branch = _BRANCH.match(text, entity.end)
        joined.append((start, branch.end() if branch else entity.end, score))
        previous = entity
    return joined


class OrganisationLookup:
    """Finds the organisation that a phrase names or points at; adds to the list those that a title confirms."""

    def __init__(self, organisations: list[OrganisationFound], resolved: dict[str, int]) -> None:
        self.organisations = organisations
        self.resolved = resolved
        self.forms = {form: i for i, found in enumerate(organisations) for form in (found.name, *found.aliases)}
        self.lengths = sorted({len(form) for form in self.forms if len(form) >= 3}, reverse=True)
        self._ends: dict[str, list[tuple[int, int]]] = {}

    def identify(self, text: str, offset: int) -> int | None:
        """Give the index of the organisation that the phrase `text` at `offset` names or points at."""
        if text in generic_words():
            return self.find_antecedent(text, offset)
        if text in self.forms:
            return self.forms[text]
        # 我校|研究生院: the longest name that the phrase ends with
        endings = (self.forms.get(text[-length:]) for length in self.lengths if length < len(text))
        return next((index for index in endings if index is not None), None)

    def find_antecedent(self, word: str, offset: int) -> int | None:
        """Give the organisation that a pointing word at `offset` stands for.

        该公司, and 学院 by itself, go back to the last organisation of their kind named shortly before; 我校 and 本院
        and what has no such antecedent to the one that stands out in the article (doc._.resolved).
        """
        index = self.resolved.get(word)
        stem = word.lstrip("我本该") or word
        kind = _GENERIC_KIND.get(stem, stem)
        if word[0] in "我本" or kind not in _KINDS:
            return index
        if kind not in self._ends:
            self._ends[kind] = sorted(
                (end, i)
                for i, found in enumerate(self.organisations)
                if any(_KINDS[kind].search(form) for form in (found.name, *found.aliases))
                for _, end in found.spans
            )
        ends = self._ends[kind]
        last = bisect.bisect_right(ends, (offset, len(self.organisations))) - 1
        return ends[last][1] if last >= 0 and offset - ends[last][0] <= _NEAR else index

    def add(self, text: str, span: tuple[int, int]) -> int | None:
        """Add a tagged organisation that was left out as unsure but has a title right behind it; give its index.

        None where it is none by its form (a place, a bare body, several names in one).
        """
        start, end = _trim(text, *span)
        name = text[start:end]
        if name in self.forms:
            return self.forms[name]  # 《某报》 is 某报
        if len(name) < 3 or not _is_name(name) or len(_divide(text, start, end)) > 1:
            return None
        self.organisations.append(OrganisationFound(name, [], [(start, end)]))
        self.forms[name] = len(self.organisations) - 1
        return self.forms[name]


def _is_foreign(name: str) -> bool:
    return names_country(name) and not name.startswith(("中国", "台湾", "香港", "澳门"))


def _choose(
    text: str,
    organisations: list[OrganisationFound],
    kind: re.Pattern[str],
    body_start: int,
    head_end: int,
    credit_spans: list[tuple[int, int]],
) -> int | None:
    scores = []
    for index, found in enumerate(organisations):
        if not any(kind.search(form) for form in (found.name, *found.aliases)):
            continue
        score = float(min(len(found.spans), 5))
        score += 2.0 * any(start < body_start for start, _ in found.spans)
        score += 2.0 * any(body_start <= start < head_end for start, _ in found.spans)
        score += 2.0 * any(a <= start < b for start, _ in found.spans for a, b in credit_spans)
        if _ELSEWHERE.search(text, max(0, found.spans[0][0] - 3), found.spans[0][0]):
            score -= 3.0
        if _is_foreign(found.name):
            score -= 8.0
        scores.append((score, index))
    scores.sort(key=lambda item: (-item[0], item[1]))
    if not scores or scores[0][0] <= 0 or (len(scores) > 1 and scores[0][0] < 1.3 * scores[1][0]):
        return None
    return scores[0][1]
