"""Input times gradient: how much the prediction would lose, were it linear, if a token's embedding shrank to zero."""

from __future__ import annotations

import numpy as np

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.registry import attribution_method


@attribution_method(
    "input_x_gradient",
    paper="Shrikumar, Greenside, Shcherbina & Kundaje 2016, Not Just a Black Box, arXiv:1605.01713",
    cost="one backward pass a target, shared with saliency; targets near each other share a forward pass",
    meaning="first-order share of a token in the prediction: positive where it speaks for the target",
    signed=True,
    uses_baseline=False,
    tier="fast",
)
def input_x_gradient(arguments: Arguments) -> Scores:
    """Embedding times gradient, summed over the width; the norms are the product's L2 norms."""
    scores = np.zeros((len(arguments.targets), len(arguments.embeddings)))
    norms = np.zeros_like(scores)
    for index, gradient in enumerate(arguments.own_gradients()):
        product = arguments.embeddings[: len(gradient)] * gradient
        scores[index, : len(gradient)] = product.sum(dim=1).cpu().numpy()
        norms[index, : len(gradient)] = product.norm(dim=1).cpu().numpy()
    return Scores(scores, norms)
