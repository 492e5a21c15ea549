"""LIME: the linear function of which tokens are present that best fits what the model says near the text.

Coalitions of any number of tokens, each number equally likely, are weighed by their nearness to the whole text,
``exp(-D^2 / (2 width^2))`` with the cosine distance ``D = 1 - sqrt(k / M)`` for ``k`` of ``M`` tokens; a ridge
regression on them gives the scores. Kernel width and penalty are those of the authors' own program for text. Its first
step, a choice of few features, is left out: every token has a score.

Captum's own draws and runs the model anew for each target. Here one draw serves all: cut to the first ``p`` tokens,
each number of tokens from 0 to ``p`` is again equally likely.
"""

from __future__ import annotations

import numpy as np

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.coalitions import default_number, draw, values
from lmviz.analyses.attribution.registry import attribution_method

KERNEL_WIDTH, PENALTY = 0.25, 1.0


@attribution_method(
    "lime",
    paper="Ribeiro, Singh & Guestrin 2016, “Why Should I Trust You?”: Explaining the Predictions of Any Classifier, "
    "arXiv:1602.04938",
    cost="512 forward passes and 16 more a token of the text, for all targets together",
    meaning="what a token adds to the prediction in a linear model of the text with some tokens absent",
    signed=True,
    uses_baseline=True,
)
def lime(arguments: Arguments) -> Scores:
    """A token's whole embedding is present or absent; there are no norms. ``n_steps`` is the number of coalitions.

    Of a set of baselines each stands for the absent tokens of as many coalitions as any other.
    """
    from sklearn.linear_model import Ridge  # a second, for those who use it

    n_tokens, n_sets = len(arguments.embeddings), len(arguments.baselines)
    n_coalitions = arguments.n_steps or default_number(n_tokens)
    random = np.random.Generator(np.random.PCG64(arguments.seed))
    present = draw(random, n_coalitions, np.ones(n_tokens + 1))
    found = values(arguments, present, np.arange(n_coalitions) // 2 % n_sets)
    scores = np.zeros((len(arguments.targets), n_tokens))
    for index, position in enumerate(arguments.positions):
        own = present[:, :position].astype(np.float64)
        distances = 1 - np.sqrt(own.mean(axis=1))
        nearness = np.exp(-np.square(distances) / (2 * KERNEL_WIDTH**2))
        surrogate = Ridge(alpha=PENALTY).fit(own, found[:, index], sample_weight=nearness)
        scores[index, :position] = surrogate.coef_
    return Scores(scores, n_steps=n_coalitions)
