"""A long run in one worker: articles of the corpus with changed names, again and again; memory and rejects.

    python benchmarks/soak.py --shared ../shared [--articles 20000]

Every article is another one: family names and given names are exchanged by a seeded shuffle in each pass, so that no
cache can live on repetition. Writes `benchmarks/results/soak.md`.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import jishi
from jishi.archive.items import FoundArticle
from jishi.archive.work import WorkSettings, process_batch
from jishi.records import Article

RESULTS = Path(__file__).parent / "results" / "soak.md"
BATCH = 32
NAMES = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余"
    "杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦方白"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志海波宁丹萍鑫鹏飞雪梅"
    "云龙欣宇浩凯健俊帆晨阳琳洁雨涵子轩梓"
)


def make_articles(path: Path, count: int) -> Iterator[Article]:
    """`count` articles, the corpus as often as needed, each pass with other names."""
    done, number = 0, 0
    while done < count:
        shuffle = random.Random(number)
        table = {}
        for pool in (NAMES, GIVEN):
            others = list(pool)
            shuffle.shuffle(others)
            table |= dict(zip(pool, others, strict=True))
        names = str.maketrans(table)
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield Article(
                    row["text"].translate(names),
                    id=f"{number}-{row['id']}",
                    title=(row.get("title") or "").translate(names) or None,
                    published=row.get("published"),
                )
                done += 1
                if done == count:
                    return
        number += 1


def main() -> None:
    """Run and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--articles", type=int, default=20_000)
    options = parser.parse_args()
    settings = WorkSettings()
    rejects: Counter[str] = Counter()
    memory: list[tuple[int, float]] = []
    began, done, batch = time.process_time(), 0, list[FoundArticle]()
    step = max(BATCH, options.articles // 20)
    for article in make_articles(options.shared / "corpora/news/articles.jsonl", options.articles):
        batch.append(FoundArticle(article, ()))
        if len(batch) < BATCH and done + len(batch) < options.articles:
            continue
        result = process_batch(batch, settings)
        done += len(batch)
        batch = []
        for outcome in result.outcomes:
            if outcome.reject:
                rejects[f"{outcome.reject['reason']}: {outcome.reject['message']}"] += 1
        if not memory or done // step > memory[-1][0] // step or done == options.articles:
            memory.append((done, result.memory_kb / 1024))
            print(*memory[-1], dict(rejects), flush=True)
    seconds = time.process_time() - began
    half = next(value for number, value in memory if number >= options.articles // 2)
    lines = [
        "# Soak",
        "",
        f"`python benchmarks/soak.py --shared ../shared --articles {options.articles}`; jishi {jishi.__version__}; "
        f"one process, {seconds:,.0f} seconds of processor time.",
        "",
        f"Rejects: {rejects.total()}. Memory grew by {memory[-1][1] - half:.0f} MB in the second half of the run.",
        "",
        *(f"- {number} × {what}" for what, number in rejects.most_common()),
        "",
        "| articles | memory, MB |",
        "|---|---|",
        *(f"| {number:,} | {value:.0f} |" for number, value in memory),
    ]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
