"""A hash of everything that the site is written from, to tell whether it has to be written again."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterable, Iterator
from pathlib import Path

from gallery.engine.run_log import read_runs

REPOSITORY = Path(__file__).resolve().parents[2]
_OF_THE_GALLERY = ("gallery/catalog", "build/entries", "gallery/published")
_OF_THE_CODE = ("gallery/pages", "gallery/site", "gallery/engine", "gallery/permanence", "gallery/release",
                "gallery/store", "gallery/takeaway", "gallery/validation", "gallery/models/evaluation",
                "lmviz/comparison", "lmviz/figures", "lmviz/results", "docs/ja", "docs/en")
_FILES = ("gallery/subjects.py", "lmviz/tokens.py", "mkdocs.yml", "mkdocs.en.yml")
_LIBRARIES = ("altair", "Jinja2", "latex2mathml", "Markdown", "mkdocs", "pagefind", "pillow", "pymdown-extensions",
              "vl-convert-python")


def fingerprint(root: Path, address: str, references: Iterable[tuple[str, str]] = ()) -> str:
    """Hexadecimal SHA-256 over catalog, the texts that it names (paths and digests), manifests, pages, theme, figures,
    prose, libraries, the site's address, and what the run log tells of builds that had something to do.

    Results themselves are not read: their keys, which stand in the manifests, are hashes of what they depend on.
    """
    digest = hashlib.sha256(address.encode() + b"\0")
    for name, path in _inputs(root):
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    digest.update(repr(read_runs(root)).encode())
    digest.update(repr(sorted(references)).encode())
    for library in _LIBRARIES:
        digest.update(f"{library} {importlib.metadata.version(library)}\n".encode())
    return digest.hexdigest()


def _inputs(root: Path) -> Iterator[tuple[str, Path]]:
    for base, folders in ((root, _OF_THE_GALLERY), (REPOSITORY, _OF_THE_CODE)):
        for folder in folders:
            for path in sorted((base / folder).rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    yield path.relative_to(base).as_posix(), path
    for name in _FILES:
        yield name, REPOSITORY / name
