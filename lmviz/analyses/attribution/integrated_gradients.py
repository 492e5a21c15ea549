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
    cost="16 to 512 forward and backward passes a target, doubled until the completeness error is under 1 %",
    meaning="share of a token in the difference between the prediction for the text and for absent embeddings",
    signed=True,
    uses_baseline=True,
)
def integrated_gradients(arguments: Arguments) -> Scores:
    """Shares summed over the width; the norms are the shares' L2 norms. Each target has its own number of steps."""
    scores = np.zeros((len(arguments.targets), len(arguments.embeddings)))
    norms = np.zeros_like(scores)
    errors = np.zeros(len(arguments.targets))
    with torch.no_grad():
        present = arguments.values(arguments.embeddings[None])[0]
        absent = arguments.values(arguments.baseline[None])[0]
    differences = (present.double() - absent.double()).cpu().numpy()
    most_steps = 0
    for index, target in enumerate(arguments.targets):
        n_steps = arguments.n_steps or FIRST_STEPS
        while True:
            shares = _shares(arguments, int(target), n_steps)
            errors[index] = completeness_error(float(shares.sum()), float(differences[index]))
            if arguments.n_steps or errors[index] < TOLERANCE or n_steps >= MOST_STEPS:
                break
            n_steps *= 2
        most_steps = max(most_steps, n_steps)
        scores[index, :target] = shares.sum(dim=1).cpu().numpy()
        norms[index, :target] = shares.norm(dim=1).cpu().numpy()
    return Scores(scores, norms, errors, most_steps)


def completeness_error(total: float, difference: float) -> float:
    """|total - difference| / |difference|; 0 where both are 0, infinite where only the difference is."""
    if difference == 0.0:
        return 0.0 if total == 0.0 else float("inf")
    return abs(total - difference) / abs(difference)


def _shares(arguments: Arguments, target: int, n_steps: int) -> Tensor:
    """Float64 ``[position, width]`` of the text before ``target``."""
    shares = IntegratedGradients(arguments.value_at(target)).attribute(
        arguments.embeddings[None, :target],
        baselines=arguments.baseline[None, :target],
        n_steps=n_steps,
        internal_batch_size=max(1, arguments.tokens_at_once // target),
    )
    return shares[0].double()
