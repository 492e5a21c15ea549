"""Shapley value sampling: sums that telescope, orders in pairs, passes that all targets share."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from captum.attr import ShapleyValueSampling

import lmviz
from lmviz.analyses.attribution.shapley_value_sampling import ORDERS, _orders

METHOD = "shapley_value_sampling"


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("節分に鬼を追い払うため", max_new_tokens=3)


@pytest.mark.parametrize(("baseline", "n_steps", "n_orders"), [("zero", 1, 1), ("mean", 3, 3), ("sampled", 3, 8)])
def test_scores_sum_to_the_difference_for_any_number_of_orders(trace, baseline, n_steps, n_orders):
    result = lmviz.attribute(trace, METHOD, baseline=baseline, n_steps=n_steps)
    sums = result.scores.astype(np.float64).sum(axis=1)
    assert np.allclose(sums, result.values - result.absent_values, rtol=1e-4)
    assert (result.completeness_errors < 1e-5).all() and (result.n_steps == n_orders).all()


def test_the_scores_are_those_of_captum_on_whole_embeddings(lm, trace):
    target, n_orders = trace.n_prompt + 1, 6
    ids = torch.tensor(trace.token_ids[:target])
    embeddings = lm.network.get_input_embeddings()(ids)[None]

    def value(inputs):
        return lm.network(inputs_embeds=inputs).logits[:, -1].log_softmax(dim=-1)[:, trace.token_ids[target]]

    captum = ShapleyValueSampling(value)
    captum.permutation_generator = lambda n_tokens, n_samples: _orders(n_tokens, n_samples, 5)
    with torch.no_grad():
        expected = captum.attribute(
            embeddings, feature_mask=torch.arange(target)[None, :, None], n_samples=n_orders, perturbations_per_eval=16
        )[0, :, 0]
    result = lmviz.attribute(trace, METHOD, targets=[target], n_steps=n_orders, seed=5)
    assert np.allclose(result.scores[0, :target], expected.numpy(), atol=1e-4)


def test_every_other_order_is_the_reverse_of_the_one_before():
    orders = _orders(9, 7, seed=0)
    assert len(orders) == 7 and all(sorted(order) == list(range(9)) for order in orders)
    assert all(first[::-1] == second for first, second in list(pairwise(orders))[::2])
    assert len({tuple(order) for order in orders}) == 7
    first = [order[0] for order in _orders(5, 20_000, seed=1)]
    assert np.abs(np.bincount(first) / 20_000 - 0.2).max() < 5 * np.sqrt(0.2 * 0.8 / 10_000)


@pytest.mark.parametrize("baseline", ["zero", "sampled"])
def test_a_target_has_the_same_scores_alone_and_among_others(trace, baseline):
    alone = lmviz.attribute(trace, METHOD, targets=[4], n_steps=4, baseline=baseline)
    among = lmviz.attribute(trace, METHOD, targets=[6, 4], n_steps=4, baseline=baseline)
    assert np.allclose(alone.scores[0], among.scores[1], atol=1e-4)


def test_passes_serve_all_targets_and_grow_with_the_tokens(lm, trace, monkeypatch):
    rows = []
    run = lm.hidden_from_embeddings
    monkeypatch.setattr(lm, "hidden_from_embeddings", lambda x: rows.append(len(x)) or run(x))
    for targets in ([6], [6, 2, 5]):
        rows.clear()
        result = lmviz.attribute(trace, METHOD, targets=targets)
        # Beside the orders: the empty coalition, the two values whose difference is shared, a row to measure its bytes.
        assert 0 <= sum(rows) - ORDERS * 6 <= 4
        assert (result.n_steps == ORDERS).all()
