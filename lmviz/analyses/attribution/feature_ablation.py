"""Feature ablation: how much the prediction loses when one token's embedding is put out."""

from __future__ import annotations

import numpy as np

from lmviz.analyses.attribution import coalitions
from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.registry import attribution_method


@attribution_method(
    "feature_ablation",
    paper="Zeiler & Fergus 2014, Visualizing and Understanding Convolutional Networks, arXiv:1311.2901",
    cost="one forward pass a token of the text, for all targets together",
    meaning="what the prediction loses when the token is absent: positive where it speaks for the target",
    signed=True,
    uses_baseline=True,
    tier="fast",
)
def feature_ablation(arguments: Arguments) -> Scores:
    """The whole embedding of a token is one feature; mean over the set of baselines; there are no norms.

    A causal model answers for all targets in one pass: those before the ablated token do not change.
    """
    n_tokens, n_baselines = len(arguments.embeddings), len(arguments.baselines)
    present = np.tile(~np.eye(n_tokens, dtype=bool), (n_baselines, 1))
    without = coalitions.values(arguments, present, np.repeat(np.arange(n_baselines), n_tokens))
    losses = arguments.own_values()[:, None] - without.reshape(n_baselines, n_tokens, -1).mean(axis=0).T
    return Scores(losses)
