"""Where names and notes go in charts whose lines run from top to bottom, in pixels."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import altair as alt

from lmviz.figures.charts.text import units

WIDTH = 400
_ROW = 21
_LONGEST = 13
"""Names are cut after this many full widths."""


class Across(NamedTuple):
    """The scale across, from ``low`` at the left to ``high`` at the right: the smaller for ranks and places."""

    quantity: str
    low: float
    high: float
    ticks: list[int] | None = None

    @classmethod
    def of(cls, quantity: str, values: list[float], n_words: int) -> Across:
        """The scale that holds ``values``."""
        if quantity == "rank":
            return cls(quantity, max(10, *values), 1)
        if quantity == "place":
            # The lines fill all places: what stands beside them needs room of its own, at the left.
            return cls(quantity, 1.4 * n_words + 0.5, 0.5, list(range(1, n_words + 1)))
        low, high = min(values), max(values)
        margin = max(0.5, 0.06 * (high - low))
        return cls(quantity, low - margin, min(0.0, high + margin))

    def pixel(self, value: float) -> float:
        """How far from the left a value lies."""
        along = math.log if self.quantity == "rank" else float
        return WIDTH * (along(value) - along(self.low)) / ((along(self.high) - along(self.low)) or 1)

    def scale(self) -> alt.Scale:
        """The same as a scale of Vega-Lite."""
        kind = {"type": "log"} if self.quantity == "rank" else {"zero": False}
        return alt.Scale(domain=sorted((self.low, self.high)), reverse=self.low > self.high, nice=False, **kind)

    def axis(self) -> alt.Axis:
        """Its axis, along the top."""
        ticks = {"values": self.ticks} if self.ticks else {"tickCount": 5}
        form = {"rank": "~s", "place": "d"}.get(self.quantity, "~r")
        return alt.Axis(orient="top", format=form, ticks=False, domain=False, **ticks)


def room(rows: list[dict[str, Any]], across: Across) -> tuple[float, str]:
    """Where text fits best between the lines that pass through ``rows``: pixels from the left, and its alignment."""
    reach: dict[str, tuple[float, float]] = {}
    for row in rows:
        x = across.pixel(row[across.quantity])
        low, high = reach.get(row["word"], (x, x))
        reach[row["word"]] = min(low, x), max(high, x)
    free, edge = [], 0.0
    for low, high in [*sorted(reach.values()), (float(WIDTH), float(WIDTH))]:
        free.append((low - edge, edge, low))
        edge = max(edge, high)
    _, left, right = max(free)
    if left == 0:
        return 3, "left"
    return (WIDTH - 3, "right") if right == WIDTH else (round((left + right) / 2, 1), "center")


def shortened(text: str, most: float) -> str:
    """``text``, cut with an ellipsis where it is wider than ``most`` full-width characters."""
    if units(text) <= most:
        return text
    kept = text
    while kept and units(kept) + 1 > most:
        kept = kept[:-1]
    return kept + "…"


def ends(values: list[dict[str, Any]], n_layers: int, across: Across, height: int) -> list[dict[str, Any]]:
    """Where each line ends and where its name goes, in rows below the chart.

    Args:
        values: rows with ``word``, ``layer`` and the quantity that the scale shows.
        height: of the chart in pixels.
    """
    found = sorted(
        ({"word": v["word"], "label": shortened(v["word"], _LONGEST), "x": round(across.pixel(v[across.quantity]), 2),
          "y": height * (n_layers - 1 + 0.4) / n_layers} for v in values if v["layer"] == n_layers - 1),
        key=lambda end: end["x"],
    )
    for end in found:
        end["width"] = 13 * units(end["label"]) + 12
    n_rows = max(1, math.ceil(sum(end["width"] for end in found) / (WIDTH + 60)))
    for row in range(n_rows):
        _spread(found[row::n_rows], height + 16 + _ROW * row)
    return found


def _spread(row: list[dict[str, Any]], label_y: float) -> None:
    """Places the names of one row: left to right each keeps clear of the one before, then all come back inside."""
    edge = -20.0
    for end in row:
        end["label_y"] = label_y
        end["label_x"] = max(end["x"], edge + end["width"] / 2)
        edge = end["label_x"] + end["width"] / 2
    edge = WIDTH + 40.0
    for end in reversed(row):
        end["label_x"] = round(min(end["label_x"], edge - end["width"] / 2), 2)
        edge = end["label_x"] - end["width"] / 2
