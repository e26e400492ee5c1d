"""What a run writes: every output format reads back as the same records; duplicates; the command line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

import jishi
from jishi.archive.duplicates import compute_signature, estimate_resemblance, find_originals
from jishi.archive.errors import ArchiveError
from jishi.archive.run import extract_archive
from jishi.cli import main

RAW = Path(__file__).parents[1] / "data" / "raw"
PARTS = (
    "青禾市图书馆昨天下午在三楼报告厅举办秋季读书会，馆长林听雨主持并致辞",
    "作家周望舒以河流与城市为题作了讲座，讲述她沿江行走三年的见闻和写作",
    "近百名市民到场聆听，并就书中的人物原型与作者展开了热烈的讨论",
    "据介绍，读书会由市文化和旅游局指导，今后每个月的第一个周末举办一期",
    "活动现场还展出了读者捐赠的地方志与老照片共四十余件，吸引不少人驻足",
    "图书馆负责人表示，将继续丰富活动的形式，让更多的人爱上阅读、走进书的世界",
)
REPORT = "。\n".join(PARTS) + "。"


def write_articles(path: Path, texts: list[str]) -> None:
    rows = [json.dumps({"id": f"a{i}", "text": text}, ensure_ascii=False) for i, text in enumerate(texts, 1)]
    path.write_text("\n".join(rows), encoding="utf-8")


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The records of the samples, as lines of JSON."""
    output = tmp_path_factory.mktemp("plain") / "records.jsonl"
    extract_archive(str(RAW), output=str(output), workers=0)
    return output.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.parquet", "folder", "parquet/", "tables/"])
def test_every_output_reads_back_as_the_same_records(tmp_path: Path, lines: list[str], name: str) -> None:
    format = name.rstrip("/") if name.endswith("/") else None
    output = tmp_path / name.rstrip("/")
    extract_archive(str(RAW), output=str(output), workers=0, format=format)
    assert [record.to_json() for record in jishi.read_records(output)] == lines
    assert len(lines) > 12
    if format == "tables":
        import pyarrow.parquet as parquet

        events = sum(len(json.loads(line)["events"]) for line in lines)
        assert parquet.read_table(output / "tables" / "events.parquet").num_rows == events > 5


def test_samples_give_the_same_records_in_two_processes(tmp_path: Path, lines: list[str]) -> None:
    extract_archive(str(RAW), output=str(tmp_path / "two.jsonl"), workers=2)
    assert (tmp_path / "two.jsonl").read_text(encoding="utf-8").splitlines() == lines


def test_reprints_are_marked_and_other_articles_are_not(tmp_path: Path) -> None:
    reprint = "（本报讯）" + REPORT.replace("近百名", "上百名") + "（来源：青禾日报）"
    other = REPORT.translate(str.maketrans("青禾读书林听雨周望舒", "南屏朗诵段清扬沈雁回"))[: len(PARTS[0]) + 20]
    notices = ["9月2日上午九时召开例会。", "9月3日上午九时召开例会。"]
    write_articles(tmp_path / "a.jsonl", [REPORT, other, reprint, *notices, REPORT])
    summary = extract_archive(
        str(tmp_path / "a.jsonl"), output=str(tmp_path / "o.jsonl"), workers=0, mark_duplicates=True
    )
    marks = {record.article.id: record.article.duplicate_of for record in jishi.read_records(tmp_path / "o.jsonl")}
    assert marks == {"a1": None, "a2": None, "a3": "a1", "a4": None, "a5": None, "a6": "a1"}
    assert summary.counts["duplicates"] == 2
    first = (tmp_path / "o.jsonl").read_bytes()
    extract_archive(str(tmp_path / "a.jsonl"), output=str(tmp_path / "p.jsonl"), workers=2, mark_duplicates=True)
    assert (tmp_path / "p.jsonl").read_bytes() == first


