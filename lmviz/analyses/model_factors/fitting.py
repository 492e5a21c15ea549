"""Loadings of unit length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from lmviz.analyses.factorization import Factorizer


@dataclass(frozen=True)
class Fit:
    """Loadings fitted to a matrix of positions by columns.

    Attributes:
        loadings: float32 ``[factor, column]``, unit L2 norm (0 where nothing was left for a factor).
        n_iterations: iterations of NMF on all of the matrix.
        converged: whether they ended by the tolerance.
    """

    loadings: np.ndarray
    n_iterations: int
    converged: bool


class Fitter:
    """Fits loadings to one matrix ``[position, column]``, with any number of components."""

    def __init__(self, matrix: torch.Tensor):
        self._factorizer = Factorizer(matrix.numpy().T)

    def ceilings(self, count: int) -> np.ndarray:
        return self._factorizer.spectrum.ceilings(count)

    def fit(self, n_components: int, seed: int | None = None) -> Fit:
        found = self._factorizer.fit(n_components, seed)
        norms = np.linalg.norm(found.by_row.astype(np.float64), axis=0)
        loadings = np.ascontiguousarray((found.by_row / np.where(norms > 0, norms, 1.0)).T, dtype=np.float32)
        # A factor that responds nowhere has a direction, and nothing that would tell it.
        loadings[~found.by_column.any(axis=1)] = 0
        return Fit(loadings, found.n_iterations, found.converged)
