"""Results that ship with the gallery: what only tier ``full`` computes, so that no clone has to compute it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gallery.engine.asked import Asked, asked_entries
from gallery.engine.choice import choose
from gallery.engine.machine import KnownFiles
from gallery.engine.manifest import read_manifest
from gallery.engine.plan import Locations
from gallery.engine.request import Wanted, shipped_results
from gallery.store import DamagedResult, Store, path_in, read_provenance
from gallery.store.files import remove_leftovers, write_atomically
from gallery.validation.schema import Catalog


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
    for asked in asked_entries(choose(catalog, only)):
        if _shipped(asked) and (own := digests.of(asked)):
            _ship(asked.id, _keys(asked, own), store, done)
    _remove_unneeded(catalog, store, digests, done)
    return done


class _Digests:
    """Digests of models: of the files on this machine, else of those that an entry was built with."""

    def __init__(self, root: Path):
        self._root, self._known, self._located = root, KnownFiles(root), Locations(root)

    def of(self, asked: Asked) -> dict[str, str] | None:
        directory = self._located.of(asked.model).directory
        if directory is not None:
            return self._known.digests(directory)
        manifest = read_manifest(self._root, asked.id)
        return manifest and manifest.digests


def _shipped(asked: Asked) -> tuple[Wanted, ...]:
    return shipped_results(asked.prompts[0])


def _keys(asked: Asked, digests: dict[str, str]) -> set[str]:
    return {asked.result_key(wanted, digests) for wanted in _shipped(asked)}


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
    shipping = [asked for asked in asked_entries(catalog) if _shipped(asked)]
    for path in sorted(store.published.rglob("*.safetensors")):
        if not any(path.stem in keys for keys in _keys_that_need(path, shipping, digests)):
            path.unlink()
            done.n_removed += 1


def _keys_that_need(path: Path, shipping: list[Asked], digests: _Digests) -> Iterator[set[str]]:
    """What entries of a published result's model ship; where the model is not here, with the digests in the file."""
    try:
        made = read_provenance(path)
    except DamagedResult:
        return
    own = {"weights": made["weights_digest"], "tokenizer": made["tokenizer_digest"]}
    for asked in shipping:
        if asked.model.id == made["model"]:
            yield _keys(asked, digests.of(asked) or own)
