"""Input times gradient: how much the prediction would lose, were it linear, if a token's embedding shrank to zero."""

from __future__ import annotations

import numpy as np
from captum.attr import InputXGradient

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.registry import attribution_method


@attribution_method(
    "input_x_gradient",
    paper="Shrikumar, Greenside, Shcherbina & Kundaje 2016, Not Just a Black Box, arXiv:1605.01713",
    cost="one backward pass a target; targets near each other share a forward pass",
    meaning="first-order share of a token in the prediction: positive where it speaks for the target",
    signed=True,
    uses_baseline=False,
)
def input_x_gradient(arguments: Arguments) -> Scores:
    """Embedding times gradient, summed over the width; the norms are the product's L2 norms."""
    scores = np.zeros((len(arguments.targets), len(arguments.embeddings)))
    norms = np.zeros_like(scores)
    for group, inputs in arguments.groups():
        products = arguments.sharing(InputXGradient, group).attribute(inputs).detach()
        scores[group, : inputs.shape[1]] = products.sum(dim=2).cpu().numpy()
        norms[group, : inputs.shape[1]] = products.norm(dim=2).cpu().numpy()
    return Scores(scores, norms)
