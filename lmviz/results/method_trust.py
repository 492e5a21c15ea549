"""Which attribution method to trust on one model: the receipts of all its texts, gathered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class MethodTrust:
    """Receipts of several texts under one model, summed up by method.

    An *advantage* is how far a method's mean drop stands from that of random orders, in their standard deviations, in
    the direction that is better. By text: areas are averaged over the targets, in the units of the drops; of each
    measure and erasure the distance is divided by the standard deviation over the random orders; and the mean is taken
    over comprehensiveness and sufficiency and over the erasures that are not the method's own baseline. Random orders
    are judged in the same way, an order's sufficiency included. Texts are the independent unit.

    Attributes:
        model: id of the model.
        methods: names, the most trusted first.
        advantages: float64 ``[method]``: mean over texts; NaN for a method that no text could score.
        intervals: float64 ``[method, 2]``: 95 % bootstrap interval of the mean, over texts, percentiles widened for few
            texts (Hesterberg 2015, arXiv:1411.5279), below five texts a t interval; NaN for a single text.
        bands: float64 ``[method, 2]``: where the mean over the same texts and erasures lies for 95 % of random orders.
        shares_above: float64 ``[method]``: share of the texts in which the method lies above the 95 % of that text's
            own random orders.
        n_texts: int64 ``[method]``: texts in which the method was scored.
        infidelities, completeness_errors, sensitivities: float64 ``[method]``: medians over texts and targets, of
            infidelity also over the erasures that judge it; NaN where there are none.
        agreement: float64 ``[method, method]``: mean over texts; NaN where no text has both.
        chosen: the method to open with: the highest advantage among those that leave their band upwards with their
            whole interval (with their advantage, where a single text has no interval); empty where none does.
    """

    model: str
    methods: tuple[str, ...]
    advantages: np.ndarray
    intervals: np.ndarray
    bands: np.ndarray
    shares_above: np.ndarray
    n_texts: np.ndarray
    infidelities: np.ndarray
    completeness_errors: np.ndarray
    sensitivities: np.ndarray
    agreement: np.ndarray
    chosen: str

    @property
    def is_above(self) -> np.ndarray:
        """bool ``[method]``: whether it leaves its band upwards, with its whole interval where it has one."""
        lowest = np.where(self.n_texts == 1, self.advantages, self.intervals[:, 0])
        return lowest > self.bands[:, 1]
