"""What a work folder knows of its run: with which settings it was begun, how far it came, and who is at it now."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, BinaryIO

import jishi
from jishi.archive.errors import ArchiveError
from jishi.archive.layout import Layout
from jishi.archive.storage import LocalFolder

_WORDS = {
    "jishi": "the version of jishi",
    "package": "jishi's code, lexicons or model",
    "reading": "how inputs are read (fields, encoding, separator, title line, query)",
    "model": "the model",
    "exclude": "the stages left out",
    "time_limit": "the time limit",
    "mark_duplicates": "whether duplicates are marked",
    "shard_items": "the size of shards",
}


@dataclass
class RunState:
    """The work folder's `run.json`.

    settings: all that records depend on besides the input. status: running | interrupted | complete; a run that finds
    `running` knows that the one before it was killed. generation: the folder of shards in use; a number higher than
    `finished_generation` while an update is under way.
    """

    settings: dict[str, Any]
    inputs: list[str]
    status: str = "running"
    generation: int = 1
    finished_generation: int = 0
    shard_count: int | None = None
    input_digest: str | None = None
    sessions: list[dict[str, Any]] = field(default_factory=list)

    def save(self, layout: Layout) -> None:
        """Write it into the work folder."""
        with layout.storage.create(f"{layout.work}/run.json") as file:
            # An option may hold bytes that the locale takes for no text.
            file.write(json.dumps(asdict(self), ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass"))


def load_state(layout: Layout) -> RunState | None:
    """Give the state of the run in the work folder, None if there is none. Raises ArchiveError if it is damaged."""
    try:
        with layout.storage.open(f"{layout.work}/run.json") as file:
            return RunState(**json.loads(file.read()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise ArchiveError(f"{layout.storage.location}/{layout.work} is damaged; begin anew with --restart") from error


def describe_changes(before: dict[str, Any], now: dict[str, Any]) -> str:
    """Say which settings differ, for a person."""
    changed = [key for key in now if before.get(key) != now[key]]
    return ", ".join(
        _WORDS.get(key, key)
        + (f" ({before.get(key)} then, {now[key]} now)" if key not in ("reading", "package") else "")
        for key in changed
    )


def make_settings(**options: Any) -> dict[str, Any]:
    """Give all that records depend on besides the input, as plain JSON data."""
    settings = {"jishi": jishi.__version__, "package": digest_package(options.get("model")), **options}
    data: dict[str, Any] = json.loads(json.dumps(settings, ensure_ascii=False))
    return data


def digest_package(model: str | None) -> str:
    """A digest of jishi's code and data and of the model: while developing, the version alone does not tell."""
    return _digest_own() + (_digest_folder(Path(model)) if model else "")


@functools.cache
def _digest_own() -> str:
    """The digest of what this process began with, whatever is changed meanwhile."""
    package = Path(str(resources.files("jishi")))
    models = package.parents[1] / "models"  # in a checkout the shipped model lies outside the package
    is_checkout = models.is_dir() and (models.parent / "pyproject.toml").exists()
    return _digest_folder(package) + (_digest_folder(models) if is_checkout else "")


def _digest_folder(folder: Path) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in (".pyc", ".md"):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class RunLock:
    """Keeps a second run out of a work folder on a disk. The system takes it away when the process ends, however."""

    def __init__(self, layout: Layout) -> None:
        self._file: BinaryIO | None = None
        if not isinstance(layout.storage, LocalFolder):
            return
        try:
            import fcntl
        except ImportError:  # Windows
            return
        path = Path(layout.storage.location) / layout.work / "lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(path, "ab")  # noqa: SIM115 (held as long as the run)
        except OSError as error:
            raise ArchiveError(f"{path.parent} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise ArchiveError(f"another run is writing to {layout.storage.location} ({os.fspath(path)})") from error

    def release(self) -> None:
        """Let others in."""
        if self._file is not None:
            self._file.close()
