"""The hidden states of one layer, turned to their principal directions, which all measures are computed from."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

SHARE = 0.99
"""Share of the variance that the directions kept for SVCCA hold (Raghu et al. 2017)."""

_ROUNDING = torch.finfo(torch.float32).eps
"""Directions smaller than this, as a share of the largest, are what is left of rounding."""


@dataclass(frozen=True)
class Directions:
    """States ``X [place, width] = scores @ axes``, each column of ``X`` less its mean; float64.

    Attributes:
        scores: ``[place, direction]``: how far each place lies along each direction.
        sizes: ``[direction]``, descending: lengths of the columns of ``scores``; their squares are the variance held.
        axes: ``[direction, width]``, orthonormal rows.
        squares: ``[place]``: squared lengths of the rows of ``X``.
        kept: how many directions hold ``share`` of the variance.
    """

    scores: Tensor
    sizes: Tensor
    axes: Tensor
    squares: Tensor
    kept: int

    def __len__(self) -> int:
        return len(self.sizes)


def directions(states: Tensor, share: float = SHARE) -> Directions:
    """The directions of states ``[place, width]``; none where all places are the same."""
    centred = states.double() - states.double().mean(dim=0)
    basis, sizes, axes = torch.linalg.svd(centred, full_matrices=False)
    n = int((sizes > _ROUNDING * sizes[0]).sum())
    held = sizes[:n].square().cumsum(dim=0)
    kept = int(torch.searchsorted(held, share * held[-1])) + 1 if n else 0
    return Directions(basis[:, :n] * sizes[:n], sizes[:n], axes[:n], centred.square().sum(dim=1), kept)
