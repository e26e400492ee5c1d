"""`jishi export`, `import`, `link` and `report` on the command line."""

from __future__ import annotations

import json
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from chronicle import read_chronicle, write_articles, write_records

from jishi.archive.records import read_records
from jishi.cli import main

PAIRS = read_chronicle()


@pytest.fixture
def records(tmp_path: Path) -> Path:
    return write_records(tmp_path / "records.jsonl", [record for _, record in PAIRS])


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return write_articles(tmp_path / "articles.jsonl", [article for article, _ in PAIRS])


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_archive_goes_from_records_to_a_linked_database(records: Path, articles: Path, tmp_path: Path):
    links, database = tmp_path / "links", tmp_path / "chronicle.sqlite"
    assert run("link", records, "-o", links, "--articles", articles) == 0
    assert run("export", "sqlite", records, "-o", database, "--links", links) == 0
    found = sqlite3.connect(database).execute(
        "SELECT DISTINCT description FROM entities JOIN people USING (entity_id) WHERE people.name = '李晨' ORDER BY 1"
    )
    assert [name for (name,) in found] == ["李晨（临江市总工会副主席）", "李晨（青禾大学副校长）"]


def test_linking_again_carries_the_folder_on(records: Path, tmp_path: Path):
    few = write_records(tmp_path / "few.jsonl", [record for _, record in PAIRS[2:5]])
    assert run("link", few, "-o", tmp_path / "links") == 0
    before = (tmp_path / "links/links.csv").read_text(encoding="utf-8").splitlines()
    assert run("link", records, "-o", tmp_path / "links") == 0
    after = (tmp_path / "links/links.csv").read_text(encoding="utf-8").splitlines()
    assert set(before) <= set(after)
    assert len(after) > len(before)


def test_decisions_of_a_user_are_taken(records: Path, tmp_path: Path):
    (tmp_path / "decisions.csv").write_text("decision,a,b\nsame,c01#p2,c02#p1\n", encoding="utf-8")
    assert run("link", records, "-o", tmp_path / "links", "--decisions", tmp_path / "decisions.csv") == 0
    lines = (tmp_path / "links/links.csv").read_text(encoding="utf-8").splitlines()
    entities = {line.split(",")[1] for line in lines if line.startswith(("c01#p2,", "c02#p1,"))}
    assert len(entities) == 1


