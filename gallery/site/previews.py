"""The pictures that links to pages are shown with elsewhere: one a figure, one of the home page for all other pages.

Pages name them by absolute addresses, so a site that does not know its own has none.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from gallery.pages import citation
from gallery.pages.edition import Edition
from gallery.pages.home import featured
from gallery.pages.section import drawn_with
from gallery.pages.superseded import superseded
from gallery.pages.taking_away import source
from gallery.permanence.record import Published
from gallery.subjects import Figure, Subject
from gallery.takeaway import preview
from gallery.takeaway.preview import Preview

FILE = "preview.png"
_CODE = ("lines.py", "outlines.py", "preview.py", "typeface.py")
_LIBRARIES = ("budoux", "fonttools", "matplotlib-fontja", "pillow", "sudachidict-small", "vl-convert-python")
log = logging.getLogger("gallery.site")


def previews(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """Paths from the edition's root, and PNG files. A picture that cannot be drawn is one less."""
    yield FILE, _of_home(edition)
    for subject, figure in edition.figures_by_id.values():
        try:
            yield f"f/{figure.id}/{FILE}", of_figure(edition, subject, figure)
        except Exception as error:
            log.error("%s %s: %s: %s", subject.id, figure.kind, type(error).__name__, error)
    for url, revisions, number in superseded(edition):
        yield url + FILE, of_published(edition, revisions[number - 1], number)


def of_figure(edition: Edition, subject: Subject, figure: Figure) -> bytes:
    """Of a figure of today. Raises what drawing it raises."""
    above, below = _around(edition, subject, figure)
    chosen = drawn_with(edition, subject, figure)

    def make() -> bytes:
        drawing = edition.drawings.draw(figure, edition.language, **chosen)
        return Preview(above, drawing.title, below, drawing.svg).as_png()

    return edition.drawings.file(_request(edition, subject, figure), ".png", make)


def of_published(edition: Edition, published: Published, number: int) -> bytes:
    """Of a revision that is not the figure of today."""
    told = published.told[edition.language]
    below = f"{source(edition, published.id, told.citation.models)} · {edition.words('superseded.title')}"
    shown = Preview(told.subject, told.citation.title, below, told.svg)
    return edition.drawings.file(_request_of_published(edition, published.id, number), ".png", shown.as_png)


def is_kept(edition: Edition, subject: Subject, figure: Figure) -> bool:
    """Whether the picture of a figure of today has been made before."""
    return edition.drawings.has_file(_request(edition, subject, figure), ".png")


def is_kept_of_published(edition: Edition, figure_id: str, number: int) -> bool:
    return edition.drawings.has_file(_request_of_published(edition, figure_id, number), ".png")


def _of_home(edition: Edition) -> bytes:
    """The name of the gallery over the figure that its home page opens with."""
    shown, svg = featured(edition), None
    if shown is not None:
        with suppress(Exception):  # the page says what is wrong with it
            svg = edition.drawings.draw(shown[1], edition.language, **drawn_with(edition, *shown)).svg
    below = edition.address.partition("://")[2].rstrip("/")
    return Preview(edition.words("site.name"), edition.words("site.tagline"), below, svg).as_png()


def _around(edition: Edition, subject: Subject, figure: Figure) -> tuple[str, str]:
    """What stands above and below a figure."""
    above = f"{edition.words(f'kind.{figure.kind}')} · {edition.title(subject)}"
    return above, source(edition, figure.id, citation.models(edition, subject))


def _request(edition: Edition, subject: Subject, figure: Figure) -> list[Any]:
    depends_on = edition.drawings.depends_on(figure, edition.language, **drawn_with(edition, subject, figure))
    return [_code(), depends_on, *_around(edition, subject, figure)]


def _request_of_published(edition: Edition, figure_id: str, number: int) -> list[Any]:
    """A published revision never changes; what is said around it may."""
    return [_code(), figure_id, number, edition.language, source(edition, figure_id, ""),
            edition.words("superseded.title")]


@cache
def _code() -> str:
    """A hash of what a picture depends on beside what it shows."""
    digest = hashlib.sha256()
    for name in _CODE:
        digest.update(Path(preview.__file__).with_name(name).read_bytes())
    for library in _LIBRARIES:
        digest.update(importlib.metadata.version(library).encode())
    return digest.hexdigest()
