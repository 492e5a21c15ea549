"""Saliency: how strongly the prediction reacts to a small change of a token's embedding, in whatever direction."""

from __future__ import annotations

import numpy as np

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.registry import attribution_method


@attribution_method(
    "saliency",
    paper="Simonyan, Vedaldi & Zisserman 2013, Deep Inside Convolutional Networks, arXiv:1312.6034",
    cost="one backward pass a target, shared with input_x_gradient; targets near each other share a forward pass",
    meaning="sum over the width of the gradient's absolute values: a magnitude, without direction",
    signed=False,
    uses_baseline=False,
    tier="fast",
)
def saliency(arguments: Arguments) -> Scores:
    """Sum of |gradient| over the width; the norms are the gradient's L2 norms."""
    scores = np.zeros((len(arguments.targets), len(arguments.embeddings)))
    norms = np.zeros_like(scores)
    for index, gradient in enumerate(arguments.own_gradients()):
        scores[index, : len(gradient)] = gradient.abs().sum(dim=1).cpu().numpy()
        norms[index, : len(gradient)] = gradient.norm(dim=1).cpu().numpy()
    return Scores(scores, norms)
