"""Agreement between methods: Kendall's tau-b between their scores (Kendall 1945, doi:10.1093/biomet/33.3.239)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import kendalltau


def agreement(scores: Sequence[np.ndarray], signed: np.ndarray) -> np.ndarray:
    """Float64 ``[method, method]``: mean over the targets, of each of which ``scores`` has ``[method, token]``.

    Scores are compared by absolute value where one of the two is a magnitude. A target for which all scores of a method
    are equal is left out; NaN where none is left.
    """
    taus = np.full((len(signed), len(signed)), np.nan)
    for one in range(len(signed)):
        for other in range(one + 1):
            found = [_tau(each[one], each[other], bool(signed[one] and signed[other])) for each in scores]
            found = [tau for tau in found if not np.isnan(tau)]
            if found:
                taus[one, other] = taus[other, one] = np.mean(found)
    return taus


def _tau(one: np.ndarray, other: np.ndarray, signed: bool) -> float:
    if not signed:
        one, other = np.abs(one), np.abs(other)
    return float(kendalltau(one, other).statistic)
