"""Kernel SHAP: the linear function of which tokens are present that best fits what the model says to coalitions.

With the weight ``(M - 1) / (C(M, k) k (M - k))`` for coalitions of ``k`` of ``M`` tokens, and the sum held at
``f(x) - f(b)``, its coefficients are the Shapley values. Coalitions are drawn with probabilities in proportion to that
weight, and count alike in the fit; where there are few enough, all are taken and weighed.

Captum's own draws and fits anew for each target. Here one draw serves all: cut to the first ``p`` tokens, and without
those of which all or none are left, coalitions drawn by the weight for ``M`` tokens follow the weight for ``p`` tokens.
"""

from __future__ import annotations

from math import comb

import numpy as np

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.coalitions import default_number, draw, values
from lmviz.analyses.attribution.registry import attribution_method
from lmviz.analyses.attribution.shares import completeness_errors, difference


@attribution_method(
    "kernel_shap",
    paper="Lundberg & Lee 2017, A Unified Approach to Interpreting Model Predictions, arXiv:1705.07874",
    cost="512 forward passes and 16 more a token of the text, for all targets together",
    meaning="share of a token in the difference between the prediction for the text and for absent embeddings: an "
    "estimate of its Shapley value by regression",
    signed=True,
    uses_baseline=True,
)
def kernel_shap(arguments: Arguments) -> Scores:
    """A token's whole embedding is present or absent; there are no norms. ``n_steps`` is the number of coalitions.

    Of a set of baselines each stands for the absent tokens of as many coalitions as any other.
    """
    n_tokens, n_sets = len(arguments.embeddings), len(arguments.baselines)
    n_asked = arguments.n_steps or default_number(n_tokens)
    present, weights, sets = _coalitions(n_tokens, n_sets, n_asked, arguments.seed)
    found = values(arguments, present, sets)
    absent = arguments.values(arguments.baselines).double().cpu().numpy()
    scores = np.zeros((len(arguments.targets), n_tokens))
    for index, position in enumerate(arguments.positions):
        empty = absent[sets, index]
        whole = arguments.own_values()[index] - empty
        scores[index, :position] = _fit(present[:, :position], weights, found[:, index] - empty, whole)
        scores[index, :position] += difference(arguments)[index] / position
    return Scores(scores, completeness_errors=completeness_errors(arguments, scores), n_steps=len(present))


def kernel(n_tokens: int) -> np.ndarray:
    """The weight of all coalitions of a size together, float64 ``[size from 0 to n_tokens]``; 0 where infinite."""
    sizes = np.arange(1, n_tokens)
    return np.concatenate([[0.0], (n_tokens - 1) / (sizes * (n_tokens - sizes)), [0.0]])


def _coalitions(n_tokens: int, n_sets: int, n_asked: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bool ``[coalition, token]``, the weight of each in the fit, and which baseline of the set it takes."""
    if n_sets * (2**n_tokens - 2) <= n_asked:
        numbers = np.arange(1, 2**n_tokens - 1)
        every = (numbers[:, None] >> np.arange(n_tokens)) % 2 == 1
        of_one = kernel(n_tokens) / [comb(n_tokens, size) for size in range(n_tokens + 1)]
        return (
            np.tile(every, (n_sets, 1)), np.tile(of_one[every.sum(axis=1)], n_sets),
            np.repeat(np.arange(n_sets), len(every)),
        )
    drawn = draw(np.random.Generator(np.random.PCG64(seed)), n_asked, kernel(n_tokens))
    return drawn, np.ones(n_asked), np.arange(n_asked) // 2 % n_sets


def _fit(present: np.ndarray, weights: np.ndarray, gains: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Float64 ``[token]``: how far each token's coefficient is from the mean of all; they sum to 0.

    What remains when each token has the mean is regressed on how far each is present beyond the mean: the sum is held,
    and coalitions of all or none of the tokens drop out by themselves.
    """
    share = present.mean(axis=1, keepdims=True)
    beyond = present - share
    weighed = beyond.T * weights
    return np.linalg.pinv(weighed @ beyond, rcond=1e-9, hermitian=True) @ (weighed @ (gains - share[:, 0] * whole))
