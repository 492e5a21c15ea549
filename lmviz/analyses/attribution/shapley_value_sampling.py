"""Shapley value sampling: what a token adds to those already there, over random orders in which they come in.

``score_i`` is the mean over orders of ``f(those before i, and i) - f(those before i)``, all others being absent. Within
an order these differences sum to ``f(x) - f(b)``, so the scores do as well, for any number of orders.

An order of all tokens, cut to those before a target, is an order of that target's tokens: all targets share each pass.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.coalitions import values
from lmviz.analyses.attribution.memory import rows_at_once
from lmviz.analyses.attribution.registry import attribution_method
from lmviz.analyses.attribution.shares import completeness_errors

ORDERS = 32
"""Orders by default. With 12 to 50 tokens of the embedded model a score's standard error is 1 to 3 % of the largest."""


@attribution_method(
    "shapley_value_sampling",
    paper="Castro, Gómez & Tejada 2009, Polynomial calculation of the Shapley value based on sampling; Štrumbelj & "
    "Kononenko 2010, An Efficient Explanation of Individual Classifications using Game Theory",
    cost="32 forward passes a token of the text, for all targets together",
    meaning="share of a token in the difference between the prediction for the text and for absent embeddings: what it "
    "adds on average, whatever others are there",
    signed=True,
    uses_baseline=True,
)
def shapley_value_sampling(arguments: Arguments) -> Scores:
    """A token's whole embedding comes in at once; there are no norms. ``n_steps`` is the number of orders.

    Orders come in pairs, the second the reverse of the first. Of a set of baselines each stands for the absent tokens
    in as many orders as any other, at least one, so the number of orders is rounded up.
    """
    from captum.attr import ShapleyValueSampling  # half a second and 20 MB of plotting libraries, for those who use it

    length, n_sets = len(arguments.embeddings), len(arguments.baselines)
    n_orders = -(-(arguments.n_steps or ORDERS) // n_sets)
    orders = _orders(length, n_orders * n_sets, arguments.seed)
    total = np.zeros((len(arguments.targets), length))
    for number in range(n_sets):
        own = orders[number * n_orders : (number + 1) * n_orders]

        def value(shown: Tensor, number: int = number) -> Tensor:
            return torch.from_numpy(values(arguments, shown.bool().numpy(), np.full(len(shown), number)))

        sampling = ShapleyValueSampling(value)
        sampling.permutation_generator = lambda n_tokens, n_samples, own=own: own
        total += sampling.attribute(
            torch.ones(1, length), n_samples=n_orders, perturbations_per_eval=rows_at_once(arguments.model, length)
        )[0].double().numpy()
    before = np.arange(length) < arguments.positions[:, None]
    scores = np.where(before, total / n_sets, 0.0)
    return Scores(scores, completeness_errors=completeness_errors(arguments, scores), n_steps=n_orders * n_sets)


def _orders(n_tokens: int, n_orders: int, seed: int) -> list[list[int]]:
    """Random orders of the tokens. More tokens leave the order of those before them as it is."""
    random = np.random.Generator(np.random.PCG64(seed))
    by_pair = random.random((n_tokens, (n_orders + 1) // 2)).argsort(axis=0).T
    return [order.tolist() for pair in by_pair for order in (pair, pair[::-1])][:n_orders]
