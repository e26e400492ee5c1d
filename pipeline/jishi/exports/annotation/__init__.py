"""Correcting records by hand: out to an annotation tool, and back as records."""

from jishi.exports.annotation.label_studio import make_label_config, read_label_studio, write_label_studio
from jishi.exports.annotation.marks import Annotated, Region, Relation, annotate, correct, pair_by_article
from jishi.exports.annotation.prodigy import read_prodigy, write_prodigy

__all__ = [
    "Annotated",
    "Region",
    "Relation",
    "annotate",
    "correct",
    "make_label_config",
    "pair_by_article",
    "read_label_studio",
    "read_prodigy",
    "write_label_studio",
    "write_prodigy",
]
