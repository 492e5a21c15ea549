"""How alike factors respond along one text."""

from __future__ import annotations

import numpy as np


def pearson(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pearson's correlation of responses ``[factor, place]`` with others, over the places where both have one.

    Returns:
        float64 ``[factor, other factor]``; NaN for a factor that responds the same everywhere, and everywhere if there
        is no such place.
    """
    shared = np.isfinite(first[0]) & np.isfinite(second[0])
    if not shared.any():
        return np.full((len(first), len(second)), np.nan)
    return _unit(first[:, shared].astype(np.float64)) @ _unit(second[:, shared].astype(np.float64)).T


def _unit(responses: np.ndarray) -> np.ndarray:
    """Rows less their mean, of norm 1; NaN for a row that has one value."""
    centred = responses - responses.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(centred, axis=1, keepdims=True)
    varies = np.ptp(responses, axis=1, keepdims=True) > 0
    return np.divide(centred, norms, out=np.full_like(centred, np.nan), where=varies)
