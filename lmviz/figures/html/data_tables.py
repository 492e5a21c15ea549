"""Tables of a figure's numbers as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from lmviz.figures.html.fragment import escape
from lmviz.figures.tables import Table


def data_tables(tables: Sequence[Table]) -> str:
    """Each table in a region of its own that the keyboard scrolls, named by its caption; nothing of no tables."""
    regions = "".join(
        f'<div class="data-table" tabindex="0" role="region" aria-label="{escape(table.caption)}">{_table(table)}</div>'
        for table in tables
    )
    return regions and f'<div class="data-tables">{regions}</div>'


def _table(table: Table) -> str:
    heads = "".join([*(f'<th scope="col" class="names">{escape(name)}</th>' for name in table.heads),
                     *(f'<th scope="col">{escape(name)}</th>' for name in table.columns)])
    rows = "\n".join(
        "".join(["<tr>", *(f'<th scope="row">{escape(name)}</th>' for name in names),
                 *(f"<td>{escape(cell)}</td>" for cell in cells), "</tr>"])
        for names, cells in table.rows
    )
    head = f"<caption>{escape(table.caption)}</caption><thead><tr>{heads}</tr></thead>"
    return f"<table>{head}<tbody>\n{rows}\n</tbody></table>"
