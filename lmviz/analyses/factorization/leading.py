"""The leading singular values and vectors of a large matrix, by a block Krylov method.

``(X Xᵀ)^j X G`` for a few powers ``j`` and a few random columns ``G`` spans nearly all that the leading vectors do
(Musco and Musco, "Randomized block Krylov methods for stronger and faster approximate singular value decomposition",
2015). The columns are drawn from a fixed seed: the same matrix has the same vectors.
"""

from __future__ import annotations

import numpy as np
import torch

WIDTH = 48
"""Columns that each power adds: more than the 32 values that are reported, whose shares come out right to 1e-5."""

POWERS = 4

_LEAST = 1e-7
"""Of a column's length, what has to be left of it beyond the basis: less is rounding."""


def leading(wide: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Singular values, largest first, and left vectors ``[row, index]``, float64, of float32 ``[row, column]``.

    There are `WIDTH` times `POWERS` of them, fewer where powers lead nowhere new; values are at most the true ones.
    """
    rng = np.random.default_rng(0)
    drawn = torch.from_numpy(rng.standard_normal((wide.shape[1], WIDTH), dtype=np.float32))
    basis = torch.zeros(len(wide), 0, dtype=torch.float64)
    newest = _orthonormal(wide @ drawn, basis)
    while newest.shape[1] and basis.shape[1] < WIDTH * (POWERS - 1):
        basis = torch.cat([basis, newest], 1)
        newest = _orthonormal(wide @ (wide.T @ newest.float()), basis)
    basis = torch.cat([basis, newest], 1)
    products = (wide.T @ basis.float()).double()
    squares, turned = torch.linalg.eigh(products.T @ products)
    return squares.flip(0).clamp(min=0).sqrt(), basis @ turned.flip(1)


def _orthonormal(block: torch.Tensor, basis: torch.Tensor) -> torch.Tensor:
    """float64: orthonormal columns that span what ``block`` has beyond ``basis``."""
    block = block.double()
    block = block / block.norm(dim=0).clamp(min=torch.finfo(torch.float64).tiny)
    for _ in range(2):
        block = block - basis @ (basis.T @ block)
    left, sizes, _ = torch.linalg.svd(block, full_matrices=False)
    return left[:, sizes > _LEAST]
