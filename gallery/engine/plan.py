"""What has been built, what is to be computed, and why. From catalog, manifests and store; no torch, no model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from gallery.engine.machine import KnownFiles, Located, locate
from gallery.engine.manifest import Manifest, read_manifest
from gallery.engine.request import Wanted, request
from gallery.engine.task import Task
from gallery.engine.words import words
from gallery.messages import LANGUAGES, Wording
from gallery.store import DamagedResult, Store
from gallery.subjects import Entry
from gallery.validation.reader import read_lock
from gallery.validation.schema import Catalog, FetchedModel, Model, Prompt


@dataclass(frozen=True)
class Step:
    """What a build would do about one entry.

    Attributes:
        state: ``current``: nothing; ``compute``: ``task`` has missing results; ``write``: all results are there, only
            the manifest is behind; ``missing``: the model is not on this machine; ``failed``: its files cannot be read.
        reason: by language; None when ``current``.
        damaged: what was found damaged in the store, by language.
    """

    id: str
    state: Literal["current", "compute", "write", "missing", "failed"]
    reason: Wording | None = None
    task: Task | None = None
    damaged: tuple[Wording, ...] = ()
    cure: str | None = None


def pairs(catalog: Catalog) -> Iterator[tuple[Prompt, Model]]:
    """Every prompt with every model that reads it, in the catalog's order."""
    for prompt in catalog.prompts:
        for model in catalog.models:
            if not prompt.models or model.id in prompt.models:
                yield prompt, model


def build_command(prompt_id: str, model_id: str) -> str:
    return f"python build_gallery.py build --only '{prompt_id}/{model_id}'"


def entries(catalog: Catalog, root: Path) -> list[Entry]:
    """All entries as they stand on disk: manifests only, so that a gallery is published where no model is."""
    root = Path(root)
    located = Locations(root)
    return [_entry(prompt, model, root, located) for prompt, model in pairs(catalog)]


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


def _entry(prompt: Prompt, model: Model, root: Path, located: Locations) -> Entry:
    command = build_command(prompt.id, model.id)
    manifest = read_manifest(root, prompt.id, model.id)
    if manifest is not None and _is_of(manifest, prompt, model):
        return Entry(
            prompt, model, manifest.status, manifest.figures, manifest.reason, command, manifest.provenance
        )
    where = located.of(model)
    if where.directory is None:
        return Entry(prompt, model, "missing", (), where.reason, command, {})
    why = words("not_computed") if manifest is None else _what_changed(manifest, request(prompt, model), None)
    return Entry(prompt, model, "missing", (), why, command, {})


def steps(catalog: Catalog, root: Path, known: KnownFiles, located: Locations | None = None) -> Iterator[Step]:
    """What a build would do, entry by entry."""
    root = Path(root)
    located = located or Locations(root)
    store = Store(root)
    for prompt, model in pairs(catalog):
        yield _step(prompt, model, root, store, known, located)


def at_tier(prompt: Prompt, tier: str | None) -> Prompt:
    """The prompt as a command asks for it; as the catalog does where ``tier`` is None."""
    return prompt if tier is None else prompt.model_copy(update={"tier": tier})


def _is_of(manifest: Manifest, prompt: Prompt, model: Model) -> bool:
    """Whether it was made for what the catalog says, or for more: at tier ``full``, which a command had asked for."""
    return manifest.request in (request(prompt, model), request(at_tier(prompt, "full"), model))


def _stays_full(manifest: Manifest, prompt: Prompt, model: Model, digests: dict[str, str], store: Store) -> bool:
    """Whether an entry was built at tier ``full`` and is there: a build that does not ask for that leaves it so."""
    return (
        manifest.status == "built" and manifest.digests == digests
        and manifest.request == request(at_tier(prompt, "full"), model)
        and all(store.has(key) for figure in manifest.figures for key in figure.results.values())
    )


def _step(prompt: Prompt, model: Model, root: Path, store: Store, known: KnownFiles, located: Locations) -> Step:
    name = f"{prompt.id}/{model.id}"
    manifest = read_manifest(root, prompt.id, model.id)
    where = located.of(model)
    if where.directory is None:
        if manifest is not None and manifest.is_whole and _is_of(manifest, prompt, model):
            return Step(name, "current")
        return Step(name, "missing", where.reason, cure=where.cure)
    try:
        digests = known.digests(where.directory)
    except (ValueError, OSError) as error:
        return Step(name, "failed", words("refused", why=str(error)))
    if manifest is not None and _stays_full(manifest, prompt, model, digests, store):
        prompt = at_tier(prompt, "full")
    asked = request(prompt, model)
    task = Task(root, prompt, model, where.directory, where.commit, digests, ())
    missing, damaged = [], []
    for wanted in task.wanted():
        key = task.key(wanted)
        try:
            if not store.has(key):
                missing.append(wanted)
            elif not known.is_known(key, store.path(key)):
                store.read(key)
                known.know(key, store.path(key))
        except DamagedResult as error:
            missing.append(wanted)
            damaged.append(error.wording)
    behind = manifest is None or manifest.request != asked or manifest.digests != digests or not manifest.is_whole
    if behind and not missing:
        tokens = store.read(task.key_of("token_probabilities")).tokens
        missing = [wanted for wanted in task.wanted() if not task.has(wanted, store, tokens)]
    task = replace(task, missing=tuple(missing))
    if missing:
        return Step(name, "compute", _why(manifest, asked, digests, missing), task, tuple(damaged))
    return Step(name, "write", _why(manifest, asked, digests, []), task) if behind else Step(name, "current")


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
    if manifest is None:
        return words("not_computed")
    before = manifest.request
    changed = [words(f"part_{part}") for part in ("text", "generation", "model") if before.get(part) != asked[part]]
    for name in ("weights", "tokenizer"):
        if digests is not None and manifest.digests.get(name) != digests[name]:
            changed.append(words(f"part_{name}"))
    old, new = before.get("figures", {}), asked["figures"]
    kinds = [kind for kind in dict.fromkeys([*new, *old]) if old.get(kind) != new.get(kind)]
    changed += [words("part_figure", kind=kind) for kind in kinds]
    if not changed:
        return words("not_computed")
    separators = {"ja": "、", "en": ", "}
    return words("changed", what={name: separators[name].join(part[name] for part in changed) for name in LANGUAGES})
