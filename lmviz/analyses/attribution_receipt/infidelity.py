"""Infidelity: how far the scores' sums are from the drops that they stand for.

    infidelity = mean over random erasures of (drop - factor * sum of the erased tokens' scores)^2 / mean of drop^2

The factor is the one of at least 0 that makes it least, so that magnitudes and methods of other scales can be compared;
a negative one would let scores of the wrong sign pass. Yeh, Hsieh, Suggala, Inouye & Ravikumar 2019, On the
(In)fidelity and Sensitivity of Explanations, arXiv:1901.09392.
"""

from __future__ import annotations

import numpy as np


def infidelity(random_sets: np.ndarray, random_drops: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Float64 ``[method, erasure]``; NaN where no erasure changes the prediction.

    Args:
        random_sets: bool ``[order, fraction, token]``: which tokens are erased.
        random_drops: ``[order, erasure, fraction]``: what the prediction loses.
        scores: ``[method, token]``.
    """
    sets = random_sets.reshape(-1, random_sets.shape[2])
    drops = random_drops.transpose(0, 2, 1).reshape(len(sets), -1)
    sums = sets.astype(np.float64) @ scores.T.astype(np.float64)
    squares = (sums**2).sum(axis=0)[:, None]
    factors = np.divide(sums.T @ drops, squares, out=np.zeros((len(scores), drops.shape[1])), where=squares > 0)
    missed = drops.T[None] - np.maximum(factors, 0)[:, :, None] * sums.T[:, None]
    total = np.broadcast_to((drops**2).sum(axis=0), factors.shape)
    return np.divide((missed**2).sum(axis=2), total, out=np.full(factors.shape, np.nan), where=total > 0)
