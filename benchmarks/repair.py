"""Measure the repair of damaged text, and that it does no harm.

    python benchmarks/repair.py [--shared ../shared] [--articles 300] [--levels 1 2 3] [--seeds 0 1 2 3 4] [--no-harm]

Clean simplified articles (those of the dev set and some of the news corpus, none of them among the counts behind
`character_sequences.txt`) are damaged as `jishi.stages.damage` models it, repaired and converted, and compared with
what the undamaged article normalises to. --no-harm goes over the whole corpus and lists every change of the GBK repair.
Writes benchmarks/results/repair.md; --errors prints what differs.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import jishi
from jishi.stages.damage import damage
from jishi.stages.script import classify_script

RESULTS = Path(__file__).parent / "results" / "repair.md"


def read_articles(path: Path) -> Iterator[tuple[str, str]]:
    """Give id and text (headline, line break, body) of each article of a JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            title = article.get("title")
            yield article["id"], f"{title}\n{article['text']}" if title else article["text"]


def is_held_out(identifier: str) -> bool:
    """Whether an article of the corpus was left out of the counts of `character_sequences.txt` (about one in 32)."""
    return hashlib.sha256(identifier.encode()).digest()[0] < 8


def choose_clean(shared: Path, count: int) -> list[tuple[str, str]]:
    """Give the simplified articles of the dev set and the first `count` held out of the corpus."""
    dev = [a for a in read_articles(shared / "benchmark/dev.articles.jsonl") if classify_script(a[1]) == "simplified"]
    chosen: list[tuple[str, str]] = []
    for article in read_articles(shared / "corpora/news/articles.jsonl"):
        if len(chosen) == count:
            break
        if is_held_out(article[0]) and classify_script(article[1]) == "simplified":
            chosen.append(article)
    return dev + chosen


def count_wrong(wanted: str, got: str) -> int:
    """Give the number of characters in which two texts differ."""
    if wanted == got:
        return 0
    matcher = difflib.SequenceMatcher(None, wanted, got, autojunk=False)
    return sum(max(b - a, d - c) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal")


def list_differences(wanted: str, got: str) -> list[str]:
    """Give what differs with a little of what stands before: 温柔地抚摸[着 → 排]."""
    matcher = difflib.SequenceMatcher(None, wanted, got, autojunk=False)
    return [
        f"{wanted[max(0, a - 8) : a]!r} [{wanted[a:b]!r} → {got[c:d]!r}] {wanted[b : b + 8]!r}"
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    ]


def is_recoverable(text: str) -> bool:
    """Whether all of a text can be written in GBK: what cannot is a '?' on the damaged page, and gone."""
    try:
        damage(text, 1).encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def measure(articles: list[tuple[str, str]], level: int, seed: int, show_errors: bool) -> dict[str, float]:
    """Give the shares of equal characters and of whole articles, and characters a second, at one level and seed."""
    characters = wrong = whole = damaged_characters = recoverable = whole_recoverable = 0
    seconds = 0.0
    for identifier, text in articles:
        wanted = jishi.normalise(text).text
        page = damage(text, level, seed)
        start = time.process_time()
        got = jishi.normalise(page).text
        seconds += time.process_time() - start
        damaged_characters += len(page)
        characters += len(wanted)
        differing = count_wrong(wanted, got)
        wrong += differing
        whole += not differing
        if is_recoverable(text):
            recoverable += 1
            whole_recoverable += not differing
        if differing and show_errors:
            print(level, seed, identifier, *list_differences(wanted, got)[:6], sep="\n  ", flush=True)
    return {
        "characters": 1 - wrong / characters,
        "whole": whole / len(articles),
        "whole_recoverable": whole_recoverable / recoverable,
        "speed": damaged_characters / seconds,
    }


def check_no_harm(shared: Path) -> list[str]:
    """Go over the undamaged corpus; give the lines of the report."""
    kinds: Counter[str] = Counter()
    listed: list[str] = []
    articles = characters = unstable = 0
    seconds = 0.0
    for identifier, text in read_articles(shared / "corpora/news/articles.jsonl"):
        start = time.process_time()
        normalised = jishi.normalise(text)
        seconds += time.process_time() - start
        articles, characters = articles + 1, characters + len(text)
        unstable += jishi.normalise(normalised.text).text != normalised.text
        for repair in normalised.repairs:
            kinds[repair.kind] += 1
            if repair.kind in ("gbk_misalignment", "pinyin_annotation"):
                listed.append(f"- {identifier} {repair.start}: {repair.before!r} → {repair.after!r}")
    changes = ", ".join(f"{kind} {count:,}" for kind, count in kinds.most_common())
    return [
        f"All {articles:,} articles of the corpus ({characters:,} characters, {characters / seconds:,.0f} a second):",
        f"{len(listed)} changes by the GBK repair; {unstable} texts change again when normalised a second time.",
        f"Other repairs: {changes}.",
        *listed,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--levels", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--no-harm", action="store_true")
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    articles = choose_clean(options.shared, options.articles)
    lines = [
        "# Repair",
        "",
        f"{len(articles)} clean simplified articles, damaged and repaired, against what they normalise to undamaged.",
        "*Recoverable* articles have no character outside GBK (the damage turns those into '?').",
        "",
        "| level | seed | characters equal | articles whole | of recoverable | damaged characters a second |",
        "|---|---|---|---|---|---|",
    ]
    for level in options.levels:
        for seed in options.seeds:
            row = measure(articles, level, seed, options.errors)
            lines.append(
                f"| {level} | {seed} | {row['characters']:.3%} | {row['whole']:.1%} "
                f"| {row['whole_recoverable']:.1%} | {row['speed']:,.0f} |"
            )
            print(lines[-1], flush=True)
    if options.no_harm:
        lines += ["", "## No harm", "", *check_no_harm(options.shared)]
    if not options.errors:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
