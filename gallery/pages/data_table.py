"""The table behind a figure: folded below it where it is small, else at `/f/ID/table/`, a page without the theme."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from gallery.pages.edition import Edition, relative

MOST = 200
"""Cells up to which a table stands on its figure's page."""


def inline_table(table: str, n_cells: int) -> Markup:
    """The table where it is small, else nothing."""
    return Markup(table if n_cells <= MOST else "")


def table_page(edition: Edition, figure_url: str, title: str, table: str, n_cells: int,
               source: str) -> Iterator[tuple[str, str]]:
    """The page of a table that is too large for its figure's page.

    Args:
        figure_url: of the figure's page, from the edition's root.
        table: HTML.
        source: see `gallery.pages.taking_away.source`.
    """
    if n_cells <= MOST:
        return
    url = f"{figure_url}table/"
    root = relative("", url) + ("" if edition.language == "ja" else "../")
    other = f"{root}{'en/' if edition.language == 'ja' else ''}{url}"
    # A plain text: what is put into a `Markup` later, such as the page's policy, would be escaped.
    yield f"{url}index.html", str(edition.render(
        "table.html", url=url, root=root, title=title, table=Markup(table), source=source, other=other))
