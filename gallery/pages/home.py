"""`/`: what this is, with a live figure in the first screen, and the ways in."""

from __future__ import annotations

from collections.abc import Iterator

from gallery.pages.citation import cited
from gallery.pages.citation_formats import Formats
from gallery.pages.edition import Edition
from gallery.pages.gallery_index import Card, cards
from gallery.pages.section import Section, render, section
from gallery.subjects import Entry, Figure

_LIVE = ("rankings", "attribution", "tokens")
"""Kinds of figure that a stranger can play with at once; the first answers the headline's question."""


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    opening = featured(edition)
    live = section(edition, *opening) if opening else None
    found = [card for card in cards(edition) if card.face]
    yield "index.md", edition.page(
        "home.html", url="", title=edition.words("site.name"), description=edition.words("home.lead"), kind="home",
        searched=False, hide=("toc",), cards=found[:6], featured=opening[0] if opening else None,
        live=render(edition, live, url="", context=True) if live else None, cite=_citation(edition, live),
        tally=_tally(edition, found), doors=list(_doors(edition, len(found))),
    )


def featured(edition: Edition) -> tuple[Entry, Figure] | None:
    """The figure to open with: of the entry that newcomers are shown through, if it has one, else of the first."""
    for entry in sorted(edition.built, key=lambda entry: entry is not edition.toured):
        for kind in _LIVE:
            for figure in entry.figures:
                if figure.kind == kind and figure.failure is None:
                    return entry, figure
    return None


def _citation(edition: Edition, live: Section | None) -> Formats | None:
    """Of the live figure, as an example."""
    if live is None or live.drawing is None:
        return None
    citation = cited(edition, live.subject, live.figure, live.drawing.title)
    return Formats(citation, edition.words, edition.catalog.imprint, edition.permanent(live.figure.id))


def _tally(edition: Edition, found: list[Card]) -> list[tuple[str, int]]:
    """How much there is to see: what is counted, and the count."""
    models = {entry.model.id for card in found for entry in card.built}
    counts = {"texts": len(found), "models": len(models), "figures": len(edition.figures_by_id)}
    return [(edition.words(f"home.n_{name}"), count) for name, count in counts.items()]


def _doors(edition: Edition, n_texts: int) -> Iterator[tuple[str, str, str]]:
    """Ways in: the address, the name, and what is there."""
    words = edition.words
    if edition.toured:
        yield f"{edition.toured.page}?tour=1#tour", words("tour.title"), words("door.tour")
    yield "gallery/", words("nav.gallery"), words("door.gallery", n=n_texts)
    yield "compare/", words("nav.compare"), words("door.compare")
    trainings = (part for part in edition.comparisons if part.comparison.kind == "training" and part.figures)
    if training := next(trainings, None):
        yield training.page, words("compare.kind_training"), words("door.training")
    yield "models/", words("nav.models"), words("door.models")
    yield "figures/", words("nav.figures"), words("door.figures")
