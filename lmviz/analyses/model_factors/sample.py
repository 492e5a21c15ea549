"""Which positions loadings are fitted to, and the matrix of their columns, held once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.analyses.factorization.columns import scales_of
from lmviz.passages import Passages, forward_passes

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel

MOST_POSITIONS = 2048
"""Positions that loadings are fitted to, at most."""

MOST_ENTRIES = 2**28
"""Positions times columns, at most: 1 GiB."""

_ROWS = 256


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
    odd = (np.searchsorted(passages.starts, at, side="right") - 1) % 2
    row_of = np.empty(len(at), dtype=np.int64)
    row_of[np.argsort(odd, kind="stable")] = np.arange(len(at))
    matrix, squares = None, 0.0
    for positions, record in forward_passes(model, passages):
        first, last = np.searchsorted(at, [positions.start, positions.stop])
        chosen = torch.from_numpy(at[first:last] - positions.start)
        activations = [record.feed_forward[layer][chosen.to(model.device)] for layer in layers]
        squares += sum(float(own.double().square().sum()) for own in activations)
        own = columns_of(activations, model.architecture.gated)
        if matrix is None:
            matrix = torch.empty(len(at), own.shape[1])
        matrix[row_of[first:last]] = own
    scales, kept = _normalize(matrix, len(layers), model.name)
    clipped = 0.0 if model.architecture.gated else 1 - kept / squares
    return Sample(matrix, int((odd == 0).sum()), scales, max(clipped, 0.0))


def columns_of(activations: Sequence[torch.Tensor], gated: bool) -> torch.Tensor:
    """Columns as in `lmviz.analyses.factorization.columns`, not yet divided by anything.

    Args:
        activations: of each layer ``[position, neuron]``.

    Returns:
        float32 ``[position, column]``.
    """
    sides = []
    for own in activations:
        own = own.to("cpu", torch.float32)
        sides += [own, -own] if gated else [own]
    return torch.cat(sides, 1).clamp_(min=0)


def _normalize(matrix: torch.Tensor, n_layers: int, name: str) -> tuple[np.ndarray, float]:
    """Divides columns by their scales, in place; returns these, and the squared norm before."""
    squares = sum(rows.double().square().sum(0) for rows in matrix.split(_ROWS)).numpy()
    if not np.isfinite(squares).all():
        raise ValueError(f"activations of {name} are not finite (overflow or NaN); try dtype='float32'")
    if not squares.any():
        raise ValueError("none of the activations is positive, so there is nothing to factor; choose other layers")
    scales = scales_of(np.sqrt(squares / len(matrix)).reshape(n_layers, -1)).reshape(-1).astype(np.float32)
    matrix.div_(torch.from_numpy(scales))
    return scales, float(squares.sum())
