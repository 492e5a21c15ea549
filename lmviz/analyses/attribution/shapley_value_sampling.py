"""Shapley value sampling: what a token adds to those already there, over random orders in which they come in.

``score_i`` is the mean over orders of ``f(those before i, and i) - f(those before i)``, all others being absent. Within
an order these differences sum to ``f(x) - f(b)``, so the scores do as well, for any number of orders.

An order of all tokens, cut to those before a target, is an order of that target's tokens: all targets share each pass.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.coalitions import values
from lmviz.analyses.attribution.integrated_gradients import completeness_error, difference
from lmviz.analyses.attribution.memory import rows_at_once
from lmviz.analyses.attribution.registry import attribution_method

ORDERS = 32
"""Orders by default. With 50 tokens of the embedded model the standard error is about 1.3 % of the largest score."""


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
    random = np.random.Generator(np.random.PCG64(arguments.seed))
    n_orders = -(-(arguments.n_steps or ORDERS) // n_sets)
    total = np.zeros((len(arguments.targets), length))
    for number in range(n_sets):
        def value(shown: Tensor, number: int = number) -> Tensor:
            sets = np.full(len(shown), number)
            return torch.from_numpy(values(arguments, shown.bool().numpy(), sets))

        sampling = ShapleyValueSampling(value)
        sampling.permutation_generator = lambda n_tokens, n_orders: _orders(random, n_tokens, n_orders)
        total += sampling.attribute(
            torch.ones(1, length), n_samples=n_orders, perturbations_per_eval=rows_at_once(arguments.model, length)
        )[0].double().numpy()
    before = np.arange(length) < arguments.positions[:, None]
    scores = np.where(before, total / n_sets, 0.0)
    errors = [completeness_error(*both) for both in zip(scores.sum(axis=1), difference(arguments), strict=True)]
    return Scores(scores, completeness_errors=np.array(errors), n_steps=n_orders * n_sets)


def _orders(random: np.random.Generator, n_tokens: int, n_orders: int) -> Iterator[list[int]]:
    order: list[int] = []
    for number in range(n_orders):
        order = order[::-1] if number % 2 else random.permutation(n_tokens).tolist()
        yield order
