"""NMF of one matrix with several numbers of components, first on less than the matrix."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from lmviz.analyses.factorization import hals, starts

TOLERANCE = 3e-4
"""The end: an iteration changed ``W`` by at most this share of its length (see `hals.descend`)."""

TOLERANCES_WITH_SAMPLES = 1e-3, 2e-3
"""The same on samples, and on all columns after them, where several sweeps an iteration go further in each."""

SWEEPS_AFTER_FIRST_SAMPLE = 4, 2
"""Sweeps over ``W`` and ``H`` an iteration once the minimum is near."""

FIRST_ITERATIONS = 10
"""On all columns, before samples: they decide which of several minima is reached, and a sample may choose another."""

MAX_ITERATIONS = 2000

STRIDES = (16, 4, 1)
"""Samples of the columns: every 16th, every 4th, all of them."""

LEAST_COLUMNS = 4096
"""Samples smaller than this are passed over: whole small matrices cost nothing."""

RANK_A_COMPONENT = 6
"""Singular directions for each component, in which a large matrix is factored first: with half as many it may end in
another minimum than the matrix itself."""

LEAST_RANK = 48
"""And at least so many, where there are few components."""

_BLOCK = 8192

_BLOCK_OF_LARGE = 1024


@dataclass(frozen=True)
class Factorization:
    """``X ≈ W H``.

    Attributes:
        by_row: float32 ``W [row, component]``.
        by_column: float32 ``H [component, column]``.
        n_iterations: iterations on all columns.
        converged: whether they ended by the tolerance rather than at the limit.
    """

    by_row: np.ndarray
    by_column: np.ndarray
    n_iterations: int
    converged: bool


class Factorizer:
    """Factors one matrix with any number of components; what these share is computed once.

    Columns meet only in ``W``, which is small, and a sample of columns that count alike changes it nearly as all would.
    So HALS makes a few iterations on all columns, goes down on every 16th, then on every 4th, and is left few
    iterations on all, which end by a rule of their own: columns that a sample has missed are fitted like all others.
    A matrix that is large on both sides (`starts.LARGE`) is factored in its leading singular directions first (Tepper
    and Sapiro, "Compressed nonnegative matrix factorization is fast and accurate", 2016), where an iteration costs a
    small share of one on all of it, and then on all of it by the same rule.
    Computes in float32 on the CPU; the same on one kind of machine with the same number of threads.

    Args:
        matrix: ``[row, column]``, finite, without negatives; float32 is not copied, and must stay as it is.

    Raises:
        ValueError: not such a matrix, or nothing but zeros.
    """

    def __init__(self, matrix: np.ndarray):
        if np.ndim(matrix) != 2 or 0 in np.shape(matrix):
            raise ValueError(f"a matrix of rows and columns is factored, not an array of shape {np.shape(matrix)}")
        self._matrix = torch.as_tensor(np.asarray(matrix), dtype=torch.float32)
        least, most = self._matrix.amin(), self._matrix.amax()
        if not (least >= 0 and most < torch.inf):
            raise ValueError("NMF takes finite numbers of at least 0; set negatives to 0, or give them columns of "
                             "their own")
        if most == 0:
            raise ValueError("all of the matrix is 0, so there is nothing to factor")

    @cached_property
    def spectrum(self) -> starts.Spectrum:
        return starts.spectrum(self._matrix)

    @cached_property
    def _levels(self) -> list[tuple[int, list[torch.Tensor]]]:
        """Strides, and the transposed blocks of their columns."""
        transposed = self._matrix.T.contiguous()
        if self._is_large:
            return [(1, list(transposed.split(_BLOCK_OF_LARGE)))]
        return [
            (stride, [block.contiguous() for block in transposed[::stride].split(_BLOCK)])
            for stride in STRIDES if stride == 1 or len(transposed) >= stride * LEAST_COLUMNS
        ]

    @property
    def _is_large(self) -> bool:
        return min(self._matrix.shape) > starts.LARGE

    @cached_property
    def _compressed(self) -> hals.LowRank:
        """The matrix in all singular directions that are known, transposed."""
        known = self.spectrum.vectors.to(torch.float32)
        if self.spectrum.of_rows:
            return hals.LowRank(self._matrix.T @ known, known.T)
        return hals.LowRank(known, (self._matrix @ known).T)

    def start(self, n_components: int, seed: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """``W`` and ``H`` that `fit` starts from."""
        return tuple(part.numpy() for part in self._start(n_components, seed))

    def fit(self, n_components: int, seed: int | None = None) -> Factorization:
        """The factorization with ``n_components`` of at least 1; components that nothing is left for are 0.

        Args:
            seed: None starts from NNDSVDa, which has nothing random; a number from random entries of that seed.
        """
        by_row, by_column = self._start(n_components, seed)
        if self._is_large:
            state = self._through_leading_directions(by_row.T.contiguous(), by_column)
        else:
            state = self._through_samples(by_row.T.contiguous(), by_column)
        found = torch.cat(state.by_column, 1).numpy()
        return Factorization(state.by_row.T.contiguous().numpy(), found, state.n_iterations, state.converged)

    def _through_leading_directions(self, by_row: torch.Tensor, by_column: torch.Tensor) -> hals.State:
        [(_, whole)] = self._levels
        smaller = self._compressed.first(max(LEAST_RANK, RANK_A_COMPONENT * len(by_row)))
        state = hals.descend([smaller], hals.State(by_row, [by_column]), TOLERANCE, MAX_ITERATIONS)
        state = hals.State(state.by_row, _divided(state.by_column[0], whole))
        return hals.descend(whole, state, TOLERANCES_WITH_SAMPLES[1], MAX_ITERATIONS, SWEEPS_AFTER_FIRST_SAMPLE)

    def _through_samples(self, by_row: torch.Tensor, by_column: torch.Tensor) -> hals.State:
        _, whole = self._levels[-1]
        state = hals.State(by_row, _divided(by_column, whole))
        if len(self._levels) == 1:
            return hals.descend(whole, state, TOLERANCE, MAX_ITERATIONS)
        state = hals.descend(whole, state, TOLERANCES_WITH_SAMPLES[0], FIRST_ITERATIONS)
        before, sweeps = state.n_iterations, (1, 1)
        for stride, blocks in self._levels:
            state = hals.State(state.by_row, hals.columns_for(blocks, state.by_row))
            tolerance = TOLERANCES_WITH_SAMPLES[stride == 1]
            state = hals.descend(blocks, state, tolerance, MAX_ITERATIONS, sweeps)
            sweeps = SWEEPS_AFTER_FIRST_SAMPLE
        state.n_iterations += before
        return state

    def _start(self, n_components: int, seed: int | None) -> tuple[torch.Tensor, torch.Tensor]:
        if seed is None:
            return starts.nndsvda(self._matrix, self.spectrum, n_components)
        return starts.at_random(self._matrix, n_components, seed)


def _divided(by_column: torch.Tensor, blocks: list[torch.Tensor]) -> list[torch.Tensor]:
    """``H`` in pieces, one a block."""
    return [piece.contiguous() for piece in by_column.split([len(block) for block in blocks], 1)]
