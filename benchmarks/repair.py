"""Measure the repair of damaged text, and that it does no harm.

    python benchmarks/repair.py [--shared ../shared] [--articles 300] [--levels 1 2 3] [--seeds 0 1 2 3 4] [--no-harm]

Clean simplified articles (those of the dev set and some of the news corpus, none of them among the counts behind
`character_sequences.txt` and `character_ngrams.npz`) are damaged as `jishi.stages.damage` models it, repaired and
converted, and compared with what the undamaged article normalises to. --no-harm goes over the whole corpus and lists
every change of the GBK repair.
Writes benchmarks/results/repair.md; --errors prints what differs.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import jishi
from jishi.stages.damage import annotated_by, damage, damage_line
from jishi.stages.lost_bytes import LETTERS, READING
from jishi.stages.lost_digits import find_digit
from jishi.stages.script import classify_script, simplify_character, to_traditional

MARKS = set("，。、；：？！“”‘’《》（）…—·")
_AFTER_CHINESE = re.compile("(?<=[\u4e00-\u9fff，。、；（])[1-9]")
RESULTS = Path(__file__).parent / "results" / "repair.md"


def read_articles(path: Path) -> Iterator[tuple[str, str]]:
    """Give id and text (headline, line break, body) of each article of a JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            title = article.get("title")
            yield article["id"], f"{title}\n{article['text']}" if title else article["text"]


def is_held_out(identifier: str) -> bool:
    """Whether an article of the corpus was left out of the counts of character sequences (about one in 32)."""
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


@dataclass
class Measured:
    """What was found at one level and seed: characters, articles, causes of differences."""

    characters: int = 0
    wrong: int = 0
    whole: int = 0
    possible: int = 0
    whole_of_possible: int = 0
    damaged_characters: int = 0
    seconds: float = 0.0
    causes: Counter[str] = field(default_factory=Counter)
    articles_by_cause: Counter[str] = field(default_factory=Counter)


