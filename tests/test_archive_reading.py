"""Reading archives: every format, field names, encodings, and inputs that mean harm."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import sqlite3
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from jishi.archive import opening
from jishi.archive.encodings import decode
from jishi.archive.errors import REASONS, ArchiveError
from jishi.archive.fields import FieldNames
from jishi.archive.inputs import InputFile, list_inputs
from jishi.archive.items import FoundArticle, FoundPage, FoundProblem, Item
from jishi.archive.published import parse_published
from jishi.archive.reading import read_items
from jishi.archive.text_formats import ReadingOptions
from jishi.archive.web_formats import extract_page
from jishi.records import Article

TEXTS = [
    (
        "青禾市图书馆举办读书会",
        "2024-09-03",
        "9月2日下午，青禾市图书馆在三楼报告厅举办秋季读书会，馆长林听雨主持并致欢迎辞。\n"
        "读书会邀请作家周望舒作题为“河流与城市”的讲座，近百名市民到场聆听并参与讨论。\n"
        "据悉，此次活动由青禾市文化和旅游局指导，今后每月举办一期。",
    ),
    (
        "臨江大學校長率團訪問松濤學院",
        "2023-11-20",
        "11月18日，臨江大學校長顧長風率團訪問松濤學院，院長葉知秋於行政大樓會議室接待，雙方就學生交換與共同研究交換意見。\n"
        "雙方並簽署合作備忘錄，將自明年起每年互派學生二十名，並合辦學術研討會。\n"
        "訪問團一行隨後參觀圖書館與實驗室，對校園環境留下深刻印象。",
    ),
    (
        "南屏区总工会召开劳模座谈会",
        "2022-05-06",
        "4月29日上午，南屏区总工会召开庆祝五一国际劳动节劳模代表座谈会，区总工会主席段清扬出席并讲话。\n"
        "会上，全国五一劳动奖章获得者江一苇等六名代表先后发言，畅谈自己的成长经历和体会。\n"
        "会议由区总工会副主席沈雁回主持，各街道工会负责人参加会议。",
    ),
]
ARTICLES = [
    Article(text=text, id=f"n{i}", title=title, published=published)
    for i, (title, published, text) in enumerate(TEXTS, 1)
]


def read(*paths: Path | str, **options: object) -> list[Item]:
    return list(read_items(list_inputs(map(str, paths)), ReadingOptions(**options)))  # type: ignore[arg-type]


def read_articles(*paths: Path | str, **options: object) -> list[Article]:
    found = [extract_page(item) if isinstance(item, FoundPage) else item for item in read(*paths, **options)]
    assert all(isinstance(item, FoundArticle) for item in found), found
    assert not any(item.warnings for item in found if isinstance(item, FoundArticle)), found
    return [item.article for item in found if isinstance(item, FoundArticle)]


def bare(articles: Iterable[Article], *, id: bool = True) -> list[Article]:
    """Articles without what differs between formats by nature."""
    return [replace(article, source=None, url=None, id=article.id if id else None) for article in articles]


def problems(items: Iterable[Item]) -> list[str]:
    return [item.reason for item in items if isinstance(item, FoundProblem)]


def write_json_lines(path: Path, encoding: str = "utf-8") -> Path:
    path.write_text("".join(json.dumps(_row(article), ensure_ascii=False) + "\n" for article in ARTICLES), encoding)
    return path


def _row(article: Article) -> dict[str, str | None]:
    return {"id": article.id, "title": article.title, "date": article.published, "content": article.text}


def make_page(article: Article, encoding: str = "utf-8") -> bytes:
    paragraphs = "".join(f"<p>{paragraph}</p>\n" for paragraph in article.text.split("\n"))
    return (
        f'<!DOCTYPE html><html><head><meta charset="{encoding}"><title>{article.title}</title>'
        f'<meta property="article:published_time" content="{article.published}"></head><body>'
        '<nav><a href="/">Home</a> <a href="/news">News</a> <a href="/about">About</a></nav>'
        f"<article><h1>{article.title}</h1>{paragraphs}</article>"
        "<footer>All rights reserved</footer></body></html>"
    ).encode(encoding)


# formats


def test_the_same_archive_in_every_format_gives_the_same_articles(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    rows = [_row(article) for article in ARTICLES]
    frame = pandas.DataFrame(rows)
    write_json_lines(tmp_path / "a.jsonl")
    (tmp_path / "b.json").write_text(json.dumps(rows, ensure_ascii=False, indent=2), encoding="utf-8")
    (tmp_path / "c.json").write_text(json.dumps({"total": 3, "data": rows}, ensure_ascii=False), encoding="utf-8")
    frame.to_csv(tmp_path / "d.csv", index=False, encoding="gb18030")
    frame.to_csv(tmp_path / "e.tsv", index=False, sep="\t", encoding="utf-8-sig")
    frame.to_csv(tmp_path / "f.csv", index=False, sep=";", encoding="utf-16")
    frame.to_excel(tmp_path / "g.xlsx", index=False)
    frame.to_parquet(tmp_path / "h.parquet")
    with sqlite3.connect(tmp_path / "i.db") as connection:
        frame.to_sql("news", connection, index=False)
    (tmp_path / "j.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    (tmp_path / "k.csv.xz").write_bytes(lzma.compress((tmp_path / "d.csv").read_bytes()))
    (tmp_path / "l.jsonl.bz2").write_bytes(bz2.compress((tmp_path / "a.jsonl").read_bytes()))
    with zipfile.ZipFile(tmp_path / "m.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "a.jsonl", "inner/a.jsonl")
    with tarfile.open(tmp_path / "n.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "d.csv", "inner/d.csv")
    (tmp_path / "o.parquet.gz").write_bytes(gzip.compress((tmp_path / "h.parquet").read_bytes()))
    zstandard = pytest.importorskip("zstandard")
    (tmp_path / "p.jsonl.zst").write_bytes(zstandard.compress((tmp_path / "a.jsonl").read_bytes()))
    write_json_lines(tmp_path / "q.jsonl", "utf-16")
    write_json_lines(tmp_path / "r", "utf-8")  # no suffix at all
    for path in sorted(tmp_path.iterdir()):
        assert bare(read_articles(path)) == bare(ARTICLES), path.name


def test_pages_give_title_date_and_text(tmp_path: Path) -> None:
    warcio = pytest.importorskip("warcio.warcwriter")
    from warcio.statusandheaders import StatusAndHeaders

    with zipfile.ZipFile(tmp_path / "pages.zip", "w") as archive:
        for article, encoding in zip(ARTICLES, ("utf-8", "big5", "gb2312"), strict=True):
            archive.writestr(f"{article.id}.html", make_page(article, encoding))
            archive.writestr(f"{article.id}.css", "p { margin: 0 }")
    with open(tmp_path / "crawl.warc.gz", "wb") as file:
        writer = warcio.WARCWriter(file, gzip=True)
        for article, encoding in zip(ARTICLES, ("utf-8", "big5", "gb2312"), strict=True):
            page = make_page(article, encoding).replace(b'<meta charset="%s">' % encoding.encode(), b"")
            headers = StatusAndHeaders("200 OK", [("Content-Type", f"text/html; charset={encoding}")], "HTTP/1.1")
            url = f"https://news.example/{article.id}"
            record = writer.create_warc_record(url, "response", payload=io.BytesIO(page), http_headers=headers)
            writer.write_record(record)
        missing = StatusAndHeaders("404 Not Found", [("Content-Type", "text/html")], "HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                "https://news.example/none", "response", payload=io.BytesIO(b"<p>none</p>"), http_headers=missing
            )
        )
    assert bare(read_articles(tmp_path / "pages.zip")) == bare(ARTICLES, id=False)
    crawled = read_articles(tmp_path / "crawl.warc.gz")
    assert bare(crawled) == bare(ARTICLES, id=False)
    assert [article.url for article in crawled] == [f"https://news.example/n{i}" for i in (1, 2, 3)]


def test_text_files_one_article_each_or_many(tmp_path: Path) -> None:
    for article, encoding in zip(ARTICLES, ("utf-8", "big5", "gb18030"), strict=True):
        (tmp_path / f"{article.id}.txt").write_text(f"{article.title}\n{article.text}", encoding)
    wanted = [replace(article, published=None) for article in bare(ARTICLES, id=False)]
    assert bare(read_articles(tmp_path, title_line=True)) == wanted
    whole = read_articles(tmp_path)
    assert [article.text for article in whole] == [article.source_text for article in ARTICLES]
    assert [article.source for article in whole] == ["n1.txt", "n2.txt", "n3.txt"]
    many = tmp_path / "many.txt"
    many.write_text("\n=====\n".join(article.source_text for article in ARTICLES) + "\n=====\n", "gb18030")
    found = read_articles(many, separator="=+")
    assert [article.text.strip() for article in found] == [article.source_text for article in ARTICLES]
    assert [article.source for article in found] == ["many.txt:1", "many.txt:2", "many.txt:3"]


def test_a_folder_is_read_in_a_fixed_order_and_each_file_once(tmp_path: Path) -> None:
    for name in ("b/2.txt", "a/10.txt", "a/9.txt", ".hidden/x.txt", "a/picture.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{name}：九月二日，青禾市图书馆举办读书会。", encoding="utf-8")
    inputs = [str(tmp_path), str(tmp_path / "a" / "9.txt"), str(tmp_path / "*" / "2.txt")]
    files = [file for file in list_inputs(inputs) if isinstance(file, InputFile)]
    assert [file.source for file in files] == ["a/10.txt", "a/9.txt", "b/2.txt"]
    without = list_inputs([str(tmp_path)], outputs=[str(tmp_path / "a")])
    assert [file.source for file in without if isinstance(file, InputFile)] == ["b/2.txt"]
    with pytest.raises(ArchiveError, match="no such file"):
        list(list_inputs([str(tmp_path / "missing")]))


# fields


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ({"编号": 7, "标题": "题", "正文": "文", "发布时间": "2024年9月2日 08:30"}, FieldNames()),
        ({"ID": "7", "Title": "题", "Content": "文", "Publish-Time": "2024/9/2"}, FieldNames()),
        ({"key": "7", "h": "题", "html": "文", "d": "113/09/02"}, FieldNames("html", "h", "d", None, "key")),
        ({"_id": 7.0, "headline": "题", "text": ["文"], "pub_date": 1725235200}, FieldNames()),
        ({"meta": {"no": "7"}, "title": "题", "doc": {"body": "文"}, "time": "20240902"},
         FieldNames(text="doc.body", id="meta.no")),
    ],
)  # fmt: skip
def test_fields_are_found_by_name(tmp_path: Path, row: dict[str, object], names: FieldNames) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    wanted = Article(text="文", id="7", title="题", published="2024-09-02", source="a.jsonl:1")
    assert read_articles(path, fields=names) == [wanted]


def test_a_row_without_text_is_a_problem_that_names_the_fields(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1, "b": 2}\n{"id": "x", "text": " "}\n{"text": 5}\n[1]\nnothing\n', encoding="utf-8")
    items = read(path)
    assert problems(items) == ["no_text", "no_text", "malformed", "malformed", "malformed"]
    assert isinstance(items[0], FoundProblem)
    assert "a, b" in items[0].message
    assert isinstance(items[1], FoundProblem)
    assert items[1].id == "x"
    assert items[1].source == "a.jsonl:2"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("2024-09-02", "2024-09-02"), ("2024-09-02T23:30:00+08:00", "2024-09-02"), ("113-09-02", "2024-09-02"),
        ("2024-09-01T18:00:00Z", "2024-09-02"), ("24/9/2", None), ("9月2日", None), (True, None), (3, None),
        ("2024.9.2", "2024-09-02"), ("2024年9月2日 来源：本报", "2024-09-02"), ("民國113年9月2日", "2024-09-02"),
        ("Mon, 02 Sep 2024 08:00:00 +0800", "2024-09-02"), (1725235200000, "2024-09-02"),
        ("20240902083000", "2024-09-02"), ("昨天", None), ("2024-13-45", None),
    ],
)  # fmt: skip
def test_published_dates(value: object, wanted: str | None) -> None:
    assert parse_published(value) == wanted


# encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "big5"])
def test_encodings_are_told_apart(encoding: str) -> None:
    for article in ARTICLES[1:2] if encoding == "big5" else ARTICLES:
        decoded = decode(article.source_text.encode(encoding))
        assert decoded.text == article.source_text
        assert decoded.replaced == 0


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5"])
def test_one_broken_byte_costs_one_character_and_gives_a_warning(encoding: str) -> None:
    text = ARTICLES[1].text
    data = text[:30].encode(encoding) + b"\xff" + text[30:].encode(encoding)
    decoded = decode(data)
    assert decoded.text.startswith(text[:30])
    assert decoded.text.endswith(text[40:])
    assert "\ufffd" in decoded.text
    assert decoded.warnings[0].startswith("undecodable: 1 place")


def test_a_file_may_mix_encodings_line_by_line(tmp_path: Path) -> None:
    lines = [json.dumps(_row(article), ensure_ascii=False) for article in ARTICLES]
    encodings = ("utf-8", "big5", "gb18030")
    data = b"\n".join(line.encode(encoding) for line, encoding in zip(lines, encodings, strict=True))
    (tmp_path / "mixed.jsonl").write_bytes(data)
    assert bare(read_articles(tmp_path / "mixed.jsonl")) == bare(ARTICLES)


def test_lone_surrogates_are_replaced_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "会议\\ud83d召开"}', encoding="utf-8")
    (item,) = read(tmp_path / "a.jsonl")
    assert isinstance(item, FoundArticle)
    assert item.article.text == "会议\ufffd召开"
    assert "surrogate" in item.warnings[0]


# inputs that are damaged or mean harm


def test_damaged_files_are_problems_and_the_rest_is_read(tmp_path: Path) -> None:
    data = write_json_lines(tmp_path / "z.jsonl").read_bytes()
    packed = gzip.compress(data * 2000)
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "wrong.jsonl.gz").write_bytes(data)
    (tmp_path / "wrong.jsonl.xz").write_bytes(data)
    (tmp_path / "wrong.jsonl.bz2").write_bytes(data)
    (tmp_path / "wrong.zip").write_bytes(data)
    (tmp_path / "wrong.tar").write_bytes(data)
    (tmp_path / "wrong.parquet").write_bytes(data)
    (tmp_path / "wrong.xlsx").write_bytes(data)
    (tmp_path / "wrong.db").write_bytes(data)
    (tmp_path / "wrong.warc").write_bytes(data)
    (tmp_path / "wrong.txt").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "wrong.json").write_text('{"text": "会议"', encoding="utf-8")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "empty.csv").write_bytes(b"")
    items = read(tmp_path)
    found = {item.source: item.reason for item in items if isinstance(item, FoundProblem)}
    names = sorted(path.name for path in tmp_path.iterdir() if path.name != "z.jsonl")
    assert sorted(name.rpartition(":")[0] or name for name in found) == names
    assert "cut.jsonl.gz" in found
    from_cut = [item for item in items if item.source.startswith("cut.jsonl.gz:")]
    assert len(from_cut) > 1000
    assert sum(item.source.startswith("z.jsonl") for item in items) == 3


def test_a_folder_that_cannot_be_opened_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "news.txt").write_text(ARTICLES[0].text, encoding="utf-8")
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("b"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    first, problem, last = read(tmp_path)
    assert [first.source, problem.source, last.source] == ["a/news.txt", "b", "c/news.txt"]
    assert isinstance(problem, FoundProblem)
    assert problem.message == "cannot be opened: Permission denied"


@pytest.mark.parametrize("name", ["cut.jsonl", "cut.json"])
@pytest.mark.parametrize("compression", ["gz", "xz", "zst"])
def test_what_stands_before_the_end_of_a_cut_file_is_read(tmp_path: Path, name: str, compression: str) -> None:
    random = Random(7)
    rows = [{"id": str(number), "text": "".join(random.choices("青禾大学举办会议", k=40))} for number in range(2000)]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    data = ("\n".join(lines) if name.endswith("jsonl") else f"[{','.join(lines)}]").encode()
    if compression == "zst":
        packed = pytest.importorskip("zstandard").compress(data)
    else:
        packed = {"gz": gzip, "xz": lzma}[compression].compress(data)
    (tmp_path / f"{name}.{compression}").write_bytes(packed[: len(packed) // 2])
    *articles, problem = read(tmp_path)
    assert isinstance(problem, FoundProblem)
    assert "damaged" in problem.message
    assert len(articles) > 600
    assert [item.article.text for item in articles] == [row["text"] for row in rows[: len(articles)]]


def test_a_text_that_breaks_off_is_no_article(tmp_path: Path) -> None:
    packed = pytest.importorskip("zstandard").compress(ARTICLES[0].text.encode() * 50)
    (tmp_path / "cut.txt.zst").write_bytes(packed[:-3])
    (problem,) = read(tmp_path)
    assert isinstance(problem, FoundProblem)
    assert problem.reason == "unreadable"


def test_every_frame_of_a_zstd_file_is_read(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    skippable = (0x184D2A50).to_bytes(4, "little") + (5).to_bytes(4, "little") + b"12345"
    text = ARTICLES[0].text
    frames = [zstandard.compress(part.encode()) for part in (text[:50], text[50:])]
    (tmp_path / "a.txt.zst").write_bytes(skippable + skippable.join(frames) + skippable)
    assert [article.text for article in read_articles(tmp_path)] == [text]


def test_archive_members_cannot_lead_out_of_the_archive(tmp_path: Path) -> None:
    good = ARTICLES[0].text.encode()
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for name in ("../../escape.txt", "/etc/escape.txt", "good.txt"):
            member = tarfile.TarInfo(name)
            member.size = len(good)
            tar.addfile(member, io.BytesIO(good))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        pipe = tarfile.TarInfo("pipe.txt")
        pipe.type = tarfile.FIFOTYPE
        tar.addfile(pipe)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("..\\escape.txt", good)
        archive.writestr("../escape2.txt", good)
        archive.writestr("good.txt", good)
        symlink = zipfile.ZipInfo("link.txt")
        symlink.external_attr = 0o120777 << 16
        archive.writestr(symlink, "/etc/passwd")
        archive.writestr("inner.zip", b"PK")
    items = read(tmp_path)
    assert [item.source for item in items if isinstance(item, FoundArticle)] == ["a.tar/good.txt", "b.zip/good.txt"]
    assert problems(items).count("refused") == 7
    assert problems(items).count("unsupported") == 1


def test_names_from_a_chinese_windows_are_read(tmp_path: Path) -> None:
    """Zip and tar archives, and file systems, whose names are in GBK."""
    text = ARTICLES[0].text.encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xxxx.txt", text)
    # As Windows packs it: the name's bytes in GBK, without the flag that says UTF-8.
    (tmp_path / "a.zip").write_bytes(packed.getvalue().replace(b"xxxx", "新闻".encode("gbk")))
    with tarfile.open(tmp_path / "b.tar", "w", encoding="gbk", format=tarfile.GNU_FORMAT) as tar:
        member = tarfile.TarInfo("新闻.txt")
        member.size = len(text)
        tar.addfile(member, io.BytesIO(text))
    (Path(os.fsdecode(os.fsencode(tmp_path) + "/c新闻.txt".encode("gbk")))).write_bytes(text)
    sources = sorted(article.source or "" for article in read_articles(tmp_path))
    assert sources == ["a.zip/新闻.txt", "b.tar/新闻.txt", "c新闻.txt"]


def test_links_out_of_a_folder_and_special_files_are_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text(ARTICLES[0].text, encoding="utf-8")
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "link.txt").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (folder / "away").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.txt")
    (folder / "ours.txt").write_text(ARTICLES[0].text, encoding="utf-8")
    items = read(folder)
    assert sorted(item.source for item in items if isinstance(item, FoundProblem)) == [
        "away", "link.txt", "loop", "pipe.txt",
    ]  # fmt: skip
    assert set(problems(items)) == {"refused"}
    assert sum(isinstance(item, FoundArticle) for item in items) == 1


def test_decompression_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BOMB_BYTES", 1 << 20)
    bomb = b"0" * (8 << 20)
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(bomb))
    (tmp_path / "b.txt.xz").write_bytes(lzma.compress(bomb))
    (tmp_path / "c.txt.bz2").write_bytes(bz2.compress(bomb))
    with zipfile.ZipFile(tmp_path / "d.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", bomb)
        archive.writestr("good.txt", ARTICLES[0].text)
    with zipfile.ZipFile(tmp_path / "e.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bomb)
    items = read(tmp_path)
    assert problems(items) == ["refused"] * 5
    assert [item.source for item in items if isinstance(item, FoundArticle)] == ["d.zip/good.txt"]


def test_huge_lines_and_fields_are_refused_and_the_next_line_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jishi.archive.opening.read_lines.__defaults__", (100_000,))
    good = json.dumps(_row(ARTICLES[0]), ensure_ascii=False)
    (tmp_path / "a.jsonl").write_text(f'{{"text": "{"会" * 200_000}"}}\n{good}\n', encoding="utf-8")
    items = read(tmp_path / "a.jsonl")
    assert problems(items) == ["too_large"]
    assert isinstance(items[1], FoundArticle)


def test_deeply_nested_json_is_malformed(tmp_path: Path) -> None:
    deep = "[" * 100_000
    (tmp_path / "a.jsonl").write_text(f'{deep}\n{{"text": {deep}\n{{"text": "会议召开。"}}\n', encoding="utf-8")
    (tmp_path / "b.json").write_text(f'[{{"text": {deep}', encoding="utf-8")
    assert problems(read(tmp_path)) == ["malformed", "malformed", "malformed"]


def test_an_unclosed_quotation_mark_in_csv_does_not_swallow_rows_silently(tmp_path: Path) -> None:
    rows = "".join(f"{i},会议第{i}次召开。\n" for i in range(2000))
    (tmp_path / "a.csv").write_text(f'id,text\n0,会议召开。\n1,"未关闭\n{rows}', encoding="utf-8")
    article, problem = read(tmp_path / "a.csv")
    assert isinstance(article, FoundArticle)
    assert isinstance(problem, FoundProblem)
    assert "swallows the 2,000 lines" in problem.message


def test_hostile_xml_in_pages_and_workbooks_is_not_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("机密内容不得外泄", encoding="utf-8")
    laugh = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    (tmp_path / "a.html").write_text(
        f'<!DOCTYPE html [<!ENTITY l0 "哈">{laugh}<!ENTITY x SYSTEM "file://{secret}">]><html><body><article>'
        f"<p>&l11;&x;{ARTICLES[0].text}</p></article></body></html>",
        encoding="utf-8",
    )
    began = time.monotonic()
    (article,) = read_articles(tmp_path / "a.html")
    assert "机密" not in article.text
    assert len(article.text) < 1000
    assert time.monotonic() - began < 10


def test_a_sqlite_file_is_read_by_query_and_never_written(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as connection:
        for table in ("news", "old_news"):
            connection.execute(f"CREATE TABLE {table} (no INTEGER, content TEXT)")
            connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", [(i, a.text) for i, a in enumerate(ARTICLES)])
    connection.close()
    assert problems(read(path)) == ["no_text"]
    found = read_articles(path, query="SELECT no AS id, content FROM news ORDER BY no DESC")
    assert [article.id for article in found] == ["2", "1", "0"]
    assert problems(read(path, query="DROP TABLE news")) == ["unreadable"]
    assert len(read_articles(path, query="SELECT content FROM news")) == 3


def test_csv_from_the_standard_library_with_line_breaks_in_cells(tmp_path: Path) -> None:
    with open(tmp_path / "a.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["标题", "内容"])
        writer.writerows([article.title, article.text] for article in ARTICLES)
    assert [article.text for article in read_articles(tmp_path / "a.csv")] == [article.text for article in ARTICLES]


def test_a_database_address_is_read_by_query_and_its_password_is_no_source(tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy")
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE news (content TEXT)")
        connection.executemany("INSERT INTO news VALUES (?)", [(article.text,) for article in ARTICLES])
    connection.close()
    found = read_articles(f"sqlite:///{path}", query="SELECT content FROM news")
    assert [article.text for article in found] == [article.text for article in ARTICLES]
    assert problems(read(f"sqlite:///{path}", query="SELECT nothing FROM news")) == ["unreadable"]
    (file,) = list_inputs(["postgresql://reader:secret@db.example/news"])
    assert file.source == "postgresql://db.example/news"


@pytest.mark.parametrize(
    ("name", "library", "extra"),
    [
        ("a.xlsx", "openpyxl", "excel"),
        ("a.parquet", "pyarrow", "parquet"),
        ("a.html", "trafilatura", "html"),
        ("a.warc", "warcio.archiveiterator", "warc"),
        ("a.txt.zst", "zstandard", "zstd"),
    ],
)
def test_a_missing_library_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, library: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(ArchiveError, match=rf"pip install 'jishi\[{extra}\]'"):
        read(tmp_path / name)


@pytest.fixture(scope="module")
def good_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A small valid file of each format."""
    pandas = pytest.importorskip("pandas")
    folder = tmp_path_factory.mktemp("good")
    frame = pandas.DataFrame([_row(article) for article in ARTICLES])
    write_json_lines(folder / "a.jsonl")
    (folder / "b.json").write_text(json.dumps([_row(article) for article in ARTICLES]), encoding="utf-8")
    frame.to_csv(folder / "c.csv", index=False, encoding="gb18030")
    frame.to_excel(folder / "d.xlsx", index=False)
    frame.to_parquet(folder / "e.parquet")
    with sqlite3.connect(folder / "f.db") as connection:
        frame.to_sql("news", connection, index=False)
    connection.close()
    (folder / "g.html").write_bytes(make_page(ARTICLES[0]))
    (folder / "h.txt").write_bytes(ARTICLES[1].text.encode("big5"))
    (folder / "i.jsonl.gz").write_bytes(gzip.compress((folder / "a.jsonl").read_bytes()))
    (folder / "j.csv.xz").write_bytes(lzma.compress((folder / "c.csv").read_bytes()))
    (folder / "k.txt.bz2").write_bytes(bz2.compress((folder / "h.txt").read_bytes()))
    with zipfile.ZipFile(folder / "l.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "c.csv", "c.csv")
    with tarfile.open(folder / "m.tar", "w") as tar:
        tar.add(folder / "a.jsonl", "a.jsonl")
    record = b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:x:1>\r\nContent-Type: text/html\r\n"
    page = make_page(ARTICLES[0])
    (folder / "n.warc").write_bytes(record + b"Content-Length: %d\r\n\r\n" % len(page) + page + b"\r\n\r\n")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=strategies.data())
def test_no_damage_to_a_file_ends_the_reading(
    tmp_path: Path, good_files: dict[str, bytes], data: strategies.DataObject
) -> None:
    name = data.draw(strategies.sampled_from(sorted(good_files)))
    content = bytearray(good_files[name])
    for _ in range(data.draw(strategies.integers(0, 4))):
        place = data.draw(strategies.integers(0, len(content)))
        if data.draw(strategies.booleans()):
            content[place : place + data.draw(strategies.integers(0, 50))] = data.draw(strategies.binary(max_size=20))
        else:
            del content[place + data.draw(strategies.integers(0, 300)) :]
    path = tmp_path / name
    path.write_bytes(content)
    for item in read(path):
        if isinstance(item, FoundArticle):
            item.article.text.encode("utf-8")
            assert item.key
        elif isinstance(item, FoundProblem):
            assert item.reason in REASONS
            assert item.message
