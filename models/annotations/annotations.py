"""Further annotated articles: gold records whose strings are kept as places in the article, not as text.

    python models/annotations/annotations.py --shared ../shared pack GOLD.jsonl…     # gold records → articles.jsonl
    python models/annotations/annotations.py --shared ../shared pack-talks TALKS.jsonl…   # talks only → talks.jsonl
    python models/annotations/annotations.py --shared ../shared check

The articles themselves stay in the shared data (`corpora/news`); `read_articles` and `read_talks` join them by id.
`invented.jsonl` holds articles of our own writing, with their text: kinds of news that the shared data have few of.
`marked.jsonl` holds more of them, with nothing but names marked in the text: {P:…} a person, {O:…} an organisation,
{T:…} a title, and around them <E:…> an event's name, <V:…> a venue, <K:…> a talk's topic, <H:…> an honour.
"""

from __future__ import annotations

import argparse
import json
import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
FOLDS = 3
CLOSED = {
    "role",
    "roles",
    "kind",
    "type",
    "start",
    "end",
    "bound",
    "id",
}  # keys whose values are no strings of the text


def fold_of(identifier: str) -> int:
    """Give the part of the annotated articles, 0 to FOLDS - 1, that an article belongs to.

    What a model says of an article is evidence only where the model has not been trained on its part.
    """
    return zlib.crc32(identifier.encode()) % FOLDS


def source_text(article: dict[str, Any]) -> str:
    """The text that places point into: title + newline + text where there is a title, else the text."""
    return f"{article['title']}\n{article['text']}" if article.get("title") else article["text"]


def pack(value: Any, source: str, body: int, key: str = "") -> Any:
    """Replace every string of a gold record that stands in `source` by [start, end], the first place in the body if
    there is one. A string that does not stand there whole (a name split by a title) is kept."""
    if isinstance(value, dict):
        return {k: pack(v, source, body, k) for k, v in value.items()}
    if isinstance(value, list):
        return [pack(item, source, body, key) for item in value]
    if isinstance(value, str) and key not in CLOSED:
        place = source.find(value, body)
        place = place if place >= 0 else source.find(value)
        return [place, place + len(value)] if place >= 0 and value else value
    return value


def unpack(value: Any, source: str) -> Any:
    """The inverse of `pack`."""
    if isinstance(value, dict):
        return {key: unpack(item, source) for key, item in value.items()}
    if isinstance(value, list):
        if len(value) == 2 and all(type(item) is int for item in value):
            return source[value[0] : value[1]]
        return [unpack(item, source) for item in value]
    return value


def read_news(shared: Path, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Give the articles with these ids."""
    wanted = set(ids)
    found = {}
    with (shared / "corpora/news/articles.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            if article["id"] in wanted:
                found[article["id"]] = article
    return found


def _read(path: Path, shared: Path) -> list[dict[str, Any]]:
    packed = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    articles = read_news(shared, (item["id"] for item in packed))
    whole = []
    for item in packed:
        article = articles[item["id"]]
        kept = {key: article.get(key) for key in ("id", "title", "published", "text")}
        whole.append(kept | unpack(item, source_text(article)))
    return whole


def read_articles(shared: Path) -> list[dict[str, Any]]:
    """Give the fully annotated articles as gold records with their text, in the form of `train.gold.jsonl`."""
    return _read(FOLDER / "articles.jsonl", shared)


def read_talks(shared: Path) -> list[dict[str, Any]]:
    """Give the articles in which only talks are annotated: id, title, published, text, talks (topic, speakers)."""
    return _read(FOLDER / "talks.jsonl", shared)


def read_invented() -> list[dict[str, Any]]:
    """Give the articles of our own writing as gold records with their text."""
    return [json.loads(line) for line in (FOLDER / "invented.jsonl").read_text(encoding="utf-8").splitlines()]


MARKS = {"P": "PERSON", "O": "ORG", "T": "TITLE", "E": "EVENT", "V": "PLACE", "K": "TOPIC", "H": "HONOUR"}
_MARK = re.compile(rf"[{{<]([{''.join(MARKS)}]):|([}}>])")
_IN_BRACES = "POT"


def read_marked() -> list[tuple[str, str, list[tuple[int, int, str]]]]:
    """Give the marked articles: (id, title, newline and text without marks, spans with their labels)."""
    articles = []
    for line in (FOLDER / "marked.jsonl").read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        articles.append((item["id"], *unmark(f"{item['title']}\n{item['text']}")))
    return articles


def unmark(marked: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Give a text without its marks, and what they mark. Raises ValueError where they do not match."""
    text, spans, done = "", [], 0
    opened: list[tuple[int, str]] = []
    for mark in _MARK.finditer(marked):
        text += marked[done : mark.start()]
        done = mark.end()
        if mark[1]:
            opened.append((len(text), mark[1]))
            continue
        if not opened or (mark[2] == "}") != (opened[-1][1] in _IN_BRACES):
            raise ValueError(f"a mark too many: {marked[max(0, done - 20) : done]}")
        start, kind = opened.pop()
        spans.append((start, len(text), MARKS[kind]))
    if opened:
        raise ValueError(f"a mark is not closed: {marked[:20]}")
    return text + marked[done:], sorted(spans)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("action", choices=("pack", "pack-talks", "check"))
    parser.add_argument("files", type=Path, nargs="*")
    options = parser.parse_args()
    if options.action == "check":
        for name, items in (
            ("articles", read_articles(options.shared)),
            ("talks", read_talks(options.shared)),
            ("invented", read_invented()),
        ):
            print(f"{name}: {len(items)} articles, {sum(len(item['talks']) for item in items)} talks")
        marked = read_marked()
        print(f"marked: {len(marked)} articles, {sum(len(spans) for _, _, spans in marked)} spans")
        return
    golds = {}
    for path in options.files:
        for line in path.read_text(encoding="utf-8").splitlines():
            gold = json.loads(line)
            golds[gold["id"]] = gold
    articles = read_news(options.shared, golds)
    out = FOLDER / ("articles.jsonl" if options.action == "pack" else "talks.jsonl")
    with out.open("w", encoding="utf-8") as lines:
        for identifier, gold in sorted(golds.items()):
            article = articles[identifier]
            body = len(article["title"]) + 1 if article.get("title") else 0
            keep = {key: value for key, value in gold.items() if key not in ("title", "published", "text")}
            packed = pack(keep, source_text(article), body)
            assert unpack(packed, source_text(article)) == keep, identifier
            lines.write(json.dumps(packed, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"{out}: {len(golds)} articles")


if __name__ == "__main__":
    main()
