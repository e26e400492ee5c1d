"""Segmentation: jieba's words inside spaCy's Chinese tokenizer, over the normalised text.

The tokenizer is where a text enters the pipeline, so it is also where normalisation happens: `doc.text` is the
normalised text and `doc._.normalised` leads back to the source. Entities later win over jieba's boundaries: see
`rebuild_doc`.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy import attrs
from spacy.lang.zh import ChineseTokenizer, Segmenter
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from jishi.stages.findings import read_text, register_extensions
from jishi.stages.words import cut_words
from jishi.text import NormalisedText, normalise

_WORDS_KNOWN = 20_000  # the numbers of so many words are kept, of the first ones: a Doc is sooner made of numbers


class NormalisingTokenizer(ChineseTokenizer):
    """Normalise a source text, then segment it with jieba."""

    def __init__(self, vocab: Vocab) -> None:
        super().__init__(vocab, Segmenter.char)  # spaCy's own jieba would load its dictionary: `cut_words` knows it
        self._numbers: dict[str, int] = {}

    def __call__(self, text: str) -> Doc:
        """Give the Doc of the normalised form of `text` (a source text)."""
        return self.segment(normalise(text))

    def segment(self, normalised: NormalisedText) -> Doc:
        """Give the Doc of a text that is already normalised."""
        doc = self._make_doc(cut_words(normalised.text))
        doc._.normalised = normalised
        doc._.warnings = list(normalised.warnings)
        return doc

    def _make_doc(self, words: list[str]) -> Doc:
        words, spaces = _attach_spaces(words)
        numbers, strings = self._numbers, self.vocab.strings
        try:
            doc = _make_doc(self.vocab, list(map(numbers.get, words, words)), spaces)
        except KeyError:  # the vocabulary was loaded anew and knows fewer words
            numbers.clear()
            return Doc(self.vocab, words=words, spaces=spaces)
        if len(numbers) < _WORDS_KNOWN and not self.vocab.in_memory_zone:  # type: ignore[attr-defined]
            numbers.update((word, strings[word]) for word in set(words).difference(numbers))
        return doc


@registry.tokenizers("jishi.NormalisingTokenizer.v1")  # type: ignore[untyped-decorator]
def create_tokenizer() -> Callable[[Language], NormalisingTokenizer]:
    """The tokenizer under its name in a spaCy configuration."""
    register_extensions()

    def create(nlp: Language) -> NormalisingTokenizer:
        getters = nlp.vocab.lex_attr_getters  # type: ignore[attr-defined]
        getters |= {attr: _ask_sooner(attr, getter) for attr, getter in getters.items()}
        return NormalisingTokenizer(nlp.vocab)

    return create


_NUMERALS = frozenset("〇零一二两三四五六七八九十百千万亿兆壹贰叁肆伍陆柒捌玖拾佰仟廿卅卌皕")
_OF_STRING = {
    attrs.LOWER: str.lower, attrs.IS_ALPHA: str.isalpha, attrs.IS_DIGIT: str.isdigit, attrs.IS_LOWER: str.islower,
    attrs.IS_SPACE: str.isspace, attrs.IS_TITLE: str.istitle, attrs.IS_UPPER: str.isupper, attrs.IS_ASCII: str.isascii,
}  # fmt: skip
_OF_MARKS = (
    attrs.IS_PUNCT, attrs.IS_BRACKET, attrs.IS_QUOTE, attrs.IS_LEFT_PUNCT, attrs.IS_RIGHT_PUNCT, attrs.IS_CURRENCY,
)  # fmt: skip


def _ask_sooner(attr: int, getter: Callable[[str], Any]) -> Callable[[str], Any]:
    """Give a function that says of a word what spaCy's `getter` of a lexical attribute says, for most words sooner: a
    word new to the vocabulary is asked for all of them.
    """
    if attr in _OF_STRING:
        return _OF_STRING[attr]
    if attr in _OF_MARKS:  # no letter or digit begins such a word
        return lambda word: not word[:1].isalnum() and getter(word)
    if attr == attrs.LIKE_NUM:  # a long pattern
        return lambda word: not (_is_no_numeral(word[:1]) or _is_no_numeral(word[-1:])) and getter(word)
    if attr == attrs.LIKE_URL:
        return lambda word: ("." in word or word.startswith("http")) and getter(word)
    if attr == attrs.LIKE_EMAIL:
        return lambda word: "@" in word and getter(word)
    return getter


def _is_no_numeral(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff" and character not in _NUMERALS


def _attach_spaces(words: list[str]) -> tuple[list[str], list[bool]]:
    """Give the words, and which has a space behind it: a single space becomes the trailing space of its word."""
    if " " not in words and "" not in words:
        return words, [False] * len(words)
    kept: list[str] = []
    spaces: list[bool] = []
    for word in words:
        if word == " " and kept and not spaces[-1]:
            spaces[-1] = True
        elif word:
            kept.append(word)
            spaces.append(False)
    return kept, spaces


def _make_doc(vocab: Vocab, words: Sequence[str | int], spaces: list[bool]) -> Doc:
    """Build a Doc of words, as text or as the number that the vocabulary knows them by, which is much faster."""
    return Doc(vocab, words=words, spaces=spaces)  # type: ignore[arg-type]


Bounds = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def find_token_bounds(doc: Doc) -> Bounds:
    """Give where the tokens begin and where they end, in code points of `doc.text`."""
    lengths, spaces = doc.to_array([attrs.LENGTH, attrs.SPACY]).astype(np.int64).T
    ends = np.cumsum(lengths + spaces) - spaces
    return ends - lengths, ends


def rebuild_doc(doc: Doc, boundaries: Iterable[tuple[int, int]]) -> tuple[Doc, Bounds]:
    """Give a Doc with the same text and findings whose tokens also break at both ends of each `(start, end)`, and where
    its tokens begin and end.

    A token that one interval covers whole stays whole; tokens are split, never merged. The Doc is `doc` itself where
    nothing has to change. Offsets are code points of `doc.text`.
    """
    bounds = find_token_bounds(doc)
    starts, ends = (offsets.tolist() for offsets in bounds)
    cuts = {offset for interval in boundaries for offset in interval}.difference(starts, ends)
    if not cuts:
        return doc, bounds
    text = read_text(doc)
    rebuilt: list[str | int] = []
    spaced: list[bool] = []
    done = 0
    numbers, is_spaced = doc.to_array([attrs.ORTH, attrs.SPACY]).T.tolist()
    places = itertools.groupby(sorted(cuts), lambda cut: bisect.bisect_right(starts, cut) - 1)
    for place, inside in places:
        rebuilt += numbers[done:place]
        spaced += is_spaced[done:place]
        edges = [starts[place], *inside, ends[place]]
        rebuilt += [text[start:end] for start, end in itertools.pairwise(edges)]
        spaced += [False] * (len(edges) - 2) + [is_spaced[place]]
        done = place + 1
    rebuilt += numbers[done:]
    spaced += is_spaced[done:]
    made = _make_doc(doc.vocab, rebuilt, spaced)
    made.user_data = doc.user_data
    return made, find_token_bounds(made)
