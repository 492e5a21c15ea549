"""Where NMF starts: NNDSVDa from the singular vectors, or random.

NNDSVD takes each singular pair's larger non-negative side (Boutsidis and Gallopoulos, "SVD based initialization: A head
start for nonnegative matrix factorization", 2008); the "a" puts the matrix's mean where that leaves zeros. Singular
vectors are computed once for all numbers of components: from the Gram matrix of the shorter side, and of large matrices
only the leading ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from lmviz.analyses.factorization.leading import leading

LARGE = 1024
"""Matrices longer than this on both sides are large: all vectors would cost more than all else."""

RELATIVE_RANK = 1e-6
"""Singular values below this share of the largest count as 0: squared, they are the rounding of the Gram matrix."""

SMALLEST = 1e-6
"""Entries of a singular pair's side below this count as 0 (as in scikit-learn)."""

_BLOCK = 4096


@dataclass(frozen=True)
class Spectrum:
    """Singular values, largest first, and the vectors of the shorter side, of a matrix ``[row, column]``.

    Attributes:
        values: float64 ``[index]``, those that count as 0 included as 0.
        vectors: float64 ``[row or column, index]``.
        of_rows: whether the vectors are of rows.
        total: the sum of the squares of all singular values, known or not.
    """

    values: torch.Tensor
    vectors: torch.Tensor
    of_rows: bool
    total: float

    def ceilings(self, count: int) -> np.ndarray:
        """Share of the squared norm that the best approximation of each rank from 1 to ``count`` explains."""
        return (self.values.square().cumsum(0) / self.total)[:count].numpy()


def spectrum(matrix: torch.Tensor) -> Spectrum:
    """Of float32 ``[row, column]``: all of them, or of a large matrix those that `leading` finds."""
    of_rows = matrix.shape[0] <= matrix.shape[1]
    wide = matrix if of_rows else matrix.T
    if len(wide) > LARGE:
        values, vectors = leading(wide)
        total = float(torch.linalg.vector_norm(wide, dim=1).double().square().sum())
    else:
        values, vectors = _all(wide)
        total = float(values.square().sum())
    return Spectrum(values * (values > RELATIVE_RANK * values[0]), vectors, of_rows, total)


def _all(wide: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Singular values, largest first, and vectors of rows; the Gram matrix is summed in float64."""
    gram = torch.zeros(len(wide), len(wide), dtype=torch.float64)
    for block in wide.split(_BLOCK, 1):
        exact = block.to(torch.float64)
        gram.addmm_(exact, exact.T)
    squares, vectors = torch.linalg.eigh(gram)
    return squares.flip(0).clamp(min=0).sqrt(), vectors.flip(1)


def nndsvda(matrix: torch.Tensor, of: Spectrum, n_components: int) -> tuple[torch.Tensor, torch.Tensor]:
    """``W [row, component]`` and ``H [component, column]``, float32; components past the rank are the mean alone."""
    n_rows, n_columns = matrix.shape
    by_row, by_column = torch.zeros(n_rows, n_components), torch.zeros(n_components, n_columns)
    count = min(n_components, int((of.values > 0).sum()))
    known = of.vectors[:, :count].to(torch.float32)
    values = of.values[:count].to(torch.float32)
    other = (known.T @ (matrix if of.of_rows else matrix.T)) / values[:, None]
    left, right = (known.T, other) if of.of_rows else (other, known.T)
    for index in range(count):
        sides = [(sign * left[index]).clamp(min=0) for sign in (1, -1)], \
                [(sign * right[index]).clamp(min=0) for sign in (1, -1)]
        lengths = [float(u.norm() * v.norm()) for u, v in zip(*sides, strict=True)]
        side = int(lengths[1] > lengths[0])
        u, v = sides[0][side], sides[1][side]
        if lengths[side] > 0:
            scale = (values[index] * lengths[side]).sqrt()
            by_row[:, index], by_column[index] = scale * u / u.norm(), scale * v / v.norm()
    mean = matrix.mean()
    return torch.where(by_row < SMALLEST, mean, by_row), torch.where(by_column < SMALLEST, mean, by_column)


def at_random(matrix: torch.Tensor, n_components: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Half-normal entries whose products have the matrix's mean in size, float32, from a PCG64 seed."""
    rng = np.random.default_rng(seed)
    scale = float((matrix.mean() / n_components).sqrt())
    return tuple(
        torch.from_numpy((scale * np.abs(rng.standard_normal(shape))).astype(np.float32))
        for shape in ((matrix.shape[0], n_components), (n_components, matrix.shape[1]))
    )
