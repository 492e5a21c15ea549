"""Whether the same factors are found from another start, and in other texts."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from lmviz.analyses.model_factors.fitting import Fitter
from lmviz.analyses.model_factors.sample import Sample


def seed_stability(fitter: Fitter, loadings: np.ndarray, n_seeds: int) -> np.ndarray:
    """float32 ``[factor, seed]``: cosines with factors of the same matrix from random starts."""
    return _cosines(loadings, [fitter.fit(len(loadings), seed).loadings for seed in range(n_seeds)])


def half_stability(sample: Sample, loadings: np.ndarray) -> np.ndarray:
    """float32 ``[factor, half]``: cosines with factors of the even and of the odd passages' rows alone."""
    return _cosines(loadings, [Fitter(half).fit(len(loadings)).loadings for half in sample.halves])


def matched_cosines(loadings: np.ndarray, others: np.ndarray) -> np.ndarray:
    """float64 ``[factor]``: of unit loadings with others matched one to one, the sum of cosines largest."""
    cosines = loadings.astype(np.float64) @ others.T
    own, other = linear_sum_assignment(-cosines)
    return cosines[own, other]


def _cosines(loadings: np.ndarray, fits: list[np.ndarray]) -> np.ndarray:
    found = np.empty((len(loadings), len(fits)), dtype=np.float32)
    for index, others in enumerate(fits):
        found[:, index] = matched_cosines(loadings, others)
    return found
