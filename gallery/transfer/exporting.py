"""What a machine has computed, written into one archive."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from gallery.engine.asked import everything_asked
from gallery.engine.choice import choose
from gallery.engine.manifest import manifest_path, read_manifest
from gallery.store import Store
from gallery.transfer.archive import BadArchive, write_archive
from gallery.transfer.words import words
from gallery.validation.schema import Catalog


@dataclass
class Exported:
    """What `export` wrote.

    Attributes:
        entries: in the archive, with those that failed: their pages say why.
        unbuilt: chosen, but not computed as the catalog now asks.
        n_results, n_bytes: of the archive.
    """

    entries: list[str] = field(default_factory=list)
    unbuilt: list[str] = field(default_factory=list)
    n_results: int = 0
    n_bytes: int = 0


def export(catalog: Catalog, root: Path, path: Path, *, only: str | None = None) -> Exported:
    """Write manifests and results of the chosen studies, entries and minimal pairs to ``path``; nothing where none is
    built.

    Raises:
        BadArchive: ``path`` is a file of another kind, which stays.
        gallery.store.DamagedResult: a result is not intact.
        gallery.store.files.CannotWrite: the archive cannot be written.
    """
    if path.exists() and not (path.is_file() and zipfile.is_zipfile(path)):
        raise BadArchive(words("in_the_way", path=path))
    store, done = Store(root), Exported()
    members: dict[str, Path] = {}
    for asked in everything_asked(choose(catalog, only)):
        manifest = read_manifest(root, asked.id)
        keys = {key for figure in manifest.figures for key in figure.results.values()} if manifest else set()
        current = manifest is not None and manifest.request in (asked.request, asked.at_full.request)
        if not current or not all(map(store.has, keys)):
            done.unbuilt.append(asked.id)
            continue
        for key in keys:
            store.read(key)
            members[f"results/{key[:2]}/{key}.safetensors"] = store.path(key)
        members[f"entries/{asked.id}.json"] = manifest_path(root, asked.id)
        done.entries.append(asked.id)
    done.n_results = len(members) - len(done.entries)
    if done.entries:
        done.n_bytes = write_archive(path, members)
    return done
