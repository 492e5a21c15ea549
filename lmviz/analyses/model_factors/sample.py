"""Which positions loadings are fitted to, and the matrix of their columns, held once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.analyses.factorization.columns import scales_of
from lmviz.analyses.model_factors.activations import batches, columns_of, feed_forward
from lmviz.passages import Passages

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel

MOST_POSITIONS = 8192
"""Positions that loadings are fitted to, at most."""

MOST_ENTRIES = 2**28
"""Positions times columns, at most: 1 GiB."""

_ROWS = 128


@dataclass(frozen=True)
class Sample:
    """Columns at a sample of the positions, each divided by its scale.

    Attributes:
        matrix: float32 ``[row, column]``; a row is a position of the sample, even passages before odd ones.
        n_even: rows of even passages.
        scales: float32 ``[column]``.
        clipped_share: share of the squared norm of the activations that lay in negatives set to 0.
    """

    matrix: torch.Tensor
    n_even: int
    scales: np.ndarray
    clipped_share: float

    @property
    def halves(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Rows of even passages, and of odd ones."""
        return self.matrix[: self.n_even], self.matrix[self.n_even :]


def sampled_positions(passages: Passages, n_columns: int) -> np.ndarray:
    """int64: counted positions at equal distances, as many as may be held."""
    all_counted = np.flatnonzero(passages.counted)
    size = min(len(all_counted), MOST_POSITIONS, max(MOST_ENTRIES // n_columns, 1))
    return all_counted[(2 * np.arange(size) + 1) * len(all_counted) // (2 * max(size, 1))]


def sample(model: LanguageModel, passages: Passages, layers: Sequence[int], at: np.ndarray) -> Sample:
    """Columns at the positions ``at``, by one forward pass over each passage.

    Raises:
        ValueError: activations that are not finite, or none that is positive.
    """
    odd = halves_of(passages, at)
    row_of = np.full(len(passages.tokens), -1)
    row_of[at[np.argsort(odd, kind="stable")]] = np.arange(len(at))
    matrix, squares = None, 0.0
    for batch in batches(passages):
        rows = row_of[batch.reshape(-1)]
        if not (rows >= 0).any():
            continue
        chosen = torch.from_numpy(np.flatnonzero(rows >= 0)).to(model.device)
        activations = [own[chosen] for own in feed_forward(model, passages, batch, layers)]
        squares += sum(float(own.double().square().sum()) for own in activations)
        columns = columns_of(activations, model.architecture.gated)
        if matrix is None:
            matrix = torch.empty(len(at), columns.shape[1])
        matrix[rows[rows >= 0]] = columns
    scales, kept = _normalize(matrix, len(layers))
    clipped = 0.0 if model.architecture.gated else 1 - kept / squares
    return Sample(matrix, int((odd == 0).sum()), scales, max(clipped, 0.0))


def halves_of(passages: Passages, at: np.ndarray) -> np.ndarray:
    """int64: of positions, 0 for those of even passages and 1 for those of odd ones."""
    return (np.searchsorted(passages.starts, at, side="right") - 1) % 2


def _normalize(matrix: torch.Tensor, n_layers: int) -> tuple[np.ndarray, float]:
    """Divides columns by their scales, in place; returns these, and the squared norm before."""
    squares = sum(rows.double().square().sum(0) for rows in matrix.split(_ROWS)).numpy()
    if not np.isfinite(squares).all():
        raise ValueError("the model's activations are not finite (overflow or NaN); try dtype='float32'")
    if not squares.any():
        raise ValueError("none of the activations is positive, so there is nothing to factor; choose other layers")
    scales = scales_of(np.sqrt(squares / len(matrix)).reshape(n_layers, -1)).reshape(-1).astype(np.float32)
    matrix.div_(torch.from_numpy(scales))
    return scales, float(squares.sum())
