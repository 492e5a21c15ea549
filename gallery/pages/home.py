"""`/`: what this is, with a live figure in the first screen."""

from __future__ import annotations

from collections.abc import Iterator

from gallery.pages.edition import Edition
from gallery.pages.gallery_index import cards
from gallery.pages.section import render, section
from gallery.subjects import Entry, Figure

FEATURED = "setsubun"
"""The prompt that the home page opens with, once it is built."""

_LIVE = ("rankings", "attribution", "tokens")
"""Kinds of figure that a stranger can play with at once; the first answers the headline's question."""


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    opening = featured(edition)
    shown = [card for card in cards(edition) if card.face]
    yield "index.md", edition.page(
        "home.html", url="", title=edition.words("site.name"), description=edition.words("home.lead"), kind="home",
        searched=False, hide=("toc",), cards=shown[:6],
        live=render(edition, section(edition, *opening), url="", context=True) if opening else None,
        featured=opening[0] if opening else None,
    )


def featured(edition: Edition) -> tuple[Entry, Figure] | None:
    """The figure to open with: of the entry in `FEATURED` that has one, else of the first that has."""
    for entry in sorted(edition.built, key=lambda entry: entry.prompt.id != FEATURED):
        for kind in _LIVE:
            for figure in entry.figures:
                if figure.kind == kind and figure.failure is None:
                    return entry, figure
    return None
