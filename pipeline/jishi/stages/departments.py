"""Names of departments: 公共管理学院, 党委宣传部 and 附属中学 do not tell whose they are."""

from __future__ import annotations

import functools
import re

from jishi.lexicons import join_words, read_lines

_ENDS = (
    "研究生院|学院|书院|学部|研究院|研究所|办公室|图书馆|博物馆|委员会|研究生会|学生会|校友会|基金会|总支部|党总支|党支部|团总支"
    "|团支部|总支|支部|医院|学校|中学|小学|中心|政府|工会|团委|党委|公司|集团|系|院|处|科|室|办|部|所|委|局|厅|会"
)
_LONGEST = 16


@functools.cache
def department_words() -> frozenset[str]:
    """Give the words that names of departments are made of before 学院, 系, 处, 部 …"""
    return frozenset(word for line in read_lines("department_words.txt") for word in line.split())


@functools.cache
def _pattern() -> re.Pattern[str]:
    return re.compile(f"(?:{join_words(department_words())}|{_ENDS})*(?:{_ENDS})")


def is_department(name: str) -> bool:
    """Say whether a name is made of nothing but what names of departments are made of."""
    return len(name) <= _LONGEST and _pattern().fullmatch(name) is not None
