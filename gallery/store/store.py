"""The store: one safetensors file a result, under ``build/results/``, and those that ship with the gallery.

A file holds the result's arrays and one metadata entry, ``lmviz``: canonical JSON of the result's header, its
provenance, and a digest over all of it. One entry only, because safetensors keeps no order among several, and equal
results must have equal bytes. Neither torch nor transformers is needed to read it.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from gallery.messages import Messages, Wording
from gallery.store.files import write_atomically
from gallery.store.identity import canonical_json
from lmviz.results import Result

words = Messages(Path(__file__).with_name("messages.toml"))

_METADATA = "lmviz"
_NOT_READABLE = (
    struct.error, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, MemoryError,
    safetensors.SafetensorError,
)


class DamagedResult(ValueError):
    """A stored result that is not what was written; ``wording`` names the file and says what to do."""

    def __init__(self, path: Path, why: Wording):
        self.path, self.why = path, why
        self.wording = words("damaged", path=path, why=why)
        super().__init__(self.wording["en"])


class Store:
    """Results by key under ``root/build/results`` and, where they are not there, ``root/gallery/published/results``.

    What was published is read, and never written here.
    """

    def __init__(self, root: Path):
        self.directory = Path(root) / "build" / "results"
        self.published = Path(root) / "gallery" / "published" / "results"

    def path(self, key: str) -> Path:
        """The file that the result is read from; the one it would be written to, where there is none."""
        own = path_in(self.directory, key)
        if own.is_file():
            return own
        published = path_in(self.published, key)
        return published if published.is_file() else own

    def has(self, key: str) -> bool:
        """Whether the result is there. A file that is there is complete; `read` finds what was damaged since."""
        return path_in(self.directory, key).is_file() or path_in(self.published, key).is_file()

    def write(self, key: str, result: Result, provenance: dict[str, Any]) -> None:
        """Store a result. The same result and provenance give the same bytes.

        Raises:
            OSError: the disk is full, or the directory cannot be written.
            ValueError: the header holds what JSON cannot say (NaN).
        """
        arrays, header = result.parts()
        arrays = {name: np.asarray(array, order="C") for name, array in sorted(arrays.items())}
        content = {"header": header, "provenance": provenance}
        content["digest"] = _digest(arrays, json.loads(canonical_json(content)))
        metadata = {_METADATA: canonical_json(content).decode()}
        write_atomically(path_in(self.directory, key), safetensors.numpy.save(arrays, metadata=metadata))

    def read(self, key: str) -> Result:
        """The result of ``key``. Raises ``KeyError`` where there is none and `DamagedResult` where it is not intact."""
        arrays, content = _read(self.path(key))
        return Result.from_parts(arrays, content["header"])

    def provenance(self, key: str) -> dict[str, Any]:
        """How the result was made: model, digests, text, options, seed, code, libraries, device, dtype, threads."""
        return read_provenance(self.path(key))


def read_provenance(path: Path) -> dict[str, Any]:
    """How the result in a file was made. Raises as `Store.read` does."""
    return _read(path)[1]["provenance"]


def read_file(path: Path) -> tuple[Result, dict[str, Any]]:
    """The result in a file, and how it was made. Raises as `Store.read` does."""
    arrays, content = _read(path)
    return Result.from_parts(arrays, content["header"]), content["provenance"]


def path_in(directory: Path, key: str) -> Path:
    """Where a store of this directory keeps a result."""
    return Path(directory, key[:2], f"{key}.safetensors")


def _read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise KeyError(f"the store has no result {path.stem}") from None
    try:
        (length,) = struct.unpack_from("<Q", data)
        content = json.loads(json.loads(data[8 : 8 + length])["__metadata__"][_METADATA])
        arrays = safetensors.numpy.load(data)
        intact = content.pop("digest") == _digest(arrays, content)
    except _NOT_READABLE:
        raise _damaged(path, "unreadable") from None
    if not intact:
        raise _damaged(path, "digest_differs")
    return arrays, content


def _damaged(path: Path, why: str) -> DamagedResult:
    """The file gets a new time: a build trusts a file that it has read before, by size and time, and must not here."""
    with suppress(OSError):
        os.utime(path)
    return DamagedResult(path, words(why))


def _digest(arrays: dict[str, np.ndarray], content: dict[str, Any]) -> str:
    digest = hashlib.sha256(canonical_json({"header": content["header"], "provenance": content["provenance"]}))
    for name, array in sorted(arrays.items()):
        digest.update(canonical_json([name, array.dtype.str, list(array.shape)]))
        digest.update(array.tobytes())
    return digest.hexdigest()
