"""Archive runs: nothing is lost or doubled, whatever fails, is killed, or changes between two starts."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from archive_runs import Command, count_done, find_workers, is_worker, wait_until, write_archive


@pytest.fixture
def command(tmp_path: Path) -> Command:
    archive = tmp_path / "archive.jsonl"
    write_archive(archive, range(100))
    return Command(tmp_path, archive)


def kill_in_midst(command: Command, name: str, done_before: int, dice: random.Random) -> int:
    """Kill a run a moment after so many shards are done; give how many of its workers were killed before it."""
    workers_killed = 0
    process = command.start(name, slow=0.02, workers=2)
    wait_until(lambda: count_done(command, name) >= done_before or process.poll() is not None)
    time.sleep(dice.uniform(0, 0.3))
    workers = find_workers(process.pid)
    if workers and dice.random() < 0.5:  # the run goes on without a worker, and without a reject
        os.kill(dice.choice(workers), signal.SIGKILL)
        workers_killed += 1
        time.sleep(dice.uniform(0, 1))
    orphans = find_workers(process.pid)
    process.kill()
    process.communicate()
    wait_until(lambda: not any(is_worker(pid) for pid in orphans), 10)  # workers of a killed run end by themselves
    return workers_killed


@pytest.mark.slow
def test_killed_at_random_moments_the_output_is_byte_identical(command: Command) -> None:
    """kill -9 of the run, and of workers on the way, 20 times at random moments between start and end."""
    command.run("undisturbed.jsonl", workers=2)
    dice = random.Random(20240902)
    name, stages, workers_killed = "killed-0.jsonl", [], 0
    for kill in range(20):
        # Now and then before anything is done, else when another part of the rest is.
        done_before = count_done(command, name) + dice.choice((0, 1, 2, 3))
        workers_killed += kill_in_midst(command, name, done_before, dice)
        stages.append((name, count_done(command, name)))
        if (command.folder / name).exists():
            name = f"killed-{kill + 1}.jsonl"
    assert workers_killed > 2, stages
    assert len(set(stages)) > 5, "the kills all fell on the same moment"
    for name in {path.name[1:-5] for path in command.folder.glob(".killed-*.work")}:
        counts = command.run(name, workers=2)
        assert counts["records"] == 100
        assert counts["rejects"] == 0
        assert command.read(name) == command.read("undisturbed.jsonl")
        assert not (command.folder / f"{name}.rejects.jsonl").exists()
        assert not list(command.folder.rglob("*.part"))


def test_articles_that_fail_hang_or_crash_are_rejected_and_the_rest_goes_on(command: Command) -> None:
    write_archive(command.archive, range(40), a7="使进程崩溃", a20="永远循环", a30="引发错误")
    counts = command.run("two.jsonl", workers=2, time_limit=2.0)
    assert (counts["articles"], counts["records"], counts["rejects"]) == (40, 37, 3)
    command.run("one.jsonl", workers=1, time_limit=2.0)
    assert command.read("one.jsonl") == command.read("two.jsonl")
    assert command.read("one.jsonl.rejects.jsonl") == command.read("two.jsonl.rejects.jsonl")
    rejects = {row["id"]: row for row in map(json.loads, command.read("one.jsonl.rejects.jsonl").splitlines())}
    assert {name: row["reason"] for name, row in rejects.items()} == {
        "a7": "killed_worker",
        "a20": "time_limit",
        "a30": "failed",
    }
    assert "这篇文章有错" in rejects["a30"]["message"]
    assert "_obey" in rejects["a30"]["traceback"]
    assert rejects["a30"]["stage"] == "faults"
    assert "_obey" in rejects["a20"]["traceback"]
    assert rejects["a30"]["source"] == "archive.jsonl:31"


def test_a_loop_in_compiled_code_ends_its_process_and_leaves_a_traceback(command: Command) -> None:
    write_archive(command.archive, range(4), a2="编译代码循环")
    assert command.run("out.jsonl", workers=1, time_limit=1.0)["records"] == 3
    (reject,) = map(json.loads, command.read("out.jsonl.rejects.jsonl").splitlines())
    assert (reject["id"], reject["reason"]) == ("a2", "killed_worker")
    assert "in compiled code" in reject["message"]
    assert "_obey" in reject["traceback"]


def test_an_article_that_kills_a_small_run_without_workers_is_found_by_the_next(command: Command) -> None:
    write_archive(command.archive, range(20), a7="使进程崩溃")
    process = command.start("out.jsonl", shard_items=500)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert not (command.folder / "out.jsonl").exists()
    counts = command.run("out.jsonl", shard_items=500)
    assert (counts["records"], counts["rejects"]) == (19, 1)


def test_a_second_start_does_nothing_and_changed_options_are_refused(command: Command) -> None:
    command.run("out.jsonl", workers=0)
    before = command.read("out.jsonl")
    assert command.run("out.jsonl", workers=0)["fresh"] == 0
    assert "the time limit (120.0 then, 7.0 now)" in command.fail("out.jsonl", workers=0, time_limit=7.0)
    assert command.run("out.jsonl", workers=0, time_limit=7.0, restart=True)["fresh"] == 100
    assert command.read("out.jsonl") == before
    (command.folder / "foreign.jsonl").write_bytes(b"{}\n")
    assert "--restart" in command.fail("foreign.jsonl", workers=0)
    assert command.read("foreign.jsonl") == b"{}\n"


def test_update_works_on_new_and_changed_articles_only(command: Command) -> None:
    command.run("out.jsonl", workers=0)
    lines = command.archive.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[3] = lines[3].replace("读书会", "歌咏会")
    lines.append('{"id": "new", "text": "10月8日，青禾市举办书展。"}\n')
    command.archive.write_text("".join(lines), encoding="utf-8")
    assert "--update" in command.fail("out.jsonl", workers=0)
    counts = command.run("out.jsonl", workers=0, update=True)
    assert (counts["fresh"], counts["reused"], counts["records"]) == (2, 99, 101)
    updated = command.read("out.jsonl")
    command.run("anew.jsonl", workers=0)
    assert updated == command.read("anew.jsonl")
    del lines[50:]
    command.archive.write_text("".join(lines), encoding="utf-8")
    assert command.run("out.jsonl", workers=0, update=True)["records"] == 50
    assert len(command.read("out.jsonl").splitlines()) == 50


def test_update_takes_over_articles_that_only_moved(command: Command) -> None:
    """New articles often come first in a file. Ids that are derived from the place follow it."""
    rows = [json.loads(line) for line in command.archive.read_text(encoding="utf-8").splitlines()]
    for row in rows[::2]:
        del row["id"]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    command.archive.write_text("\n".join(lines), encoding="utf-8")
    command.run("out.jsonl", workers=0)
    lines.insert(0, '{"text": "10月8日，青禾市举办书展。"}')
    lines[20], lines[70] = lines[70], lines[20]
    command.archive.write_text("\n".join(lines), encoding="utf-8")
    counts = command.run("out.jsonl", workers=0, update=True)
    assert (counts["fresh"], counts["reused"], counts["records"]) == (1, 100, 101)
    command.run("anew.jsonl", workers=0)
    assert command.read("out.jsonl") == command.read("anew.jsonl")


def test_interrupted_it_ends_in_seconds_and_goes_on(command: Command) -> None:
    command.run("undisturbed.jsonl", workers=2)
    process = command.start("out.jsonl", slow=0.4, workers=2)  # 20 seconds of work
    wait_until(lambda: count_done(command, "out.jsonl") > 0)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: run and workers get it
    process.communicate(timeout=15)
    assert process.returncode != 0
    assert not (command.folder / "out.jsonl").exists()
    assert 0 < command.run("out.jsonl", workers=2)["fresh"] < 100
    assert command.read("out.jsonl") == command.read("undisturbed.jsonl")


def test_a_second_run_into_the_same_output_is_refused(command: Command) -> None:
    process = command.start("out.jsonl", slow=0.05, workers=0)
    wait_until((command.folder / ".out.jsonl.work" / "run.json").exists)
    assert "another run is writing" in command.fail("out.jsonl", workers=0)
    process.kill()
    process.communicate()


def test_a_full_disk_is_said_plainly_and_leaves_nothing_broken(command: Command) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    disk = command.folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk)], check=False).returncode:
        pytest.skip("this system lets no small disk be mounted")
    try:
        message = command.fail("disk/out.jsonl", workers=2)
        assert "No space left on device" in message
        assert not (disk / "out.jsonl").exists()
        assert not list(disk.rglob("*.part"))
        subprocess.run(["mount", "-o", "remount,size=16m", str(disk)], check=True)
        assert command.run("disk/out.jsonl", workers=2)["records"] == 100
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def test_a_damaged_shard_is_redone(command: Command) -> None:
    command.run("out.jsonl", workers=0)
    before = command.read("out.jsonl")
    shards = command.folder / ".out.jsonl.work" / "shards-1"
    (command.folder / "out.jsonl").unlink()
    (shards / "000002.jsonl.gz").write_bytes(b"\x1f\x8b broken")
    (shards / "000005.done").write_text("{", encoding="utf-8")
    assert "start again" in command.fail("out.jsonl", workers=0)
    whole = bytearray((shards / "000003.jsonl.gz").read_bytes())
    whole[len(whole) // 2 :] = bytes(len(whole) - len(whole) // 2)
    (shards / "000003.jsonl.gz").write_bytes(whole)
    assert "start again" in command.fail("out.jsonl", workers=0)
    command.run("out.jsonl", workers=0)
    assert command.read("out.jsonl") == before


def test_shards_of_unknown_options_are_not_taken_over(command: Command) -> None:
    command.run("out.jsonl", workers=0)
    (command.folder / ".out.jsonl.work/run.json").unlink()
    (command.folder / "out.jsonl").unlink()
    assert command.run("out.jsonl", workers=0, time_limit=60.0)["fresh"] == 100
    (command.folder / ".out.jsonl.work/run.json").write_text("{", encoding="utf-8")
    assert "begin anew with --restart" in command.fail("out.jsonl", workers=0)
    assert command.run("out.jsonl", workers=0, restart=True)["fresh"] == 100


def test_inputs_and_outputs_at_addresses(command: Command) -> None:
    """A `file://` address is the path that it names."""
    command.run("plain", workers=0)
    remote = Command(command.folder, f"file://{command.archive}")
    counts = remote.run(f"file://{command.folder}/remote", workers=0)
    assert counts["records"] == 100
    assert command.read("remote/records-00000.jsonl") == command.read("plain/records-00000.jsonl")
    assert remote.run(f"file://{command.folder}/remote", workers=0)["fresh"] == 0


def test_a_script_without_main_guard_is_told_so(command: Command) -> None:
    script = (
        f"from jishi.archive.run import extract_archive\nextract_archive({command.address!r}, output='o', workers=2)\n"
    )
    (command.folder / "script.py").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=command.folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert "__main__" in done.stderr.splitlines()[-1]
    assert not list(command.folder.glob("o/records*"))


def test_when_every_article_kills_its_process_the_run_stops(command: Command) -> None:
    write_archive(command.archive, range(30), **{f"a{number}": "使进程崩溃" for number in range(30)})
    assert "not the articles' fault" in command.fail("out.jsonl", workers=1)
