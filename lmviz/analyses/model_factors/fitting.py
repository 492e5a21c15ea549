"""Loadings of unit length, in the order of what they carry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from lmviz.analyses.factorization import Factorizer


@dataclass(frozen=True)
class Fit:
    """Loadings fitted to a matrix of positions by columns.

    Attributes:
        loadings: float32 ``[factor, column]``, unit L2 norm (0 where nothing was left for a factor), most energy first.
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
        energies = np.square(found.by_column.astype(np.float64)).sum(axis=1) * norms**2
        order = np.argsort(-energies, kind="stable")
        loadings = (found.by_row / np.where(norms > 0, norms, 1.0)).T
        loadings[energies == 0] = 0
        return Fit(np.ascontiguousarray(loadings[order], dtype=np.float32), found.n_iterations, found.converged)
