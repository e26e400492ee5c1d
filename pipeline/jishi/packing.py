"""What the stages write to a Doc as bytes: for `Doc.to_bytes`, `DocBin` and the processes of `nlp.pipe(n_process=2)`.

spaCy packs a Doc's `user_data` with msgpack, which knows numbers, texts, lists and arrays; jishi's own classes are
packed by the encoder below. They are unpacked by a reader that makes nothing but these classes: bytes from elsewhere
cannot run code.
"""

from __future__ import annotations

import io
import pickle
from collections import UserDict
from collections.abc import Callable
from typing import Any

from srsly.msgpack import msgpack_decoders, msgpack_encoders  # type: ignore[import-untyped]

_MARK = "__jishi__"
_HOMES = ("jishi.records", "jishi.text", "jishi.packing", "jishi.stages.")
_NEEDED = {("copyreg", "_reconstructor"), ("builtins", "object"), ("datetime", "date")}

Chain = Callable[[Any], Any] | None


class SpanScores(UserDict[tuple[int, int], float | None]):
    """The scores of spans, by (start, end): msgpack gives the keys of a plain dict back as lists, which are no keys."""


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Give the class. Raises UnpicklingError if it is not one that a finding can be of."""
        found = super().find_class(module, name) if (module, name) in _NEEDED or module.startswith(_HOMES) else None
        if (module, name) in _NEEDED or (isinstance(found, type) and found.__module__ == module):
            return found
        raise pickle.UnpicklingError(f"{module}.{name} is nothing that jishi writes to a Doc")


def _encode(value: Any, chain: Chain = None) -> Any:
    if type(value).__module__.startswith(_HOMES):
        return {_MARK: pickle.dumps(value, protocol=5)}
    return chain(value) if chain else value


def _decode(value: Any, chain: Chain = None) -> Any:
    if isinstance(value, dict) and _MARK in value:
        return _Reader(io.BytesIO(value[_MARK])).load()
    return chain(value) if chain else value


def register_codecs() -> None:
    """Make jishi's classes known to msgpack as spaCy uses it. Calling it again changes nothing."""
    msgpack_encoders.register("jishi", func=_encode)
    msgpack_decoders.register("jishi", func=_decode)