def test_signatures_estimate_how_much_texts_have_in_common() -> None:
    whole, half = compute_signature(REPORT), compute_signature("。".join(PARTS[:3]))
    assert whole is not None
    assert half is not None
    assert compute_signature(REPORT.replace("。", "，\n")) == whole  # punctuation does not count
    assert 0.3 < estimate_resemblance(whole, half) < 0.7
    nearly = compute_signature(REPORT.replace("三楼", "二楼"))
    assert find_originals([None, whole, half, None, nearly, whole, half]) == {4: 1, 5: 1, 6: 2}
    assert find_originals([None]) == find_originals([]) == {}


def test_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_articles(tmp_path / "good.jsonl", [REPORT])
    write_articles(tmp_path / "bad.jsonl", [REPORT, ""])
    assert main(["extract", "good.jsonl", "-o", "good"]) == 0
    assert "1 articles: 1 records" in capsys.readouterr().out
    assert main(["extract", "bad.jsonl", "-o", "out.jsonl", "--quiet"]) == 1
    assert capsys.readouterr() == ("", "")
    (reject,) = map(json.loads, (tmp_path / "out.jsonl.rejects.jsonl").read_text(encoding="utf-8").splitlines())
    assert (reject["id"], reject["source"], reject["reason"]) == ("a2", "bad.jsonl:2", "no_text")
    assert main(["extract", "bad.jsonl", "-o", "log.jsonl", "--log-json"]) == 1
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert events
    assert {"event", "time"} <= events[-1].keys()
    write_articles(tmp_path / "worse.jsonl", ["", ""])
    assert main(["extract", "worse.jsonl", "-o", "none.jsonl"]) == 2
    assert "2 rejected (2 no_text)\nworse.jsonl:1: the field 'text' is empty\n" in capsys.readouterr().out
    assert main(["extract", "missing.txt", "-o", "x.jsonl"]) == 2
    assert "missing.txt" in capsys.readouterr().err
    assert main(["extract", "good.jsonl", "-o", "x.csv"]) == 2
    assert main(["validate", "good"]) == 0
    record = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    record["dates"] = [{"id": "d1"}]
    twice = (tmp_path / "out.jsonl").read_text(encoding="utf-8") * 2
    (tmp_path / "faulty.jsonl").write_text(twice + json.dumps(record) + "\n[]\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["validate", "faulty.jsonl"]) == 1
    out = capsys.readouterr().out
    assert "faulty.jsonl:2: the article id 'a1' stands at faulty.jsonl:1 already" in out
    assert "faulty.jsonl:3: dates.0." in out
    assert "1 valid, 3 not" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["s4://bucket/news"], "s4://bucket/news is no address that can be used"),
        (["sftp://me:secret@127.0.0.1:9/news"], "sftp://127.0.0.1:9/news"),
        (["memory://nothing/there"], "memory://nothing/there: nothing to read there"),
        (["a.jsonl", "-o", "s4://bucket/out"], "s4://bucket/out is no address that can be used"),
        (["a.jsonl", "-o", ""], "the output has no name"),
        (["a.jsonl", "-o", "a.csv"], "records are written as .jsonl"),
        (["a.jsonl", "-o", "a.jsonl/out"], "cannot be written: Not a directory"),
        (["a.jsonl", "--separator", "("], "the separator '(' is not a regular expression"),
        (["a.jsonl", "--encoding", "klingon"], "there is no encoding named 'klingon'"),
        (["a.jsonl", "--exclude", "jishi_talk"], "there is no stage jishi_talk to leave out; there are jishi_metadata"),
        (["a.jsonl", "--time-limit", "nan"], "--time-limit must be more than 0 seconds"),
        (["a.jsonl", "--workers", "-1"], "--workers must be 0 or more"),
        (["a.jsonl", "--restart", "--update"], "choose one"),
        (["a.jsonl", "-o", "."], "a.jsonl lies in the output folder: give -o a folder of its own"),
        (["*.jsonl", "-o", "."], "*.jsonl lies in the output folder"),
        ([".", "-o", ".."], ". lies in the output folder"),
        (["memory://news/in", "-o", "memory://news"], "memory://news/in lies in the output folder"),
        (["a.jsonl", "-o", "a.jsonl"], "a.jsonl holds no file of a known kind besides the output"),
        (["a.jsonl", "--scheduler", "localhost"], "'localhost' is no address of a Dask scheduler"),
        (["a.jsonl", "--model", "nowhere"], "the pipeline cannot be loaded: FileNotFoundError: no tagger in nowhere"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_articles(tmp_path / "a.jsonl", [REPORT])
    output = [] if "-o" in arguments else ["-o", "out.jsonl"]
    assert main(["extract", *arguments, *output]) == 2
    printed, said = capsys.readouterr()
    assert printed == ""
    assert len(said.splitlines()) == 1
    assert said.startswith("jishi: ")
    assert message in said
    assert "secret" not in said


def test_a_password_is_neither_stored_nor_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sqlalchemy")
    output = tmp_path / "out"
    for database in ("news", "archive"):  # there is none: that is a reject, and the next address another input
        address = f"postgresql+nodriver://reader:geheim@127.0.0.1:9/{database}?password=geheim"
        assert main(["extract", address, "--query", "SELECT * FROM news", "-o", str(output)]) == 2
    said = "".join(capsys.readouterr())
    assert "begun with other inputs (postgresql+nodriver://127.0.0.1:9/news)" in said
    assert "geheim" not in said
    files = [path for path in output.rglob("*") if path.is_file()]
    assert any(path.name == "run.json" for path in files)
    assert not [path for path in files if b"geheim" in path.read_bytes()]


def test_the_log_for_machines_tells_the_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_articles(tmp_path / "a.jsonl", [REPORT, ""])
    output = str(tmp_path / "out.jsonl")
    assert main(["extract", str(tmp_path / "a.jsonl"), "-o", output, "--log-json"]) == 1
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (last["event"], last["articles"], last["records"]) == ("finished", 2, 1)
    assert last["rejects_by_reason"] == {"no_text": 1}
    assert last["files"] == [output]
    assert main(["extract", str(tmp_path / "missing"), "-o", output, "--log-json"]) == 2
    (failed,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert failed["event"] == "failed"
    assert "no such file" in failed["message"]


def test_files_that_are_not_read_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A packed or printed part of an archive is not left out without a word."""
    crawl = tmp_path / "crawl"
    (crawl / "sub").mkdir(parents=True)
    write_articles(crawl / "a.jsonl", [REPORT])
    for name in ("b.rar", "sub/c.pdf", "sub/d.PDF", "e", ".hidden"):
        (crawl / name).write_bytes(b"x")
    assert main(["extract", str(crawl), "-o", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().err
    assert "passed over 4 files of kinds that are not read: .pdf (2), .rar (1), without a suffix (1)" in said
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    assert manifest["inputs"]["passed_over"] == {".pdf": 2, ".rar": 1, "without a suffix": 1}


def test_logging_is_left_as_it_was(tmp_path: Path) -> None:
    import logging

    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.raiseExceptions, logging.root.manager.disable)
    write_articles(tmp_path / "a.jsonl", [REPORT])
    extract_archive(str(tmp_path / "a.jsonl"), output=str(tmp_path / "out.jsonl"), workers=0)
    assert before == (root.level, list(root.handlers), logging.raiseExceptions, logging.root.manager.disable)


def test_a_run_in_an_object_store_goes_on_and_keeps_to_itself(tmp_path: Path) -> None:
    """`memory://` stands for any address that is no disk."""
    fsspec = pytest.importorskip("fsspec")
    store = fsspec.filesystem("memory")
    store.pipe({f"/crawl/{name}": (RAW / name).read_bytes() for name in ("articles.jsonl", "volunteers.txt")})
    store.pipe("/crawl/sub/page.css", b"p {}")
    extract_archive(str(RAW / "articles.jsonl"), str(RAW / "volunteers.txt"), output=str(tmp_path / "o"), workers=0)
    try:
        for output in ("memory://records.jsonl", "memory://crawl/out"):
            summary = extract_archive("memory://crawl", output=output, workers=0)
            assert summary.fresh == summary.counts["articles"] > 12
            (name,) = summary.files
            assert store.cat(name.removeprefix("memory:/")) == (tmp_path / "o/records-00000.jsonl").read_bytes()
            assert extract_archive("memory://crawl", output=output, workers=0).was_complete
        store.pipe("/crawl/new.txt", REPORT.encode())
        summary = extract_archive("memory://crawl", output="memory://crawl/out", workers=0, update=True)
        assert (summary.fresh, summary.reused) == (1, summary.counts["articles"] - 1)
        assert not fsspec.filesystem("memory").transaction.files
    finally:
        store.rm("/crawl", recursive=True)


def test_reading_records_says_what_is_wrong_and_where(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"schema_version": "1.0"}\n', encoding="utf-8")
    with pytest.raises(ArchiveError, match=r"a\.jsonl:1 is not a valid record: article: Field required"):
        list(jishi.read_records(tmp_path / "a.jsonl"))
    with pytest.raises(FileNotFoundError):
        list(jishi.read_records(tmp_path / "missing"))
    with pytest.raises(ArchiveError, match="holds no records"):
        list(jishi.read_records(tmp_path))


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".jsonl.zst"])
def test_records_that_break_off_are_not_taken_for_all(tmp_path: Path, lines: list[str], suffix: str) -> None:
    whole = "".join(line + "\n" for line in lines * 50).encode()
    packed = gzip.compress(whole) if suffix == ".jsonl.gz" else pytest.importorskip("zstandard").compress(whole)
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(packed[:-20])
    with pytest.raises(ArchiveError, match=r"cut\.jsonl.*damaged"):
        list(jishi.read_records(path))


def test_ids_that_stand_twice_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"id": identifier, "text": f"会议{number}"} for number, identifier in enumerate(["甲", "乙", "甲", "甲", "丙"])
    ]
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    assert main(["extract", str(source), "-o", str(tmp_path / "run/"), "--workers", "0"]) == 0
    assert "2 have the id of another" in capsys.readouterr().out
    assert json.loads((tmp_path / "run/manifest.json").read_text(encoding="utf-8"))["counts"]["repeated_ids"] == 2
    assert main(["validate", str(tmp_path / "run")]) == 1
    assert main(["extract", str(RAW), "-o", str(tmp_path / "samples.jsonl"), "--workers", "0"]) == 0
    assert "have the id of another" not in capsys.readouterr().out


def test_files_of_others_in_the_output_folder_stay(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    write_articles(tmp_path / "in.jsonl", [REPORT])
    run = tmp_path / "run"
    (run / "tables").mkdir(parents=True)
    others = [run / "tables/mine.parquet", run / "records-2024.jsonl", run / "notes.txt"]
    for path in others:
        path.write_text("mine", encoding="utf-8")
    for format in ("jsonl", "tables", "parquet"):
        extract_archive(str(tmp_path / "in.jsonl"), output=str(run), workers=0, format=format)
        assert (run / "tables/events.parquet").exists() == (format == "tables")
        assert all(path.read_text(encoding="utf-8") == "mine" for path in others)
        assert len(list(run.glob("records-0*"))) == 1


def test_a_run_may_be_written_below_its_input(tmp_path: Path) -> None:
    write_articles(tmp_path / "in.jsonl", [REPORT])
    for _ in range(2):
        summary = extract_archive(str(tmp_path), output=str(tmp_path / "run/"), workers=0)
        assert summary.counts["articles"] == 1
    assert summary.was_complete
    assert summary.files == [str(tmp_path / "run/records-00000.jsonl")]
