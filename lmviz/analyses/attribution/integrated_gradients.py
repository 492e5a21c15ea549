"""Integrated gradients: shares of the difference between the text and an absent one, along the straight path between.

``share_i = (x_i - b_i) * integral over a in [0, 1] of the gradient at b + a (x - b)``, by Gauss-Legendre quadrature.
The shares sum to ``f(x) - f(b)`` (completeness); how far they are from it measures the quadrature's error.
"""

from __future__ import annotations

import numpy as np
import torch
from captum.attr import IntegratedGradients
from torch import Tensor

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.registry import attribution_method

TOLERANCE = 0.01
"""Completeness error at which steps are no longer doubled."""

FIRST_STEPS, MOST_STEPS = 16, 512


@attribution_method(
    "integrated_gradients",
    paper="Sundararajan, Taly & Yan 2017, Axiomatic Attribution for Deep Networks, arXiv:1703.01365",
    cost="16 to 512 backward passes a target, doubled until the completeness error is under 1 %; targets near each "
    "other share forward passes",
    meaning="share of a token in the difference between the prediction for the text and for absent embeddings",
    signed=True,
    uses_baseline=True,
)
def integrated_gradients(arguments: Arguments) -> Scores:
    """Shares summed over the width; the norms are the shares' L2 norms.

    Each target has its own number of steps; those that need more go on together.
    """
    scores = np.zeros((len(arguments.targets), len(arguments.embeddings)))
    norms = np.zeros_like(scores)
    errors = np.zeros(len(arguments.targets))
    with torch.no_grad():
        present = arguments.values(arguments.embeddings[None])[0]
        absent = arguments.values(arguments.baseline[None])[0]
    differences = (present.double() - absent.double()).cpu().numpy()
    n_steps, open_ = arguments.n_steps or FIRST_STEPS, np.arange(len(arguments.targets))
    while True:
        for group, inputs in arguments.groups(open_):
            shares = _shares(arguments, group, inputs, n_steps)
            scores[group, : inputs.shape[1]] = shares.sum(dim=2).cpu().numpy()
            norms[group, : inputs.shape[1]] = shares.norm(dim=2).cpu().numpy()
        for index in open_:
            errors[index] = completeness_error(float(scores[index].sum()), float(differences[index]))
        open_ = open_[~(errors[open_] < TOLERANCE)]
        if arguments.n_steps or not len(open_) or n_steps >= MOST_STEPS:
            return Scores(scores, norms, errors, n_steps)
        n_steps *= 2


def completeness_error(total: float, difference: float) -> float:
    """|total - difference| / |difference|; 0 where both are 0, infinite where only the difference is."""
    if difference == 0.0:
        return 0.0 if total == 0.0 else float("inf")
    return abs(total - difference) / abs(difference)


def _shares(arguments: Arguments, group: np.ndarray, inputs: Tensor, n_steps: int) -> Tensor:
    """Float64 ``[target, position, width]`` of a group of targets, whose paths are the same."""
    n_targets, length, _ = inputs.shape
    shares = arguments.sharing(IntegratedGradients, group).attribute(
        inputs,
        baselines=arguments.baseline[:length].expand_as(inputs),
        n_steps=n_steps,
        internal_batch_size=n_targets * max(1, arguments.tokens_at_once // length),
    )
    return shares.detach().double()
