"""Shares of the embeddings' dimensions, summed by token, and how near they come to the whole."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from torch import Tensor

from lmviz.analyses.attribution.arguments import Arguments


def over_width(arguments: Arguments, shares: Iterable[tuple[int, Tensor]]) -> tuple[np.ndarray, np.ndarray]:
    """Sums and L2 norms over the width, float64 ``[target, position]`` each, 0 for targets that are not there.

    Args:
        shares: pairs of a target's index and its shares ``[position, width]``; positions from the target on are cut.
    """
    sums = np.zeros((len(arguments.targets), len(arguments.embeddings)))
    norms = np.zeros_like(sums)
    for index, own in shares:
        before = own[: arguments.targets[index].position]
        sums[index, : len(before)] = before.sum(dim=1).cpu().numpy()
        norms[index, : len(before)] = before.norm(dim=1).cpu().numpy()
    return sums, norms


def difference(arguments: Arguments) -> np.ndarray:
    """Float64 ``[target]``: what is explained for the text, less the same for the baseline."""
    return arguments.own_values() - arguments.absent_values


def completeness_errors(arguments: Arguments, scores: np.ndarray) -> np.ndarray:
    """Float64 ``[target]``: how far the sums of scores ``[target, position]`` are from the difference."""
    totals = zip(scores.sum(axis=1), difference(arguments), strict=True)
    return np.array([completeness_error(total, whole) for total, whole in totals])


def completeness_error(total: float, difference: float) -> float:
    """|total - difference| / |difference|; 0 where both are 0, infinite where only the difference is."""
    if difference == 0.0:
        return 0.0 if total == 0.0 else float("inf")
    return abs(total - difference) / abs(difference)
