"""A run: from an archive to records, shard by shard, so that it can be stopped anywhere and started again."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import jishi
from jishi.archive.dispatch import Batch, work_through
from jishi.archive.engines import Engine, InProcess, LocalProcesses, count_cores
from jishi.archive.errors import ArchiveError
from jishi.archive.inputs import InputFile, hide_password, is_database, list_inputs, read_file_name
from jishi.archive.layout import Layout
from jishi.archive.opening import Meter
from jishi.archive.progress import Progress, Reporter, Silent, format_seconds
from jishi.archive.reading import read_items
from jishi.archive.reuse import EarlierRecords
from jishi.archive.shards import SHARD_ITEMS, Marker, Shard, ShardStore, cut_batches, cut_shards
from jishi.archive.state import RunLock, RunState, describe_changes, load_state, make_settings
from jishi.archive.storage import open_storage, to_local_path
from jishi.archive.text_formats import ReadingOptions
from jishi.archive.work import BatchResult, Outcome, WorkSettings
from jishi.archive.writing import check_format, write_manifest, write_outputs
from jishi.records import SCHEMA_VERSION

SMALL_JOB_BYTES = 400_000  # about 300 articles: done before worker processes would have started


@dataclass(frozen=True)
class RunOptions:
    """What to do.

    inputs: files, folders, patterns, addresses. output: a file of records, or a folder. format: of the records in a
    folder. workers: processes on this machine, 0 for none besides this one, None for as many as there are cores if the
    job is not small. scheduler: address of a Dask scheduler. restart: forget what is there. update: take over the
    records of unchanged articles from the finished run that is there.
    """

    inputs: tuple[str, ...]
    output: str
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    format: str | None = None
    model: str | None = None
    exclude: tuple[str, ...] = ()
    time_limit: float = 120.0
    mark_duplicates: bool = False
    workers: int | None = None
    scheduler: str | None = None
    restart: bool = False
    update: bool = False
    shard_items: int = SHARD_ITEMS


@dataclass(frozen=True)
class RunSummary:
    """What a run came to.

    rejects_by_reason: see `errors.REASONS`. first_reject: its source and message, where known. fresh: articles worked
    on in this session; reused: records taken over by --update.
    """

    counts: dict[str, int]
    rejects_by_reason: dict[str, int]
    first_reject: str
    files: list[str]
    rejects_file: str | None
    seconds: float
    fresh: int
    reused: int
    was_complete: bool

    def describe(self) -> str:
        """What a person wants to know of it, in a few lines."""
        counts = self.counts
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in self.rejects_by_reason.items())
        lines = [
            f"{counts['articles']:,} articles: {counts['records']:,} records with {counts['events']:,} events and "
            f"{counts['people']:,} people, {counts['rejects']:,} rejected" + (f" ({reasons})" if reasons else "")
        ]
        if self.first_reject and not counts["records"]:
            lines.append(self.first_reject)
        if counts["duplicates"]:
            lines.append(f"{counts['duplicates']:,} marked as duplicates")
        if counts["repeated_ids"]:
            lines.append(
                f"{counts['repeated_ids']:,} have the id of another, which exports take for the same article: "
                "`jishi validate` lists them, --id-field names another field"
            )
        if self.was_complete:
            lines.append("nothing to do: all this was done before (--restart does it anew)")
        elif self.fresh < counts["articles"]:
            lines.append(f"{self.fresh:,} of them worked on now, the others taken over from before")
        speed = f", {self.fresh / self.seconds:,.0f} articles a second" if self.fresh and self.seconds else ""
        lines.append(f"{format_seconds(self.seconds)}{speed}")
        more = f" and {len(self.files) - 1} more" if len(self.files) > 1 else ""
        lines.append(
            f"records: {self.files[0]}{more}" + (f"; rejects: {self.rejects_file}" if self.rejects_file else "")
        )
        return "\n".join(lines)


def run(options: RunOptions, reporter: Reporter | None = None) -> RunSummary:
    """Read the inputs and write a record or a reject for each article; give what it came to.

    What an earlier run with the same options has done is not done again. Raises ArchiveError if the run cannot go on
    (what is done is kept), or will not begin because the output belongs to another run. Ctrl-C passes through after the
    workers are ended; the next run goes on where this one was.
    """
    layout = Layout.of(options.output, options.format)
    check_format(layout.format)
    _check_apart(options.inputs, layout)
    _check_excluded(options.exclude)
    if options.mark_duplicates:
        from jishi.archive.duplicates import check_available

        check_available()
    passed_over: Counter[str] = Counter()
    files = list(list_inputs(options.inputs, layout.paths, passed_over))
    if not files:
        names = ", ".join(map(hide_password, options.inputs))
        others = "" if layout.name is None else " besides the output"
        raise ArchiveError(f"nothing to read: {names} holds no file of a known kind{others}")
    reporter = reporter or Silent()
    if passed_over:
        shown = ", ".join(f"{suffix} ({count:,})" for suffix, count in passed_over.most_common(8))
        more = f" and {len(passed_over) - 8} more kinds" if len(passed_over) > 8 else ""
        message = f"passed over {passed_over.total():,} files of kinds that are not read: {shown}{more}"
        reporter.say("passed_over", message, files=dict(passed_over))
    lock = RunLock(layout)
    try:
        return _Run(options, layout, files, reporter, passed_over).go()
    finally:
        lock.release()


def _check_apart(inputs: tuple[str, ...], layout: Layout) -> None:
    """Raise ArchiveError if an input lies in the output folder, of which nothing is read."""
    if layout.name is not None:
        return
    folder = layout.storage.locate()
    is_remote = "://" in folder
    for name in map(to_local_path, inputs):
        if is_database(name) or ("://" in name) != is_remote:
            continue
        place = open_storage(name).locate() if is_remote else os.path.realpath(name)
        root = folder if is_remote else os.path.realpath(folder)
        if place == root or place.startswith((root.rstrip("/") + "/", root + os.sep)):
            raise ArchiveError(f"{hide_password(name)} lies in the output folder: give -o a folder of its own")


def _check_excluded(names: tuple[str, ...]) -> None:
    if names:
        from jishi.language import STAGES

        stages = [f"jishi_{stage}" for stage in STAGES]
        unknown = ", ".join(name for name in names if name not in stages)
        if unknown:
            raise ArchiveError(f"there is no stage {unknown} to leave out; there are {', '.join(stages)}")


class _Run:
    def __init__(
        self, options: RunOptions, layout: Layout, files: list[Any], reporter: Reporter, passed_over: Mapping[str, int]
    ) -> None:
        self.options = options
        self.layout = layout
        self.files = files
        self.passed_over = passed_over
        self.input_names = [hide_password(read_file_name(name)) for name in options.inputs]  # stored and shown
        self.reporter = reporter
        self.meter = Meter(sum(file.size for file in files if isinstance(file, InputFile)))
        self.work_settings = WorkSettings(options.model, options.exclude, options.time_limit, options.mark_duplicates)
        self.progress = Progress()
        self.reused = 0
        self.kept = 0  # articles of shards that are written
        self.began = time.monotonic()
        self.peak_memory: dict[int, int] = {}
        self.was_killed = False
        self.state = self._open_state()
        self.store = ShardStore(layout.storage, f"{layout.work}/shards-{self.state.generation}")
        self.earlier: EarlierRecords | None = None
        if self.state.generation > self.state.finished_generation > 0:
            earlier = ShardStore(layout.storage, f"{layout.work}/shards-{self.state.finished_generation}")
            self.earlier = EarlierRecords(earlier)

    # before

    def _open_state(self) -> RunState:
        """Give the state to go on from. Raises ArchiveError if what is there belongs to another run."""
        options, layout = self.options, self.layout
        where = layout.storage.location if layout.name is None else f"{layout.storage.location}/{layout.name}"
        settings = make_settings(
            reading=asdict(options.reading),
            model=options.model,
            exclude=list(options.exclude),
            time_limit=options.time_limit,
            mark_duplicates=options.mark_duplicates,
            shard_items=options.shard_items,
        )
        if options.restart:
            self._forget()
        state = load_state(layout)
        if state is None:
            if layout.existing_outputs() and not options.restart:
                raise ArchiveError(f"{where} holds records of which nothing else is known; --restart replaces them")
            self._delete_shards(range(1, 2))  # nobody knows with which options they were made
            state = RunState(settings, self.input_names)
            state.save(layout)
            return state
        changes = describe_changes(state.settings, settings)
        if changes:
            raise ArchiveError(
                f"{where} was begun with other options: {changes}. "
                "Use the same options to go on, --restart to begin anew, or another output"
            )
        if state.inputs != self.input_names and not options.update:
            raise ArchiveError(
                f"{where} was begun with other inputs ({', '.join(state.inputs)}). Use --update to make it the records "
                "of these inputs alone, taking over what is unchanged, --restart to begin anew, or another output"
            )
        self.was_killed = state.status == "running"
        if options.update:
            if state.finished_generation == state.generation:
                state.generation += 1
            state.inputs = self.input_names
        return state

    def _forget(self) -> None:
        """Delete what the work folder holds."""
        layout = self.layout
        try:
            state = load_state(layout)
            last = 0 if state is None else state.generation
        except ArchiveError:  # it is damaged: nobody knows
            last = 1000
        self._delete_shards(range(1, last + 1))  # before what tells with which options they were made
        for name in layout.storage.list(layout.work):
            if name != "lock":
                layout.storage.delete(f"{layout.work}/{name}")

    def _delete_shards(self, generations: range) -> None:
        for generation in generations:
            self.layout.storage.delete(f"{self.layout.work}/shards-{generation}")

    # the run

    def go(self) -> RunSummary:
        """Do what is to be done."""
        state, was_complete = self.state, self.state.finished_generation == self.state.generation
        if not was_complete:
            state.status = "running"
            state.save(self.layout)
        digest, shard_count = hashlib.blake2b(digest_size=16), 0

        def read_shards() -> Iterator[Shard]:
            nonlocal shard_count
            items = read_items(self.files, self.options.reading, self.meter)
            for shard in cut_shards(items, self.options.shard_items):
                digest.update(bytes.fromhex(shard.digest))
                shard_count += 1
                self.progress.read += len(shard.items)
                marker = self.store.read_marker(shard.number)
                if marker is not None and marker.digest == shard.digest:
                    self.kept += len(marker.keys)
                    self.progress.articles += len(marker.keys)
                    self.progress.rejects += len(marker.rejected)
                    self._tick()
                elif was_complete and (marker is not None or shard.number >= (state.shard_count or 0)):
                    raise ArchiveError(
                        "the inputs have changed since this run was finished. "
                        "Use --update to work on what is new, or --restart to begin anew"
                    )
                else:
                    yield shard

        try:
            with self.reporter:
                self._work(read_shards())
                if was_complete and shard_count != state.shard_count:
                    raise ArchiveError(
                        "the inputs have changed since this run was finished: articles are gone. "
                        "Use --update to follow them, or --restart to begin anew"
                    )
                if shard_count == 0:
                    raise ArchiveError(f"nothing to read: {', '.join(self.input_names)} holds no article")
                state.shard_count, state.input_digest = shard_count, digest.hexdigest()
                return self._finish(was_complete)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                message = f"stopped; {self.kept:,} articles are done for good, the same command goes on from there"
                self.reporter.say("stopped", message, articles=self.kept)
            if not was_complete:
                state.status = "interrupted"
                self._save_quietly()
            if isinstance(error, OSError):
                raise ArchiveError(f"the run cannot go on: {error}") from error
            raise

    def _save_quietly(self) -> None:
        try:
            self.state.save(self.layout)
        except ArchiveError:  # the disk is full: what is on it says `running`, which only makes the next run careful
            return

    def _work(self, shards: Iterator[Shard]) -> None:
        first = next(shards, None)
        if first is None:
            return
        second = next(shards, None)
        waiting = itertools.chain(filter(None, (first, second)), shards)
        is_small = second is None and sum(item.size for item in first.items) < SMALL_JOB_BYTES
        with closing(self._choose_engine(is_small)) as engine:
            self.engine_name, self.engine_workers = engine.name, engine.workers
            unfinished: dict[int, _UnfinishedShard] = {}
            batches = self._cut(waiting, unfinished)
            for batch, result in work_through(batches, engine, self.work_settings, self._tick):
                self._take(batch, result, unfinished)

    def _choose_engine(self, is_small: bool) -> Engine:
        options = self.options
        if options.scheduler is not None:
            from jishi.archive.cluster import DaskCluster

            return DaskCluster(options.scheduler)
        if options.workers is not None:
            return LocalProcesses(options.workers) if options.workers > 0 else InProcess()
        if is_small and not self.was_killed:
            return InProcess()
        # A run that was killed may have been killed by an article: keep a process between it and this one.
        return LocalProcesses(1 if is_small else count_cores())

    def _cut(self, shards: Iterator[Shard], unfinished: dict[int, _UnfinishedShard]) -> Iterator[Batch]:
        for shard in shards:
            held = _UnfinishedShard(shard, [None] * len(shard.items))
            places = list(range(len(shard.items)))
            if self.earlier is not None:
                for place in places:
                    held.outcomes[place] = self.earlier.find(shard.items[place], shard.keys[place])
                taken_over = sum(outcome is not None for outcome in held.outcomes)
                self.reused += taken_over
                self.progress.articles += taken_over
                places = [place for place in places if held.outcomes[place] is None]
            if not places:
                self._write(held)
                continue
            unfinished[shard.number] = held
            start = 0
            for items in cut_batches([shard.items[place] for place in places]):
                yield Batch(shard.number, items, places[start : start + len(items)])
                start += len(items)

    def _take(self, batch: Batch, result: BatchResult, unfinished: dict[int, _UnfinishedShard]) -> None:
        held = unfinished[batch.shard]
        for place, outcome in zip(batch.places, result.outcomes, strict=True):
            held.outcomes[place] = outcome
        for stage, seconds in result.seconds.items():
            held.seconds[stage] = held.seconds.get(stage, 0.0) + seconds
        self.progress.fresh += len(batch.items)
        self.progress.articles += len(batch.items)
        self.progress.rejects += sum(outcome.record is None for outcome in result.outcomes)
        self.peak_memory[result.worker] = max(self.peak_memory.get(result.worker, 0), result.memory_kb)
        if all(outcome is not None for outcome in held.outcomes):
            self._write(unfinished.pop(batch.shard))
        self._tick()

    def _write(self, held: _UnfinishedShard) -> None:
        outcomes = [outcome for outcome in held.outcomes if outcome is not None]
        marker = Marker(
            number=held.shard.number,
            digest=held.shard.digest,
            keys=held.shard.keys,
            contents=[item.content_key for item in held.shard.items],
            rejected=[place for place, outcome in enumerate(outcomes) if outcome.record is None],
            characters=sum(outcome.characters for outcome in outcomes),
            events=sum(outcome.events for outcome in outcomes),
            people=sum(outcome.people for outcome in outcomes),
            seconds=held.seconds,
            signatures=[outcome.signature for outcome in outcomes if outcome.record is not None]
            if self.options.mark_duplicates
            else None,
        )
        self.store.write(marker, outcomes)
        self.kept += len(marker.keys)

    def _tick(self) -> None:
        self.progress.seconds = time.monotonic() - self.began
        self.progress.share_read = min(self.meter.done / self.meter.total, 1.0) if self.meter.total else 0.0
        self.reporter.update(self.progress)

    # after

    def _finish(self, was_complete: bool) -> RunSummary:
        layout, state = self.layout, self.state
        count = state.shard_count or 0
        self.reporter.say("writing", "writing the output …") if self.progress.articles > 20_000 else None
        written = self._read_manifest() if was_complete and not self.progress.fresh else None
        if written is None:
            written = write_outputs(layout, self.store, count, self.options.mark_duplicates)
        seconds = time.monotonic() - self.began
        if not was_complete or self.progress.fresh:
            state.sessions.append(
                {
                    "ended": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
                    "seconds": round(seconds, 2),
                    "articles": self.progress.fresh,
                    "engine": getattr(self, "engine_name", None),
                    "workers": getattr(self, "engine_workers", None),
                    "memory_mb": max(self.peak_memory.values(), default=0) // 1024,
                }
            )
        write_manifest(layout, self._make_manifest(written))
        for number in self.store.numbers():
            if number >= count:  # of a longer input, before
                self.store.forget(number)
        earlier = range(max(1, state.finished_generation), state.generation)
        state.status, state.finished_generation = "complete", state.generation
        state.save(layout)
        self._delete_shards(earlier)
        rejects = layout.rejects if written["counts"]["rejects"] else None
        base = layout.storage.location
        return RunSummary(
            counts=written["counts"],
            rejects_by_reason=written["rejects_by_reason"],
            first_reject=written.get("first_reject", ""),
            files=[name if base == "." else f"{base}/{name}" for name in written["files"]],
            rejects_file=rejects if base == "." else rejects and f"{base}/{rejects}",
            seconds=seconds,
            fresh=self.progress.fresh,
            reused=self.reused,
            was_complete=was_complete and not self.progress.fresh,
        )

    def _read_manifest(self) -> dict[str, Any] | None:
        """Give what the manifest tells of the outputs, None if they are not as it says."""
        try:
            with self.layout.storage.open(self.layout.manifest) as file:
                manifest = json.loads(file.read())
            fits = manifest["options"]["format"] == self.layout.format
            there = all(self.layout.storage.exists(name) for name in manifest["files"])
            known = {"seconds": manifest["seconds_by_stage"], "rejects_by_reason": manifest["rejects_by_reason"]}
            return {**manifest, **known} if fits and there else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _make_manifest(self, written: dict[str, Any]) -> dict[str, Any]:
        return {
            "jishi": jishi.__version__,
            "schema_version": SCHEMA_VERSION,
            "options": {**self.state.settings, "format": self.layout.format},
            "inputs": {
                "names": self.state.inputs,
                "files": len(self.files),
                "passed_over": dict(sorted(self.passed_over.items())),
                "bytes": self.meter.total,
                "digest": self.state.input_digest,
            },
            "counts": written["counts"],
            "rejects_by_reason": written["rejects_by_reason"],
            "files": written["files"],
            "seconds_by_stage": written["seconds"],
            "sessions": self.state.sessions,
        }


@dataclass(slots=True)
class _UnfinishedShard:
    shard: Shard
    outcomes: list[Outcome | None]
    seconds: dict[str, float] = field(default_factory=dict)


def extract_archive(*inputs: str, output: str, reporter: Reporter | None = None, **options: Any) -> RunSummary:
    """Run over an archive from Python: `extract_archive("news/", output="records.jsonl", workers=2)`.

    options: see RunOptions. Raises as `run` does.
    """
    return run(replace(RunOptions(inputs, output), **options), reporter)
