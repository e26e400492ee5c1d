"""Reading archives, running the pipeline over them, writing and reading records."""

from __future__ import annotations

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    """Load `jishi.archive.frames`, which Spark and Ray users name, when it is first used."""
    if name == "frames":
        return importlib.import_module("jishi.archive.frames")
    raise AttributeError(f"module 'jishi.archive' has no attribute {name!r}")
