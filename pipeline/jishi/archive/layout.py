"""Where the parts of a run lie: what the user gets, and the hidden work folder that makes going on possible."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from jishi.archive.errors import ArchiveError
from jishi.archive.storage import Storage, open_storage, to_local_path

FILE_FORMATS = {".jsonl": "jsonl", ".jsonl.gz": "jsonl.gz", ".jsonl.zst": "jsonl.zst", ".parquet": "parquet"}
FOLDER_FORMATS = (*FILE_FORMATS.values(), "tables")
RECORDS_PER_FILE = 50_000
_WRONG_SUFFIXES = (".json", ".csv", ".tsv", ".txt", ".xlsx", ".db", ".sqlite", ".html", ".zst", ".gz", ".zip")


@dataclass(frozen=True)
class Layout:
    """One output. name: of the single file, None for a folder. work: the work folder's name in `storage`."""

    storage: Storage
    name: str | None
    format: str
    work: str

    @classmethod
    def of(cls, output: str, format: str | None = None) -> Layout:
        """The layout for `-o OUTPUT`: a file where its suffix is one of a records file, else a folder.

        format: of the records in a folder (jsonl, jsonl.gz, jsonl.zst, parquet, tables).
        """
        if not output:
            raise ArchiveError("the output has no name: give a file or a folder")
        output = to_local_path(output)
        suffix = next(
            (suffix for suffix in sorted(FILE_FORMATS, key=len, reverse=True) if output.endswith(suffix)), None
        )
        if suffix is not None and not os.path.isdir(output):
            if format is not None and format != FILE_FORMATS[suffix]:
                raise ArchiveError(f"{output} is a {FILE_FORMATS[suffix]} file; --format is for a folder")
            folder, name = _split(output)
            return cls(open_storage(folder or "."), name, FILE_FORMATS[suffix], f".{name}.work")
        if output.lower().endswith(_WRONG_SUFFIXES) and not os.path.isdir(output):
            raise ArchiveError(f"{output}: records are written as {', '.join(FILE_FORMATS)}, or into a folder")
        if os.path.isfile(output):
            raise ArchiveError(
                f"{output} is a file, and its name is not one of a records file: {', '.join(FILE_FORMATS)}"
            )
        return cls(open_storage(output), None, format or "jsonl", ".work")

    @property
    def paths(self) -> list[str]:
        """What must not be read as input: the output and the work folder."""
        if self.name is None:
            return [self.storage.locate()]
        return [self.storage.locate(name) for name in (self.name, self.rejects, self.work)]

    @property
    def records_format(self) -> str:
        """The format of the records files: Parquet beside flat tables."""
        return "parquet" if self.format == "tables" else self.format

    @property
    def rejects(self) -> str:
        """The name of the rejects file."""
        return "rejects.jsonl" if self.name is None else f"{self.name}.rejects.jsonl"

    @property
    def manifest(self) -> str:
        """The name of the manifest: beside the records in a folder, in the work folder of a single file."""
        return "manifest.json" if self.name is None else f"{self.work}/manifest.json"

    def name_part(self, number: int) -> str:
        """The name of the n-th file of records."""
        return self.name or f"records-{number:05d}.{self.records_format}"

    def existing_outputs(self) -> list[str]:
        """The records files that are there."""
        if self.name is not None:
            return [self.name] if self.storage.exists(self.name) else []
        return [name for name in self.storage.list() if _OUTPUT_NAME.fullmatch(name)]


_OUTPUT_NAME = re.compile(rf"records-\d{{5,}}(?:{'|'.join(map(re.escape, FILE_FORMATS))})")


def _split(output: str) -> tuple[str, str]:
    """Give folder and name of a file, at a path or an address."""
    if "://" not in output:
        return os.path.split(output)
    folder, _, name = output.rpartition("/")
    return (f"{folder}/" if folder.endswith(":/") else folder), name  # memory://records.jsonl
