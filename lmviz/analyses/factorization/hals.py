"""Hierarchical alternating least squares (HALS): one component at a time is put where the error is least.

A. Cichocki and A.-H. Phan, "Fast local algorithms for large scale nonnegative matrix and tensor factorizations"
(2009). Each iteration updates ``W``, then ``H``, component by component; scikit-learn's coordinate descent takes the
same steps in the same order, so that from one start both come to the same minimum. Several sweeps between two products
with the matrix (Gillis and Glineur, "Accelerated multiplicative updates and hierarchical ALS algorithms", 2012) need
fewer products, but from afar they end in other minima: they are for the last part of the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

SWEEPS = 4
"""Sweeps that bring ``H`` from 0 near its place for a given ``W``."""


@dataclass(frozen=True)
class LowRank:
    """A block ``L R`` that is never multiplied out.

    Attributes:
        left: ``L [column of the block, rank]``.
        right: ``R [rank, row]``.
    """

    left: Tensor
    right: Tensor

    def first(self, rank: int) -> LowRank:
        return LowRank(self.left[:, :rank].contiguous(), self.right[:rank].contiguous())


@dataclass
class State:
    """Where HALS stands. Components come first on both sides, which is how the products with the matrix are fast.

    Attributes:
        by_row: ``Wᵀ [component, row]``; updated in place.
        by_column: ``H``, in blocks ``[component, column of the block]``; updated in place.
        n_iterations: iterations made.
        converged: whether the last one changed less than was asked for.
    """

    by_row: Tensor
    by_column: list[Tensor]
    n_iterations: int = 0
    converged: bool = False


def descend(
    blocks: Sequence[Tensor | LowRank], state: State, tolerance: float, most: int, sweeps: tuple[int, int] = (1, 1)
) -> State:
    """Iterates until ``W`` changes by at most ``tolerance`` of itself (L2 norm), or ``most`` times.

    Each component of ``W`` counts with the length of its row of ``H``, as their scales are not determined singly.

    Args:
        blocks: the matrix transposed, ``[column of the block, row]``, contiguous.
        sweeps: over ``W`` and over ``H`` in an iteration.
    """
    by_row, by_column = state.by_row, state.by_column
    products, gram = _empty(by_row)
    for block, columns in zip(blocks, by_column, strict=True):
        _add(products, gram, block, columns)
    n_iterations, converged = 0, False
    while not converged and n_iterations < most:
        n_iterations += 1
        before = by_row.clone()
        for _ in range(sweeps[0]):
            sweep(products, gram, by_row)
        squares = gram.diagonal()
        change = (squares @ (by_row - before).square()).sum()
        converged = bool(change <= tolerance**2 * (squares @ by_row.square()).sum())
        own = by_row @ by_row.T
        products, gram = _empty(by_row)
        for block, columns in zip(blocks, by_column, strict=True):
            wanted = _products(by_row, block)
            for _ in range(sweeps[1]):
                sweep(wanted, own, columns)
            # While the block is in the cache: reading it is what an iteration costs.
            _add(products, gram, block, columns)
    return State(by_row, by_column, n_iterations, converged)


def columns_for(blocks: Sequence[Tensor], by_row: Tensor) -> list[Tensor]:
    """``H`` for a given ``Wᵀ``, in blocks."""
    gram, found = by_row @ by_row.T, []
    for block in blocks:
        products = by_row @ block.T
        columns = torch.zeros_like(products)
        for _ in range(SWEEPS):
            sweep(products, gram, columns)
        found.append(columns)
    return found


def sweep(products: Tensor, gram: Tensor, components: Tensor) -> None:
    """Puts each row of ``components [component, any]`` in turn where the error is least, in place.

    A component without weight on the other side stays as it is.
    """
    for index, own in enumerate(gram.diagonal().tolist()):
        if own > 0:
            step = torch.addmv(products[index], components.T, gram[index], alpha=-1)
            components[index].add_(step, alpha=1 / own).clamp_(min=0)


def _empty(by_row: Tensor) -> tuple[Tensor, Tensor]:
    """Room for ``H Xᵀ [component, row]`` and ``H Hᵀ [component, component]``."""
    return torch.zeros_like(by_row), torch.zeros(len(by_row), len(by_row))


def _products(by_row: Tensor, block: Tensor | LowRank) -> Tensor:
    """``Wᵀ X [component, column of the block]``."""
    if isinstance(block, LowRank):
        return (by_row @ block.right.T) @ block.left.T
    return by_row @ block.T


def _add(products: Tensor, gram: Tensor, block: Tensor | LowRank, columns: Tensor) -> None:
    """A block's part of both, in place."""
    if isinstance(block, LowRank):
        products.addmm_(columns @ block.left, block.right)
    else:
        products.addmm_(columns, block)
    gram.addmm_(columns, columns.T)
