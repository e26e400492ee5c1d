"""The words of a text are jieba's, whichever of the two segmenters gives them."""

from __future__ import annotations

import logging
import subprocess
import sys

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.lang.zh.lex_attrs import like_num

import jishi
from jishi.stages import words
from jishi.stages.words import LONGEST_BLOCK, cut_words, is_dictionary_word, word_counts

jieba.setLogLevel(logging.CRITICAL)

FRAGMENTS = [
    *"的就人民中国青禾市图书馆一二三年月日12 .-%_+#&aBc，。\n\r\t㐀鿿豈\U00020000😀超\x1c\x85\u3000",
    "2017-2018", "C++", "T恤", "3.5%", "www.qinghe.cn", "林听雨", "哈哈哈", "卡拉OK", "\r\n", "读书会", "畇",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join))
def test_words_are_those_of_jieba(text):
    assert cut_words(text) == jieba.lcut(text)


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_words_join_to_the_text(text):
    assert "".join(cut_words(text)) == text


def test_stretches_without_punctuation_are_cut():
    text = "青禾市" * LONGEST_BLOCK
    assert "".join(cut_words(text)) == text


@pytest.mark.parametrize("text", ["青禾市图书馆2017-2018年度读书会3.5%。", "超超超超级宠爱，林畇说"])
def test_without_the_fast_segmenter_the_words_are_the_same(text, monkeypatch):
    fast = cut_words(text), is_dictionary_word("图书馆"), is_dictionary_word("图书馆长会")
    monkeypatch.setattr(words, "rjieba", None)
    assert (cut_words(text), is_dictionary_word("图书馆"), is_dictionary_word("图书馆长会")) == fast


@pytest.mark.parametrize("word", ["十二", "两千", "廿三", "人民", "3.5", "1/2", "~三百", "，", "千万", "一个", "①"])
def test_numbers_are_told_as_spacy_tells_them(word: str) -> None:
    assert bool(jishi.load().vocab[word].like_num) == bool(like_num(word))


@pytest.mark.skipif(words.rjieba is None, reason="jieba itself segments here")
def test_what_jieba_has_to_cut_loads_no_dictionary():
    script = (
        "import jieba; from jishi.stages.words import cut_words\n"
        "assert cut_words('林畇在T恤厂说') == ['林', '畇', '在', 'T恤', '厂', '说']\n"
        "assert not jieba.dt.initialized"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_words_are_counted_as_jieba_counts_them():
    counts = word_counts()
    jieba.initialize()
    assert counts.total == jieba.dt.total
    for word in ("的", "图书馆", "图书馆员", "图书馆里", "龥", "青禾", "不约而同", "T恤", "AT&T", "T恤衫袖"):
        assert counts[word] == counts.get(word, 0) == jieba.dt.FREQ.get(word, 0)
        assert word in counts or word not in jieba.dt.FREQ


@pytest.mark.skipif(words.rjieba is None, reason="jieba itself segments here")
def test_segmenting_and_counting_import_no_jieba():
    script = (
        "import sys; from jishi.stages.words import cut_words, word_counts\n"
        "cut_words('青禾市图书馆举办读书会。'); word_counts().beginning_with('图')\n"
        "assert 'jieba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
