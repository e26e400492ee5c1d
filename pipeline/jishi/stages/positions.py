"""Who holds which title where: pairs of a title and a named person, scored by small models of what stands between.

For every title the people named near it are candidates: after it (校长刘福玉), before it (刘福玉校长; 李楠，女，教授),
others of the same list (副主席贾平、徐连奎), and the subject of the sentences before (他现任…). The templates of what
stands between (see `scene`) are the features of a linear model trained on annotated articles (models/relations). Which
organisation a title takes over that has none of its own is told in `carries`.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from jishi.stages.clauses import locate
from jishi.stages.scene import TEMPLATE, Item, Scene
from jishi.stages.titles import classify_title

_REACH = 70  # characters between a title and a name
_TOPIC_REACH = 150  # characters from the beginning of a sentence to a title of the person that it is about
_CANDIDATES = 8  # names looked at on each side
_LIST = 80  # names of one list that can share a title
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
_IS_ONE = re.compile(r"是一?[名位个]")
_POLITE = re.compile(r"老师|同学|先生|女士|同志|博士")
_SHARED = re.compile(
    r"等(?:[\d一二两三四五六七八九十]+[名位]?人?|同志)?(?:当选为?|任|担任|为|被聘为|被选为|受聘为|课题组|项目组|工作组)"
)
_LISTED_BEFORE = re.compile(r"[、和与及][^，。；：\n]{0,24}")
_NUMBERED = re.compile(r"([两二三四五六七八九十2-9])位$")
_NUMBERS = {char: 2 + i // 2 for i, char in enumerate("二2三3四4五5六6七7八8九9")} | {"两": 2, "十": 10}
_PRONOUN = re.compile(r"(?:随后|目前|现在|此前|同时)?[，,]?(他|她|其|该)")


@dataclass(slots=True)
class Candidate:
    """A possible pairing with the features that describe it; `certain` ones need no model."""

    title: int
    mention: int
    features: list[str] = field(default_factory=list)
    certain: bool = False
    listed: bool = False
    """Whether only names of one list stand between: 副主席甲、乙."""


@dataclass(slots=True)
class _Place:
    """A title or honour with what stands around it, from which the pairs with names are described."""

    index: int
    start: int
    end: int
    floor: int
    """Where its sentence begins."""
    left: list[Item]
    """The names before it in its sentence, nearest first."""
    right: list[Item]
    before: str
    """The template back to the nearest name before it, ∅ where there is none."""
    after: str
    head: str
    """Its last two characters."""
    kind: str
    run: str
    direction: str
    """How the row of items that it stands in looks, and which way the titles of that row point."""
    context: list[str]


def list_candidates(scene: Scene, kind: str = "T") -> list[Candidate]:
    """Give the people that each title (or honour, for kind "H") may belong to, with the features of each pair."""
    candidates: list[Candidate] = []
    spans = scene.titles if kind == "T" else scene.honours
    if not spans or not scene.mentions:
        return candidates
    topics = _topics(scene)
    runs = _describe_runs(scene)
    for index, (start, end) in enumerate(spans):
        position = scene.place.get((kind, index))
        if position is None:
            continue
        sentence = locate(scene.sentences, start)
        place = _describe_place(scene, index, position, (start, end), scene.sentences[sentence], runs[position])
        candidates += _pair_with_left(scene, place)
        candidates += _pair_with_right(scene, place, kind)
        topic = topics[sentence]
        if topic is not None and not place.left and start - place.floor <= _TOPIC_REACH:
            candidates += _pair_with_topic(scene, place, topic)
    return candidates


def _describe_place(
    scene: Scene, index: int, position: int, span: tuple[int, int], sentence: tuple[int, int], row: tuple[str, str]
) -> _Place:
    """Give what stands around a title or honour. position: its place among the items. row: see _describe_runs."""
    start, end = span
    floor, ceiling = sentence
    left = _people_near(scene, position, -1, floor, ceiling)
    right = _people_near(scene, position, 1, floor, ceiling)
    return _Place(
        index,
        start,
        end,
        floor,
        left,
        right,
        before="".join(scene.template(left[0].end, start)) if left else "∅",
        after="".join(scene.template(end, right[0].start)) if right else "∅",
        head=scene.text[end - 2 : end],
        kind=classify_title(scene.text[start:end]),
        run=row[0],
        direction=row[1],
        context=_describe_context(scene, start, end, floor, ceiling),
    )


def _stands_behind_name(scene: Scene, place: _Place) -> bool:
    """Say whether a title touches the name before it and a mark follows: 甲院长、乙教授."""
    touches = bool(place.left) and place.left[0].end == place.start
    return touches and scene.text[place.end : place.end + 1] in _LIST_MARKS


def _is_too_far(symbols: list[str]) -> bool:
    return symbols.count("T") + symbols.count("P") > 6 or "。" in symbols


def _pair_with_left(scene: Scene, place: _Place) -> list[Candidate]:
    """Give the pairs of a title with the names before it."""
    if place.direction.startswith("right"):
        return []  # the whole row points the other way
    pairs = []
    listed = _count_list(scene, place.left)
    shared = _share_list(scene, place.left, place.start)
    behind = _stands_behind_name(scene, place)
    number = _NUMBERED.search(scene.text, max(0, place.start - 3), place.start)
    for rank, item in enumerate(place.left):
        symbols = scene.template(item.end, place.start)
        if _is_too_far(symbols) or (behind and rank and "T" in symbols):
            continue  # 甲院长、乙教授: no title of 甲
        own = "".join(symbols)
        unlisted = _LIST_PART.sub("", own)
        pair = Candidate(place.index, item.index)
        if number and unlisted in ("N位", "等N位"):
            pair.certain = rank < _NUMBERS.get(number[1], 0)  # 甲、乙两位副主席
        elected = unlisted in ("为", "+为") and rank < listed
        if (
            (elected and _ELECTED.search(scene.text, place.floor, place.start))  # 选举甲、乙为副主任
            or rank < shared  # 甲公司经理甲、乙公司董事长乙等28人当选副会长
            or (rank == 0 and _PRONOUN_HOLDS.fullmatch(own))  # 甲女士，她同时担任某基地的主任
            or (rank == 0 and _IS_ONE.fullmatch(scene.text, item.end, place.start))  # 甲是一名医师
        ):
            pair.certain = True
        pair.listed = rank > 0 and unlisted in ("", "：", "等")
        pair.features = _describe_pair(scene, place, "L", rank, item, symbols, listed)
        pairs.append(pair)
    return pairs


def _pair_with_right(scene: Scene, place: _Place, kind: str) -> list[Candidate]:
    """Give the pairs of a title (or honour) with the names behind it."""
    if place.direction.startswith("left") or _stands_behind_name(scene, place):
        return []  # the whole row points the other way; 院长甲教授、乙: 教授 is 甲's alone
    pairs = []
    listed = _count_list(scene, place.right)
    for rank, item in enumerate(place.right):
        symbols = scene.template(place.end, item.start)
        own = "".join(symbols)
        unlisted = _LIST_PART.sub("", own)
        if _is_too_far(symbols) or (place.head == "记者" and unlisted not in ("", "：", "（", "代表")):
            continue  # 记者采访了甲
        if rank and _is_of_other_rank(scene, place.right[0], item):
            continue
        pair = Candidate(place.index, item.index)
        pair.listed = rank > 0 and unlisted in ("", "：", "等")
        if (kind == "T" and rank == 0 and _opens_name(scene, place, item)) or (
            listed > 1 and rank < listed and unlisted == "："
        ):
            pair.certain = True  # 村委会副主任甲, 副市长（挂职）甲; 书法家：甲、乙、丙
        pair.features = _describe_pair(scene, place, "R", rank, item, symbols, listed)
        pairs.append(pair)
    return pairs


def _is_of_other_rank(scene: Scene, first: Item, later: Item) -> bool:
    """Say whether a later name of a list is addressed as the first is not: 处长何远、王晓棠老师."""
    polite = _POLITE.match(scene.text, later.end)
    return polite is not None and polite[0] in "老师同学" and not _POLITE.match(scene.text, first.end)


def _describe_pair(
    scene: Scene, place: _Place, side: str, rank: int, item: Item, symbols: list[str], listed: int
) -> list[str]:
    """Give the features of a title and a name.

    side: "L" where the name stands before the title, "R" behind it. rank: how many names stand nearer. symbols: the
    template between the two. listed: how many names stand in one list with the nearest.
    """
    own, other = "".join(symbols), place.after if side == "L" else place.before
    polite = _POLITE.match(scene.text, item.end)
    touch, beyond = _touching(scene, item), _measure(other)
    names = str(listed) if listed <= 3 else "many"
    near, different = f"{side}:rank{min(rank, 1)}", dict.fromkeys(symbols)
    return [
        f"{side}:{own}",
        f"{side}:{own}|{other}",
        f"{side}:rank{min(rank, 3)}",
        f"{near}:{place.head}",
        f"{side}:{own}:{place.head}",
        f"{side}:other:{other}",
        f"{side}:{own}:beyond:{beyond}",
        f"{near}:beyond:{beyond}",
        f"{side}:size{min(len(symbols), 8)}",
        *(f"{side}:has:{symbol}" for symbol in different),
        *(f"{near}:has:{symbol}" for symbol in different),
        f"{near}:polite:{polite.group() if polite else 0}",
        f"{near}:{place.kind}",
        *(f"{side}:{own}:{feature}" for feature in place.context),
        *(f"{near}:{feature}" for feature in place.context),
        f"{side}:touch:{touch}",
        f"{side}:{own}:touch:{touch}",
        f"{near}:touch:{touch}",
        f"{side}:run:{place.run}",
        f"{near}:run:{place.run}",
        f"{side}:{own}:run:{place.run}",
        f"{side}:points:{place.direction}",
        f"{side}:{own}:names{names}",
        f"{side}:list:{_LIST_PART.sub('', own)}:{rank > 0}:names{names}",
        f"{near}:names{names}:{place.head}",
        f"{near}:points:{place.direction}",
        f"{side}:{own}:points:{place.direction}",
    ]


def _pair_with_topic(scene: Scene, place: _Place, topic: Item) -> list[Candidate]:
    """Give the pair of a title with the person that the sentence goes on about: 他现任…."""
    symbols = scene.template(place.floor, place.start)
    if len(symbols) > TEMPLATE:
        return []
    features = [
        "topic",
        f"topic:{bool(_PRONOUN.match(scene.text, place.floor))}",
        f"topic:{''.join(symbols)}",
        f"topic:{symbols[0] if symbols else ''}",
        f"topic:last:{symbols[-1] if symbols else ''}",
        f"topic:other:{place.after}",
        f"topic:{place.head}",
        *(f"topic:has:{symbol}" for symbol in dict.fromkeys(symbols)),
        *(f"topic:{feature}" for feature in place.context),
    ]
    return [Candidate(place.index, topic.index, features)]


def _opens_name(scene: Scene, place: _Place, name: Item) -> bool:
    """Say whether an office stands right before a name, and no row without marks (甲某会主席乙某院院长丙) makes it
    doubtful whose it is."""
    words = scene.text[place.start : place.end]
    if words.endswith("成员") or place.kind not in ("office", "state"):
        return False
    if _touching(scene, name)[1] != "_" or place.before[:1] in ("", "O", "T"):
        return False
    return name.start == place.end or _AFTER_TITLE.fullmatch(scene.text, place.end, name.start) is not None


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
