"""Where a kind of figure is shown: a section that each method page ends with."""

from __future__ import annotations

from gallery.pages.edition import Edition
from gallery.pages.gallery_index import cards
from gallery.pages.section import section
from gallery.validation.schema import FIGURE_KINDS

LISTED, LOOKED_AT = 6, 18
"""Texts that are named, and how many of the index are looked at for those whose figures tell most."""


def shown_in(edition: Edition, url: str) -> str:
    """The section's HTML for the page at ``url``; empty where that is no kind's method page, or nothing is built."""
    kind = url.removeprefix("figures/").rstrip("/")
    if kind not in FIGURE_KINDS or url != f"figures/{kind}/":
        return ""
    found = [(entry, figure) for card in cards(edition) for entry in card.built[:1] for figure in entry.figures
             if figure.kind == kind and figure.failure is None]
    drawn = [section(edition, entry, figure) for entry, figure in found[:LOOKED_AT]]
    drawn = sorted((part for part in drawn if part.drawing), key=lambda part: -part.drawing.score)
    if not drawn:
        return ""
    return edition.render("shown_in.html", url=url, kind=kind, shown=drawn[:LISTED], n=len(found))
