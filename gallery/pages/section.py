"""A figure as a section of a page: heading, caption, the live figure, a footer that says whose numbers these are."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from markupsafe import Markup

from gallery.pages import citation
from gallery.pages.drawings import Drawing
from gallery.pages.edition import Edition
from gallery.subjects import Entry, Figure

log = logging.getLogger("gallery.pages")


@dataclass(frozen=True)
class Section:
    """A figure ready for the page; ``drawing`` is None where it failed, and ``reason`` says why."""

    entry: Entry
    figure: Figure
    drawing: Drawing | None
    reason: str | None

    def title(self, edition: Edition) -> str:
        return self.drawing.title if self.drawing else edition.words(f"kind.{self.figure.kind}")


def section(edition: Edition, entry: Entry, figure: Figure, *, position: int | None = None,
            layer: int | None = None) -> Section:
    """Draws the figure, or says in the reader's language why there is none.

    A result that the store no longer has, or one of an older schema, is a figure to compute again, not a broken site.
    """
    if figure.failure is not None:
        return Section(entry, figure, None, figure.failure[edition.language])
    try:
        return Section(entry, figure, edition.drawings.draw(figure, edition.language, position=position, layer=layer),
                       None)
    except (OSError, LookupError, ValueError) as error:
        log.warning("%s %s: %s", entry.id, figure.kind, error)
        return Section(entry, figure, None, edition.words("section.unreadable", command=entry.command))


def render(edition: Edition, shown: Section, *, url: str, level: int = 2, anchor: str | None = None,
           context: bool = False) -> Markup:
    """The section's HTML.

    Args:
        url: the address of the page it stands on.
        level: of its heading.
        anchor: its id on the page; by default the kind of figure.
        context: whether to name prompt and model above the title, for a page that is not the entry's own.
    """
    return edition.render(
        "section.html", url=url, shown=shown, entry=shown.entry, figure=shown.figure, drawing=shown.drawing,
        level=level, anchor=anchor or shown.figure.kind, context=context, title=shown.title(edition),
        model_name=citation.model_name(edition, shown.entry.model),
    )
