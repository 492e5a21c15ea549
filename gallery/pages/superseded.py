"""Published figures that the gallery no longer draws, at their old addresses: `/f/ID/` where the id has gone,
`/f/ID/N/` for revision N of one that was computed anew."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from gallery.pages.citing import Citing
from gallery.pages.data_table import inline_table, table_page
from gallery.pages.edition import Edition
from gallery.pages.succession import Succession
from gallery.pages.taking_away import embedded, source
from gallery.permanence.archive import Damaged
from gallery.permanence.record import Published
from lmviz.figures.html.data_tables import data_tables
from lmviz.figures.tables import tables

log = logging.getLogger("gallery.pages")


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    """A page, its picture and its numbers for each revision that is not the figure of today."""
    succession = Succession(edition)
    for url, revisions, number in superseded(edition):
        yield from _written(edition, succession, revisions[number - 1], url, revisions, number)


def superseded(edition: Edition) -> Iterator[tuple[str, Sequence[Published], int]]:
    """Of each revision that is not the figure of today: the address, all revisions of the figure, and its number."""
    for figure_id in edition.published:
        try:
            revisions = edition.published[figure_id]
        except Damaged as error:
            log.error("%s", error)
            continue
        for number in range(1, len(revisions)):
            yield f"f/{figure_id}/{number}/", revisions, number
        if figure_id not in edition.figures_by_id:
            yield f"f/{figure_id}/", revisions, len(revisions)


def _written(edition: Edition, succession: Succession, published: Published, url: str, revisions: Sequence[Published],
             number: int) -> Iterator[tuple[str, str]]:
    told, words = published.told[edition.language], edition.words
    is_last = number == len(revisions)
    successor, subject = succession.successor(published), succession.subject(published)
    address = edition.permanent(published.id) + ("" if is_last else f"{number}/")
    citing = Citing(edition, told.citation, url=url, address=address, alternative=told.alternative)
    changes = succession.changes(published) if is_last else [words("superseded.recomputed")]
    line = f"{source(edition, published.id, told.citation.models)} · {words('superseded.title')}"
    numbers = tables(published.kind, list(csv.DictReader(io.StringIO(published.csv))), edition.language)
    table, n_cells = data_tables(numbers), sum(table.n_cells for table in numbers)
    yield f"{url}index.md", edition.page(
        "superseded.html", url=url, title=told.citation.title, description=told.caption, kind="figure", searched=False,
        hide=("toc",), published=published, told=told, successor=successor if is_last else None, subject=subject,
        changes=changes, earlier=[(n, f"f/{published.id}/{n}/") for n in range(1, number)],
        later=None if is_last else number + 1, number=number, head=citing.head(),
        picture=(f"{url}preview.png", told.alternative), inline_table=inline_table(table, n_cells),
        has_table=bool(table), **citing.context(),
    )
    yield f"{url}figure.svg", told.svg
    yield f"{url}figure.csv", published.csv
    yield from citing.files()
    yield from table_page(edition, url, told.citation.title, table, n_cells, line)
    # What other sites have embedded stays there too.
    picture = Markup('<img src="../figure.svg" alt="{}">').format(told.alternative)
    frame = embedded(edition, f"{url}embed/", published.kind, told, told.citation.title, picture, line)
    yield f"{url}embed/index.html", frame
