"""What the grid of figure 4 can show: its measures as the whole numbers that pages hold, their steps, their writing.

A rank is itself; what is measured in bits is held in hundredths of a bit, so that Python and the browser colour and
write the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lmviz.figures import notation, scales
from lmviz.figures.messages import Language
from lmviz.results import LensMeasures, Rankings


class Scale(NamedTuple):
    """How a measure is coloured: step i of ``edges`` (lower ends, in the measure's unit) has the colour ``prefix`` i.

    On the steps ``light_ink`` numbers are light; ``unit`` is how many of a cell's whole numbers make one unit.
    """

    prefix: str
    edges: Sequence[float]
    light_ink: frozenset[int]
    unit: int

    @property
    def colours(self) -> list[str]:
        """Names of the colours, step by step."""
        return [f"{self.prefix}{i}" for i in range(len(self.edges) + 1)]


_HIGH = frozenset({5, 6, 7})

SCALES = {
    "rank": Scale("r", scales.RANK_EDGES, frozenset({0, 1, 2}), 1),
    "surprisal": Scale("u", scales.SURPRISAL_EDGES, _HIGH, 100),
    "entropy": Scale("e", scales.ENTROPY_EDGES, _HIGH, 100),
    "divergence": Scale("d", scales.DIVERGENCE_EDGES, _HIGH, 100),
}
"""Every measure and its scale, in the order of the switch."""


def measures(result: Rankings) -> list[str]:
    """The measures that a result has: all of them, or the rank alone."""
    return list(SCALES) if isinstance(result, LensMeasures) else ["rank"]


def values(result: Rankings, measure: str) -> np.ndarray:
    """A measure ``[layer, position]``: ranks, or bits; NaN where nothing is predicted.

    Raises ``ValueError`` for a measure that the result does not have.
    """
    if measure not in measures(result):
        known = ", ".join(measures(result))
        raise ValueError(f"measure of a {type(result).__name__} is one of {known}, not {measure!r}")
    if measure == "rank":
        return np.where(result.ranks > 0, result.ranks.astype(float), np.nan)
    nats = {
        "surprisal": -result.log_probabilities, "entropy": result.entropies, "divergence": result.divergences,
    }[measure]
    # None of the three is ever below 0; float32 may leave it there by a hair.
    return np.maximum(0, nats.astype(float)) / np.log(2)


def cells(result: Rankings, measure: str) -> list[list[int | None]]:
    """`values` as whole numbers ``[layer][position]``: ranks, or hundredths of a bit; None where nothing is predicted.

    Raises ``ValueError`` for a measure that the result does not have.
    """
    found = values(result, measure)
    whole = np.nan_to_num(np.rint(found * SCALES[measure].unit), posinf=0)
    return [
        [int(value) if known else None for value, known in zip(row, seen, strict=True)]
        for row, seen in zip(whole.tolist(), np.isfinite(found).tolist(), strict=True)
    ]


def step(measure: str, value: int) -> int:
    """The step of a whole number of `cells`."""
    return scales.step(value / SCALES[measure].unit, SCALES[measure].edges)


def written(measure: str, value: int, language: Language) -> str:
    """A whole number of `cells` as short as a cell needs it."""
    return notation.short_rank(value, language) if measure == "rank" else notation.short_bits(value)
