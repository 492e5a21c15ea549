"""NMF of one matrix with several numbers of components, on a sample of the columns first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from lmviz.analyses.factorization import hals, starts

TOLERANCE = 3e-4
"""The end: an iteration changed ``W`` by at most this share of its length (see `hals.descend`)."""

TOLERANCE_AFTER_SAMPLES = 1e-3
"""The same on all columns of a matrix that samples have been factored of: they have gone the slow last part already."""

MAX_ITERATIONS = 2000

STRIDES = (16, 4, 1)
"""Samples of the columns: every 16th, every 4th, all of them."""

LEAST_COLUMNS = 2048
"""Samples smaller than this are passed over: whole small matrices cost nothing."""

_BLOCK = 8192


@dataclass(frozen=True)
class Factorization:
    """``X ≈ W H``.

    Attributes:
        by_row: float32 ``W [row, component]``.
        by_column: float32 ``H [component, column]``.
        n_iterations: iterations on the whole matrix.
        converged: whether they ended by the tolerance rather than at the limit.
    """

    by_row: np.ndarray
    by_column: np.ndarray
    n_iterations: int
    converged: bool


class Factorizer:
    """Factors one matrix with any number of components; what these share is computed once.

    Columns meet only in ``W``, which is small, and a sample of columns that count alike finds nearly the same: so HALS
    goes down on every 16th column, then on every 4th, and is left only a few iterations on all of them, which end by a
    rule of their own. Columns that a sample has missed are thus fitted like all others. Computes in float32 on the CPU;
    the same on one kind of machine with the same number of threads.

    Args:
        matrix: ``[row, column]``, finite, without negatives.

    Raises:
        ValueError: not such a matrix, or nothing but zeros.
    """

    def __init__(self, matrix: np.ndarray):
        if np.ndim(matrix) != 2 or 0 in np.shape(matrix):
            raise ValueError(f"a matrix of rows and columns is factored, not an array of shape {np.shape(matrix)}")
        self._matrix = torch.tensor(np.asarray(matrix), dtype=torch.float32)
        if not torch.isfinite(self._matrix).all() or (self._matrix < 0).any():
            raise ValueError("NMF takes finite numbers of at least 0; set negatives to 0, or give them columns of "
                             "their own")
        if not self._matrix.any():
            raise ValueError("all of the matrix is 0, so there is nothing to factor")

    @cached_property
    def spectrum(self) -> starts.Spectrum:
        return starts.spectrum(self._matrix)

    @cached_property
    def _levels(self) -> list[tuple[int, list[torch.Tensor]]]:
        """Strides, and the transposed blocks of their columns."""
        transposed = self._matrix.T.contiguous()
        return [
            (stride, [block.contiguous() for block in transposed[::stride].split(_BLOCK)])
            for stride in STRIDES if stride == 1 or len(transposed) >= stride * LEAST_COLUMNS
        ]

    def start(self, n_components: int, seed: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """``W`` and ``H`` that `fit` starts from."""
        return tuple(part.numpy() for part in self._start(n_components, seed))

    def fit(self, n_components: int, seed: int | None = None) -> Factorization:
        """The factorization with ``n_components`` of at least 1; components that nothing is left for are 0.

        Args:
            seed: None starts from NNDSVDa, which has nothing random; a number from random entries of that seed.
        """
        by_row, by_column = self._start(n_components, seed)
        first, _ = self._levels[0]
        pieces = [piece.contiguous() for piece in by_column[:, ::first].split(_BLOCK, 1)]
        state = hals.State(by_row.T.contiguous(), pieces)
        for stride, blocks in self._levels:
            if stride != first:
                state = hals.State(state.by_row, hals.columns_for(blocks, state.by_row))
            tolerance = TOLERANCE_AFTER_SAMPLES if stride < first and stride == 1 else TOLERANCE
            state = hals.descend(blocks, state, tolerance, MAX_ITERATIONS)
        found = torch.cat(state.by_column, 1).numpy()
        return Factorization(state.by_row.T.contiguous().numpy(), found, state.n_iterations, state.converged)

    def _start(self, n_components: int, seed: int | None) -> tuple[torch.Tensor, torch.Tensor]:
        if seed is None:
            return starts.nndsvda(self._matrix, self.spectrum, n_components)
        return starts.at_random(self._matrix, n_components, seed)
