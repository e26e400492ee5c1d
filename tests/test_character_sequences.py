"""What the data says of characters behind others is found where it stands in the file."""

from __future__ import annotations

import pytest

from jishi.lexicons import read_lines
from jishi.stages.character_sequences import character_sequences

ROWS = [line.split("\t") for line in read_lines("character_sequences.txt")[::97]]


def test_every_line_is_found() -> None:
    language = character_sequences()
    for head, *costs in ROWS:
        context = head.replace("¶", "\n")
        if len(head) == 1:
            assert language.cost_alone(context) == int(costs.pop(0)) / 8
        assert language.unseen(context) == int(costs[0]) / 8
        packed = "".join(costs[1:])
        followers = {
            char.replace("¶", "\n"): (ord(cost) - 48) / 8 for char, cost in zip(*[iter(packed)] * 2, strict=True)
        }
        assert language.followers(context) == followers


@pytest.mark.parametrize("context", ["", "😀😀", "\x00", "\ud800", "¶", "#", "# "])
def test_nothing_is_known_behind_what_the_data_does_not_have(context: str) -> None:
    assert character_sequences().unseen(context) == 0.0
    assert character_sequences().followers(context) == {}
