"""Factors of one text under one checkpoint after another, each followed to its counterpart in the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from lmviz.comparison.correlation import pearson
from lmviz.results import NeuronFactors

COUNTERPART = 0.5
"""Correlation of responses from which two factors count as one."""


@dataclass(frozen=True)
class FactorTracks:
    """Which factors are one and the same through a training.

    Attributes:
        tracks: int64 ``[checkpoint, factor]``: the track of each factor. The last checkpoint's factors have its own
            numbers; what has no counterpart later has the numbers after those, the latest first.
        correlations: float64 ``[checkpoint, factor]``: of a factor's responses with those of its counterpart in the
            next checkpoint; NaN where it has none, and at the last checkpoint.
    """

    tracks: np.ndarray
    correlations: np.ndarray

    @property
    def n_tracks(self) -> int:
        return int(self.tracks.max()) + 1

    def unmatched(self, checkpoint: int) -> list[int]:
        """The factors of a checkpoint that have no counterpart in the next."""
        if checkpoint == len(self.tracks) - 1:
            return []
        return np.flatnonzero(np.isnan(self.correlations[checkpoint])).tolist()


def factor_tracks(results: Sequence[NeuronFactors]) -> FactorTracks:
    """Follows factors from the last checkpoint back to the first.

    Factors of neighbouring checkpoints are matched one to one so that the sum of the correlations (Pearson) of their
    responses over the text's counted positions is largest (Kuhn, 1955); a pair below `COUNTERPART` is none.

    Raises:
        ValueError: for results of different numbers of factors.
    """
    n_factors = {each.activations.shape[0] for each in results}
    if len(n_factors) != 1:
        raise ValueError(f"factors are followed where all checkpoints have as many; given: {sorted(n_factors)}")
    (count,) = n_factors
    tracks = np.empty((len(results), count), dtype=np.int64)
    correlations = np.full((len(results), count), np.nan)
    tracks[-1], next_track = np.arange(count), count
    for i in range(len(results) - 2, -1, -1):
        # a factor that responds the same everywhere is like none
        table = np.nan_to_num(pearson(results[i].activations, results[i + 1].activations))
        rows, columns = linear_sum_assignment(-table)
        for factor, counterpart in zip(rows.tolist(), columns.tolist(), strict=True):
            if table[factor, counterpart] >= COUNTERPART:
                tracks[i, factor], correlations[i, factor] = tracks[i + 1, counterpart], table[factor, counterpart]
            else:
                tracks[i, factor], next_track = next_track, next_track + 1
    return FactorTracks(tracks, correlations)
