"""Fuzzing: random articles through the whole pipeline for as long as one likes; what breaks is shrunk and told.

    python benchmarks/fuzz.py [--minutes 10] [--seed 1]

Articles are mixed from fragments (tests/mixed_text.py), made of random bytes read in an archive's encodings, or are
samples with random edits. Each must give a valid record with every span inside the source and on more than white
space, the same in a second run, in a time bounded by its length. Writes `benchmarks/results/fuzz.md`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from spacy.language import Language

import jishi
from jishi.language import extract_article, load
from jishi.records import Article, Record

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from mixed_text import articles as mixed_articles  # noqa: E402
from mixed_text import fragments  # noqa: E402

RESULTS = Path(__file__).parent / "results" / "fuzz.md"
ROUND = 200  # examples with one seed
SLOWEST = (
    2.0,
    0.002,
)  # processor seconds allowed: for any article (dictionaries are read when first needed), and a character
CODECS = ("utf-8", "gb18030", "big5", "utf-16-le", "cp1252", "latin-1")

samples = [
    json.loads(line)["text"] for line in (ROOT / "data/raw/articles.jsonl").read_text(encoding="utf-8").splitlines()
]
byte_articles = st.builds(
    lambda raw, codec: Article(raw.decode(codec, "replace")), st.binary(max_size=400), st.sampled_from(CODECS)
)
misread_articles = st.builds(
    lambda text, written, read: Article(text.encode(written, "replace").decode(read, "replace")),
    st.sampled_from(samples), st.sampled_from(CODECS), st.sampled_from(CODECS),
)  # fmt: skip


@st.composite
def edited_articles(draw: st.DrawFn) -> Article:
    """A sample with pieces cut out, repeated, or put in from elsewhere."""
    text = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(1, 12))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        piece = draw(st.one_of(st.just(""), fragments, st.just(text[start:end] * 3)))
        text = text[:start] + piece + text[end:]
    return Article(text, published=draw(st.sampled_from((None, "2024-09-03"))))


KINDS = {
    "mixed from fragments": mixed_articles,
    "random bytes": byte_articles,
    "samples in a wrong encoding": misread_articles,
    "samples with edits": edited_articles(),
}


class PropertyError(AssertionError):
    """A record that does not hold what every record must."""


def check_article(nlp: Language, article: Article, tally: Counter[str]) -> None:
    """Raise PropertyError, or whatever the pipeline raises."""
    began = time.process_time()
    record = extract_article(article, nlp)
    seconds = time.process_time() - began
    source = article.source_text
    tally["articles"] += 1
    tally["characters"] += len(source)
    if Record.model_validate_json(record.to_json()) != record:
        raise PropertyError("the record reads back as another one")
    for (start, end), what in record.spans():
        tally["spans"] += 1
        if not 0 <= start < end <= len(source) or not source[start:end].strip():
            raise PropertyError(f"{what} has the span {start}-{end} of {len(source)}")
    if extract_article(article, nlp).to_json() != record.to_json():
        raise PropertyError("a second run gives another record")
    if seconds > SLOWEST[0] + SLOWEST[1] * len(source):
        raise PropertyError(f"{seconds:.1f} seconds for {len(source)} characters")


def make_test(
    nlp: Language, strategy: st.SearchStrategy[Article], tally: Counter[str], number: int
) -> Callable[[], None]:
    """One round of examples as a function that raises what was found, shrunk."""

    @seed(number)
    @settings(
        max_examples=ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )  # fmt: skip
    @given(article=strategy)
    def examine(article: Article) -> None:
        check_article(nlp, article, tally)

    return examine


def main() -> int:
    """Fuzz until the time is over; 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    nlp = load()
    nlp("青禾市")
    end = time.monotonic() + 60 * options.minutes
    tallies: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    found: dict[str, str] = {}
    number = options.seed
    while time.monotonic() < end:
        for kind, strategy in KINDS.items():
            examine = make_test(nlp, strategy, tallies[kind], number)
            try:
                examine()
            except Exception as error:
                where = traceback.extract_tb(error.__traceback__)[-1]
                name = f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}: {str(error)[:200]}"
                if name not in found:
                    found[name] = "".join(getattr(error, "__notes__", []))
                    print(name, found[name], sep="\n", flush=True)
        number += 1
    lines = [
        "# Fuzzing",
        "",
        f"`python benchmarks/fuzz.py --minutes {options.minutes:g} --seed {options.seed}`; jishi {jishi.__version__}",
        "",
        "| articles | number | characters | spans checked |",
        "|---|---|---|---|",
    ]
    lines += [f"| {kind} | {t['articles']:,} | {t['characters']:,} | {t['spans']:,} |" for kind, t in tallies.items()]
    lines += ["", f"Found: {len(found) or 'nothing'}.", *(f"- {name}" for name in found)]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
