"""Who holds which title where: pairs of a title and a named person, scored by small models of what stands between.

For every title the people named near it are candidates: after it (校长刘福玉), before it (刘福玉校长; 李楠，女，教授),
others of the same list (副主席贾平、徐连奎), and the subject of the sentences before (他现任…). What stands between is
written as a template, `O` for an organisation, `T` for a title, `P` for a name, marks and a few telling words as they
are, other words as `x`; the templates are the features of a linear model trained on annotated articles
(models/relations). A second model tells whether a title without an organisation of its own takes one over from the
title or name before it.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from dataclasses import dataclass, field

from jishi.lexicons import read_lines
from jishi.stages.affiliations import generic_words, skip_praise
from jishi.stages.clauses import find_sentences, locate
from jishi.stages.titles import classify_title

_REACH = 70  # characters between a title and a name
_TOPIC_REACH = 150  # characters from the beginning of a sentence to a title of the person that it is about
_CANDIDATES = 8  # names looked at on each side
_LIST = 80  # names of one list that can share a title
_TEMPLATE = 12  # symbols; a longer template is cut in the middle
_WORDS = (
    "现任|曾任|时任|历任|先后|兼任|担任|出任|就任|当选|现为|曾为|毕业|获得|荣获|以及|以来|分别|代表|先生|女士|老师|同学|"
    "同志|博士|小姐|主讲人|主讲|报告人|嘉宾|主持人|主持|简介|介绍|一行|任|兼|是|为|系|男|女|等|和|与|及|暨|的|由|请|他|她|其|"
    "该|两位|三位|四位|五位|[两二三四五六七八九十]位"
)
_PIECES = re.compile(rf"({_WORDS})|([，、。；：（）()！？“”\"《》|/·—\-\s])|(\d+年?)")  # what is no plain word
_ALIKE = {
    "(": "（",
    ")": "）",
    "和": "与",
    "及": "与",
    "以及": "与",
    "暨": "与",
    "她": "他",
    "女": "男",
}
_LIST_MARKS = ("、", "，", "；", "。", "与", "和", "及")
_LIST_PART = re.compile(r"P|[、，与] ?\+?|先生|女士|老师|同学|同志")
_PRONOUN_HOLDS = re.compile(
    r"(?:先生|女士|老师|同志|博士)?，[他其]x?(?:现任|曾任|时任|兼任|担任|出任|历任|任|现为|曾为|是|为)(?:O的?)?"
)
# What a bracket between title and name says of how the office is held: （挂职）, （正处级）
_AFTER_TITLE = re.compile(
    r"[（(](?:挂职|兼任?|兼职|代|筹|主持(?:全面|日常)?工作|[正副][国省部厅局司处县科]级|享受.{2,8}待遇)[）)]"
)
_ELECTED = re.compile(r"选举|选出|推选|推举|增选|聘任|聘请|任命")
_STOP = re.compile(r"[。！？\n]")
_POLITE = re.compile(r"老师|同学|先生|女士|同志|博士")
_SHARED = re.compile(
    r"等(?:[\d一二两三四五六七八九十]+[名位]?人?|同志)?(?:当选为?|任|担任|为|被聘为|被选为|受聘为|课题组|项目组|工作组)"
)
_LISTED_BEFORE = re.compile(r"[、和与及][^，。；：\n]{0,24}")
_NUMBERED = re.compile(r"([两二三四五六七八九十2-9])位$")
_NUMBERS = {char: 2 + i // 2 for i, char in enumerate("二2三3四4五5六6七7八8九9")} | {"两": 2, "十": 10}
_PRONOUN = re.compile(r"(?:随后|目前|现在|此前|同时)?[，,]?(他|她|其|该)")


@dataclass(slots=True)
class Item:
    """A name (P), title (T) or organisation (O) as [start, end); `index` points into the list it comes from."""

    start: int
    end: int
    kind: str
    index: int


@dataclass(slots=True)
class Pairing:
    """A title given to a name, with the model's probability. Indices into the titles and mentions of a `Scene`."""

    title: int
    mention: int
    probability: float


