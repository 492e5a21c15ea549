"""An archive taken in: unpacked beside the store, checked against the catalog, and moved into place if all is well."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gallery.engine.asked import Asked, everything_asked
from gallery.engine.manifest import Manifest, manifest_path, read_manifest
from gallery.engine.request import Wanted
from gallery.engine.task import texts_of
from gallery.messages import LANGUAGES, Wording
from gallery.store import DamagedResult, Store, path_in
from gallery.store.files import CannotWrite, write_atomically
from gallery.store.lock import only_one
from gallery.subjects import Figure
from gallery.transfer.archive import BadArchive, read_archive
from gallery.transfer.words import words
from gallery.validation.problems import listed
from gallery.validation.schema import Catalog

STAGE = ".importing"


class Differs(Exception):
    """Results here are not those of the archive, under the same keys; ``entries`` are those they belong to."""

    def __init__(self, entries: list[str]):
        self.entries = entries
        super().__init__(", ".join(entries))


@dataclass
class Imported:
    """What `import_archive` did.

    Attributes:
        entries: of the archive.
        replaced: those of which something else was here; empty unless ``replace``.
        n_new, n_same: results that were not here, and that were, byte for byte.
    """

    entries: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    n_new: int = 0
    n_same: int = 0


def import_archive(
    catalog: Catalog, root: Path, path: Path, *, replace: bool = False, say: Callable[[Wording], None] = lambda w: None
) -> Imported:
    """Take results and manifests in, all or none. Models are not looked at.

    Args:
        replace: take the archive's results also where others lie under the same keys.
        say: is told, by language, that a build has to end first.

    Raises:
        BadArchive: it is damaged, holds what is not ours, or speaks of what this catalog does not ask.
        Differs: other results are here, and ``replace`` was not given.
        gallery.store.files.CannotWrite: nothing was changed.
        OSError: the archive cannot be read.
    """
    root = Path(root)
    with only_one(root / "build" / ".lock", lambda: say(words("build_runs"))):
        return _import_alone(catalog, root, path, replace)


def _import_alone(catalog: Catalog, root: Path, path: Path, replace: bool) -> Imported:
    stage = root / "build" / STAGE
    try:
        shutil.rmtree(stage, ignore_errors=True)
        names = _unpack(path, stage)
        entries = dict(_checked_entries(catalog, stage, names, path))
        return _move(root, stage, entries, replace)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _unpack(path: Path, stage: Path) -> list[str]:
    names = []
    for name, data in read_archive(path):
        write_atomically(stage / "build" / name, data)
        names.append(name)
    if not names:
        raise BadArchive(words("empty", path=path))
    return names


def _checked_entries(
    catalog: Catalog, stage: Path, names: list[str], path: Path
) -> Iterator[tuple[str, Manifest]]:
    """The manifests by entry, once each is found to be of this catalog and every result to be what its key says."""
    known = {asked.id: asked for asked in everything_asked(catalog)}
    ids = [name.removeprefix("entries/").removesuffix(".json") for name in names if name.startswith("entries/")]
    if unknown := [name for name in ids if name not in known]:
        raise BadArchive(words("unknown_entries", path=path, names=listed(unknown)))
    manifests = {name: read_manifest(stage, name) for name in ids}
    for name, manifest in manifests.items():
        if manifest is None:
            raise BadArchive(words("damaged_member", path=path, name=f"entries/{name}.json"))
    asked = {name: _asked_as(known[name], manifest) for name, manifest in manifests.items()}
    if differing := [name for name in ids if asked[name] is None]:
        raise BadArchive(words("asked_differently", path=path, names=listed(differing)))
    store, needed = Store(stage), set()
    for name, manifest in manifests.items():
        try:
            is_sound = _is_sound(asked[name], manifest, store)
        except DamagedResult as error:
            member = error.path.relative_to(stage / "build").as_posix()
            raise BadArchive(words("damaged_member", path=path, name=member)) from None
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
            is_sound = False
        if not is_sound:
            raise BadArchive(words("unsound_entry", path=path, name=name))
        needed |= _keys(manifest)
        yield name, manifest
    for name in names:
        if name.startswith("results/") and Path(name).stem not in needed:
            raise BadArchive(words("foreign_member", path=path, name=name))


def _asked_as(asked: Asked, manifest: Manifest) -> Asked | None:
    """What the manifest was made for: as the catalog asks, or at tier ``full``; None for anything else."""
    return next((one for one in (asked, asked.at_full) if one.request == manifest.request), None)


def _keys(manifest: Manifest) -> set[str]:
    return {key for figure in manifest.figures for key in figure.results.values()}


def _is_sound(asked: Asked, manifest: Manifest, store: Store) -> bool:
    """Whether the manifest says what a build would have written, of results that are what their keys say.

    Raises `DamagedResult`, and ``KeyError`` for a result that is not there; what reads as none of ours may also raise
    what Python does with it.
    """
    if manifest.status != "built":
        return manifest.status == "failed" and not manifest.figures and _is_wording(manifest.reason)
    digests = manifest.digests
    wanted = [(figure.kind, asked.figure_id(figure, digests), figure.options) for figure in asked.figures]
    if [(figure.kind, figure.id, figure.options) for figure in manifest.figures] != wanted:
        return False
    return all(_figure_is_sound(figure, asked, digests, store) for figure in manifest.figures)


def _figure_is_sound(figure: Figure, asked: Asked, digests: dict[str, str], store: Store) -> bool:
    failures = [*figure.incomplete.values(), *([] if figure.failure is None else [figure.failure])]
    if not all(map(_is_wording, failures)) or not (figure.results or figure.failure):
        return False
    for key in figure.results.values():
        made, result = store.provenance(key), store.read(key)
        if asked.result_key(Wanted(made["analysis"], "", made["options"]), digests) != key:
            return False
        n_tokens = len(texts_of(result)[0])
        if figure.position is not None and (type(figure.position) is not int or not 0 <= figure.position < n_tokens):
            return False
    return True


def _is_wording(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == set(LANGUAGES) and all(isinstance(v, str) for v in value.values())


def _move(root: Path, stage: Path, entries: dict[str, Manifest], replace: bool) -> Imported:
    store, staged, done = Store(root), Store(stage), Imported([*entries])
    moves: dict[Path, Path] = {}
    for name, manifest in entries.items():
        before = read_manifest(root, name)
        differs = before is not None and _is_of_the_same(before, manifest) and not _keys(before) <= _keys(manifest)
        for key in sorted(_keys(manifest)):
            source, target = staged.path(key), path_in(store.directory, key)
            if not store.has(key):
                done.n_new += target not in moves
                moves[target] = source
            elif store.path(key).read_bytes() == source.read_bytes():
                done.n_same += 1
            else:
                differs = differs or _is_intact(store, key)
                moves[target] = source
        if differs:
            done.replaced.append(name)
        moves[manifest_path(root, name)] = manifest_path(stage, name)
    if done.replaced and not replace:
        raise Differs(done.replaced)
    _make_room(moves)
    if done.replaced:
        # Drawings go by keys and the site by manifests: neither shows that numbers under the same key are others now.
        shutil.rmtree(root / "build" / "drawings", ignore_errors=True)
        (root / "site" / "built-from.txt").unlink(missing_ok=True)
    for target, source in sorted(moves.items(), key=lambda move: move[0].suffix == ".json"):
        os.replace(source, target)
    return done


def _is_of_the_same(before: Manifest, manifest: Manifest) -> bool:
    """Whether both are of the same text under the same files, so that results of the one are results of the other."""
    same = ("text", "generation", "model")
    return before.digests == manifest.digests and all(before.request.get(p) == manifest.request.get(p) for p in same)


def _is_intact(store: Store, key: str) -> bool:
    try:
        store.read(key)
    except DamagedResult:
        return False
    return True


def _make_room(moves: dict[Path, Path]) -> None:
    """All that can still go wrong goes wrong here, before the first file is in place. Raises `CannotWrite`."""
    for target in moves:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists() and not target.is_file():
                raise IsADirectoryError(21, "a directory is in the way")
            if not os.access(target.parent, os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied")
        except OSError as error:
            raise CannotWrite(target, error) from None
