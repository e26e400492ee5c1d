"""Which script a text is in, and its conversion: by words, names kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.stages.script import classify_script, to_simplified, to_traditional

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases/script.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_case(case: dict) -> None:
    script = classify_script(case["text"])
    assert script == case["script"]
    assert to_simplified(case["text"], script) == case["expected"]


@given(st.text("乾著瞭後裡頭髮學會徐張李名顯看曬王汎森龑𠮷,，a1\n", max_size=40))
def test_conversion_keeps_every_character_in_its_place(text: str) -> None:
    for script in ("simplified", "traditional", "mixed"):
        assert len(to_simplified(text, script)) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "同学们在图书馆里干活，皇后的头发乌黑，一只猫坐在后面",
        "他想象不到坐标系的背后有什么，孩子背着书包，受到熏陶",
        "领导干部要干净干事，烘干机和饼干都在仓库",
        "复试和答复都要按照规定，工作人员回复了关于升级的问题",
    ],
)
def test_there_and_back_again(text: str) -> None:
    assert to_simplified(to_traditional(text), "traditional") == text