@dataclass(slots=True)
class Candidate:
    """A possible pairing with the features that describe it; `certain` ones need no model."""

    title: int
    mention: int
    features: list[str] = field(default_factory=list)
    certain: bool = False
    listed: bool = False
    """Whether only names of one list stand between: 副主席甲、乙."""


class Scene:
    """The names, titles and organisations of one text, with the templates of what stands between them."""

    def __init__(
        self,
        text: str,
        titles: list[tuple[int, int]],
        mentions: list[tuple[int, int]],
        organisations: list[tuple[int, int]],
        honours: list[tuple[int, int]] | None = None,
    ) -> None:
        self.text = text
        self.honours = honours or []
        self.titles = titles
        self.mentions = mentions
        self.sentences = find_sentences(text)
        items = [Item(a, b, "T", i) for i, (a, b) in enumerate(titles)]
        items += [Item(a, b, "P", i) for i, (a, b) in enumerate(mentions)]
        items += [Item(a, b, "O", i) for i, (a, b) in enumerate(organisations)]
        items += [Item(a, b, "H", i) for i, (a, b) in enumerate(self.honours)]
        items.sort(key=lambda item: (item.start, "PTHO".index(item.kind)))
        kept: list[Item] = []
        for item in items:  # names and titles win over organisations that hold them
            if kept and item.start < kept[-1].end:
                if item.kind == "O":
                    continue
                if kept[-1].kind == "O":
                    kept.pop()
                    if kept and item.start < kept[-1].end:
                        continue
                else:
                    continue
            kept.append(item)
        self.items = kept
        self.starts = [item.start for item in kept]
        self.begins = set(self.starts)
        self._templates: dict[tuple[int, int], list[str]] = {}
        self.place = {(item.kind, item.index): position for position, item in enumerate(kept)}

    def items_from(self, offset: int) -> list[Item]:
        """Give the next few items that begin at or after `offset`."""
        i = bisect.bisect_left(self.starts, offset)
        return self.items[i : i + 3]

    def template(self, start: int, end: int) -> list[str]:
        """Give the symbols of what stands in [start, end)."""
        known = self._templates.get((start, end))
        if known is None:
            known = self._templates[start, end] = self._make_template(start, end)
        return known

    def _make_template(self, start: int, end: int) -> list[str]:
        symbols: list[str] = []
        position = start
        i = bisect.bisect_left(self.starts, start)
        while position < end:
            item = self.items[i] if i < len(self.items) and self.items[i].start < end else None
            stop = item.start if item else end
            former = item is not None and item.kind == "O" and stop > position and self.text[stop - 1] in "前原"
            edge = stop - 1 if former else stop  # 前|政府|总理
            if item is not None or end in self.begins:
                edge = skip_praise(self.text, position, edge)
            self._append_plain(symbols, position, edge)
            if item is None:
                break
            if not (symbols and symbols[-1] == item.kind):
                symbols.append(item.kind)
            position = max(stop, min(item.end, end))
            i += 1
        return _shorten(_collapse(symbols))

    def _append_plain(self, symbols: list[str], start: int, end: int) -> None:
        position = start
        for piece in _PIECES.finditer(self.text, start, end):
            if piece.start() > position:
                symbols.append("x" if piece.start() - position <= 4 else "X")
            position = piece.end()
            word, mark, number = piece.groups()
            symbol = word or ("D" if number else mark.replace("\n", "¶").strip())
            if word and word.endswith("位"):
                symbol = "N位"
            if symbol:
                symbols.append(_ALIKE.get(symbol, symbol))
        if position < end:
            symbols.append("x" if end - position <= 4 else "X")


def _collapse(symbols: list[str]) -> list[str]:
    """Write a repeated pair once: P、P、P、 becomes P、+ so that lists of any length look alike."""
    result: list[str] = []
    for symbol in symbols:
        result.append(symbol)
        if len(result) >= 4 and result[-4:-2] == result[-2:]:
            del result[-2:]
            result[-1] = result[-1] if result[-1].endswith("+") else result[-1] + "+"
        elif len(result) >= 4 and result[-2] == result[-4] and result[-3] == result[-1] + "+":
            del result[-2:]
    return result


