"""Integrated gradients: shares of the difference between the text and an absent one, along the straight path between.

``share_i = (x_i - b_i) * integral over a in [0, 1] of the gradient at b + a (x - b)``, by Gauss-Legendre quadrature.
The shares sum to ``f(x) - f(b)`` (completeness); how far they are from it measures the quadrature's error.

Captum's integrated gradients have the same nodes, and run the whole model once a target; here the targets share the
forward passes.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.registry import attribution_method

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
    scores = np.zeros((len(arguments.targets), len(arguments.embeddings)))
    norms = np.zeros_like(scores)
    errors = np.zeros(len(arguments.targets))
    steps = np.zeros(len(arguments.targets), dtype=np.int64)
    differences = difference(arguments)
    n_steps, left = arguments.n_steps or FIRST_STEPS, arguments.all_targets
    while True:
        for index, shares in _shares(arguments, left, n_steps):
            scores[index, : len(shares)] = shares.sum(dim=1).cpu().numpy()
            norms[index, : len(shares)] = shares.norm(dim=1).cpu().numpy()
            errors[index] = completeness_error(float(scores[index].sum()), float(differences[index]))
            steps[index] = n_steps
        left = left[~(errors[left] < arguments.tolerance)]
        if arguments.n_steps or not len(left) or n_steps >= MOST_STEPS:
            return Scores(scores, norms, errors, steps, is_adaptive=arguments.n_steps is None)
        n_steps *= 2


def difference(arguments: Arguments) -> np.ndarray:
    """Float64 ``[target]``: what is explained for the text, less the same for the baseline."""
    return arguments.own_values() - arguments.absent_values


def completeness_error(total: float, difference: float) -> float:
    """|total - difference| / |difference|; 0 where both are 0, infinite where only the difference is."""
    if difference == 0.0:
        return 0.0 if total == 0.0 else float("inf")
    return abs(total - difference) / abs(difference)


def gauss_legendre(n_steps: int) -> tuple[Tensor, Tensor]:
    """Nodes and weights of the quadrature on [0, 1], float32 ``[step]`` each."""
    nodes, weights = np.polynomial.legendre.leggauss(n_steps)
    return torch.tensor((1 + nodes) / 2, dtype=torch.float32), torch.tensor(weights / 2, dtype=torch.float32)


def _shares(arguments: Arguments, indices: np.ndarray, n_steps: int):
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

    for index, shares in arguments.gradients(make, n_steps * n_baselines, weigh, indices):
        yield index, shares[: arguments.targets[index].position]
