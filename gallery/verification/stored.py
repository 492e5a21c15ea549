"""What is stored of an entry, a minimal pair or a study, and what to compute to hold it against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gallery.engine.asked import Asked, everything_asked
from gallery.engine.machine import KnownFiles, Located
from gallery.engine.manifest import Manifest, read_manifest
from gallery.engine.plan import Locations, files_of, task_of
from gallery.engine.request import Wanted
from gallery.engine.task import Task
from gallery.engine.words import words as of_engine
from gallery.messages import Wording
from gallery.store import Store, path_in
from gallery.validation.schema import Catalog

_OF_OTHERS = ("attribution_receipt", "factor_effects", "factor_labels")
"""Kinds of result that are computed from others of their figure."""


@dataclass(frozen=True)
class StoredFile:
    """A file that should hold a result; it may be gone."""

    wanted: Wanted
    key: str
    path: Path


@dataclass(frozen=True)
class Stored:
    """Results of one entry, minimal pair or study.

    Attributes:
        asked: what they are of, with all that is to be computed for them.
        digests: of the weights and the tokenizer that they were computed with.
        files: of a result that is both built here and shipped, one each.
        n_unbuilt: results that the catalog asks for and nobody has computed.
        task: what computes them anew; None where that cannot be: ``reason`` says why, ``not_here`` which model is away.
    """

    asked: Asked
    digests: dict[str, str]
    files: tuple[StoredFile, ...]
    n_unbuilt: int
    task: Task | None
    reason: Wording | None = None
    not_here: str = ""

    @property
    def same_files(self) -> bool:
        """Whether the model's files are those that the results were computed with."""
        return self.task is not None and self.task.digests == self.digests


def stored_of(catalog: Catalog, root: Path, scratch: Path, known: KnownFiles) -> Iterator[Stored]:
    """All that is stored of a catalog's studies, entries and minimal pairs; tasks write results under ``scratch``.

    The model's files are read anew, whatever is remembered of them. What an entry takes from a study is what is stored.
    """
    located, store = Locations(root), Store(root)
    looked_at: dict[str, tuple[dict[str, str] | None, Wording | None]] = {}
    for asked in everything_asked(catalog):
        where = [located.of(model) for model in asked.models]
        for model, one in zip(asked.models, where, strict=True):
            if model.id not in looked_at:
                looked_at[model.id] = _digests(one, known)
        own, reasons = zip(*(looked_at[model.id] for model in asked.models), strict=True)
        now = None if None in own else asked.digests(own)
        manifest = read_manifest(root, asked.id)
        found = _of(asked, manifest, manifest.digests if manifest else now, store)
        if now is None:
            away = next(model.id for model, digests in zip(asked.models, own, strict=True) if digests is None)
            yield replace(found, reason=next(filter(None, reasons)), not_here=away)
        else:
            task = task_of(scratch, found.asked, where, now)
            yield replace(found, task=replace(
                task, files=files_of(asked, where, known), factors=_factors(found, store)
            ))


def _factors(found: Stored, store: Store) -> Path | None:
    """Where the model's factors lie that a stored result was computed from."""
    taken = [found.asked.result_key(wanted, found.digests) for figure in found.asked.figures for wanted in figure.taken]
    return store.path(taken[0]) if taken else None


def _digests(where: Located, known: KnownFiles) -> tuple[dict[str, str] | None, Wording | None]:
    """Of the model's files as they are, or why there are none."""
    if where.directory is None:
        return None, where.reason
    try:
        return known.digests(where.directory, afresh=True), None
    except (ValueError, OSError) as error:
        return None, of_engine("refused", why=str(error))


def _of(asked: Asked, manifest: Manifest | None, digests: dict[str, str] | None, store: Store) -> Stored:
    if manifest and manifest.request == asked.at_full.request:
        asked = asked.at_full
    asked = _without_failed(asked, manifest)
    if digests is None:
        return Stored(asked, {}, (), len(asked.wanted), None)
    named = {key for figure in manifest.figures for key in figure.results.values()} if manifest else set()
    files, unbuilt = [], []
    for wanted in asked.wanted:
        key = asked.result_key(wanted, digests)
        places = (path_in(store.directory, key), path_in(store.published, key))
        there = [path for path in places if path.is_file()] or ([places[0]] if key in named else [])
        files += [StoredFile(wanted, key, path) for path in there]
        unbuilt += [] if there else [wanted]
    return Stored(_narrowed(asked, [file.wanted for file in files]), digests, tuple(files), len(unbuilt), None)


def _without_failed(asked: Asked, manifest: Manifest | None) -> Asked:
    """Without the results that could not be computed when it was built."""
    failed = {figure.kind: figure.incomplete for figure in manifest.figures} if manifest else {}
    return replace(asked, figures=tuple(
        replace(figure, results=figure.without(failed.get(figure.kind, ()))) for figure in asked.figures
    ))


def _narrowed(asked: Asked, kept: list[Wanted]) -> Asked:
    """To the results that are kept, and those that one among them is computed from."""
    figures = []
    for figure in asked.figures:
        needs_others = any(wanted.kind in _OF_OTHERS for wanted in kept if wanted in figure.results)
        results = tuple(wanted for wanted in figure.results if wanted in kept or needs_others)
        if results:
            figures.append(replace(figure, results=results))
    return replace(asked, figures=tuple(figures))