def _shorten(symbols: list[str]) -> list[str]:
    if len(symbols) <= _TEMPLATE:
        return symbols
    half = _TEMPLATE // 2
    return [*symbols[:half], "…", *symbols[-half:]]


def list_candidates(scene: Scene, kind: str = "T") -> list[Candidate]:
    """Give the people that each title (or honour, for kind "H") may belong to, with the features of each pair."""
    candidates: list[Candidate] = []
    places = scene.titles if kind == "T" else scene.honours
    if not places or not scene.mentions:
        return candidates
    topics = _topics(scene)
    runs = _describe_runs(scene)
    for index, (start, end) in enumerate(places):
        position = scene.place.get((kind, index))
        if position is None:
            continue
        sentence = locate(scene.sentences, start)
        floor, ceiling = scene.sentences[sentence]
        left = _people_near(scene, position, -1, floor, ceiling)
        right = _people_near(scene, position, 1, floor, ceiling)
        left_template = "".join(scene.template(left[0].end, start)) if left else "∅"
        right_template = "".join(scene.template(end, right[0].start)) if right else "∅"
        head, title_kind = scene.text[end - 2 : end], classify_title(scene.text[start:end])
        run, direction = runs[position]
        reports = head == "记者"
        behind = left and left[0].end == start and scene.text[end : end + 1] in _LIST_MARKS
        context = _describe_context(scene, start, end, floor, ceiling)
        shared = _share_list(scene, left, start)
        for side, people in (("L", left), ("R", right)):
            listed = _count_list(scene, people)
            names = str(listed) if listed <= 3 else "many"
            for rank, item in enumerate(people):
                symbols = scene.template(item.end, start) if side == "L" else scene.template(end, item.start)
                if symbols.count("T") + symbols.count("P") > 6 or "。" in symbols:
                    continue
                other = right_template if side == "L" else left_template
                if direction.startswith("right" if side == "L" else "left"):
                    continue  # the whole row points the other way
                if reports and side == "R" and _LIST_PART.sub("", "".join(symbols)) not in ("", "：", "（", "代表"):
                    continue  # 记者采访了甲
                if behind and (side == "R" or (rank and "T" in symbols)):
                    continue  # 院长甲教授、乙: 教授 is 甲's alone; 甲院长、乙教授: no title of 甲
                polite = _POLITE.match(scene.text, item.end)
                if (
                    side == "R"
                    and rank
                    and polite
                    and polite[0] in "老师同学"
                    and not _POLITE.match(scene.text, right[0].end)
                ):
                    continue  # 处长何远、王晓棠老师: the second is of another rank
                own = "".join(symbols)
                touch = _touching(scene, item)
                beyond = _measure(other)
                number = _NUMBERED.search(scene.text, max(0, start - 3), start)
                unlisted = _LIST_PART.sub("", own)
                near, different = f"{side}:rank{min(rank, 1)}", dict.fromkeys(symbols)
                pair = Candidate(index, item.index)
                if side == "L" and number and unlisted in ("N位", "等N位"):
                    pair.certain = rank < _NUMBERS.get(number[1], 0)  # 甲、乙两位副主席
                if (
                    side == "L"
                    and unlisted in ("为", "+为")
                    and rank < listed
                    and _ELECTED.search(scene.text, floor, start)
                ):
                    pair.certain = True  # 选举甲、乙为副主任
                if side == "L" and rank < shared:
                    pair.certain = True  # 甲公司经理甲、乙公司董事长乙等28人当选副会长
                if side == "L" and rank == 0 and _PRONOUN_HOLDS.fullmatch(own):
                    pair.certain = True  # 甲女士，她同时担任某基地的主任
                pair.listed = rank > 0 and unlisted in ("", "：", "等")
                if kind == "T" and side == "R" and rank == 0 and _opens_name(scene, index, item, left_template, touch):
                    pair.certain = True  # 村委会副主任甲, 副市长（挂职）甲
                if side == "R" and listed > 1 and rank < listed and unlisted == "：":
                    pair.certain = True  # 书法家：甲、乙、丙
                pair.features = [
                    f"{side}:{own}",
                    f"{side}:{own}|{other}",
                    f"{side}:rank{min(rank, 3)}",
                    f"{near}:{head}",
                    f"{side}:{own}:{head}",
                    f"{side}:other:{other}",
                    f"{side}:{own}:beyond:{beyond}",
                    f"{near}:beyond:{beyond}",
                    f"{side}:size{min(len(symbols), 8)}",
                    *(f"{side}:has:{symbol}" for symbol in different),
                    *(f"{near}:has:{symbol}" for symbol in different),
                    f"{near}:polite:{polite.group() if polite else 0}",
                    f"{near}:{title_kind}",
                    *(f"{side}:{own}:{feature}" for feature in context),
                    *(f"{near}:{feature}" for feature in context),
                    f"{side}:touch:{touch}",
                    f"{side}:{own}:touch:{touch}",
                    f"{near}:touch:{touch}",
                    f"{side}:run:{run}",
                    f"{near}:run:{run}",
                    f"{side}:{own}:run:{run}",
                    f"{side}:points:{direction}",
                    f"{side}:{own}:names{names}",
                    f"{side}:list:{unlisted}:{rank > 0}:names{names}",
                    f"{near}:names{names}:{head}",
                    f"{near}:points:{direction}",
                    f"{side}:{own}:points:{direction}",
                ]
                candidates.append(pair)
        topic = topics[sentence]
        if topic is not None and not left and start - floor <= _TOPIC_REACH:
            symbols = scene.template(floor, start)
            if len(symbols) <= _TEMPLATE:
                pronoun = _PRONOUN.match(scene.text, floor)
                own = "".join(symbols)
                pair = Candidate(index, topic.index)
                pair.features = [
                    "topic",
                    f"topic:{bool(pronoun)}",
                    f"topic:{own}",
                    f"topic:{symbols[0] if symbols else ''}",
                    f"topic:last:{symbols[-1] if symbols else ''}",
                    f"topic:other:{right_template}",
                    f"topic:{head}",
                    *(f"topic:has:{symbol}" for symbol in dict.fromkeys(symbols)),
                    *(f"topic:{feature}" for feature in context),
                ]
                candidates.append(pair)
    return candidates


