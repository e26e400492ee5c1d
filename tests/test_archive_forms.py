"""The same archive in every form goes through the whole pipeline and comes out as the same records."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest

import jishi
from jishi.archive.run import extract_archive
from jishi.archive.text_formats import ReadingOptions

pandas = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")
pytest.importorskip("trafilatura")
pytest.importorskip("warcio")

RAW = Path(__file__).parents[1] / "data" / "raw"
Row = dict[str, str]


def read_rows() -> list[Row]:
    """The samples, with the spaces at the ends of lines that web pages do not keep left out."""
    rows = [json.loads(line) for line in (RAW / "articles.jsonl").read_text(encoding="utf-8").splitlines()]
    for row in rows:
        row["text"] = "\n".join(filter(None, (line.strip() for line in row["text"].splitlines())))
        row.setdefault("url", f"https://news.example/{row['id']}.html")
    return rows


def make_page(row: Row, encoding: str) -> bytes:
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in row["text"].split("\n"))
    date = f'<meta property="article:published_time" content="{row["published"]}">' if row.get("published") else ""
    return (
        f'<!DOCTYPE html><html><head><meta charset="{encoding}"><title>{escape(row["title"])}</title>{date}</head>'
        '<body><nav><a href="/">首页</a> <a href="/news">新闻</a></nav>'
        f"<article><h1>{escape(row['title'])}</h1>\n{paragraphs}</article>"
        "<footer>版权所有</footer></body></html>"
    ).encode(encoding)


def write_text(rows: list[Row], folder: Path) -> None:
    for row in rows:
        (folder / f"{row['id']}.txt").write_text(f"{row['title']}\n{row['text']}", "utf-8")


def write_separated_text(rows: list[Row], folder: Path) -> None:
    text = "\n*****\n".join(f"{row['title']}\n{row['text']}" for row in rows)
    (folder / "all.txt").write_text(text, "utf-16")


def write_json_lines(rows: list[Row], folder: Path) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "articles.jsonl").write_text(text, "utf-8")


def write_json(rows: list[Row], folder: Path) -> None:
    (folder / "articles.json").write_text(json.dumps(rows, indent=1), "utf-8")


def write_csv(rows: list[Row], folder: Path) -> None:
    names = {"title": "标题", "text": "正文", "published": "发布时间"}
    pandas.DataFrame(rows).rename(columns=names).to_csv(folder / "articles.csv", index=False, encoding="gb18030")


def write_parquet(rows: list[Row], folder: Path) -> None:
    pandas.DataFrame(rows).to_parquet(folder / "articles.parquet")


def write_excel(rows: list[Row], folder: Path) -> None:
    pytest.importorskip("openpyxl")
    pandas.DataFrame(rows).to_excel(folder / "articles.xlsx", index=False)


def write_zip_of_pages(rows: list[Row], folder: Path) -> None:
    with zipfile.ZipFile(folder / "pages.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number, row in enumerate(rows):
            archive.writestr(f"{row['id']}.html", make_page(row, ("utf-8", "gb18030")[number % 2]))


def write_warc(rows: list[Row], folder: Path) -> None:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with open(folder / "crawl.warc.gz", "wb") as file:
        writer = WARCWriter(file, gzip=True)
        for row in rows:
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], "HTTP/1.1")
            page = io.BytesIO(make_page(row, "utf-8"))
            url = f"https://news.example/{row['id']}.html"
            writer.write_record(writer.create_warc_record(url, "response", payload=page, http_headers=headers))


Write = Callable[[list[Row], Path], None]
FORMS: dict[str, tuple[Write, ReadingOptions]] = {
    "txt": (write_text, ReadingOptions(title_line=True)),
    "txt with a separator, UTF-16": (write_separated_text, ReadingOptions(title_line=True, separator=r"\*{5}")),
    "JSON Lines": (write_json_lines, ReadingOptions()),
    "JSON": (write_json, ReadingOptions()),
    "CSV in GB18030": (write_csv, ReadingOptions()),
    "Parquet": (write_parquet, ReadingOptions()),
    "Excel": (write_excel, ReadingOptions()),
    "zip of HTML": (write_zip_of_pages, ReadingOptions()),
    "WARC": (write_warc, ReadingOptions()),
}
NO_METADATA = ("txt", "txt with a separator, UTF-16")


def extract(form: str, rows: list[Row], folder: Path) -> Iterator[dict[str, Any]]:
    """The records of the archive in a form, without what names their source."""
    write, reading = FORMS[form]
    (folder / "in").mkdir(parents=True)
    write(rows, folder / "in")
    summary = extract_archive(str(folder / "in"), output=str(folder / "out.jsonl"), reading=reading, workers=0)
    assert summary.counts["records"] == summary.counts["articles"] == len(rows)
    for record in jishi.read_records(folder / "out.jsonl"):
        data = record.to_dict()
        for key in ("id", "source", "url"):
            del data["article"][key]
        yield data


@pytest.mark.slow
@pytest.mark.parametrize("with_dates", [True, False], ids=["with dates", "title and text only"])
def test_every_form_gives_the_same_records(tmp_path: Path, with_dates: bool) -> None:
    rows = read_rows()
    if not with_dates:  # all that a text file can hold
        rows = [{key: row[key] for key in ("id", "title", "text")} for row in rows]
    forms = [form for form in FORMS if not (with_dates and form in NO_METADATA)]
    found = {form: list(extract(form, rows, tmp_path / str(number))) for number, form in enumerate(forms)}
    wanted = found["JSON Lines"]
    assert sum(len(record["events"]) for record in wanted) > 5
    assert any(record["article"].get("published_from") == "input" for record in wanted) == with_dates
    for form, records in found.items():
        for record, other in zip(records, wanted, strict=True):
            assert record == other, f"{form}: {record['article']['title']}"
