"""Responses of fixed loadings: non-negative least squares (NNLS), position by position.

For unit loadings ``H`` the responses of a position ``x`` are the ``w >= 0`` with the least ``|x - w H|²``. All that
this takes of ``x`` are its products ``x Hᵀ`` and its squared norm, a few numbers a position: activations are let go at
once.
Coordinate descent puts one component at a time where the error is least (Franc, Hlaváč and Navara, "Sequential
coordinate-wise algorithm for the non-negative least squares problem", 2005), here at all positions side by side.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch

from lmviz.analyses.factorization import hals

TOLERANCE = 1e-8
"""A position is done when a sweep over the components moves none by more than this share of its largest response."""

MOST_SWEEPS = 10_000


@dataclass(frozen=True)
class Responses:
    """Of positions to fixed loadings.

    Attributes:
        weights: float64 ``[factor, position]``.
        explained: 1 - squared error / squared norm, over these positions; 0 where the norm is.
    """

    weights: np.ndarray
    explained: float

    @property
    def energy_shares(self) -> np.ndarray:
        """float64 ``[factor]``: share of the sum of squared weights; 0 where there is none."""
        energies = np.square(self.weights).sum(axis=1)
        return energies / max(energies.sum(), np.finfo(float).tiny)


def responses(blocks: Iterable[torch.Tensor], n_positions: int, loadings: np.ndarray) -> Responses:
    """Of normalized columns ``[position of the block, column]``, looked at once and one after another.

    Args:
        blocks: with ``n_positions`` in all.
        loadings: ``[factor, column]``, of unit length or 0.

    Raises:
        ValueError: columns that are not finite.
    """
    by_factor = torch.tensor(loadings)
    # Made beforehand: small arrays that outlive large ones between them keep the memory of these from being used again.
    products, squares, at = torch.empty(len(loadings), n_positions, dtype=torch.float64), 0.0, 0
    for block in blocks:
        products[:, at : at + len(block)] = by_factor @ block.T
        squares += float(torch.linalg.vector_norm(block, dim=1).double().square().sum())
        at += len(block)
    if not np.isfinite(squares):
        raise ValueError("the model's activations are not finite (overflow or NaN); try dtype='float32'")
    gram = by_factor.double() @ by_factor.double().T
    weights = non_negative(products, gram)
    explained = float((weights * (2 * products - gram @ weights)).sum()) / squares if squares else 0.0
    return Responses(weights.numpy(), explained)


def non_negative(products: torch.Tensor, gram: torch.Tensor) -> torch.Tensor:
    """``w >= 0 [component, any]`` with the least ``w G w - 2 w p`` for each column ``p`` of ``products``, float64."""
    found = torch.zeros_like(products)
    left = torch.arange(products.shape[1])
    for _ in range(MOST_SWEEPS):
        own = found[:, left]
        before = own.clone()
        hals.sweep(products[:, left], gram, own)
        found[:, left] = own
        left = left[(own - before).abs().amax(0) > TOLERANCE * own.amax(0)]
        if len(left) == 0:
            break
    return found
