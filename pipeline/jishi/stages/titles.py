"""Where titles stand: what the tagger calls a TITLE, brought to the form of the guidelines, and what the lexicon finds
next to a name.

A title is one office, job or rank (`党委书记`, `副校长`, `2022级硕士研究生`). A department before it belongs to the
organisation (教务处 + 处长), the office of a party or youth committee is a title as a whole (党委书记).
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from jishi.lexicons import join_words, read_lines
from jishi.stages.affiliations import ends_like_organisation, generic_words, is_territory
from jishi.stages.findings import Entity

_MAX_TITLE = 18
_SURE = 0.95  # the tagger's score from which a title counts though its last word is none of the lexicon's
_NO_TITLE = ("专家", "代表", "领导", "嘉宾", "官员", "党员", "学员", "选手", "老师", "同学")
_NO_OFFICE = re.compile(r"团|台上?|令|府|办公|会议|级别|候选|选举|竞选|负责制|们|评委|讲坛|沙龙|队伍|群体")
# Whoever is told, thanked or shown something, and many at once, are nobody by name: 告诉记者, 有关部门负责人, 这批学员
_ANYBODY_BEFORE = re.compile(
    r"(?:告诉|接受|采访|共见|(?<![方导指志意])[对向答让给]|(?:广大|全体|各位|诸位|众多|部分|所有|[这那]些|[这那]一批|"
    r"许多|很多|不少|(?:有关|相关|各)(?:部门|单位|院校|方面))的?)$"
)
# Several without names; behind 等 or a list they have been named: 三位副行长
_SEVERAL_BEFORE = re.compile(
    r"(?<![等\d一二两三四五六七八九十百余])(?!一[位名])[\d一二两三四五六七八九十百余多数几]{1,4}[位名][^，。、；：:（(\s]{0,8}$"
)
# Whose 代表 speaks for them; what follows 主编 as something that is done
_SPEAKS_FOR = ("教师", "学生", "导师", "教职工", "职工", "员工", "新生", "毕业生", "志愿者", "班主任")
_AS_VERB = re.compile(r"了|出版|的?《|国内|国家")
# What no family name is before a title, and what stands before one: 任|教授, 与|石教授
_NO_FAMILY = frozenset("任曾和都应时并于常毕经历代兼原现是为总全各该")
_BEFORE_FAMILY = frozenset("和与及由向对请邀陪随为给偕")
_LATIN_BEFORE = re.compile(r"[A-Za-zÀ-ÿ] ?$")
_ANYBODY_AFTER = re.compile(
    r"提名|(?<=编辑)(?:搜集|整理|的|出版|制作|成|发表|完成)|代表(?=[^\u4e00-\u9fff]|[和及与也发先在共上参分作进从们])"
)
_POSTS = ("大使", "公使", "总领事", "代办", "代表", "特使", "特派员")
# Offices of Hong Kong and Macao with their field inside: 高级劳工事务|主任
_SENIOR = re.compile(r"(?:高级|助理)[^\W\da-zA-Z的和与及兼任为]{2,6}$")
_SENIOR_HEADS = ("主任", "督察", "监督")
_POSTED = re.compile(r"[前原]?常?驻[\u4e00-\u9fff]{2,8}$")
# 总监 and the like right behind a firm and two to four characters: those are its field
_FIRM_HEADS = ("总监", "合伙人", "项目官员", "副总裁")
_FIRM_FIELD = re.compile(r"[\u4e00-\u9fff]{2,4}")
_NO_FIELD = re.compile(
    r"[的和与及兼任为是在由名该等某首前原]|[部处科室组中心院班区系股司局]$|主任|院长|会长|经理|创始|联合"
)
_SEPARATORS = re.compile(
    r"[、，,/／；;]|(?<=[长任记授员席师事理])(?:暨|兼(?!职)|及|和|与)(?=.{2})|(?<=教授)(?=博士生导师|博导|硕士生导师)"
)
_LEADING = re.compile(
    r"^(?:全体|分管(?!会长)|骨干(?=[演教])|新生(?=辅导员|班主任)|(?:(?!外|[古书典户学]籍)[\u4e00-\u9fff]){1,6}籍|(?:蓝皮书|丛书|书)(?=主编)|"
    r"青年(?=作家|演员|学者|歌手|舞|画家|书法家|诗人|导演|编剧|钢琴|主播|艺术家|歌唱家|企业家|设计师|摄影)|"
    r"独立(?=撰稿|学者|导演|制片)|现任|曾任|时任|历任|当选(?!总统)|有关|相关|主要|兼任|担任|出任|就任|现为|曾为|现兼|兼(?!职)|任(?!课|教)|暨|和|及|与|的|是|为|系(?!主任|副主任|友)|(?:换届|成员)?名单|知名|资深(?!工程师|经理|顾问|副总|总监|协理|专员|研究员)|著名|顶尖|顶级|杰出|优秀|"
    r"新任|我国|国内外|国内|[\s“”\"（(·—\-:：]|(?:（|\()?(?:左|右)[一二三四五]?(?:）|\)))+"
)
_OWN_BODY = re.compile(r"(?:社区|街道)(?=党)")  # 社区|党总支书记
_ADDRESSED = re.compile(
    r"(?![向和于应对任同常都时])[\u4e00-\u9fff](?:老师|先生|女士|同志|同学|阿姨|大姐|师傅|大夫|奶奶|爷爷)(?!们)"
)
_TRAILING = re.compile(r"(?:等|先生|女士|同志|老师|[\s“”\"）)·—\-:：、，。的])+$")
# The year of a class belongs to a student's title: 2018级本科生, 95级班长, 研究生二年级学生
_COHORT = (
    r"(?:(?:19|20)?\d\d[级届年]|[大研硕博][一二三四五]|[高初][一二三]|中[一二三四五六]|[一二三四五六七八九]年级)"
    r"(?:[（(]?[\d一二三四五六七八九十]{1,2}[）)]?班)?"
)
# A student's title that a roster without marks glued to the office of the next name: 2016级本科生|副主席
_STUDENT_OFFICE = re.compile(
    rf"{_COHORT}(?:本科|(?:硕士|博士)?研究|硕士|博士)生(?=(?:常务|执行)?副?(?:主席|会长|部长|社长|书记))"
)


@dataclass(slots=True, frozen=True)
class Title:
    """One title as [start, end) of the text; `tagged` says whether the tagger found it (else the lexicon did)."""

    start: int
    end: int
    tagged: bool


@functools.cache
def _alternatives(*names: str) -> str:
    words = {word for name in names for word in read_lines(name)}
    return join_words(words)


@functools.cache
def title_pattern() -> re.Pattern[str]:
    """Give the pattern of a whole title: its cohort or modifiers, then a head (2018级本科生, 党委副书记)."""
    heads, modifiers = _alternatives("title_heads.txt"), _alternatives("title_modifiers.txt")
    return re.compile(rf"(?:{_COHORT})?(?:{modifiers}){{0,5}}(?:{_fields(modifiers)})?(?:{heads})(?:助理|秘书)?")


@functools.cache
def _title_parts() -> re.Pattern[str]:
    """What stands before the head of a title that has a cohort or field: 2018级|本科生, 高级产品|总监."""
    modifiers = _alternatives("title_modifiers.txt")
    return re.compile(rf"(?:{_COHORT}|(?P<field>(?:{modifiers}){{0,3}}(?:{_fields(modifiers)})))")


def _fields(modifiers: str) -> str:
    """What an office is for, before the offices that take it in: 产品|副总裁."""
    lines = (line.partition(": ") for line in read_lines("title_fields.txt"))
    return "|".join(
        rf"(?:{join_words(fields.split())})"
        + ("" if heads.startswith("=") else rf"(?:{modifiers}){{0,2}}")
        + rf"(?=(?:{join_words(heads.removeprefix('=').split())}))"
        for heads, _, fields in lines
    )


@functools.cache
def _title_before_pattern() -> tuple[re.Pattern[str], frozenset[str]]:
    """What finds a title at the end of a text, and the characters that it can end with ($ takes a line break too)."""
    heads = (*read_lines("title_heads.txt"), "助理", "秘书")
    return re.compile(title_pattern().pattern + r"$"), frozenset({"\n", *(head[-1] for head in heads)})


@functools.cache
def _verb_like() -> frozenset[str]:
    """Titles that after a name are more often verbs or the start of another word: 江某代表各团体致辞."""
    return frozenset(read_lines("verb_like_titles.txt"))


@functools.cache
def _ranks() -> re.Pattern[str]:
    """Words that belong to the title behind them, though the tagger left them out: 原|局长, 大会|执行主席."""
    return re.compile(f"(?:{join_words(read_lines('title_ranks.txt'))})+")


@functools.cache
def _not_titles() -> frozenset[str]:
    return frozenset(read_lines("not_titles.txt"))


@functools.cache
def surnames() -> frozenset[str]:
    """Give the Chinese family names: every character of the one-character list, and the longer ones."""
    names: set[str] = set()
    for line in read_lines("surnames.txt"):
        names.update(line if len(line) > 4 else [line])
    return frozenset(names)


@functools.cache
def _classes() -> list[tuple[str, tuple[str, ...]]]:
    lines = (line.partition(":") for line in read_lines("title_classes.txt"))
    return [(name, tuple(endings.split())) for name, _, endings in lines]


def classify_title(title: str) -> str:
    """Give the kind of a title: state, rank, student, expert, else office."""
    return next((name for name, endings in _classes() if title.endswith(endings)), "office")


def match_title_before(text: str, end: int, start: int = 0) -> tuple[int, int] | None:
    """Give the longest title by the lexicon that ends at `end` and begins at or after `start`, or None."""
    pattern, last = _title_before_pattern()
    window = max(start, end - _MAX_TITLE)
    if end <= window or text[end - 1] not in last:
        return None
    found = pattern.search(text[window:end])
    return (window + found.start(), end) if found else None


def match_title_after(text: str, start: int) -> tuple[int, int] | None:
    """Give the title by the lexicon that begins at `start`, right after a name (刘福玉校长), or None."""
    found = title_pattern().match(text, start, min(len(text), start + _MAX_TITLE))
    if not found or found.group() in _verb_like():
        return None
    return found.start(), found.end()


def is_title(text: str) -> bool:
    """Say whether the lexicon knows `text` as a whole title."""
    return title_pattern().fullmatch(text) is not None


def _is_body(words: str) -> bool:
    """Say whether words before an office are a body: 教务处|处长, but 外部|董事."""
    return words != "社会" and (words in generic_words() or ends_like_organisation(words) or is_territory(words))


def normalise_title(text: str, start: int, end: int, score: float = 1.0) -> list[tuple[int, int]]:
    """Give the single titles inside a tagged phrase: lists split, 现任, praise and departments left out.

    教务处处长、教授 gives 处长 and 教授; 现任党委书记 gives 党委书记; 德育副校长 stays whole. What does not end as
    titles do counts only where the tagger is sure (`score`).
    """
    titles = []
    position = start
    for separator in [*_SEPARATORS.finditer(text, start, end), None]:
        piece_end = separator.start() if separator else end
        a, b = position, piece_end
        position = separator.end() if separator else end
        leading = _LEADING.match(text[a:b])
        if leading:
            a += leading.end()
        trailing = _TRAILING.search(text[a:b])
        if trailing:
            b = a + trailing.start()
        if _NO_OFFICE.match(text, b):
            continue  # 主席|台, 校长|办公会
        student = _STUDENT_OFFICE.match(text, a, b)
        if student:
            titles.append((a, student.end()))
            a = student.end()
        known = match_title_before(text, b, a)
        if known is None and text.startswith("代表", a) and b - a == 2 and text.endswith("人大", 0, a):
            titles.append((a, b))
            continue
        if known is None:
            if b - a >= 2 and score >= _SURE and not text.endswith(_NO_TITLE, a, b):
                titles.append((a, b))
            continue
        body = _OWN_BODY.match(text, a, b)
        if body:
            known = body.end(), b
        before = text[a : known[0]]
        of_town = len(before) in (2, 3) and text[known[0] : b] in ("市长", "县长")
        if before and (_is_body(before) or of_town):
            a = known[0]  # 教务处|处长, 青禾市长
        elif before and before[-1] in surnames() and (len(before) == 1 or _is_body(before[:-1])):
            continue  # 周教授, 社区马主任: somebody else by family name and title
        if b - a >= 4 and text.endswith("人大代表", a, b):
            titles.append((b - 2, b))  # 区人大|代表
        elif b - a >= 2 and text[a:b] not in _not_titles():
            titles.append((a, b))
    return titles


def _lengthen(text: str, start: int, end: int, floor: int) -> int:
    """Give where a tagged title begins if words before it belong to it: 原|局长, 心理|学家, 驻柬埔寨|大使.

    floor: where the title may not reach beyond.
    """
    longer = match_title_before(text, end, floor)
    if longer and longer[0] < start:
        before = _title_parts().match(text, longer[0], end)
        joins = _ranks().fullmatch(text, longer[0], start) or (
            before
            and (
                (before["field"] and before.end() >= start)
                or (before.end() == start and classify_title(text[start:end]) == "student")
            )
        )
        start = longer[0] if joins or not is_title(text[start:end]) else start
    senior = _SENIOR.search(text, max(floor, start - 10), start) if text.startswith(_SENIOR_HEADS, start) else None
    start = senior.start() if senior else start
    return _take_in_post(text, start, end)


def _is_field(text: str, start: int, end: int) -> bool:
    """Say whether the characters between a firm and its 总监 are what the office is for."""
    return _FIRM_FIELD.fullmatch(text, start, end) is not None and not (
        _NO_FIELD.search(text[start:end]) or text[start] in surnames()
    )


def _take_in_post(text: str, start: int, end: int) -> int:
    """Give where 驻柬埔寨大使 begins, whose 大使 stands in [start, end)."""
    posted = _POSTED.search(text, max(0, start - 10), start) if text.endswith(_POSTS, start, end) else None
    return posted.start() if posted else start


def find_titles(text: str, entities: list[Entity], names: list[tuple[int, int]]) -> list[Title]:
    """Give the titles of a text in order: those tagged, and those that the lexicon knows next to a name.

    names: where people are named, in order. A title of the lexicon counts only where it touches a name or another title
    in a list that does (党委书记、校长刘福玉), and where nothing else is tagged.
    """
    found = _find_tagged(text, entities, {start for start, _ in names})
    _find_untagged(text, entities, names, found)
    beside = _Beside(text, entities, names, found)
    others = beside.find_others()
    return [
        Title(start, end, tagged)
        for (start, end), tagged in sorted(found.items())
        if start not in others and not beside.names_nobody(start, end)
    ]


def _find_tagged(text: str, entities: list[Entity], begins_name: set[int]) -> dict[tuple[int, int], bool]:
    """Give the single titles in what is tagged as one, with the words before it that belong to it."""
    found: dict[tuple[int, int], bool] = {}
    latest: list[tuple[int, int]] = []
    floor, body = 0, -_MAX_TITLE  # where the titles may not reach beyond; where a firm right before them ends
    for ent in entities:
        start, end = ent.start, ent.end
        if ent.label == "TITLE":
            if end + 1 in begins_name and is_title(text[start : end + 1]):
                end += 1  # 指挥|长 before a name that the tagger began too early
            begin = _lengthen(text, start, end, floor)
            if begin - body in (2, 3, 4) and text.startswith(_FIRM_HEADS, begin) and _is_field(text, body, begin):
                begin = body  # 某公司|楼宇修复|总监
            for span in latest:
                if span[1] > begin:
                    found.pop(span, None)  # this title takes it in: 主任|药师
            latest = normalise_title(text, begin, end, ent.score)
            found.update(dict.fromkeys(latest, True))
        body = end if ent.label == "ORG" else -_MAX_TITLE
        if ent.label != "LOC":
            floor = start if ent.label == "TITLE" else end
    return found


def _find_untagged(
    text: str, entities: list[Entity], names: list[tuple[int, int]], found: dict[tuple[int, int], bool]
) -> None:
    """Add the titles of the lexicon that touch a name, stand in a list with a title, or in one broken by a body."""
    free = functools.partial(_leave_taken, text, _cover(entities, names))
    for start, end in names:
        before = free(match_title_before(text, start))
        if before:
            found.setdefault((_take_in_post(text, *before), before[1]), False)
        after = free(match_title_after(text, end))
        if after:
            found.setdefault(after, False)
    pending = sorted(found)
    while pending:  # lists: what stands before 、 or 兼 in front of a title, or behind it
        start, end = pending.pop()
        if start and text[start - 1] in "、兼":
            earlier = free(match_title_before(text, start - 1))
            if earlier and earlier not in found:
                found[earlier] = False
                pending.append(earlier)
        if end < len(text) and text[end] in "、兼":
            later = free(match_title_after(text, end + 1))
            if later and later not in found:
                found[later] = False
                pending.append(later)
    bodies = {ent.end: ent.start for ent in entities if ent.label == "ORG"}
    for start, _ in list(found):  # 心理咨询师、|某校|副教授
        first = bodies.get(start, 0)
        if first and text[first - 1] == "、":
            earlier = free(match_title_before(text, first - 1))
            kind = classify_title(text[slice(*earlier)]) if earlier else ""
            if earlier and (text[earlier[1] - 1] == "师" or kind in ("rank", "expert")):
                found.setdefault(earlier, False)


def _cover(entities: list[Entity], names: list[tuple[int, int]]) -> dict[int, int]:
    """Give each offset that a tagged entity or a name covers, with the end of what covers it."""
    covering = [(ent.start, ent.end) for ent in entities if ent.label in ("TITLE", "PERSON", "ORG", "HONOUR")]
    return {offset: end for start, end in (*covering, *names) for offset in range(start, end)}


def _leave_taken(text: str, taken: dict[int, int], span: tuple[int, int] | None) -> tuple[int, int] | None:
    """Give the span if nothing tagged lies in it; a title cut by a tagged ORG keeps what is outside it."""
    if span is None:
        return None
    start, end = span
    while start < end and start in taken:
        start = taken[start]
    if end - start < 2 or any(offset in taken for offset in range(start, end)):
        return None
    if text[start:end] in _not_titles():
        return None
    return (start, end) if start == span[0] or is_title(text[start:end]) else None


class _Beside:
    """What stands beside the titles of a text, by which some of them name nobody or somebody else.

    found: the titles.
    """

    def __init__(
        self,
        text: str,
        entities: list[Entity],
        names: list[tuple[int, int]],
        found: dict[tuple[int, int], bool],
    ) -> None:
        self.text = text
        self.found = found
        self.begins_name = {start for start, _ in names}
        self.ends_name = {end for _, end in names}
        self.begins = self.begins_name | {start for start, _ in found}
        self.strange = surnames() - {text[start] for start, _ in names}
        """Family names of nobody here."""
        bodies = [ent for ent in entities if ent.label in ("ORG", "LOC")]
        self.bodies_end = {ent.end for ent in bodies}
        self.bodies_inside = {offset for ent in bodies for offset in range(ent.start, ent.end)}

    def find_others(self) -> set[int]:
        """Give where titles begin that somebody else has by family name: 关工委常务副主任|胡老师."""
        others: set[int] = set()
        for start, end in sorted(self.found, reverse=True):
            other = (
                end not in self.begins_name
                and start not in self.ends_name
                and _ADDRESSED.match(self.text, end)
                and self.text[end] in self.strange
            )
            listed = self.text.startswith("、", end) and any(end < begin <= end + _MAX_TITLE for begin in others)
            if other or listed:
                others.add(start)
        return others

    def names_nobody(self, start: int, end: int) -> bool:
        """Say whether a title between no names is anybody's: 告诉记者, 教师代表发言, 三位副行长, 石教授."""
        if start in self.ends_name or end in self.begins:
            return False
        text = self.text
        if self._is_of_several(start) or self._follows_strange(start):
            return True
        if text.startswith("代表", end) and text.endswith(_SPEAKS_FOR, start, end):
            return True
        if text[end : end + 1] in "、：:（(":
            return False
        if text[start:end] == "主编" and start not in self.bodies_end and _AS_VERB.match(text, end):
            return True
        latin = _LATIN_BEFORE.search(text, max(0, start - 2), start)
        if latin and latin.start() + 1 not in self.bodies_end and not text.startswith("的", end):
            return True  # Rivera教授, but not IBM总裁
        return bool(_ANYBODY_BEFORE.search(text, max(0, start - 6), start) or _ANYBODY_AFTER.match(text, end))

    def _is_of_several(self, start: int) -> bool:
        """Say whether a number counts who has the title that begins here, and nobody was named before: 三位|副行长."""
        counted = _SEVERAL_BEFORE.search(self.text, max(0, start - 16), start)
        if counted is None or counted.start() in self.ends_name:
            return False
        return "、" not in self.text[max(0, counted.start() - 4) : counted.start()]

    def _follows_strange(self, start: int) -> bool:
        """Say whether the family name of nobody here stands before a title: 与石|教授, but not 任|教授."""
        first, text = start - 1, self.text
        if first < 0 or text[first] not in self.strange or text[first] in _NO_FAMILY or first in self.bodies_inside:
            return False
        before = text[first - 1] if first else "\n"
        return first in self.ends_name or before in _BEFORE_FAMILY or not "\u4e00" <= before <= "\u9fff"
