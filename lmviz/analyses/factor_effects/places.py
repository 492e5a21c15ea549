"""Where a factor is taken away, and where it is measured what that does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.passages import Passages

MEASURED = 10
"""One in so many of the passages' counted positions is measured, rounded up."""


@dataclass(frozen=True)
class Places:
    """Where a factor responds most.

    Attributes:
        passages: int64 ``[passage]``, those with the greatest mean response over their counted positions, greatest
            first; of equal ones the earlier first.
        measured: int64 ``[position]``, ascending: their counted positions with the strongest responses.
    """

    passages: np.ndarray
    measured: np.ndarray

    @classmethod
    def of(cls, passages: Passages, responses: np.ndarray, n_passages: int) -> Places:
        """From a factor's responses ``[position]``; those of positions that do not count are ignored."""
        counted = passages.counted
        n_counted = np.add.reduceat(counted, passages.starts, dtype=np.int64)
        totals = np.add.reduceat(np.where(counted, responses, 0), passages.starts, dtype=np.float64)
        means = np.where(n_counted > 0, totals / np.maximum(n_counted, 1), -1)
        chosen = np.argsort(-means, kind="stable")[:n_passages]
        inside = np.concatenate([np.array(passages.positions(passage)) for passage in np.sort(chosen)])
        inside = inside[counted[inside]]
        strongest = np.argsort(-responses[inside], kind="stable")[: -(-len(inside) // MEASURED)]
        return cls(chosen, np.sort(inside[strongest]))
