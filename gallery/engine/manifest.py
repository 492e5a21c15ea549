"""Manifests: of each entry or minimal pair that was computed or failed, what was asked, what came of it, and where
that lies.

A manifest is written last, when every result it names is in the store.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gallery.messages import LANGUAGES
from gallery.store.files import write_atomically
from gallery.subjects import Figure

FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What ``build/entries/PROMPT/MODEL.json`` says, or ``build/entries/compare/COMPARISON/MODEL.json``.

    Attributes:
        status: ``built`` or ``failed``.
        request: what the catalog said, see `gallery.engine.asked.Asked.request`.
        digests: of weights and tokenizer.
        figures: empty where ``failed``.
        reason: by language, why it failed.
        provenance: how the entry's text was read; empty where ``failed``.
    """

    status: str
    request: dict[str, Any]
    digests: dict[str, str]
    figures: tuple[Figure, ...] = ()
    reason: dict[str, str] | None = None
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Built, and every figure with all its results."""
        return self.status == "built" and not any(f.failure or f.incomplete for f in self.figures)


def manifest_path(root: Path, name: str) -> Path:
    """``name`` is the id of what was built: ``PROMPT/MODEL``, ``compare/COMPARISON/MODEL``."""
    return Path(root, "build", "entries", f"{name}.json")


def read_manifest(root: Path, name: str) -> Manifest | None:
    """The manifest, None where there is none or it is not one of ours (it is then written anew)."""
    try:
        content = json.loads(manifest_path(root, name).read_bytes())
        if content.pop("format") != FORMAT:
            return None
        figures = tuple(Figure(**figure) for figure in content.pop("figures"))
        manifest = Manifest(**content, figures=figures)
        complete = manifest.status == "built" or set(manifest.reason) == set(LANGUAGES)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return manifest if complete else None


def write_manifest(root: Path, name: str, manifest: Manifest) -> None:
    # Keys keep the catalog's order: of methods, of numbers of components.
    content = json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1)
    write_atomically(manifest_path(root, name), content.encode() + b"\n")
