"""The small curves of a receipt: a method's drops over the random band, in thousandths of a plot's width and height."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lmviz.figures import notation
from lmviz.figures.standing import band, drops
from lmviz.results import AttributionReceipt

SIZE = 1000
MARGIN = 40
"""Space at the left and right of a plot, so that no point is cut."""


@dataclass(frozen=True)
class Plots:
    """The plots of one target, which share their vertical scale over methods, measures and erasures.

    Attributes:
        low, high: ends of the vertical scale, in the unit of the drops.
        ticks: label and height of its lines.
        curves: int ``[measure, method, erasure, fraction]``: heights from the top.
        band: int ``[measure, erasure, quantile, fraction]``.
    """

    low: float
    high: float
    ticks: tuple[tuple[str, int], ...]
    curves: np.ndarray
    band: np.ndarray

    def read(self, height: int) -> str:
        """The drop at a height, with two decimals."""
        drop = f"{self.high - height * (self.high - self.low) / SIZE:.2f}"
        return drop.lstrip("-") if float(drop) == 0 else drop.replace("-", "−")


def plots(receipt: AttributionReceipt, row: int) -> Plots:
    """The plots of a target that was measured."""
    unit = 100 if receipt.target == "probability" else 1
    curves = drops(receipt)[:, :, row] * unit
    edges = np.moveaxis(band(receipt, row) * unit, -1, -2)
    low = min(0.0, float(curves.min()), float(edges.min()))
    high = max(0.0, float(curves.max()), float(edges.max()))
    margin = 0.06 * (high - low) or 1.0
    low, high = round(low - margin, 4), round(high + margin, 4)

    def heights(values: np.ndarray) -> np.ndarray:
        return np.rint(SIZE * (high - values) / (high - low)).astype(int)

    step = _step(high - low)
    ticks = np.arange(math.ceil(low / step), math.floor(high / step) + 1) * step
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    labels = (f"{tick:.{decimals}f}".replace("-", "−") for tick in ticks + 0.0)
    return Plots(low, high, tuple(zip(labels, heights(ticks).tolist(), strict=True)), heights(curves), heights(edges))


def across(receipt: AttributionReceipt) -> list[int]:
    """Where the fractions stand, from the left."""
    low, high = float(receipt.fractions.min()), float(receipt.fractions.max())
    parts = (receipt.fractions - low) / ((high - low) or 1)
    return np.rint(MARGIN + (SIZE - 2 * MARGIN) * parts).astype(int).tolist()


def line(xs: list[int], ys: list[int]) -> str:
    """A path through the points."""
    return "M" + "L".join(f"{x} {y}" for x, y in zip(xs, ys, strict=True))


def dots(xs: list[int], ys: list[int]) -> str:
    """A path of a dot a point: lines without length, round at their ends."""
    return "".join(f"M{x} {y}h0" for x, y in zip(xs, ys, strict=True))


def region(xs: list[int], low: list[int], high: list[int]) -> str:
    """A path around what lies between two lines."""
    return f"{line(xs, high)}L{line(xs[::-1], low[::-1])[1:]}Z"


def percentages(receipt: AttributionReceipt) -> list[str]:
    """The fractions as they are written."""
    return [notation.share(float(fraction)) for fraction in receipt.fractions]


def _step(length: float) -> float:
    """A round distance that puts two to five lines on a scale of ``length``."""
    raw = length / 3
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.65)
