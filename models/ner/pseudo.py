"""Self-training: what a trained tagger finds in the unlabelled articles, settled by each whole article.

What it is sure of becomes the label; where it hesitates a character may be anything, so the student is taught only what
the teacher knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from data import ANYTHING, Sequence, segment

from jishi.stages.settle import settle
from jishi.stages.tagger import (
    ENTITY_LABELS,
    Encoded,
    Tagger,
    TagScores,
    encode_characters,
    read_spans,
)

SURE = 0.8  # of a span
SURE_OUTSIDE = np.log(0.9)  # of a character


def label_articles(sequences: Iterable[Sequence], folder: Path) -> Iterator[Sequence]:
    """Give the articles with the labels of the tagger in `folder`; the silver labels go."""
    tagger = Tagger(folder)
    for sequence in sequences:
        sequence.words, sequence.shapes = segment(sequence.text)
        ids = tagger.table.look_up(sequence.text)
        words, shapes = sequence.words.astype(np.int32), sequence.shapes.astype(np.int32)
        scores = tagger.score(Encoded(ids, encode_characters(ids), words, shapes))
        result = Sequence(sequence.text, "pseudo", words=sequence.words, shapes=sequence.shapes)
        set_labels(result, scores)
        yield result


def set_labels(sequence: Sequence, scores: TagScores) -> None:
    """Write what the scores are sure of. Frames stay unknown: a young teacher misses too many."""
    sequence.entities[:] = np.where(scores.entities[:, 0] > SURE_OUTSIDE, 1, ANYTHING)
    for span in settle(sequence.text, read_spans(scores.entities, ENTITY_LABELS), scores.entities):
        if span.score >= SURE:
            sequence.set_entity(span.start, span.end, span.label)
        else:
            sequence.entities[span.start : span.end] = ANYTHING