def test_report_joins_texts_by_id(records: Path, articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    few = write_articles(tmp_path / "few.jsonl", [article for article, _ in PAIRS[:3]])
    assert run("report", records, "--articles", few, "-o", tmp_path / "report.html", "--title", "年鉴 <2024>") == 0
    assert f"{len(PAIRS) - 3} of {len(PAIRS)} articles are not in" in capsys.readouterr().err
    assert "年鉴 &lt;2024&gt;" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_texts_are_found_when_read_as_they_were_extracted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Articles without ids: the id comes from what was read, so the report must read them in the same way."""
    table = tmp_path / "news.csv"
    table.write_text("kopf,rumpf,nr\n读书会举行,9月2日，青禾市图书馆举办读书会。,7\n", encoding="utf-8")
    fields = ("--text-field", "rumpf", "--title-field", "kopf")
    out = tmp_path / "records.jsonl"
    assert run("extract", table, "-o", out, "--workers", 0, "--quiet", *fields) == 0
    assert run("report", out, "--articles", table, "-o", tmp_path / "report.html", *fields) == 0
    assert "are not in" not in capsys.readouterr().err


@pytest.mark.parametrize("format", ["label-studio", "prodigy"])
def test_marks_go_out_and_come_back(format: str, records: Path, articles: Path, tmp_path: Path):
    out, back = tmp_path / "marks.json", tmp_path / "back.jsonl"
    assert run("export", format, records, "--articles", articles, "-o", out) == 0
    if format == "label-studio":
        assert (tmp_path / "marks.config.xml").read_text(encoding="utf-8").startswith("<View>")
        tasks = json.loads(out.read_text(encoding="utf-8"))
        for task in tasks[:2]:
            task["annotations"] = [{"result": task["predictions"][0]["result"]}]
        out.write_text(json.dumps(tasks), encoding="utf-8")
    else:
        out.write_text("\n".join(out.read_text(encoding="utf-8").splitlines()[:2]), encoding="utf-8")
    assert run("import", format, out, records, "-o", back) == 0
    assert list(read_records(back)) == [record for _, record in PAIRS[:2]]
    assert run("import", format, out, records, "-o", back, "--all") == 0
    assert back.read_bytes() == records.read_bytes()


@pytest.mark.parametrize("format", ["tables", "sqlite", "jsonld", "nquads", "neo4j"])
def test_export_again_is_the_same_bytes(format: str, records: Path, tmp_path: Path):
    if format == "tables":
        pytest.importorskip("pyarrow")
    contents = []
    for name in ("once", "again"):
        assert run("export", format, records, "-o", tmp_path / name) == 0
        out = tmp_path / name
        contents.append([file.read_bytes() for file in (sorted(out.iterdir()) if out.is_dir() else [out])])
    assert contents[0] == contents[1]


def test_base_begins_every_identifier(records: Path, tmp_path: Path):
    run("export", "nquads", records, "-o", tmp_path / "out.nq", "--base", "https://chronicle.example.org/")
    subjects = {line.split(" ")[0] for line in (tmp_path / "out.nq").read_text(encoding="utf-8").splitlines()}
    assert all(subject.startswith("<https://chronicle.example.org/article/") for subject in subjects)


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "tables", "missing.jsonl", "-o", "out"),
        ("export", "sqlite", "records.jsonl", "-o", "db", "--links", "missing"),
        ("link", "records.jsonl", "-o", "links", "--decisions", "missing.csv"),
        ("report", "records.jsonl", "-o", "report.html", "--articles", "missing.jsonl"),
        ("import", "prodigy", "records.jsonl", "records.jsonl", "-o", "back.jsonl"),
    ],
)
def test_what_is_missing_or_wrong_is_told_in_a_line(
    arguments: tuple[str, ...],
    records: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_missing_library_is_told_with_its_extra(
    records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert run("export", "tables", records, "-o", tmp_path / "out") == 2
    assert "jishi[parquet]" in capsys.readouterr().err


def test_records_may_be_corrected_in_place(records: Path, articles: Path, tmp_path: Path):
    before = records.read_bytes()
    assert run("export", "prodigy", records, "-o", tmp_path / "marks.jsonl", "--articles", articles) == 0
    assert run("import", "prodigy", tmp_path / "marks.jsonl", records, "-o", records) == 0
    assert records.read_bytes() == before


@pytest.mark.parametrize(
    ("format", "name"),
    [("tables", "events.parquet"), ("sqlite", ""), ("jsonld", ""), ("nquads", ""), ("neo4j", "nodes_events.csv")],
)
def test_an_export_that_fails_leaves_what_was_there(format: str, name: str, records: Path, tmp_path: Path):
    out = tmp_path / "out"
    assert run("export", format, records, "-o", out) == 0
    before = (out / name).read_bytes()
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(records.read_bytes() + b"{}\n")
    assert run("export", format, broken, "-o", out) == 2
    assert (out / name).read_bytes() == before
    assert run("export", format, broken, "-o", tmp_path / "new") == 2
    assert not [
        path for path in tmp_path.rglob("*") if path.is_file() and (path.parent.name == "new" or ".part" in path.name)
    ]
    assert not (tmp_path / "new").is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("format", ["sqlite", "jsonld", "nquads"])
def test_a_full_disk_is_told_with_the_place(
    format: str, records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert run("export", format, records, "-o", "/dev/full") == 2
    message = capsys.readouterr().err
    assert message.startswith("jishi: /dev/full")
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "tables", "records.jsonl", "-o", "records.jsonl"),
        ("export", "neo4j", "records.jsonl", "-o", "records.jsonl"),
        ("link", "records.jsonl", "-o", "records.jsonl"),
        ("export", "jsonld", "records.jsonl", "-o", "folder"),
        ("report", "records.jsonl", "-o", "folder"),
        ("export", "sqlite", "records.jsonl", "-o", "folder"),
    ],
)
def test_a_file_where_a_folder_belongs_and_the_reverse_are_told(
    arguments: tuple[str, ...],
    records: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    before = records.read_bytes()
    assert run(*arguments) == 2
    message = capsys.readouterr().err
    assert "-o takes" in message
    assert len(message.splitlines()) == 1
    assert records.read_bytes() == before


@pytest.mark.parametrize("command", ["jsonld", "sqlite", "tables"])
def test_an_output_may_lie_in_a_folder_that_is_not_there_yet(command: str, records: Path, tmp_path: Path):
    assert run("export", command, records, "-o", tmp_path / "new/folder/out") == 0
    assert (tmp_path / "new/folder/out").exists()


def test_a_link_to_a_file_stays_a_link(records: Path, tmp_path: Path):
    (tmp_path / "linked.jsonld").symlink_to(tmp_path / "real.jsonld")
    assert run("export", "jsonld", records, "-o", tmp_path / "linked.jsonld") == 0
    assert (tmp_path / "linked.jsonld").is_symlink()
    assert (tmp_path / "real.jsonld").stat().st_size > 0


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_files_of_a_user_may_be_in_any_encoding(encoding: str, records: Path, articles: Path, tmp_path: Path):
    (tmp_path / "decisions.csv").write_text("decision,a,b,note\nsame,c01#p2,c02#p1,问过本人\n", encoding=encoding)
    (tmp_path / "known.csv").write_text("id,kind,name\nQ1,person,李晨\n", encoding=encoding)
    taken = ("--decisions", tmp_path / "decisions.csv", "--gazetteer", tmp_path / "known.csv")
    assert run("link", records, "-o", tmp_path / "links", *taken) == 0
    assert "问过本人" in (tmp_path / "links/links.csv").read_text(encoding="utf-8")
    assert run("export", "prodigy", records, "-o", tmp_path / "marks.jsonl", "--articles", articles) == 0
    marks = (tmp_path / "marks.jsonl").read_text(encoding="utf-8")
    (tmp_path / "marks.jsonl").write_text(marks, encoding=encoding)
    assert run("import", "prodigy", tmp_path / "marks.jsonl", records, "-o", tmp_path / "back.jsonl") == 0
    assert (tmp_path / "back.jsonl").read_bytes() == records.read_bytes()


def test_decisions_that_cannot_be_followed_are_told(records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "decisions.csv").write_text(
        "decision,a,b\nsame,c01#p2,nobody#p1\nsame,c01#p2,c02#p1\ndifferent,c01#p2,c02#p1\n", encoding="utf-8"
    )
    assert run("link", records, "-o", tmp_path / "links", "--decisions", tmp_path / "decisions.csv") == 0
    first, second = capsys.readouterr().err.splitlines()
    assert "there is no nobody#p1" in first
    assert "not followed" in second


@pytest.mark.parametrize("format", ["tables", "sqlite", "jsonld", "nquads", "neo4j"])
def test_records_of_one_id_are_told(format: str, records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run("export", format, records, "-o", tmp_path / "once") == 0
    assert capsys.readouterr().err == ""
    with records.open("ab") as stream:
        stream.write(records.read_bytes().splitlines(keepends=True)[0])
    assert run("export", format, records, "-o", tmp_path / "twice") == 0
    assert "1 of the records have the id of another (such as c01)" in capsys.readouterr().err


def test_evidence_is_shown_from_the_article_alone(
    records: Path, articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    other = write_articles(tmp_path / "other.jsonl", [replace(PAIRS[0][0], text="另一篇文章。")])
    assert run("show", records, "c01", "--articles", articles) == 0
    shown = capsys.readouterr()
    assert "evidence" in shown.out
    assert shown.err == ""
    for path, problem in ((other, "another text"), (tmp_path, "are not in")):
        assert run("show", records, "c01" if path == other else "c02", "--articles", other) == 0
        shown = capsys.readouterr()
        assert "evidence" not in shown.out
        assert problem in shown.err


def test_a_bug_is_no_partial_success(
    records: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def fail(*arguments: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr("jishi.exports.show.print_record", fail)
    assert run("show", records) == 2
    assert "RuntimeError: a mistake" in (message := capsys.readouterr().err)
    assert "report it" in message


@pytest.mark.parametrize("format", ["label-studio", "prodigy"])
def test_an_article_with_another_text_is_left_out_of_the_tasks(
    format: str, records: Path, articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert run("export", format, records, "-o", tmp_path / "all", "--articles", articles) == 0
    whole = (tmp_path / "all").read_text(encoding="utf-8")
    changed = replace(PAIRS[0][0], text="另一篇文章。")
    write_articles(articles, [changed, *(article for article, _ in PAIRS[1:])])
    capsys.readouterr()
    assert run("export", format, records, "-o", tmp_path / "some", "--articles", articles) == 0
    assert "another text of this article, which is left out: c01" in capsys.readouterr().err
    some = (tmp_path / "some").read_text(encoding="utf-8")
    assert '"c01"' in whole
    assert '"c01"' not in some
    assert '"c02"' in some
