"""The pipeline as a spaCy `Language`, and the calls that turn an article into its record."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from jishi.records import Article, Record, to_iso_date
from jishi.stages.findings import register_extensions
from jishi.stages.segment import NormalisingTokenizer
from jishi.text import normalise, normalise_article

STAGES = ("metadata", "entities", "dates", "organisations", "people", "talks", "events")
COMPONENTS = tuple(f"jishi_{stage}" for stage in (*STAGES, "record"))
GROUP_ARTICLES, GROUP_CHARACTERS = 8, 1 << 15  # of a group of `extract_many`: some articles, or one long one
MAX_CHARACTERS = 400_000  # a longer article is read up to here, with a warning: a Doc needs about 300 bytes a character


def load(
    *, model: str | Path | None = None, ner: Language | str | None = None, exclude: Iterable[str] = ()
) -> Language:
    """Give the pipeline: a spaCy `Language` whose components are the stages.

    `nlp(text)` takes a source text; `doc.text` is its normalised form and `doc._.record` the record.

    model: folder of a tagger trained by the recipe in models/ner; None for the one shipped.
    ner: a spaCy pipeline (or its name or path) whose PERSON/PER, ORG and LOC/GPE entities replace the tagger's.
    exclude: stages to leave out, by component name (`jishi_talks`, …); later stages then find nothing of theirs.

    Raises OSError if `model` or `ner` names nothing that can be loaded, ValueError if `exclude` names no stage.
    """
    excluded = {exclude} if isinstance(exclude, str) else set(exclude)
    unknown = excluded.difference(COMPONENTS)
    if unknown:
        raise ValueError(f"there is no stage {', '.join(sorted(unknown))}; there are {', '.join(COMPONENTS)}")
    register_extensions()
    for stage in STAGES:
        importlib.import_module(f"jishi.stages.{stage}")
    importlib.import_module("jishi.assemble")
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": "jishi.NormalisingTokenizer.v1"}}})
    nlp.max_length = 10 * MAX_CHARACTERS
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
    """Give the record of one article.

    Raises RecordError, with the article's id, if the findings do not validate, and ValueError if `nlp` makes no record.
    """
    nlp = nlp or _default_pipeline()
    return _take_record(nlp(make_doc(nlp, article)))


def _take_record(doc: Doc) -> Record:
    record = doc._.record
    if not isinstance(record, Record):
        raise ValueError("the pipeline makes no record: it has no component `jishi_record`, or that is switched off")
    return record


def extract(
    text: str,
    title: str | None = None,
    published: str | date | None = None,
    id: str | None = None,
    *,
    nlp: Language | None = None,
) -> Record:
    """Give the record of one article.

    text: the body, untouched. title: its headline, where it comes separately. published: ISO date, the reference for
    relative dates. id: an identifier of your own. nlp: a pipeline from `load`; None for the default one.
    Raises TypeError for a text that is no str, ValueError for a date that is none.

    >>> extract("9月2日，青禾市图书馆举办读书会。", published="2024-09-03").dates[0].start
    '2024-09-02'
    """
    return extract_article(Article(text=text, title=title, published=to_iso_date(published), id=id), nlp)


def extract_many(articles: Iterable[Article | str], *, nlp: Language | None = None) -> Iterator[Record]:
    """Give the record of each article, or of each text, in turn; nothing is kept.

    Articles go through the pipeline in groups (see `group_articles`), so that some are taken from `articles` before the
    first record comes. Raises what `extract_article` raises, when the records of the articles before have been given.
    """
    nlp = nlp or _default_pipeline()
    for group in group_articles(Article(each) if isinstance(each, str) else each for each in articles):
        yield from _extract_group(group, nlp)


def group_articles(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Cut articles into groups that go through the stages together, in order: a stage's code and data stay near the
    processor meanwhile. What `articles` raises is raised behind the group of those that came before.
    """
    group: list[Article] = []
    characters = 0
    try:
        for article in articles:
            group.append(article)
            characters += len(article.text)
            if len(group) == GROUP_ARTICLES or characters >= GROUP_CHARACTERS:
                full, group, characters = group, [], 0
                yield full
    except Exception:
        if group:
            yield group
        raise
    if group:
        yield group


def _extract_group(articles: list[Article], nlp: Language) -> Iterator[Record]:
    names = nlp.pipe_names
    stages = [functools.partial(nlp, disable=[other for other in names if other != name]) for name in names]
    docs, failure = _take_step(functools.partial(make_doc, nlp), articles)
    for stage in stages:
        docs, earlier = _take_step(stage, docs)
        failure = failure if earlier is None else earlier
    for doc in docs:
        yield _take_record(doc)
    if failure is not None:
        raise failure


def _take_step(step: Callable[[Any], Doc], items: Iterable[Any]) -> tuple[list[Doc], Exception | None]:
    """Take the items a step further, up to the first that fails: no record is given behind it."""
    done: list[Doc] = []
    try:
        for item in items:
            done.append(step(item))
    except Exception as error:
        return done, error
    return done, None