def _opens_name(scene: Scene, title: int, name: Item, before: str, touch: str) -> bool:
    """Say whether an office stands right before a name, and no row without marks (甲某会主席乙某院院长丙) makes it
    doubtful whose it is. before: the template back to the name before. touch: what touches the name."""
    start, end = scene.titles[title]
    words = scene.text[start:end]
    if words.endswith("成员") or classify_title(words) not in ("office", "state"):
        return False
    if touch[1] != "_" or before[:1] in ("", "O", "T"):
        return False
    return name.start == end or _AFTER_TITLE.fullmatch(scene.text, end, name.start) is not None


def _share_list(scene: Scene, people: list[Item], title: int) -> int:
    """Give how many of the names before a title, nearest first, share it: 甲、某公司董事长乙等28人当选|副会长."""
    if not people or not _SHARED.fullmatch(scene.text, people[0].end, title):
        return 0
    count = 1
    for later, earlier in itertools.pairwise(people):
        if not _LISTED_BEFORE.fullmatch(scene.text, earlier.end, later.start):
            break
        count += 1
    return count


def _people_near(scene: Scene, position: int, step: int, floor: int, ceiling: int) -> list[Item]:
    """Give the names before (step -1) or after (step 1) the item at `position`, nearest first.

    They stand within the sentence and within reach; a list of names is followed to its end (委员：甲、乙、丙…).
    """
    title = scene.items[position]
    near: list[Item] = []
    previous = title
    i = position + step
    while 0 <= i < len(scene.items) and len(near) < _LIST:
        item = scene.items[i]
        if item.start < floor or item.end > ceiling:
            break
        gap = max(item.start - previous.end, previous.start - item.end)
        distance = max(item.start - title.end, title.start - item.end)
        if distance > _REACH and (gap > 2 or item.kind != "P" or previous.kind != "P"):
            break
        if item.kind == "P":
            if len(near) >= _CANDIDATES and (gap > 2 or previous.kind != "P"):
                break
            near.append(item)
        previous = item
        i += step
    return near


