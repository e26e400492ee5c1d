"""What the whole document says of its names: missed mentions are found, boundaries that disagree are settled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from jishi.stages.tagger import ENTITY_TAGS, Floats, TaggedSpan

CONFIDENT = 0.75  # a name this sure is looked for in the rest of the article
PLAUSIBLE = 0.03  # and accepted where the network thinks it this possible


def settle(text: str, spans: Sequence[TaggedSpan], scores: Floats) -> list[TaggedSpan]:
    """Give the entities of a document, without overlaps, in order.

    text: the normalised text. spans: what the tagger read, without overlaps. scores: log probabilities (n, tags).
    """
    kept = [span for span in spans if text[span.start : span.end].strip() == text[span.start : span.end]]
    return sorted([*kept, *find_missed(text, kept, scores)], key=lambda span: span.start)


def find_missed(text: str, spans: Sequence[TaggedSpan], scores: Floats) -> list[TaggedSpan]:
    """Give mentions of confidently found people and organisations where the tagger saw nothing."""
    taken = np.zeros(len(text), bool)
    sure: dict[tuple[str, str], float] = {}
    for span in spans:
        taken[span.start : span.end] = True
        form = text[span.start : span.end]
        if (
            span.label in ("PERSON", "ORG")
            and span.score >= CONFIDENT
            and len(form) >= (2 if span.label == "PERSON" else 4)
        ):
            sure[form, span.label] = max(span.score, sure.get((form, span.label), 0.0))
    found = []
    for (form, label), score in sorted(sure.items(), key=lambda item: (-len(item[0][0]), item[0])):
        tags = [i for i, tag in enumerate(ENTITY_TAGS) if tag.endswith(label)]
        for start in occurrences(text, form):
            end = start + len(form)
            if taken[start:end].any():
                continue
            mass = float(np.exp(scores[start:end, tags]).sum(1).mean())
            if mass >= PLAUSIBLE:
                taken[start:end] = True
                found.append(TaggedSpan(start, end, label, score))
    return found


def occurrences(text: str, form: str) -> Iterator[int]:
    """Give every place at which a string stands, overlapping ones included."""
    start = text.find(form)
    while start >= 0:
        yield start
        start = text.find(form, start + 1)
