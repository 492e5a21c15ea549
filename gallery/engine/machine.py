"""Which models are on this machine, found without torch and without a network, and the digests of their files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gallery.engine.words import words
from gallery.messages import Wording
from gallery.store import Store
from gallery.store.files import write_atomically
from gallery.store.store import path_in
from gallery.validation.models import read_config
from gallery.validation.root import inside
from gallery.validation.schema import FetchedModel, Model
from lmviz.machine import cores


@dataclass(frozen=True)
class Located:
    """A model on this machine.

    Attributes:
        directory: where its files are; None where it is not here, and then ``reason`` says so by language.
        commit: of a hub model.
        cure: the command that brings it here, None where there is none.
    """

    directory: Path | None
    commit: str | None = None
    reason: Wording | None = None
    cure: str | None = None


def converted_directory(root: Path, model: Model) -> Path:
    """Where safetensors made from a hub model's ``.bin`` lie."""
    return Path(root) / "build" / "converted" / model.id


def locate(model: Model, root: Path, lock: dict[str, FetchedModel]) -> Located:
    """Where a model is. Never raises for a model that is missing or incomplete."""
    from lmviz.loading.checkpoint import open_checkpoint

    if model.directory is not None:
        directory = inside(root, model.directory)
        try:
            if directory is None:
                raise ValueError(model.directory)
            open_checkpoint(directory)
        except ValueError:
            pickled = directory is not None and any(directory.glob("*.bin"))
            only_bin = pickled and not any(directory.glob("*.safetensors"))
            cure = f"python build_gallery.py convert {model.directory}" if only_bin else None
            return Located(None, None, words("no_weights", directory=model.directory), cure)
        return Located(directory)
    commit = locked_commit(model, lock)
    converted = converted_directory(root, model)
    if commit and (converted / commit / "config.json").is_file():
        return Located(converted / commit, commit)
    from lmviz.loading.hub import find_local

    found = find_local(model.hub, commit or model.revision)
    if found is None:
        command = f"python build_gallery.py build --only '*/{model.id}'"
        return Located(None, None, words("not_on_this_machine", hub=model.hub, command=command), command)
    return Located(found[0], found[1])


def locked_commit(model: Model, lock: dict[str, FetchedModel]) -> str | None:
    """The commit that the model resolved to, None where it was never fetched or is asked for differently now."""
    fetched = lock.get(model.id)
    if fetched is None or (fetched.hub, fetched.revision) != (model.hub, model.revision):
        return None
    return fetched.commit


class KnownFiles:
    """What was found out about files, remembered by path, size and time of change in ``build/digests.json``."""

    def __init__(self, root: Path):
        self.path = Path(root) / "build" / "digests.json"
        self.root = Path(root)
        self._changed = False
        try:
            content = json.loads(self.path.read_bytes())
            self._models: dict[str, Any] = dict(content["models"])
            self._results: dict[str, list[int]] = dict(content["results"])
            self._built: dict[str, list[Any]] = dict(content.get("built", {}))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            self._models, self._results, self._built = {}, {}, {}

    def digests(self, directory: Path, *, afresh: bool = False) -> dict[str, str]:
        """Digests of weights and tokenizer; ``afresh`` reads the files even where they look as they did.

        Raises ``lmviz.loading.LoadError`` (a ``ValueError``) or ``OSError``.
        """
        known = self._known(directory, afresh)
        return dict(sorted(known["digests"].items()))  # remembered or fresh, manifests come out the same

    def file_digests(self, directory: Path) -> dict[str, str]:
        """Of each of those files by name; raises as `digests` does."""
        files = self._known(directory, False)["file_digests"]
        return dict(sorted({**files["weights"], **files["tokenizer"]}.items()))

    def _known(self, directory: Path, afresh: bool) -> dict[str, Any]:
        from lmviz.loading.checkpoint import digests_of, file_digests

        name = str(directory.relative_to(self.root) if directory.is_relative_to(self.root) else directory)
        files = [[path.name, *_stamp(path)] for path in sorted(directory.iterdir()) if path.is_file()]
        known = self._models.get(name)
        if afresh or not isinstance(known, dict) or known.get("files") != files or "file_digests" not in known:
            found = file_digests(directory)
            known = {"files": files, "digests": digests_of(found), "file_digests": found}
            self._models[name] = known
            self._changed = True
        return known

    def is_known(self, key: str, path: Path) -> bool:
        """Whether this very file has been read and found intact."""
        try:
            return self._results.get(key) == _stamp(path)
        except OSError:
            return False

    def know(self, key: str, path: Path) -> None:
        self._results[key] = _stamp(path)
        self._changed = True

    def is_built(self, name: str, made_for: str, manifest: Path, store: Store) -> bool:
        """Whether it was found built for that, and neither its manifest nor a result of it is another file since."""
        try:
            digest, stamp, keys = self._built.get(name, ("", [], ()))
            if digest != made_for or stamp != _stamp(manifest):
                return False
        except OSError:
            return False
        return all(
            self.is_known(key, path_in(store.directory, key)) or self.is_known(key, store.path(key)) for key in keys
        )

    def know_built(self, name: str, made_for: str, manifest: Path, keys: Sequence[str]) -> None:
        """What was found built, with every result that it has.

        Args:
            made_for: see `gallery.engine.asked.Asked.made_for`.
        """
        self._built[name] = [made_for, _stamp(manifest), list(keys)]
        self._changed = True

    def forget(self, key: str) -> None:
        """Let the next build read the result, whatever its file looks like."""
        if self._results.pop(key, None) is not None:
            self._changed = True

    def save(self) -> None:
        if self._changed:
            content = {"models": self._models, "results": self._results, "built": self._built}
            write_atomically(self.path, json.dumps(content, sort_keys=True).encode())
            self._changed = False


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


LARGE_WEIGHTS = 2**28
"""Bytes of float32 weights from which one entry is worth all cores."""


def threads_for(directory: Path) -> int:
    """Threads that compute with a model: one, or all cores with large weights.

    It depends on the model and the machine alone, so that neither the number of workers nor the other entries of a
    build change a byte.
    """
    return cores() if weights_size(directory) >= LARGE_WEIGHTS else 1


def weights_size(directory: Path) -> int:
    """Bytes of the weights in float32, as far as file names and the config tell."""
    size = sum(path.stat().st_size for path in directory.glob("*.safetensors"))
    config = read_config(directory) or {}
    stored = config.get("dtype") or config.get("torch_dtype")
    return size * 2 if stored in ("float16", "bfloat16") else size