def _measure(template: str) -> str:
    """Say how far off the nearest name on the other side of a title is: it touches, is near, far, or there is none."""
    if template in ("", "∅"):
        return "touch" if template == "" else "none"
    return "near" if len(template) <= 2 else "far"


def _count_list(scene: Scene, people: list[Item]) -> int:
    """Give how many names stand in one list with the nearest."""
    count = 1
    for previous, item in itertools.pairwise(people):
        gap = scene.text[min(previous.end, item.end) : max(previous.start, item.start)]
        if len(gap) > 3 or gap.strip("、，和与及 ") not in ("", "以"):
            break
        count += 1
    return count


def _describe_runs(scene: Scene) -> list[tuple[str, str]]:
    """Describe for every item the row of items it stands in: how it begins and ends, and which way its titles point.

    A row is a run of items with little between them. In 甲 某校教授 乙 某院院长 the titles follow the names, which only
    the order of the whole row can tell: it points left (names first throughout), right (titles first), or neither way.
    """
    described = [("", "")] * len(scene.items)
    start = 0
    for i in range(1, len(scene.items) + 1):
        if i < len(scene.items) and _is_close(scene, scene.items[i - 1].end, scene.items[i].start):
            continue
        kinds = "".join(item.kind for item in scene.items[start:i] if item.kind in "PT")
        if kinds:
            people, titles = kinds.count("P"), kinds.count("T")
            size = str(people) if people <= 2 else "many"
            balance = "even" if people == titles else "titles" if titles > people else "names"
            direction = "mixed"
            if people >= 2 and _NAMES_FIRST.fullmatch(kinds):
                direction = "left"
            elif people >= 2 and _TITLES_FIRST.fullmatch(kinds) and not _closes_name(scene, start, i):
                direction = "right"
            described[start:i] = [(f"{kinds[0]}{kinds[-1]}{size}{balance}", direction + size)] * (i - start)
        start = i
    return described


def _closes_name(scene: Scene, first: int, last: int) -> bool:
    """Say whether a title of the row stands right behind a name and before a mark: 院长甲教授、."""
    return any(
        (name.kind, title.kind) == ("P", "T")
        and name.end == title.start
        and scene.text[title.end : title.end + 1] in _LIST_MARKS
        for name, title in itertools.pairwise(scene.items[first:last])
    )


_NAMES_FIRST = re.compile(r"(?:PT+)+")
_TITLES_FIRST = re.compile(r"(?:T+P)+")


_NEAR_MARKS = frozenset("、，；：/（） \u3000\n兼和及")


def _is_close(scene: Scene, end: int, start: int) -> bool:
    gap = scene.text[end:start]
    return len(gap) <= 2 and _NEAR_MARKS.issuperset(gap)


def _topics(scene: Scene) -> list[Item | None]:
    """Give for each sentence the first person named in the nearest earlier sentence that names one."""
    first: list[Item | None] = [None] * len(scene.sentences)
    for item in scene.items:
        if item.kind == "P":
            sentence = locate(scene.sentences, item.start)
            if first[sentence] is None:
                first[sentence] = item
    topics: list[Item | None] = []
    current: Item | None = None
    age = 0
    for sentence in range(len(scene.sentences)):
        topics.append(current if age < 6 else None)
        age += 1
        if first[sentence] is not None:
            current, age = first[sentence], 0
    return topics


def _describe_context(scene: Scene, start: int, end: int, floor: int, ceiling: int) -> list[str]:
    before = scene.template(max(floor, start - 12), start)[-2:]
    after = scene.template(end, min(ceiling, end + 12))[:2]
    return [f"before:{''.join(before)}", f"after:{''.join(after)}"]


