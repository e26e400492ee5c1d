"""Segmentation: jieba's words inside spaCy's Chinese tokenizer, over the normalised text.

The tokenizer is where a text enters the pipeline, so it is also where normalisation happens: `doc.text` is the
normalised text and `doc._.normalised` leads back to the source. Entities later win over jieba's boundaries: see
`rebuild_doc`.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
from spacy.attrs import LENGTH, LIKE_NUM, ORTH, SPACY  # type: ignore[import-not-found]
from spacy.lang.zh import ChineseTokenizer, Segmenter
from spacy.lang.zh.lex_attrs import like_num
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
            doc = _make_doc(self.vocab, [numbers.get(word, word) for word in words], spaces)
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
        nlp.vocab.lex_attr_getters[LIKE_NUM] = _is_like_number  # type: ignore[attr-defined]
        return NormalisingTokenizer(nlp.vocab)

    return create


_NUMERALS = frozenset("〇零一二两三四五六七八九十百千万亿兆壹贰叁肆伍陆柒捌玖拾佰仟廿卅卌皕")


def _is_like_number(word: str) -> bool:
    """What spaCy's `like_num` says, without its long pattern for words that begin as no number does."""
    return not ("\u4e00" <= word[:1] <= "\u9fff" and word[0] not in _NUMERALS) and bool(like_num(word))  # type: ignore[no-untyped-call]


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
    lengths, spaces = doc.to_array([LENGTH, SPACY]).astype(np.int64).T
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
    numbers, is_spaced = doc.to_array([ORTH, SPACY]).T.tolist()
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
