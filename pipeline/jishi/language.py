"""The pipeline as a spaCy `Language`, and the calls that turn an article into its record."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from jishi.assemble import RecordError
from jishi.records import Article, Record
from jishi.stages.findings import register_extensions
from jishi.stages.segment import NormalisingTokenizer
from jishi.text import normalise, normalise_article

STAGES = ("metadata", "entities", "dates", "organisations", "people", "talks", "events")
MAX_CHARACTERS = 400_000  # a longer article is read up to here, with a warning: a Doc needs about 300 bytes a character


def load(
    *, model: str | Path | None = None, ner: Language | str | None = None, exclude: Iterable[str] = ()
) -> Language:
    """Give the pipeline: a spaCy `Language` whose components are the stages.

    `nlp(text)` takes a source text; `doc.text` is its normalised form and `doc._.record` the record.

    model: folder of a tagger trained by the recipe in models/ner; None for the one shipped.
    ner: a spaCy pipeline (or its name or path) whose PERSON/PER, ORG and LOC/GPE entities replace the tagger's.
    exclude: stages to leave out, by component name (`jishi_talks`, …); later stages then find nothing of theirs.

    Raises OSError if `model` or `ner` names nothing that can be loaded.
    """
    register_extensions()
    for stage in STAGES:
        importlib.import_module(f"jishi.stages.{stage}")
    importlib.import_module("jishi.assemble")
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": "jishi.NormalisingTokenizer.v1"}}})
    nlp.max_length = 10 * MAX_CHARACTERS
    excluded = set(exclude)
    for stage in (*STAGES, "record"):
        name = f"jishi_{stage}"
        if name in excluded:
            continue
        if stage != "entities":
            nlp.add_pipe(name)
        elif ner is None:
            nlp.add_pipe(name, config={"model": str(model)} if model else {})
        else:
            other = spacy.load(ner) if isinstance(ner, str) else ner
            component = nlp.add_pipe("jishi_borrowed_entities", name=name)
            component.pipeline = other  # type: ignore[attr-defined]
    return nlp


@functools.cache
def _default_pipeline() -> Language:
    return load()


def make_doc(nlp: Language, article: Article) -> Doc:
    """Give the Doc of an article, ready for `nlp(doc)`: normalised, segmented, with the article's metadata."""
    text, warning = article.text, None
    if len(text) > MAX_CHARACTERS:
        text = text[:MAX_CHARACTERS]
        warning = f"truncated: only the first {MAX_CHARACTERS:,} of {len(article.text):,} characters were read"
    tokenizer = nlp.tokenizer
    normalised = normalise_article(article.title, text) if article.title else normalise(text)
    if isinstance(tokenizer, NormalisingTokenizer):
        doc = tokenizer.segment(normalised)
    else:  # a user's own tokenizer: give it the normalised text
        doc = tokenizer(normalised.text)
        doc._.normalised = normalised
        doc._.warnings = list(normalised.warnings)
    doc._.article = article
    doc._.published = article.published
    if article.title:
        doc._.body_start = normalised.normalised_span(article.body_start - 1, article.body_start)[1]
    if warning:
        doc._.warnings.append(warning)
    return doc


def extract_article(article: Article, nlp: Language | None = None) -> Record:
    """Give the record of one article. Raises RecordError, with the article's id, if the findings do not validate."""
    nlp = nlp or _default_pipeline()
    record = nlp(make_doc(nlp, article))._.record
    if not isinstance(record, Record):
        raise RecordError(article.stable_id, "the pipeline has no component `jishi_record` as its last")
    return record


def extract(
    text: str,
    title: str | None = None,
    published: str | None = None,
    id: str | None = None,
    *,
    nlp: Language | None = None,
) -> Record:
    """Give the record of one article.

    text: the body, untouched. title: its headline, where it comes separately. published: ISO date, the reference for
    relative dates. id: an identifier of your own. nlp: a pipeline from `load`; None for the default one.

    >>> extract("9月2日，青禾市图书馆举办读书会。", published="2024-09-03").dates[0].start
    '2024-09-02'
    """
    return extract_article(Article(text=text, title=title, published=published, id=id), nlp)


def extract_many(articles: Iterable[Article], *, nlp: Language | None = None) -> Iterator[Record]:
    """Give the record of each article in turn; nothing is kept. Raises RecordError as `extract_article` does."""
    for article in articles:
        yield extract_article(article, nlp)
