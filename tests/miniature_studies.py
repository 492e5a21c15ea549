"""Studies for the miniature gallery: ``tiny`` has factors over a small text of its own and is compared with ``second``,
which reads only what names it."""

from __future__ import annotations

from pathlib import Path

from miniature import REPOSITORY, make_model
from miniature_comparisons import SECOND

TEXT = "texts/reference.txt"
N_SENTENCES = 150
"""Enough for the 2,000 positions that layers are compared over."""


def add_studies(root: Path, *, components: int = 3) -> Path:
    """Give the model ``tiny`` of the gallery under ``root`` factors and a model to be compared with; return it."""
    models = root / "gallery" / "catalog" / "models.yaml"
    text = models.read_text(encoding="utf-8")
    factors = f"  factors: {{components: {components}, text: {TEXT}}}\n  similar_to: [second]\n"
    text = text.replace("  directory: models/tiny\n", "  directory: models/tiny\n" + factors)
    models.write_text(text if "- id: second" in text else text + SECOND, encoding="utf-8")
    make_model(root / "models" / "second", seed=3)
    sentences = (REPOSITORY / "gallery/reference/sentences.txt").read_text(encoding="utf-8").split()
    (root / TEXT).parent.mkdir()
    (root / TEXT).write_text("\n\n".join(sentences[:N_SENTENCES]) + "\n", encoding="utf-8")
    return root
