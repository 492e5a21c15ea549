"""A figure's numbers as tables to be read: the rows of its chart, which its CSV has too, laid out and written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lmviz.figures import labels, notation
from lmviz.figures.attribution_words import method_name
from lmviz.figures.html.attribution_card import scaled
from lmviz.figures.messages import Language, headed, message
from lmviz.figures.table_layouts import LAYOUTS, Head, Layout, Row, Value
from lmviz.figures.targets import target_name, target_row, target_span
from lmviz.results import Attribution

_DRAWN = {"position", "text", "x", "x2", "line", "mid", "continuation", "score", "step"}
"""What rows of a comparison of attributions hold beside a column a model."""

NOTHING = "–"


@dataclass(frozen=True)
class Table:
    """One table, plain text, not escaped.

    Attributes:
        caption: what its numbers are.
        heads: what the headings of rows are, the last names the row.
        columns: headings of the columns of numbers.
        rows: headings and cells of each row.
    """

    caption: str
    heads: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

    @property
    def n_cells(self) -> int:
        return len(self.rows) * len(self.columns)


def tables(kind: str, rows: Sequence[Row], language: Language) -> list[Table]:
    """The tables behind a figure of ``kind``; none where there is nothing in it.

    Args:
        rows: of its chart, or of its CSV, where all values are text.
    """
    layout = LAYOUTS[kind]
    if kind == "compare_attribution":
        rows = [{"position": row["position"], "text": row["text"], "model": name, "share": value}
                for row in rows for name, value in row.items() if name not in _DRAWN and value != ""]
    rows = [{"token": row.get("text"), **row} for row in rows]
    found = []
    for title, own in _groups(rows, layout.each, language):
        if layout.across is None:
            found.append(_table(layout, own, language, title))
        else:
            found += [_across(layout, own, value, language, title) for value in layout.values
                      if any(_is_there(row, value) for row in own)]
    return [table for table in found if table.rows]


def attribution_tables(results: Mapping[str, Any], language: Language, position: int | None) -> list[Table]:
    """The tables behind an attribution: all methods at the target shown, then what each method gives every target.

    Scores are shares of the largest at the same target, as in the figure.
    """
    methods = [each for each in results.values() if isinstance(each, Attribution)]
    first = methods[0]
    shown = int(first.target_positions[target_row(first, -1 if position is None else position)])
    rows = [each for result in methods for each in _scores(result, language)]
    at_shown = [row for row in rows if row["at"] == shown] if len(methods) > 1 else []
    return tables("attribution_methods", at_shown, language) + tables("attribution_targets", rows, language)


def _scores(result: Attribution, language: Language) -> Iterator[Row]:
    names = labels.of_positions(result.tokens, language)
    for row, at in enumerate(result.target_positions.tolist()):
        span = target_span(result, row)
        for p, score in enumerate(scaled(result, row)[:span.start]):
            yield {"method": method_name(result.method, language), "at": at, "target": span.start, "position": p,
                   "target_text": target_name(result, row, language), "token": names[p],
                   "score": notation.signed(score) if result.signed else f"{score:.2f}"}


def _groups(rows: Sequence[Row], each: Head | None, language: Language) -> list[tuple[str, list[Row]]]:
    if each is None:
        return [("", list(rows))]
    found: dict[str, tuple[str, list[Row]]] = {}
    for row in rows:
        found.setdefault(str(row[each.of]), (each.written(row, language), []))[1].append(row)
    return list(found.values())


def _is_there(row: Row, value: Value) -> bool:
    return row.get(value.of) not in (None, "")


def _cell(row: Row | None, value: Value, language: Language) -> str:
    return value.write(row, language) if row is not None and _is_there(row, value) else NOTHING


def _headings(layout: Layout, row: Row, language: Language) -> tuple[str, ...]:
    return tuple(head.written(row, language) for head in layout.rows)


def _named(layout: Layout, language: Language) -> tuple[str, ...]:
    return tuple(headed(message(head.words, language)) for head in layout.rows)


def _captioned(title: str, caption: str, language: Language) -> str:
    return message("table.of", language, title=title, caption=caption) if title else caption


def _table(layout: Layout, rows: Sequence[Row], language: Language, title: str) -> Table:
    held = [value for value in layout.values if any(_is_there(row, value) for row in rows)]
    found = {_headings(layout, row, language): tuple(_cell(row, value, language) for value in held) for row in rows}
    names = _named(layout, language)
    return Table(_captioned(title, message("table.by", language, row=names[-1]), language), names,
                 tuple(headed(message(value.words, language)) for value in held), tuple(found.items()))


def _across(layout: Layout, rows: Sequence[Row], value: Value, language: Language, title: str) -> Table:
    columns: dict[str, str] = {}
    found: dict[tuple[str, ...], dict[str, Row]] = {}
    for row in rows:
        column = str(row[layout.across.of])
        columns.setdefault(column, layout.across.written(row, language))
        found.setdefault(_headings(layout, row, language), {})[column] = row
    if all(map(str.isdecimal, columns)):
        columns = {column: columns[column] for column in sorted(columns, key=int)}
    names = _named(layout, language)
    caption = message("table.across", language, value=headed(message(value.words, language)), row=names[-1],
                      column=headed(message(layout.across.words, language)))
    return Table(_captioned(title, caption, language), names, tuple(columns.values()), tuple(
        (heads, tuple(_cell(own.get(column), value, language) for column in columns))
        for heads, own in found.items()))
