"""The gallery as it stands on disk, opened for writing its pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gallery.engine import plan
from gallery.engine.comparisons import comparisons
from gallery.engine.run_log import read_runs
from gallery.engine.studies import studies
from gallery.pages.drawings import Drawings
from gallery.pages.edition import Edition
from gallery.pages.model_cards import read_cards
from gallery.pages.words import Language
from gallery.permanence.archive import Archive
from gallery.release.versions import Version
from gallery.store import Store
from gallery.validation.reader import read_catalog


def open_edition(root: Path, language: Language, prose: frozenset[str] = frozenset(), address: str = "",
                 versions: Sequence[Version] = ()) -> Edition:
    """The edition in ``language`` of the gallery under ``root``.

    Raises what `read_catalog` raises for a catalog that cannot be read.
    """
    catalog = read_catalog(root, look_at_models=False)
    if address and not address.endswith("/"):
        address += "/"
    entries = plan.entries(catalog, root)
    runs, computed = read_runs(root)
    return Edition(catalog, entries, Drawings(Store(root), root / "build" / "drawings"), language, prose, address,
                   comparisons(catalog, root, entries), runs, computed, studies(catalog, root), Archive(root),
                   read_cards(root, catalog), versions)


def prose_of(docs: Path) -> frozenset[str]:
    """Source paths, from ``docs``, of the pages that people wrote."""
    return frozenset(path.relative_to(docs).as_posix() for path in docs.rglob("*.md"))
