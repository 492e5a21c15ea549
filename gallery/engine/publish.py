"""Results that ship with the gallery: what only tier ``full`` computes, so that no clone has to compute it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gallery.engine.machine import KnownFiles
from gallery.engine.manifest import read_manifest
from gallery.engine.plan import Locations, pairs
from gallery.engine.request import result_key, shipped_results
from gallery.engine.run import choose
from gallery.store import DamagedResult, Store, path_in, read_provenance
from gallery.store.files import remove_leftovers, write_atomically
from gallery.validation.schema import Catalog, Model, Prompt


@dataclass
class Published:
    """What `publish` did.

    Attributes:
        entries: chosen entries whose results all ship now.
        unbuilt: chosen entries of tier ``full`` that cannot ship: results are missing or damaged.
        n_copied, n_removed: files.
    """

    entries: list[str] = field(default_factory=list)
    unbuilt: list[str] = field(default_factory=list)
    n_copied: int = 0
    n_removed: int = 0


def publish(catalog: Catalog, root: Path, *, only: str | None = None) -> Published:
    """Copy what ships of the chosen entries to ``gallery/published/results``; remove there what no entry needs.

    Entries whose model is neither on this machine nor was built here are passed over.

    Raises:
        gallery.store.files.CannotWrite: nothing can be written there.
    """
    root = Path(root)
    done, store, digests = Published(), Store(root), _Digests(root)
    remove_leftovers(store.published)
    for prompt, model in pairs(choose(catalog, only)):
        if shipped_results(prompt) and (own := digests.of(prompt, model)):
            _ship(f"{prompt.id}/{model.id}", _keys(prompt, model, own), store, done)
    _remove_unneeded(catalog, store, digests, done)
    return done


class _Digests:
    """Digests of models: of the files on this machine, else of those that an entry was built with."""

    def __init__(self, root: Path):
        self._root, self._known, self._located = root, KnownFiles(root), Locations(root)

    def of(self, prompt: Prompt, model: Model) -> dict[str, str] | None:
        directory = self._located.of(model).directory
        if directory is not None:
            return self._known.digests(directory)
        manifest = read_manifest(self._root, prompt.id, model.id)
        return manifest and manifest.digests


def _keys(prompt: Prompt, model: Model, digests: dict[str, str]) -> set[str]:
    return {result_key(wanted, prompt, model, digests) for wanted in shipped_results(prompt)}


def _ship(name: str, keys: set[str], store: Store, done: Published) -> None:
    try:
        for key in keys:
            store.read(key)
    except (KeyError, DamagedResult):
        done.unbuilt.append(name)
        return
    for key in sorted(keys):
        target, data = path_in(store.published, key), store.path(key).read_bytes()
        if not target.is_file() or target.read_bytes() != data:
            write_atomically(target, data)
            done.n_copied += 1
    done.entries.append(name)


def _remove_unneeded(catalog: Catalog, store: Store, digests: _Digests, done: Published) -> None:
    shipping = [(prompt, model) for prompt, model in pairs(catalog) if shipped_results(prompt)]
    for path in sorted(store.published.rglob("*.safetensors")):
        if not any(path.stem in keys for keys in _keys_that_need(path, shipping, digests)):
            path.unlink()
            done.n_removed += 1


def _keys_that_need(path: Path, shipping: list[tuple[Prompt, Model]], digests: _Digests) -> Iterator[set[str]]:
    """What entries of a published result's model ship; where the model is not here, with the digests in the file."""
    try:
        made = read_provenance(path)
    except DamagedResult:
        return
    own = {"weights": made["weights_digest"], "tokenizer": made["tokenizer_digest"]}
    for prompt, model in shipping:
        if model.id == made["model"]:
            yield _keys(prompt, model, digests.of(prompt, model) or own)
