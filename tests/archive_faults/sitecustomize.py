"""Loaded by every Python process that has this folder on its path: puts a light pipeline in place of the real one.

The tests of archive runs kill processes, and need articles that crash, hang and fail on demand and a start in a second.
The pipeline here makes the same empty record for an article every time, and does to its process what the text says. The
digest of the package's code is fixed, too, so that a developer may edit while the tests run.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

PATCHED = {"jishi.archive.work", "jishi.archive.state"}


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in PATCHED:
            return None
        PATCHED.remove(name)
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        execute = spec.loader.exec_module

        def execute_and_patch(module: ModuleType) -> None:
            execute(module)
            import functools

            if name == "jishi.archive.work":
                module._load_pipeline = functools.cache(_load)  # type: ignore[attr-defined]
            else:
                module.digest_package = lambda model: "fixed"  # type: ignore[attr-defined]

        spec.loader.exec_module = execute_and_patch  # type: ignore[method-assign]
        return spec


def _load(settings: Any) -> Any:
    import spacy
    from spacy.language import Language

    from jishi.stages.findings import register_extensions

    register_extensions()
    Language.component("faults", func=_obey)
    nlp = spacy.blank("zh")
    nlp.add_pipe("faults")
    return nlp


def _obey(doc: Any) -> Any:
    import os
    import signal
    import time
    import zlib

    from jishi.records import SCHEMA_VERSION, ArticleInfo, Record

    article = doc._.article
    if "使进程崩溃" in article.text:
        os.kill(os.getpid(), signal.SIGKILL)
    if "永远循环" in article.text:
        while True:
            pass
    if "编译代码循环" in article.text:
        sum(range(10**14))  # deaf to signals, and holds the interpreter's lock
    if "引发错误" in article.text:
        raise ValueError("这篇文章有错")
    time.sleep(float(os.environ.get("SECONDS_AN_ARTICLE", "0")))
    doc._.record = Record(
        schema_version=SCHEMA_VERSION,
        article=ArticleInfo(
            id=article.stable_id,
            source=article.source,
            url=article.url,
            title=article.title,
            published=article.published,
            script="simplified",
            characters=len(article.source_text),
            body_start=article.body_start,
            repairs={"checksum": zlib.crc32(article.text.encode())},
            credits=[],
        ),
        dates=[],
        organisations=[],
        people=[],
        talks=[],
        events=[],
        warnings=[],
    )
    return doc


sys.meta_path.insert(0, _Finder())
