"""Archives on a real Dask cluster over TCP, and records for data that is already in Dask, Spark or Ray."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from archive_runs import FAULTS, Cluster, Command, count_done, wait_until, write_archive

import jishi
from jishi.archive.run import extract_archive

pandas = pytest.importorskip("pandas")
pytest.importorskip("distributed")
RAW = Path(__file__).parents[1] / "data" / "raw"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.close()


@pytest.mark.slow
def test_two_workers_over_tcp_give_the_same_records_as_one_process(tmp_path: Path, cluster: Cluster) -> None:
    extract_archive(str(RAW), output=str(tmp_path / "here.jsonl"), workers=0)
    summary = extract_archive(str(RAW), output=str(tmp_path / "there.jsonl"), scheduler=cluster.address)
    assert summary.fresh == summary.counts["articles"] > 12
    assert (tmp_path / "there.jsonl").read_bytes() == (tmp_path / "here.jsonl").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["file", "memory"])
def test_addresses_with_a_cluster(tmp_path: Path, cluster: Cluster, kind: str) -> None:
    """Inputs are read and outputs written by the run, so that workers need reach neither."""
    import fsspec

    extract_archive(str(RAW), output=str(tmp_path / "here"), workers=0)
    if kind == "file":
        inputs, output = RAW.as_uri(), (tmp_path / "there").as_uri()
    else:
        inputs, output = "memory://raw", "memory://there"
        files = [path for path in RAW.iterdir() if not path.name.startswith(".")]
        fsspec.filesystem("memory").pipe({f"/raw/{path.name}": path.read_bytes() for path in files})
    summary = extract_archive(inputs, output=output, scheduler=cluster.address)
    assert summary.fresh == summary.counts["articles"] > 12
    with fsspec.open(f"{output}/records-00000.jsonl", "rb") as file:
        assert file.read() == (tmp_path / "here/records-00000.jsonl").read_bytes()
    assert extract_archive(inputs, output=output, scheduler=cluster.address).fresh == 0


TARGETS = ("run", "scheduler", "article process", "Dask worker", "nanny and worker")


@pytest.mark.slow
def test_whatever_is_killed_on_a_cluster_nothing_is_lost(tmp_path: Path) -> None:
    """kill -9 of each part of a cluster and of the run, at random moments; benchmarks/kills.py does it 20 times."""
    archive = tmp_path / "archive.jsonl"
    write_archive(archive, range(100), a40="引发错误", a60="使进程崩溃")
    command = Command(tmp_path, archive)
    command.run("here.jsonl", workers=2)
    dice = random.Random(20240902)
    faults = {"PYTHONPATH": str(FAULTS), "SECONDS_AN_ARTICLE": "0.05"}
    cluster = Cluster(tmp_path, **faults)
    outputs = ["there-0.jsonl"]
    try:
        for target in TARGETS:
            name = outputs[-1]
            process = command.start(name, scheduler=cluster.address)
            done = count_done(command, name) + dice.choice((1, 2, 3))
            wait_until(lambda name=name, done=done: count_done(command, name) >= done)  # type: ignore[misc]
            time.sleep(dice.uniform(0, 0.2))
            if target == "run":
                process.kill()
                process.communicate()
            elif target == "scheduler":
                cluster.scheduler.kill()
                _, errors = process.communicate(timeout=90)
                assert process.returncode == 1
                assert "start again to go on where the run stopped" in errors.splitlines()[-1], errors
                cluster.close()
                cluster = Cluster(tmp_path, **faults)
            else:  # the run goes on without it
                cluster.kill(target, dice)
                _, errors = process.communicate(timeout=90)
                assert process.returncode == 0, (target, errors)
                outputs.append(f"there-{len(outputs)}.jsonl")
        outputs.pop()
        for name in outputs:
            counts = command.run(name, scheduler=cluster.address)
            assert (counts["articles"], counts["records"], counts["rejects"]) == (100, 98, 2)
            assert command.read(name) == command.read("here.jsonl")
            assert command.read(f"{name}.rejects.jsonl") == command.read("here.jsonl.rejects.jsonl")
    finally:
        cluster.close()


@pytest.mark.slow
def test_a_run_does_not_wait_for_workers_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jishi.archive import cluster as module
    from jishi.archive.items import FoundProblem
    from jishi.archive.work import WorkSettings

    monkeypatch.setattr(module, "SECONDS_WITHOUT_WORKERS", 1)
    cluster = Cluster(tmp_path)
    try:
        engine = module.DaskCluster(cluster.address)
        for nanny in cluster.workers:
            cluster.end(nanny)
        future = engine.submit([FoundProblem("a.txt", "no_text", "the text is empty")], WorkSettings())
        with pytest.raises(jishi.archive.errors.ArchiveError, match=r"has had no workers for \d+ seconds"):
            wait_until(lambda: engine.wait(future, 0.25) is not None)
        engine.close()
    finally:
        cluster.close()


def test_without_a_scheduler_the_message_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jishi.archive.cluster.CONNECT_SECONDS", 1)
    with pytest.raises(jishi.archive.errors.ArchiveError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:9"):
        extract_archive(str(RAW), output=str(tmp_path / "x.jsonl"), scheduler="tcp://127.0.0.1:9")


def test_data_in_dask_frames_and_bags() -> None:
    import dask
    import dask.bag
    import dask.dataframe

    import jishi.dask
    from jishi.archive.frames import extract_frames

    rows = [json.loads(line) for line in (RAW / "articles.jsonl").read_text(encoding="utf-8").splitlines()][:4]
    rows[2]["text"] = None
    rows[2]["title"] = None
    frame = pandas.DataFrame(rows, index=[10, 11, 12, 13])
    with dask.config.set(scheduler="synchronous"):
        found = jishi.dask.extract(dask.dataframe.from_pandas(frame, npartitions=2)).compute()
        from_bag = jishi.dask.extract(dask.bag.from_sequence(rows, npartitions=2), text="text").compute()
        of_texts = jishi.dask.extract(dask.bag.from_sequence([rows[0]["text"]])).compute()
    assert list(found.columns) == ["id", "record", "error"]
    assert list(found.index) == [10, 11, 12, 13]
    assert found["id"].tolist() == [row["id"] for row in rows]
    assert found["error"].isna().tolist() == [True, True, False, True]
    assert found.loc[12, "error"].startswith("no_text")
    record = jishi.Record.model_validate_json(found.loc[10, "record"])
    assert record.article.id == rows[0]["id"]
    assert [row["record"] for row in from_bag] == found["record"].astype(object).where(
        found["record"].notna(), None
    ).tolist()
    assert jishi.Record.model_validate_json(of_texts[0]["record"]).article.characters == len(rows[0]["text"])
    (as_spark_does,) = extract_frames([frame])
    pandas.testing.assert_frame_equal(as_spark_does, found, check_dtype=False)
    with pytest.raises(TypeError, match="neither"):
        jishi.dask.extract(frame.to_dict())


class SparkFrame:
    """What a Spark data frame does with the function that `mapInPandas` is given: it iterates over pieces."""

    def __init__(self, frame: pandas.DataFrame) -> None:
        self.frame = frame

    def mapInPandas(self, function: Callable[..., Any], schema: str) -> pandas.DataFrame:  # noqa: N802 (Spark's name)
        pieces = list(function(self.frame.iloc[start : start + 2] for start in range(0, len(self.frame), 2)))
        assert all(list(piece.columns) == [column.split()[0] for column in schema.split(",")] for piece in pieces)
        return pandas.concat(pieces)


class RayDataset(SparkFrame):
    """What a Ray data set does with the function that `map_batches` is given."""

    def map_batches(self, function: Callable[..., Any], batch_format: str) -> pandas.DataFrame:
        assert batch_format == "pandas"
        return function(self.frame)


def test_the_documented_lines_for_spark_and_ray() -> None:
    """The lines of the README are run as they stand, with `import jishi` alone."""
    readme = (RAW.parents[1] / "README.md").read_text(encoding="utf-8")
    spark, ray = (re.search(pattern, readme) for pattern in (r"`(frame\.mapIn.*?)`", r"`(dataset\.map_b.*?)`"))
    assert spark
    assert ray
    rows = [json.loads(line) for line in (RAW / "articles.jsonl").read_text(encoding="utf-8").splitlines()][:3]
    frame = pandas.DataFrame(rows)
    names = {"jishi": jishi, "frame": SparkFrame(frame), "dataset": RayDataset(frame)}
    for line in (spark[1], ray[1]):
        found = eval(line, names)
        records = [jishi.Record.model_validate_json(record).article.id for record in found["record"]]
        assert records == found["id"].tolist() == [row["id"] for row in rows], line


def test_columns_with_names_of_their_own() -> None:
    from jishi.archive.fields import FieldNames
    from jishi.archive.frames import extract_frames

    frame = pandas.DataFrame({"no": ["a", "b"], "body": ["9月2日，青禾市举办书展。", " "], "text": ["", ""]})
    (found,) = extract_frames([frame], FieldNames(text="body", id="no"))
    assert found["id"].tolist() == ["a", "b"]
    assert found["error"].isna().tolist() == [True, False]
