"""Titles joined by 、 or 兼 have one holder: 主任、教授及某所的副所长甲; 甲，…担任某基地的首席专家与主任."""

from __future__ import annotations

import itertools
import re

from jishi.stages.scene import Scene

# What may stand between two joined titles: a conjunction, then the second title's organisation.
_JOINED = re.compile(r"[、与兼](?:[OH]*(?:与[OH])?的?)?")
_FAINTER = 0.95  # of the neighbour's probability


def spread_holders(scene: Scene, surest: dict[tuple[int, int], float], floor: float) -> dict[tuple[int, int], float]:
    """Give further (title, mention) pairs: a title that nobody holds has the holder of the title it is joined to.

    surest: the probability of each pair of title and mention. floor: what a pair needs to count. A title right
    behind a name belongs to that name, one right before a name to that: neither is given on.
    """
    holders: dict[int, list[tuple[float, int]]] = {}
    for (title, mention), probability in surest.items():
        if probability >= floor:
            holders.setdefault(title, []).append((probability, mention))
    begins = {start for start, _ in scene.mentions}
    ends = {end for _, end in scene.mentions}
    added: dict[tuple[int, int], float] = {}
    order = sorted(range(len(scene.titles)), key=lambda i: scene.titles[i])
    joined = [
        (a, b)
        for a, b in itertools.pairwise(order)
        if scene.titles[b][0] - scene.titles[a][1] <= 40
        and scene.titles[a][1] not in begins
        and scene.titles[b][0] not in ends
        and _JOINED.fullmatch("".join(scene.template(scene.titles[a][1], scene.titles[b][0])))
    ]
    for backwards, pairs in ((True, reversed(joined)), (False, joined)):
        for a, b in pairs:
            source, target = (b, a) if backwards else (a, b)
            edge = scene.titles[target][0] if backwards else scene.titles[target][1]
            if target in holders or source not in holders or (edge in ends if backwards else edge in begins):
                continue
            probability, mention = max(holders[source])
            start = scene.mentions[mention][0]
            if (start > scene.titles[source][0]) == backwards:
                added[target, mention] = probability * _FAINTER
                holders[target] = [(added[target, mention], mention)]
    return added
