"""Integrated gradients: shares of the difference between the text and an absent one, along the straight path between.

``share_i = (x_i - b_i) * integral over a in [0, 1] of the gradient at b + a (x - b)``, by Gauss-Legendre quadrature.
The shares sum to ``f(x) - f(b)`` (completeness); how far they are from it measures the quadrature's error.

Captum's integrated gradients have the same nodes, and run the whole model once a target; here the targets share the
forward passes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.registry import attribution_method
from lmviz.analyses.attribution.shares import completeness_errors, over_width

FIRST_STEPS, MOST_STEPS = 16, 512


@attribution_method(
    "integrated_gradients",
    paper="Sundararajan, Taly & Yan 2017, Axiomatic Attribution for Deep Networks, arXiv:1703.01365",
    cost="16 to 512 backward passes a target, doubled until the completeness error is under the tolerance; targets "
    "near each other share forward passes",
    meaning="share of a token in the difference between the prediction for the text and for absent embeddings",
    signed=True,
    uses_baseline=True,
    tier="fast",
)
def integrated_gradients(arguments: Arguments) -> Scores:
    """Shares summed over the width, mean over the set of baselines; the norms are the shares' L2 norms.

    Each target has its own number of steps; those that need more go on together.
    """
    shape = (len(arguments.targets), len(arguments.embeddings))
    scores, norms = np.zeros(shape), np.zeros(shape)
    errors, steps = np.zeros(shape[0]), np.zeros(shape[0], dtype=np.int64)
    n_steps, left = arguments.n_steps or FIRST_STEPS, arguments.all_targets
    while True:
        sums, lengths = over_width(arguments, _shares(arguments, left, n_steps))
        scores[left], norms[left], steps[left] = sums[left], lengths[left], n_steps
        errors[left] = completeness_errors(arguments, scores)[left]
        left = left[~(errors[left] < arguments.tolerance)]
        if arguments.n_steps or not len(left) or n_steps >= MOST_STEPS:
            return Scores(scores, norms, errors, steps, is_adaptive=arguments.n_steps is None)
        n_steps *= 2


def gauss_legendre(n_steps: int) -> tuple[Tensor, Tensor]:
    """Nodes and weights of the quadrature on [0, 1], float32 ``[step]`` each."""
    nodes, weights = np.polynomial.legendre.leggauss(n_steps)
    return torch.tensor((1 + nodes) / 2, dtype=torch.float32), torch.tensor(weights / 2, dtype=torch.float32)


def _shares(arguments: Arguments, indices: np.ndarray, n_steps: int) -> Iterator[tuple[int, Tensor]]:
    """Pairs of a target's index and float64 ``[position, width]``."""
    device = arguments.embeddings.device
    n_baselines = len(arguments.baselines)
    nodes, weights = (each.to(device).repeat(n_baselines) for each in gauss_legendre(n_steps))
    weights = weights / n_baselines
    which = torch.arange(n_baselines, device=device).repeat_interleave(n_steps)
    away = arguments.embeddings - arguments.baselines

    def make(rows: slice) -> Tensor:
        return arguments.baselines[which[rows]] + nodes[rows, None, None] * away[which[rows]]

    def weigh(rows: slice, gradients: Tensor) -> Tensor:
        length = gradients.shape[1]
        if n_baselines == 1:
            return torch.tensordot(weights[rows], gradients, dims=1) * away[0, :length]
        return torch.einsum("r,rpw,rpw->pw", weights[rows], gradients, away[which[rows], :length])

    return arguments.gradients(make, n_steps * n_baselines, weigh, indices)
