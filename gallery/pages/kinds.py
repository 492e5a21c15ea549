"""`/figures/`: the kinds of figure, each with its method page."""

from __future__ import annotations

from collections.abc import Iterator

from gallery.pages.edition import Edition


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    yield "figures/index.md", edition.page(
        "kinds.html", url="figures/", title=edition.words("nav.figures"), kind="kinds",
        description=edition.words("kinds.lead"), hide=("toc",),
    )