def find_differences(wanted: str, got: str) -> Iterator[tuple[int, int, int, int]]:
    """Give the intervals in which two texts differ: start and end in each."""
    if wanted != got:
        matcher = difflib.SequenceMatcher(None, wanted, got, autojunk=False)
        yield from ((a, b, c, d) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal")


def keeps_all(text: str, level: int, seed: int) -> bool:
    """Whether a text loses nothing for good when it is damaged.

    What is lost for good: characters outside GBK, which are '?' on the page, and ASCII (digits, mostly) that a torn
    character takes along: any other in its place gives the same page. Of all else the page has at least some bytes.
    """
    if level == 1:
        return True
    traditional = to_traditional(text)
    if any(not char.encode("gbk", "ignore") for char in traditional):
        return False
    table = annotated_by(seed)
    for line in traditional.split("\n"):
        page = damage_line(line, table)
        for i, char in enumerate(line if "?" in page else ""):
            other = "2" if char == "1" else "1"
            if char.isascii() and char != " " and damage_line(line[:i] + other + line[i + 1 :], table) == page:
                return False
    return True


def name_cause(wanted: str, got: str, behind: str) -> str:
    """Give the cause of a difference between what an undamaged article normalises to and the mended one.

    behind: a character or two that follow in both.
    """
    if any(not char.encode("gbk", "ignore") for char in wanted + to_traditional(wanted)) or wanted == "·":
        return "a character outside GBK"
    if READING.search(got.replace("（", "(").replace("）", ")")) or re.search(rf"[{LETTERS}]）", got):
        return "left alone, without a proven or a best candidate"
    if to_traditional(wanted + behind) == to_traditional(got + behind) or _simplify(wanted) == _simplify(got):
        return "the conversion of script"
    if re.search("[!-~]", wanted):
        return "a lost digit or other ASCII, left open" if re.fullmatch("[?？]", got) else "lost ASCII, read wrong"
    return "a mark taken for another" if set(wanted + got) <= MARKS else "another character was likelier"


def _simplify(text: str) -> str:
    return "".join(map(simplify_character, text))


def measure(articles: list[tuple[str, str]], level: int, seed: int, show_errors: bool) -> Measured:
    """Damage and mend all articles at one level and seed."""
    measured = Measured()
    for identifier, text in articles:
        wanted = jishi.normalise(text).text
        page = damage(text, level, seed)
        start = time.process_time()
        got = jishi.normalise(page).text
        measured.seconds += time.process_time() - start
        measured.damaged_characters += len(page)
        measured.characters += len(wanted)
        differing = list(find_differences(wanted, got))
        measured.wrong += sum(max(b - a, d - c) for a, b, c, d in differing)
        measured.whole += not differing
        if keeps_all(text, level, seed):
            measured.possible += 1
            measured.whole_of_possible += not differing
        causes = [name_cause(wanted[a:b], got[c:d], wanted[b : b + 2]) for a, b, c, d in differing]
        measured.causes.update(causes)
        measured.articles_by_cause.update(set(causes))
        if differing and show_errors:
            print(level, seed, identifier)
            for (a, b, c, d), cause in zip(differing, causes, strict=True):
                before, behind = wanted[max(0, a - 8) : a], wanted[b : b + 8]
                print(f"  {cause}: {before!r} [{wanted[a:b]!r} → {got[c:d]!r}] {behind!r}", flush=True)
    return measured


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


def list_causes(found: dict[int, Measured]) -> list[str]:
    """Give the lines of the table of causes at level 3."""
    if not found:
        return []
    total = sum((measured.causes for measured in found.values()), Counter[str]())
    lines = [
        "",
        "## Causes of differences at level 3",
        "",
        "Differences and, in brackets, articles that have one.",
        "",
        "| cause | " + " | ".join(f"seed {seed}" for seed in found) + " |",
        "|---" * (len(found) + 1) + "|",
    ]
    for cause, _ in total.most_common():
        cells = (f"{measured.causes[cause]} ({measured.articles_by_cause[cause]})" for measured in found.values())
        lines.append(f"| {cause} | " + " | ".join(cells) + " |")
    return lines


def check_digits(shared: Path) -> list[str]:
    """Cover digits of undamaged articles one at a time and let the page tell them; give the lines of the report."""
    covered = told = right = 0
    for identifier, text in read_articles(shared / "corpora/news/articles.jsonl"):
        if not is_held_out(identifier):
            continue
        page = jishi.normalise(text).text
        for digit in _AFTER_CHINESE.finditer(page):
            at = digit.start()
            hidden = f"{page[:at]}?{page[at + 1 :]}"
            found = find_digit(page[at + 1 : at + 24], hidden, hidden, at + 1)
            covered, told = covered + 1, told + (found is not None)
            right += found == digit.group()
    return [
        f"Of {covered:,} digits behind Chinese characters or marks in undamaged held-out articles, covered one by one,",
        f"{told:,} ({told / covered:.0%}) are told by the calendar, the same number elsewhere or the order of a list;",
        f"{right / told:.1%} of those rightly.",
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
        "*Nothing lost* is the share of articles without a character outside GBK (which becomes '?') and without ASCII",
        "(mostly digits) that a torn character took along: the bytes of a page do not tell how the others were.",
        "",
        "| level | seed | characters equal | whole | nothing lost | whole of those | damaged characters a second |",
        "|---|---|---|---|---|---|---|",
    ]
    causes: dict[int, Measured] = {}
    for level in options.levels:
        for seed in options.seeds:
            found = measure(articles, level, seed, options.errors)
            if level == 3:
                causes[seed] = found
            lines.append(
                f"| {level} | {seed} | {1 - found.wrong / found.characters:.3%} | {found.whole / len(articles):.1%} "
                f"| {found.possible / len(articles):.1%} | {found.whole_of_possible / found.possible:.1%} "
                f"| {found.damaged_characters / found.seconds:,.0f} |"
            )
            print(lines[-1], flush=True)
    lines += list_causes(causes)
    lines += ["", "## Lost digits", "", *check_digits(options.shared)]
    if options.no_harm:
        lines += ["", "## No harm", "", *check_no_harm(options.shared)]
    if not options.errors:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
