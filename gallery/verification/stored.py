"""What is stored of an entry or a minimal pair, and what to compute to hold it against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gallery.engine.asked import Asked, asked_entries, asked_pairs
from gallery.engine.machine import KnownFiles, Located
from gallery.engine.manifest import Manifest, read_manifest
from gallery.engine.plan import Locations
from gallery.engine.request import Wanted
from gallery.engine.task import Task
from gallery.engine.words import words as of_engine
from gallery.messages import Wording
from gallery.store import Store, path_in
from gallery.validation.schema import Catalog


@dataclass(frozen=True)
class StoredFile:
    """A file that should hold a result; it may be gone."""

    wanted: Wanted
    key: str
    path: Path


@dataclass(frozen=True)
class Stored:
    """Results of one entry or minimal pair.

    Attributes:
        asked: what they are of, with all that is to be computed for them.
        digests: of the weights and the tokenizer that they were computed with.
        files: of a result that is both built here and shipped, one each.
        n_unbuilt: results that the catalog asks for and nobody has computed.
        task: what computes them anew; None where that cannot be, and ``reason`` says why.
    """

    asked: Asked
    digests: dict[str, str]
    files: tuple[StoredFile, ...]
    n_unbuilt: int
    task: Task | None
    reason: Wording | None = None

    @property
    def same_files(self) -> bool:
        """Whether the model's files are those that the results were computed with."""
        return self.task is not None and self.task.digests == self.digests


def stored_of(catalog: Catalog, root: Path, scratch: Path, known: KnownFiles) -> Iterator[Stored]:
    """All that is stored of a catalog's entries and minimal pairs; tasks write their results under ``scratch``.

    The model's files are read anew, whatever is remembered of them.
    """
    located, store = Locations(root), Store(root)
    looked_at: dict[str, tuple[dict[str, str] | None, Wording | None]] = {}
    for asked in (*asked_entries(catalog), *asked_pairs(catalog)):
        where = located.of(asked.model)
        if asked.model.id not in looked_at:
            looked_at[asked.model.id] = _digests(where, known)
        now, reason = looked_at[asked.model.id]
        manifest = read_manifest(root, asked.id)
        found = _of(asked, manifest, manifest.digests if manifest else now, store)
        if now is None:
            yield replace(found, reason=reason)
        else:
            files = known.file_digests(where.directory)
            yield replace(found, task=Task(scratch, found.asked, where.directory, where.commit, now, (), files))


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
    """To the results that are kept, and the attributions that a receipt among them is of."""
    figures = []
    for figure in asked.figures:
        has_receipt = any(wanted.kind == "attribution_receipt" for wanted in kept if wanted in figure.results)
        results = tuple(wanted for wanted in figure.results if wanted in kept or has_receipt)
        if results:
            figures.append(replace(figure, results=results))
    return replace(asked, figures=tuple(figures))
