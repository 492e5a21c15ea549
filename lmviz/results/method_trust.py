"""Which attribution method to trust on one model: the receipts of all its texts, gathered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class MethodTrust:
    """Receipts of several texts under one model, summed up by method.

    An *advantage* is how far a method's area stands from the mean of random orders' areas, in their standard
    deviations, in the direction that is better; per text it is the mean over targets, over comprehensiveness and
    sufficiency, and over the erasures that are not the method's own baseline. Texts are the independent unit.

    Attributes:
        model: id of the model.
        methods: names, the most trusted first.
        advantages: float64 ``[method]``: mean over texts.
        intervals: float64 ``[method, 2]``: 95 % bootstrap interval of the mean, over texts; NaN for a single text.
        band: float64 ``[2]``: where 95 % of random orders' own mean advantages lie.
        shares_above: float64 ``[method]``: share of the texts in which the method leaves that text's own random band.
        n_texts: int64 ``[method]``: texts in which the method was scored.
        infidelities, completeness_errors, sensitivities: float64 ``[method]``: medians over texts and targets; NaN
            where there are none.
        agreement: float64 ``[method, method]``: mean over texts.
        chosen: the method to open with: the highest advantage among those that leave the band with their whole
            interval; empty where none does.
    """

    model: str
    methods: tuple[str, ...]
    advantages: np.ndarray
    intervals: np.ndarray
    band: np.ndarray
    shares_above: np.ndarray
    n_texts: np.ndarray
    infidelities: np.ndarray
    completeness_errors: np.ndarray
    sensitivities: np.ndarray
    agreement: np.ndarray
    chosen: str
