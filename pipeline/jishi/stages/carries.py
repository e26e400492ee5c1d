"""The organisation that a title without one of its own takes over: from the title before it (党委书记、校长), from
before the name (青禾大学林听雨教授), or from brackets behind it.

Every phrase that it may take over is described by features of what stands between, of which kind title and body are and
whether they fit; a small linear model (models/relations) says which of them it takes.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from jishi.lexicons import read_lines
from jishi.stages.affiliations import generic_words
from jishi.stages.scene import Scene
from jishi.stages.titles import classify_title

_REACH = 70  # characters between a phrase and a title that takes it over
_STOP = re.compile(r"[。！？\n]")
_BRACKET = re.compile(r"[（(]([^（）()，。；、\n]{2,25})[）)]")
_RANKS = re.compile(r"^(?:第一|常务|执行|副|原|前|代|名誉|总)+")


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
    held, words = scene.text[start:end], scene.text[slice(*phrase)]
    side = "after" if start >= scene.mentions[mention][1] else "before"
    symbols = scene.template(edge, start) if edge <= start else scene.template(end, edge)
    own = "".join(symbols)
    bond = ""
    if source == "title" and same_person and own in ("、", "兼", "与", ""):
        bond = "joined" if own else "glued"
    gap = start - edge if edge <= start else edge - end
    features = [
        *_describe_source(source, side, symbols, same_person, held, words),
        *_describe_fit(source, side, own, same_person, held, words),
        *_describe_gap(source, symbols, gap, same_person, held, words),
    ]
    if given:
        features += _describe_given(given, held, "joined" if bond else side, own, same_person, words)
    return CarryCandidate(phrase, features, bond)


def _tell_generic(words: str) -> str:
    """Say whether a phrase only points at an organisation: 我院, or 院 alone."""
    if words not in generic_words():
        return ""
    return "generic" if len(words) > 1 else "bare"


def _describe_source(
    source: str, side: str, symbols: list[str], same_person: bool, title: str, words: str
) -> list[str]:
    """Give the features of where a phrase comes from, and of the kinds of title and body."""
    own, tail, last = "".join(symbols), words[-1], symbols[-1] if symbols else ""
    kind, generic = classify_title(title), _tell_generic(words)
    body = "committee" if tail == "委" or words.endswith("中央") else "body"
    return [
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
        f"{source}:{side}:last:{last}",
        f"{source}:{side}:last:{last}:{same_person}:{kind}",
    ]


def _describe_fit(source: str, side: str, own: str, same_person: bool, title: str, words: str) -> list[str]:
    """Give the features of whether such a body has such a title."""
    fits = _tell_fit(title, words)
    return [f"fits:{fits}", f"{source}:{side}:{same_person}:fits:{fits}", f"{source}:{side}:{own}:fits:{fits}"]


def _describe_gap(source: str, symbols: list[str], gap: int, same_person: bool, title: str, words: str) -> list[str]:
    """Give the features of how far a phrase is and how many people stand between, and of the title's last words."""
    people = min(symbols.count("P") + 3 * ("、+" in symbols or "，+" in symbols), 4)
    head = title[-2:]
    return [
        f"people:{people}:{same_person}",
        f"people:{people}:{_tell_fit(title, words)}",
        f"{source}:gap:{min(gap // 6, 6)}:{same_person}",
        f"head:{head}:{words[-1]}:{_tell_generic(words)}",
        f"head:{head}:{source}:{same_person}",
    ]


def _describe_given(given: str, title: str, where: str, own: str, same_person: bool, words: str) -> list[str]:
    """Give the features of a title beside the one from which it would take the phrase."""
    rank, fits = _compare_ranks(given, title), _tell_fit(title, words)
    heads = f"{given[-2:]}>{title[-2:]}"
    return [
        f"rank:{rank}:{same_person}:{where}",
        f"rank:{rank}:{same_person}:{where}:{fits}",
        f"rank:{rank}:{own}",
        f"heads:{heads}:{where}",
        f"heads:{heads}:{where}:{same_person}",
    ]


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
