"""Studies of models as they stand on disk."""

from __future__ import annotations

from pathlib import Path

from gallery.engine.asked import asked_studies
from gallery.engine.plan import Locations, standing_of
from gallery.subjects import ModelStudy
from gallery.validation.schema import Catalog


def studies(catalog: Catalog, root: Path) -> list[ModelStudy]:
    """All studies: of each model alone, then beside others, in the catalog's order. Reads manifests only."""
    root = Path(root)
    located = Locations(root)
    return [ModelStudy(asked.models, **vars(standing_of(asked, root, located))) for asked in asked_studies(catalog)]
