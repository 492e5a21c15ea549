"""Where the gallery is, and paths that must stay inside it."""

from __future__ import annotations

import os
from pathlib import Path


def gallery_root() -> Path:
    """The directory that holds ``gallery/catalog`` and ``build``: LMVIZ_GALLERY_ROOT, else the repository."""
    given = os.environ.get("LMVIZ_GALLERY_ROOT")
    return Path(given).resolve() if given else Path(__file__).resolve().parents[2]


def inside(root: Path, relative: str) -> Path | None:
    """``root / relative``, or None where that is absolute, leads out of ``root``, or in circles."""
    if not relative or "\0" in relative or Path(relative).is_absolute():
        return None
    root = root.resolve()
    try:
        path = (root / relative).resolve()
    except (OSError, RuntimeError):
        return None
    return path if path.is_relative_to(root) and path != root else None