def _touching(scene: Scene, mention: Item) -> str:
    """Say what touches a name on its two sides: T, O or nothing."""
    position = scene.place[mention.kind, mention.index]
    sides = []
    if position and scene.items[position - 1].end == mention.start:
        sides.append(scene.items[position - 1].kind)
    else:
        sides.append("_")
    if position + 1 < len(scene.items) and scene.items[position + 1].start == mention.end:
        sides.append(scene.items[position + 1].kind)
    else:
        sides.append("_")
    return "".join(sides)


@dataclass(slots=True)
class CarryCandidate:
    """An organisation phrase that a title without its own may take over, with features. `phrase` is [start, end)."""

    phrase: tuple[int, int]
    features: list[str]
    bond: str = ""
    """How it comes from a title of the same person: "joined" by 、 or 兼, or "glued" with nothing between."""


def describe_carry(
    scene: Scene,
    title: int,
    mention: int,
    source: str,
    phrase: tuple[int, int],
    edge: int,
    same_person: bool,
    given: str = "",
) -> CarryCandidate:
    """Describe taking over `phrase` for a title of a person.

    source: "title" (from the title before, `given`; `edge` is its end), "name" (it stands before the name, `edge` is
    the name's start) or "bracket" (it stands in brackets behind the name and title, `edge` is the opening bracket).
    """
    start, end = scene.titles[title]
    name_end = scene.mentions[mention][1]
    words = scene.text[phrase[0] : phrase[1]]
    tail = words[-1]
    generic = "" if words not in generic_words() else "generic" if len(words) > 1 else "bare"  # 我院, 院
    kind = classify_title(scene.text[start:end])
    body = "committee" if tail == "委" or words.endswith("中央") else "body"
    side = "after" if start >= name_end else "before"
    symbols = scene.template(edge, start) if edge <= start else scene.template(end, edge)
    own = "".join(symbols)
    features = [
        f"{source}:{side}:{own}",
        f"{source}:{side}:{same_person}",
        f"{source}:{side}:{own}:{same_person}",
        f"{source}:{tail}",
        f"{source}:{tail}:{kind}",
        f"{source}:{generic}:{side}",
        f"{source}:{generic}:{side}:{same_person}",
        f"{source}:{side}:{same_person}:{tail}",
        f"{source}:{side}:{own}:{kind}:{same_person}",
        f"{source}:{side}:{kind}:{same_person}",
        f"{source}:{kind}:{body}:{same_person}",
        f"{source}:{kind}:{body}",
        f"{kind}",
        f"{source}:{side}:{own}:{same_person}:{body}:{kind if kind in ('state', 'student') else 'held'}",
        f"{source}:{side}:between:{'O' in symbols}",
        f"{source}:{side}:last:{symbols[-1] if symbols else ''}",
        f"{source}:{side}:last:{symbols[-1] if symbols else ''}:{same_person}:{kind}",
    ]
    fits = _tell_fit(scene.text[start:end], words)
    features += [f"fits:{fits}", f"{source}:{side}:{same_person}:fits:{fits}", f"{source}:{side}:{own}:fits:{fits}"]
    bond = ""
    if source == "title" and same_person and own in ("、", "兼", "与", ""):
        bond = "joined" if own else "glued"
    where = "joined" if bond else side
    people = min(symbols.count("P") + 3 * ("、+" in symbols or "，+" in symbols), 4)
    head, gap = scene.text[end - 2 : end], abs(start - edge if edge <= start else edge - end)
    features += [
        f"people:{people}:{same_person}",
        f"people:{people}:{fits}",
        f"{source}:gap:{min(gap // 6, 6)}:{same_person}",
        f"head:{head}:{tail}:{generic}",
        f"head:{head}:{source}:{same_person}",
    ]
    if given:
        rank = _compare_ranks(given, scene.text[start:end])
        heads = f"{given[-2:]}>{head}"
        features += [
            f"rank:{rank}:{same_person}:{where}",
            f"rank:{rank}:{same_person}:{where}:{fits}",
            f"rank:{rank}:{own}",
            f"heads:{heads}:{where}",
            f"heads:{heads}:{where}:{same_person}",
        ]
    return CarryCandidate(phrase, features, bond)


