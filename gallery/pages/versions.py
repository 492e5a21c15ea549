"""`/versions/`: the releases of the gallery whose sites stand beside this one; no page where there are none."""

from __future__ import annotations

from collections.abc import Iterator

from gallery.pages.costs import Measures
from gallery.pages.edition import Edition


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    if edition.versions:
        yield "versions/index.md", edition.page(
            "versions.html", url="versions/", title=edition.words("versions.title"), kind="versions", hide=("toc",),
            description=edition.words("versions.lead"), searched=False, measures=Measures(edition.words),
            root="../" if edition.language == "ja" else "../../", home="" if edition.language == "ja" else "en/",
        )
