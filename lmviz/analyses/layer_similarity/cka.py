"""Debiased linear CKA, without a matrix of places by places.

HSIC of the kernels ``K = X Xᵀ`` and ``L = Y Yᵀ``, whose diagonals are set to 0, is estimated without bias by

    (tr(K L) + (1ᵀK1)(1ᵀL1) / ((n - 1)(n - 2)) - 2 1ᵀK L1 / (n - 2)) / (n (n - 3))

over ``n`` places (Song et al., "Feature Selection via Dependence Maximization", 2012). Moving ``X`` changes ``K`` off
the diagonal by ``a_i + a_j``, which this estimate does not see. So columns may be centred first, and then row ``i`` of
the full ``X Xᵀ`` sums to 0, that of ``K`` to ``-|x_i|²``:

    tr(K L) = |XᵀY|² - Σ |x_i|² |y_i|²       1ᵀK1 = -Σ |x_i|²       1ᵀK L1 = Σ |x_i|² |y_i|²

CKA is HSIC normalized (Kornblith et al., "Similarity of Neural Network Representations Revisited", 2019); with these
estimates it does not rise with the width (Nguyen et al., "Do Wide and Deep Networks Learn the Same Things?", 2021).
"""

from __future__ import annotations

import math

from torch import Tensor

from lmviz.analyses.layer_similarity.directions import Directions


def debiased_cka(one: Directions, two: Directions, cross: Tensor | None = None) -> float:
    """Debiased linear CKA of two layers at the same places, at most 1; about 0, or just below, for unrelated ones.

    Args:
        cross: ``one.scores.T @ two.scores``, where it is known.

    Returns:
        NaN where a layer is the same at all places.
    """
    if not len(one) or not len(two):
        return math.nan
    cross = one.scores.T @ two.scores if cross is None else cross
    own = [unbiased_hsic(each.sizes.pow(4).sum(), each.squares, each.squares) for each in (one, two)]
    return unbiased_hsic(cross.square().sum(), one.squares, two.squares) / math.sqrt(own[0] * own[1])


def unbiased_hsic(cross: Tensor, squares: Tensor, other_squares: Tensor) -> float:
    """From ``|XᵀY|²`` and squared lengths ``[place]`` of rows of centred ``X`` and ``Y``; over 4 places or more."""
    n = len(squares)
    sums = squares.sum() * other_squares.sum() / ((n - 1) * (n - 2))
    return float(cross - n / (n - 2) * (squares @ other_squares) + sums) / (n * (n - 3))
