"""The report: one web page that holds an archive's records, their evidence, search and filters, and works offline.

The page is put together from the files of `report_page/`. Its data are compressed JSON inside a data block, so nothing
of an article is ever markup; its content security policy lets only its own script and style run, and no request leave.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

import jishi
from jishi.exports.rows import make_key
from jishi.records import Record

SCRIPTS = ("labels.js", "archive.js", "detail.js", "main.js")
LOW_CONFIDENCE = 0.6


def make_report(
    records: Iterable[Record],
    texts: Mapping[str, str] | None = None,
    *,
    title: str = "纪事 jishi",
    entities: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    threshold: float = LOW_CONFIDENCE,
) -> str:
    """Give the page as HTML.

    texts: source texts by article id; an article without one is shown without its text. entities: entity ids by
    person_id and organisation_id, names: what to call each entity; the filters then tell people of one name apart.
    threshold: below which confidence counts as low.
    """
    texts = texts or {}
    articles = []
    used: dict[str, str] = {}
    for record in records:
        text = texts.get(record.article.id)
        if text is not None and len(text) != record.article.characters:
            text = None  # not the text this record was made from: its spans would point anywhere
        articles.append({"record": record.to_dict(), "text": text})
        for item in (*(person.id for person in record.people), *(body.id for body in record.organisations)):
            key = make_key(record.article.id, item)
            if entities and key in entities:
                used[key] = entities[key]
    known = {entity: (names or {}).get(entity, entity) for entity in sorted(set(used.values()))}
    return _fill_page(title, {"threshold": threshold, "articles": articles, "entities": used, "names": known})


def _fill_page(title: str, data: dict[str, Any]) -> str:
    folder = resources.files("jishi.exports") / "report_page"

    def read(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8")

    script = '"use strict";\n' + "".join(read(name) for name in SCRIPTS)
    style = read("report.css")
    packed = gzip.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8"), 6, mtime=0)
    parts = {
        "title": html.escape(title),
        "version": jishi.__version__,
        "script_hash": _hash_source(script),
        "style_hash": _hash_source(style),
        "style": style,
        "data": base64.b64encode(packed).decode("ascii"),
        "script": script,
    }
    page = read("page.html")
    pieces = []
    for piece in page.split("{"):
        name, brace, rest = piece.partition("}")
        pieces.append(parts[name] + rest if brace and name in parts else "{" + piece)
    return "".join(pieces).removeprefix("{")


def _hash_source(source: str) -> str:
    """The hash by which the content security policy knows an inline script or style (CSP level 2)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode('utf-8')).digest()).decode('ascii')}'"
