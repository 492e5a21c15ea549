"""What has been built, what is to be computed, and why. From catalog, manifests and store; no torch, no model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from gallery.engine.asked import Asked, asked_entries, everything_asked
from gallery.engine.changes import changes, in_words
from gallery.engine.machine import KnownFiles, Located, locate
from gallery.engine.manifest import Manifest, manifest_path, read_manifest
from gallery.engine.request import Wanted
from gallery.engine.task import Task, texts_of
from gallery.engine.words import words
from gallery.messages import Wording
from gallery.store import DamagedResult, Store
from gallery.subjects import Entry, Figure
from gallery.validation.reader import read_lock
from gallery.validation.schema import Catalog, FetchedModel, Model


@dataclass(frozen=True)
class Step:
    """What a build would do about one entry, minimal pair or study.

    Attributes:
        missing_model: of ``missing``: the id of the model that is not on this machine.
        state: ``current``: nothing; ``compute``: ``task`` has missing results; ``write``: all results are there, only
            the manifest is behind; ``missing``: the model is not on this machine; ``failed``: its files cannot be read.
        reason: by language; None when ``current``.
        damaged: what was found damaged in the store, by language.
        changed: what is not as it was when it was built, see `gallery.engine.changes.changes`.
    """

    id: str
    state: Literal["current", "compute", "write", "missing", "failed"]
    reason: Wording | None = None
    task: Task | None = None
    damaged: tuple[Wording, ...] = ()
    cure: str | None = None
    changed: tuple[str, ...] = ()
    missing_model: str | None = None


@dataclass(frozen=True)
class Standing:
    """How far an entry, minimal pair or study is built: the fields of these by which they say so, see
    `gallery.subjects.Entry`."""

    status: Literal["built", "failed", "missing"]
    figures: tuple[Figure, ...]
    reason: Wording | None
    command: str
    provenance: dict[str, Any]


def entries(catalog: Catalog, root: Path) -> list[Entry]:
    """All entries as they stand on disk: manifests only, so that a gallery is published where no model is."""
    root = Path(root)
    located = Locations(root)
    return [
        Entry(asked.prompts[0], asked.model, **vars(standing_of(asked, root, located)))
        for asked in asked_entries(catalog)
    ]


class Locations:
    """Where the models are, each looked for once and only when it matters."""

    def __init__(self, root: Path, lock: dict[str, FetchedModel] | None = None):
        self._root = root
        self._lock = lock
        self._located: dict[str, Located] = {}

    def of(self, model: Model) -> Located:
        if self._lock is None:
            self._lock = read_lock(self._root)
        if model.id not in self._located:
            self._located[model.id] = locate(model, self._root, self._lock)
        return self._located[model.id]


def standing_of(asked: Asked, root: Path, located: Locations) -> Standing:
    """How far it is built, from its manifest."""
    command = f"python build_gallery.py build --only '{asked.id}'"
    manifest = read_manifest(root, asked.id)
    if manifest is not None and _is_of(manifest, asked):
        return Standing(manifest.status, manifest.figures, manifest.reason, command, manifest.provenance)
    for where in map(located.of, asked.models):
        if where.directory is None:
            return Standing("missing", (), where.reason, command, {})
    why = words("not_computed") if manifest is None else _what_changed(manifest, asked.request, None)
    return Standing("missing", (), why, command, {})


def steps(catalog: Catalog, root: Path, known: KnownFiles, located: Locations | None = None) -> Iterator[Step]:
    """What a build would do, study by study, then entry by entry, then minimal pair by minimal pair."""
    root = Path(root)
    located = located or Locations(root)
    store = Store(root)
    digests_of = cache(known.digests)  # looked at once a model, not once an entry
    for asked in everything_asked(catalog):
        yield _step(asked, root, store, known, located, digests_of)


def _is_of(manifest: Manifest, asked: Asked) -> bool:
    """Whether it was made for what the catalog says, or for more: at tier ``full``, which a command had asked for."""
    return manifest.request == asked.request or manifest.request == asked.at_full.request


def _stays_full(manifest: Manifest, asked: Asked, digests: dict[str, str], store: Store) -> bool:
    """Whether an entry was built at tier ``full`` and is there: a build that does not ask for that leaves it so."""
    return (
        manifest.status == "built" and manifest.digests == digests and manifest.request == asked.at_full.request
        and all(store.has(key) for figure in manifest.figures for key in figure.results.values())
    )


def _step(
    asked: Asked, root: Path, store: Store, known: KnownFiles, located: Locations,
    digests_of: Callable[[Path], dict[str, str]],
) -> Step:
    where = [located.of(model) for model in asked.models]
    for model, one in zip(asked.models, where, strict=True):
        if one.directory is None:
            manifest = read_manifest(root, asked.id)
            if manifest is not None and manifest.is_whole and _is_of(manifest, asked):
                return Step(asked.id, "current")
            return Step(asked.id, "missing", one.reason, cure=one.cure, missing_model=model.id)
    try:
        digests = asked.digests([digests_of(one.directory) for one in where])
    except (ValueError, OSError) as error:
        return Step(asked.id, "failed", words("refused", why=str(error)), task_of(root, asked, where, {}))
    if known.is_built(asked.id, asked.made_for(digests), manifest_path(root, asked.id), store):
        return Step(asked.id, "current")
    return _step_where(asked, root, store, known, where, digests)


def _step_where(
    asked: Asked, root: Path, store: Store, known: KnownFiles, where: Sequence[Located], digests: dict[str, str]
) -> Step:
    """The step of what has its models on this machine, from its manifest and the files of its results."""
    manifest = read_manifest(root, asked.id)
    as_asked = manifest is not None and manifest.request == asked.request
    if manifest is not None and not as_asked and _stays_full(manifest, asked, digests, store):
        asked = asked.at_full
    task = task_of(root, asked, where, digests)
    missing, damaged = [], []
    for wanted in asked.wanted:
        key = task.key(wanted)
        try:
            path = store.path(key)
            if known.is_known(key, path):
                continue
            if not path.is_file():
                missing.append(wanted)
            else:
                store.read(key)
                known.know(key, path)
        except DamagedResult as error:
            missing.append(wanted)
            damaged.append(error.wording)
    request = asked.request
    behind = manifest is None or manifest.request != request or manifest.digests != digests or not manifest.is_whole
    if behind and not missing:
        texts = texts_of(store.read(task.key(task.first)))
        missing = [wanted for wanted in asked.wanted if not task.has(wanted, store, texts)]
    if not missing and not behind:
        if as_asked:
            task.remember(known)
        return Step(asked.id, "current")
    why = _why(manifest, request, digests, missing)
    changed = tuple(changes(manifest, request, digests)) if manifest else ()
    if missing:
        task = replace(task, missing=tuple(missing), files=files_of(asked, where, known))
    return Step(asked.id, "compute" if missing else "write", why, task, tuple(damaged), changed=changed)


def task_of(root: Path, asked: Asked, where: Sequence[Located], digests: dict[str, str]) -> Task:
    """The task of what is asked, with the models where they are; nothing is missing yet."""
    first, *others = where
    return Task(root, asked, first.directory, first.commit, digests, (), other=others[0] if others else None)


def files_of(asked: Asked, where: Sequence[Located], known: KnownFiles) -> dict[str, str]:
    """Digest of each file of its models, by name; of a second model with its id before the name."""
    first, *others = (known.file_digests(one.directory) for one in where)
    return {**first, **{f"{asked.other.id}/{name}": digest for own in others for name, digest in own.items()}}


def _why(manifest: Manifest | None, asked: dict, digests: dict[str, str], missing: list[Wanted]) -> Wording:
    if manifest is None or manifest.request != asked or manifest.digests != digests:
        return _what_changed(manifest, asked, digests)
    if manifest.status == "failed":
        return words("failed_before", why=manifest.reason)
    if failed := [figure.kind for figure in manifest.figures if figure.failure or figure.incomplete]:
        return words("figures_failed_before", names=", ".join(failed))
    names = ", ".join(dict.fromkeys(wanted.kind for wanted in missing))
    return words("results_gone", n=len(missing), names=names)


def _what_changed(manifest: Manifest | None, asked: dict, digests: dict[str, str] | None) -> Wording:
    changed = changes(manifest, asked, digests) if manifest else []
    return in_words(changed) if changed else words("not_computed")
