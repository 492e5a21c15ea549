"""Where a method stands among random orders: what figures read off a receipt.

Two measures in this order everywhere: comprehensiveness (erase the highest scores; a larger drop is better) and
sufficiency (keep them alone; a smaller drop is better).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results import AttributionReceipt

MEASURES = ("comprehensiveness", "sufficiency")

BAND = (0.05, 0.5, 0.95)
"""Quantiles of random orders: lower edge, middle and upper edge of the band."""

OUTSIDE = 0.95
"""Share of random orders that a method has to beat, or to lose against, to stand outside the band."""


@dataclass(frozen=True)
class Standing:
    """Areas under a receipt's curves and where they stand.

    Attributes:
        areas: float ``[measure, method, target, erasure]``: mean drop over the fractions; NaN where not measured.
        beaten: int, same shape: random orders whose area is worse than the method's.
        sides: int, same shape: 1 outside the random band on the better side, -1 on the worse side, 0 inside.
        measured: bool ``[target]``.
    """

    areas: np.ndarray
    beaten: np.ndarray
    sides: np.ndarray
    measured: np.ndarray


def drops(receipt: AttributionReceipt) -> np.ndarray:
    """Both curves of every method, float ``[measure, method, target, erasure, fraction]``."""
    return np.stack([receipt.comprehensiveness, receipt.sufficiency]).astype(float)


def band(receipt: AttributionReceipt, row: int | slice = slice(None)) -> np.ndarray:
    """The random band of both measures, float ``[measure, target, erasure, fraction, quantile]`` (see `BAND`).

    Of one target where its row is given, without the axis of targets.
    """
    random = np.stack([receipt.random_drops[:, row], receipt.random_sufficiency[:, row]], axis=1)
    return np.moveaxis(np.quantile(random.astype(float), BAND, axis=0), 0, -1)


def standing(receipt: AttributionReceipt) -> Standing:
    """Counts the random orders that each method's area beats.

    Differences below a ten-thousandth of the largest random area count as ties: orders that erase the same tokens
    differ in rounding only.
    """
    areas = drops(receipt).mean(axis=-1)
    random = np.stack([receipt.random_drops, receipt.random_sufficiency], axis=1).astype(float).mean(axis=-1)
    better = np.array([1, -1]).reshape(2, 1, 1, 1)
    ahead = (areas - random[:, :, None]) * better
    tie = 1e-4 * np.abs(random).max(axis=0)[:, None]
    n_orders = len(random)
    beaten, lost = (ahead > tie).sum(axis=0), (ahead < -tie).sum(axis=0)
    return Standing(
        areas=areas,
        beaten=beaten,
        sides=(beaten >= OUTSIDE * n_orders).astype(int) - (lost >= OUTSIDE * n_orders),
        measured=np.isfinite(areas).all(axis=(0, 1, 3)) & np.isfinite(random).all(axis=(0, 1, 3)),
    )
