"""Drawings for a whole gallery from those of its first entry: the same pictures and fragments under every figure's id.

Drawing takes about a quarter of a second a figure and language, and grows with their number alone; what this leaves to
be measured is all the rest that a site is made of.
"""

from __future__ import annotations

from pathlib import Path

from gallery.pages.trust import opening
from gallery.pages.words import LANGUAGES
from gallery.site.editions import open_edition


def copy_drawings(root: Path) -> int:
    """Draw one figure of each kind and keep it under the name of every other of that kind; how many were copied."""
    copied = 0
    for language in LANGUAGES:
        edition = open_edition(root, language)
        drawings, drawn = edition.drawings, {}
        for subject, figure in edition.figures():
            first = opening(edition, subject, figure)
            path = drawings._drawing_path(figure, language, figure.position, figure.options.get("layer"), first)
            if figure.kind not in drawn:
                drawings.draw(figure, language, first=first)
                drawn[figure.kind] = figure.id, path.read_text(encoding="utf-8")
            elif not path.is_file():
                known, content = drawn[figure.kind]
                path.write_text(content.replace(known, figure.id), encoding="utf-8")
                copied += 1
    return copied
