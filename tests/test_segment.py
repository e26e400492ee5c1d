"""What a token is said to be does not depend on how soon it is said."""

from __future__ import annotations

import pytest
import spacy
from spacy.attrs import IDS

import jishi

FLAGS = [number for name, number in IDS.items() if name.startswith(("IS_", "LIKE_"))]
ODD_WORDS = [
    "十二", "两千", "廿三", "人民", "3.5", "1/2", "~三百", "，", "千万", "一个", "①", "http://localhost", "中.com",
    "www.a.cn", "林@qinghe.cn", "“", "...", "（", "[", "$", "￥", "Ａ", "𝐀", "aB", "\n", "中" * 120, "三\n", "X光",
]  # fmt: skip


@pytest.mark.parametrize("word", ODD_WORDS)
def test_words_are_told_apart_as_spacy_tells_them(word: str) -> None:
    sooner, plain = jishi.load().vocab, spacy.blank("zh").vocab
    assert all(bool(sooner[word].check_flag(flag)) == bool(plain[word].check_flag(flag)) for flag in FLAGS)
    assert all(getattr(sooner[word], name) == getattr(plain[word], name) for name in ("lower_", "shape_", "norm_"))
