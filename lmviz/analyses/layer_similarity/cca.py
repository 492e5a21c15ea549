"""Canonical correlations of two layers, and the two ways of gathering them into one number.

With ``U`` and ``V`` orthonormal bases ``[place, direction]`` of two layers' states, the canonical correlations are the
singular values ``ρ`` of ``UᵀV = P diag(ρ) Qᵀ``. They do not change when a layer is mapped by an invertible matrix.

    svcca   mean of ρ over the directions kept of each layer (Raghu et al., "SVCCA", 2017)
    pwcca   Σ α_i ρ_i / Σ α_i  over all directions, with  α_i = Σ_j |<h_i, x_j>|,  h = U P,  and ``x_j`` the columns of
            ``X``, its neurons (Morcos et al., "Insights on Representational Similarity in Neural Networks with
            Canonical Correlation", 2018)

Which directions are kept depends on how they are scaled, and so does ``α``: an invertible map changes SVCCA unless all
are kept, and PWCCA if it is of the layer that gives the weights. Layers that have nothing to do with each other still
correlate: the mean of ρ² is d / (n - 1) with ``d`` the greater number of directions and ``n`` places.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lmviz.analyses.layer_similarity.directions import Directions


def svcca(one: Directions, two: Directions, cross: Tensor | None = None) -> float:
    """Mean canonical correlation of the directions kept; NaN where a layer is the same at all places.

    Args:
        cross: ``one.scores.T @ two.scores``, where it is known.
    """
    if not one.kept or not two.kept:
        return math.nan
    between = _between(one, two, cross)[: one.kept, : two.kept]
    return float(torch.linalg.svdvals(between).clamp(max=1).mean())


def pwcca(one: Directions, two: Directions, cross: Tensor | None = None) -> tuple[float, float]:
    """Projection-weighted canonical correlation, with weights from the first layer and from the second; may be NaN."""
    if not len(one) or not len(two):
        return math.nan, math.nan
    own, correlations, others = torch.linalg.svd(_between(one, two, cross), full_matrices=False)
    correlations = correlations.clamp(max=1)
    weighted = [
        weights @ correlations / weights.sum() for weights in (_weights(one, own), _weights(two, others.T))
    ]
    return float(weighted[0]), float(weighted[1])


def _between(one: Directions, two: Directions, cross: Tensor | None) -> Tensor:
    cross = one.scores.T @ two.scores if cross is None else cross
    return cross / one.sizes[:, None] / two.sizes


def _weights(layer: Directions, turned: Tensor) -> Tensor:
    """``α`` of the canonical variates ``U @ turned``, since ``Uᵀ X = diag(sizes) @ axes``."""
    return (turned.T @ (layer.sizes[:, None] * layer.axes)).abs().sum(dim=1)
