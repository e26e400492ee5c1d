"""The same archive gives the same bytes, whatever the hash seed, the locale, the time zone, the number of workers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("trafilatura")

RAW = Path(__file__).parents[1] / "data" / "raw"
PAGE = (
    '<html><head><title>臨江大學舉辦講座</title><meta property="article:published_time" '
    'content="2024-09-01T18:30:00Z"></head><body><article><h1>臨江大學舉辦講座</h1><p>昨日下午，臨江大學於行政大樓舉辦'
    "講座，校長顧長風主持，松濤學院院長葉知秋作題為《河流與城市》的報告，近百名師生到場聆聽並參與討論。</p></article>"
    "</body></html>"
)
BASE = {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai"}
ASCII_NAMES = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}  # file names are no text to Python
CHANGES: dict[str, tuple[dict[str, str], int]] = {
    "another start": ({}, 0),
    "hash seed": ({"PYTHONHASHSEED": "4242"}, 0),
    "random hash seed, two workers": ({"PYTHONHASHSEED": "random"}, 2),
    "locale C": ({"LC_ALL": "C"}, 0),
    "a locale that knows ASCII alone": (ASCII_NAMES, 0),
    "no locale": ({"LC_ALL": "", "LANG": ""}, 0),
    "UTF-8 mode": ({"PYTHONUTF8": "1"}, 0),
    "time zone west": ({"TZ": "America/Los_Angeles"}, 0),
    "time zone east, one worker": ({"TZ": "Pacific/Kiritimati"}, 1),
    "all together": ({**ASCII_NAMES, "PYTHONHASHSEED": "random", "TZ": "America/Los_Angeles"}, 2),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples, and what could depend on where they are read: Chinese file names, times near midnight."""
    folder = tmp_path_factory.mktemp("determinism") / "新闻"
    folder.mkdir()
    for path in RAW.iterdir():
        if not path.name.startswith("."):
            (folder / path.name).write_bytes(path.read_bytes())
    text = "昨天上午，青禾市图书馆举办读书会，馆长林听雨主持，作家周望舒、段清扬、沈雁回和江一苇出席，近百名市民参加。"
    (folder / "九月二日.txt").write_bytes(text.encode("gb18030"))
    (folder / "十月.html").write_text(PAGE, encoding="utf-8")
    times = (1725206400, 1725206399, "2024-09-01T16:00:00Z", "Sun, 01 Sep 2024 23:59:00 -0700", "2024-09-02 00:00")
    rows = [json.dumps({"text": f"{i}。{text}", "date": time}, ensure_ascii=False) for i, time in enumerate(times)]
    (folder / "时间.jsonl").write_text("\n".join([*rows, '{"text": ""}']), encoding="utf-8")
    return folder


def extract(archive: Path, output: str, environment: Mapping[str, str], workers: int) -> dict[str, bytes]:
    """The bytes of each file that a run gives; of the manifest what does not tell of time."""
    command = [sys.executable, "-m", "jishi", "extract", archive.name, "-o", output, "--format", "tables", "--quiet"]
    done = subprocess.run(
        [*command, "--workers", str(workers)],
        cwd=archive.parent,
        env={**os.environ, **BASE, **environment},
        stderr=subprocess.PIPE,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1, done.stderr  # one article has no text
    folder = archive.parent / output
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    files = {path.as_posix(): (folder / path).read_bytes() for path in names if ".work" not in path.parts}
    manifest = json.loads(files["manifest.json"])
    del manifest["sessions"], manifest["seconds_by_stage"]
    del manifest["options"]["package"]  # a developer may edit while the tests run
    return files | {"manifest.json": json.dumps(manifest).encode()}


@pytest.fixture(scope="module")
def wanted(archive: Path) -> dict[str, bytes]:
    """What a run gives in one environment."""
    files = extract(archive, "wanted", {}, 0)
    assert len(files) > 10
    assert json.loads(files["manifest.json"])["counts"]["records"] > 20
    return files


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_the_same_bytes(archive: Path, wanted: dict[str, bytes], change: str) -> None:
    environment, workers = CHANGES[change]
    found = extract(archive, change.replace(" ", "-"), environment, workers)
    assert found.keys() == wanted.keys()
    for name, content in found.items():
        assert content == wanted[name], name


@pytest.mark.slow
def test_chinese_names_are_sources_in_every_locale(archive: Path, wanted: dict[str, bytes]) -> None:
    import jishi

    sources = {
        record.article.source: record.article.published for record in jishi.read_records(archive.parent / "wanted")
    }
    assert {"九月二日.txt", "十月.html"} <= sources.keys()
    published = [sources[f"时间.jsonl:{line}"] for line in range(1, 6)]
    assert published == ["2024-09-02", "2024-09-01", "2024-09-02", "2024-09-02", "2024-09-02"]
