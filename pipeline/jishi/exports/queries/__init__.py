"""Example queries: each question once in SQL, for the database, and once in SPARQL, for the linked data."""

from __future__ import annotations

from importlib import resources

QUESTIONS = ("events_by_month", "titles_over_time", "appearing_together", "hosts", "talks")


def read_query(question: str, language: str) -> str:
    """The query of a question in `sql` or `sparql`."""
    suffix = {"sql": "sql", "sparql": "rq"}[language]
    return resources.files(__name__).joinpath(f"{question}.{suffix}").read_text(encoding="utf-8")