_RANKS = re.compile(r"^(?:第一|常务|执行|副|原|前|代|名誉|总)+")


@functools.cache
def _bodies() -> dict[str, str]:
    """What bodies end in, by the title that they have (*: all endings of bodies)."""
    return dict(line.split() for line in read_lines("title_bodies.txt"))


def _tell_fit(title: str, body: str) -> str:
    """Say whether a title is one that such a body has by its name: 校长 fits 大学, 局长 does not."""
    head, bodies = title[-2:], _bodies()
    if head in bodies:
        return "yes" if body[-1] in bodies[head] else "no"
    if head[-1] == "长" and head[0] in bodies["*"]:
        if body[-1] == head[0]:
            return "yes"
        return "no" if body[-1] in bodies["*"] else "open"
    return "open"


def _compare_ranks(given: str, title: str) -> str:
    """Say how a title stands to the one given before it: its deputy (主任, 副主任), alike, or another office."""
    if given == title:
        return "same"
    if _RANKS.sub("", given) == _RANKS.sub("", title):
        return "deputy" if len(title) > len(given) else "chief"
    return "both" if _RANKS.match(title) and _RANKS.match(given) else "other"


@dataclass(slots=True)
class Holding:
    """A title held by a named person, with the organisation phrase it belongs to; indices into the Scene's lists."""

    title: int
    mention: int
    organisation: tuple[int, int] | None
    probability: float


def list_carries(
    scene: Scene,
    pairing: tuple[int, int],
    previous: Holding | None,
    before_name: tuple[int, int] | None,
    taken: bool,
) -> list[CarryCandidate]:
    """Give the organisation phrases that a title with none before it may take over.

    pairing: the title and the mention of who holds it. previous: the holding whose title stands last before this one.
    before_name: the phrase that touches the name from the left. taken: whether a title between that phrase and the name
    has it already.
    """
    title, mention = pairing
    start, end = scene.titles[title]
    name_start, name_end = scene.mentions[mention]
    candidates = []
    if previous is not None and previous.organisation is not None:
        edge = scene.titles[previous.title][1]
        if edge <= start and start - edge <= _REACH and not _STOP.search(scene.text, edge, start):
            same = scene.mentions[previous.mention] == scene.mentions[mention]
            holder_end = scene.mentions[previous.mention][1]
            if same or not holder_end <= previous.organisation[0] < start:  # 甲校友会理事长、乙副校长
                given = scene.text[slice(*scene.titles[previous.title])]
                candidates.append(
                    describe_carry(scene, title, mention, "title", previous.organisation, edge, same, given)
                )
    if before_name is not None and start >= name_end and start - name_end <= _REACH and not taken:
        candidates.append(describe_carry(scene, title, mention, "name", before_name, name_end, True))
    position = scene.place["P", mention]
    for item in reversed(scene.items[max(0, position - 4) : position]):
        if name_start - item.end > _REACH or _STOP.search(scene.text, item.end, name_start):
            break
        if item.kind == "O":
            phrase = (item.start, item.end)
            known = any(candidate.phrase[1] == item.end for candidate in candidates)
            if name_start > item.end and start >= name_end and not known:
                candidates.append(describe_carry(scene, title, mention, "near", phrase, item.end, False))
            break
    edge = max(end, name_end) if start >= name_end else name_end
    bracket = _BRACKET.match(scene.text, edge)
    if bracket and not any(
        bracket.start() <= t_start < bracket.end() for t_start, _ in scene.titles[title + 1 : title + 3]
    ):
        phrase = (bracket.start(1), bracket.end(1))
        if any(phrase[0] <= item.start < phrase[1] and item.kind == "O" for item in scene.items_from(phrase[0])):
            candidates.append(describe_carry(scene, title, mention, "bracket", phrase, edge, True))
    return candidates


_BRACKET = re.compile(r"[（(]([^（）()，。；、\n]{2,25})[）)]")
