"""The site of a gallery that holds the largest entry alone, made once under ``build/benchmarks/page-weight/``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from largest_entry import ENTRY, make_gallery, store_attributions  # noqa: E402, F401

WORK = REPOSITORY / "build" / "benchmarks" / "page-weight"


def largest_site(*, compute: bool = False) -> Path:
    """Compute what is missing and write the site; give its directory.

    Args:
        compute: whether attributions are computed, which takes minutes, or made up.
    """
    root = make_gallery(WORK / ("computed" if compute else "made-up"), factors=True)
    if not compute:
        store_attributions(root)
    _run(root, "build", "--no-site")
    _run(root, "site")
    return root / "site"


def _run(root: Path, *arguments: str) -> None:
    """The gallery's command over the gallery under ``root``. Raises ``SystemExit`` where it fails."""
    environment = os.environ | {"LMVIZ_GALLERY_ROOT": str(root), "LC_ALL": "C.UTF-8"}
    done = subprocess.run([sys.executable, str(REPOSITORY / "build_gallery.py"), *arguments], env=environment,
                          cwd=REPOSITORY, check=False)
    if done.returncode:
        raise SystemExit(f"build_gallery.py {' '.join(arguments)} failed")
