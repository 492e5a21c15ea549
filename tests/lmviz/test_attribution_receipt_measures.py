"""The measures of the receipt one by one: against enumeration, against Captum, against a method that is watched."""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import floor

import numpy as np
import pytest
import torch
from captum.metrics import infidelity as captums_infidelity

import lmviz
from lmviz.analyses.attribution.arguments import Scores
from lmviz.analyses.attribution.registry import METHODS, AttributionMethod
from lmviz.analyses.attribution_receipt.agreement import agreement
from lmviz.analyses.attribution_receipt.infidelity import infidelity
from lmviz.analyses.attribution_receipt.orders import by_score, counts, random_orders
from lmviz.analyses.attribution_receipt.sensitivity import random_change


def test_counts_round_half_up_and_leave_at_least_one_token():
    for n in range(3, 200):
        expected = [min(max(floor(Fraction(tenths, 10) * n + Fraction(1, 2)), 1), n - 1) for tenths in (1, 3, 5, 7, 9)]
        assert counts(n).tolist() == expected


def test_scores_are_ordered_from_the_most_positive_ties_by_position():
    assert by_score(np.array([[-3.0, 2, 0.5, 2, -0.0, 0]])).tolist() == [[1, 3, 2, 4, 5, 0]]


def test_random_orders_are_permutations_with_their_reverses_and_every_token_comes_first_as_often():
    orders = random_orders(4000, 8, seed=0)
    assert (np.sort(orders, axis=1) == np.arange(8)).all()
    assert (orders[1::2] == orders[::2, ::-1]).all()
    ranks = np.stack([np.bincount(orders[:, place], minlength=8) for place in range(8)])
    assert np.abs(ranks - 500).max() < 5 * np.sqrt(500)


def interacting(present):
    """A prediction ``[row]`` in which tokens work together, for masks ``[row, token]`` of what is there."""
    return present @ torch.tensor([1.0, -0.5, 0.0, 2.0, 0.3, 0.1]) + 3 * present[:, 1] * present[:, 3] - present.prod(1)


@pytest.fixture(scope="module")
def perturbations():
    sets = np.random.default_rng(0).random((20, 5, 6)) < 0.5
    present = 1 - torch.from_numpy(sets.reshape(-1, 6)).float()
    drops = (interacting(torch.ones(1, 6)) - interacting(present)).numpy().reshape(20, 1, 5)
    return sets, drops


def test_infidelity_is_captums_normalized_one_as_a_share_of_the_mean_squared_drop(perturbations):
    sets, drops = perturbations
    scores = np.array([1.0, 0.4, 0.1, 2.5, 0.0, 0.2])
    rows = iter(torch.from_numpy(sets.reshape(-1, 6)).float())

    def erase(inputs):
        erased = torch.stack([next(rows) for _ in inputs])
        return erased, inputs - erased

    theirs = captums_infidelity(
        interacting, erase, torch.ones(1, 6), torch.from_numpy(scores).float()[None], n_perturb_samples=100,
        max_examples_per_batch=10, normalize=True,
    )
    ours = infidelity(sets, drops, scores[None])
    assert 0 < ours[0, 0] < 1
    assert ours[0, 0] * (drops**2).mean() == pytest.approx(theirs.item(), rel=1e-4)
    assert infidelity(sets, drops, 7 * scores[None]) == pytest.approx(ours)


def test_infidelity_is_0_for_scores_that_add_up_and_1_for_none_or_for_the_wrong_sign(perturbations):
    sets, _ = perturbations
    worth = np.array([1.0, -0.5, 0.0, 2.0, 0.3, 0.1])
    drops = (sets @ worth)[:, None]
    found = infidelity(sets, np.concatenate([drops, 0 * drops], axis=1), np.stack([worth, 0 * worth, -worth]))
    np.testing.assert_allclose(found[:, 0], [0, 1, 1], atol=1e-12)
    assert np.isnan(found[:, 1]).all()


def tau_by_pairs(one, other):
    """Kendall's tau-b, pair by pair."""
    agree = ties_of_one = ties_of_other = 0
    pairs = list(itertools.combinations(range(len(one)), 2))
    for i, j in pairs:
        a, b = np.sign(one[i] - one[j]), np.sign(other[i] - other[j])
        agree, ties_of_one, ties_of_other = agree + a * b, ties_of_one + (a == 0), ties_of_other + (b == 0)
    return agree / np.sqrt((len(pairs) - ties_of_one) * (len(pairs) - ties_of_other))


def test_agreement_is_the_mean_of_kendalls_tau_b_and_looks_at_sizes_where_one_method_has_only_those():
    random = np.random.default_rng(0)
    scores = [np.stack([random.normal(size=n), random.integers(-3, 4, n), random.random(n)]) for n in (5, 9, 12)]
    found = agreement(scores, np.array([True, True, False]))
    assert found[0, 1] == pytest.approx(np.mean([tau_by_pairs(each[0], each[1]) for each in scores]))
    assert found[2, 1] == pytest.approx(np.mean([tau_by_pairs(abs(each[2]), abs(each[1])) for each in scores]))
    assert np.array_equal(found, found.T) and np.allclose(np.diag(found), 1)


def test_a_target_whose_scores_are_all_equal_says_nothing_about_agreement():
    rising, flat = np.arange(4.0), np.zeros(4)
    both = np.array([True, True])
    assert agreement([np.stack([rising, flat]), np.stack([rising, -rising])], both)[0, 1] == -1
    assert np.isnan(agreement([np.stack([rising, flat])], both)[0, 1])


@pytest.fixture
def watched(monkeypatch):
    """A method whose scores are a nonlinear function of the embeddings; and the questions that it was asked."""
    asked = []

    def compute(arguments):
        asked.append(arguments)
        sums = arguments.embeddings.double().sum(dim=1).numpy() ** 2
        return Scores(np.stack([sums] * len(arguments.targets)))

    method = AttributionMethod("watched", "none", "none", "none", True, True, "zero", "fast", compute)
    monkeypatch.setitem(METHODS, "watched", method)
    return asked


def test_sensitivity_is_the_largest_relative_change_under_changes_of_two_percent(lm, watched):
    trace = lm.trace("節分に鬼を追い払う")
    found = lmviz.attribute(trace, "watched", targets=[3, 6], baseline="sampled", seed=5)
    (question,) = watched
    receipt = lmviz.attribution_receipt(trace, {"watched": found}, n_orders=2, sensitivity=True)
    changed = watched[1:]
    assert len(changed) == 5
    sizes = question.embeddings.norm(dim=1)
    moved = torch.stack([(each.embeddings - question.embeddings).norm(dim=1) / sizes for each in changed])
    assert moved.max() < 0.02001 and moved.min() > 0.018
    assert all(torch.equal(each.baselines, question.baselines) and each.seed == 5 for each in changed)
    for row, position in enumerate((3, 6)):
        before = found.scores[row, :position]
        after = [each.embeddings.double().sum(dim=1).numpy()[:position] ** 2 for each in changed]
        relative = [np.linalg.norm(each - before) / np.linalg.norm(before) for each in after]
        assert receipt.sensitivity[0, row] == pytest.approx(max(relative), rel=1e-4)
        assert max(relative) > 1.05 * min(relative)


def test_changes_fill_the_ball_evenly():
    embeddings = torch.tensor([3.0, 4.0, 0.0]).expand(20_000, 3)
    change = random_change(np.random.default_rng(0), embeddings).numpy() / (5 * 0.02)
    volumes = np.linalg.norm(change, axis=1) ** 3
    assert np.abs(np.histogram(volumes, bins=10, range=(0, 1))[0] - 2000).max() < 5 * np.sqrt(2000)
    assert volumes.max() < 1.0001 and np.abs(change.mean(axis=0)).max() < 0.02


def test_sensitivity_of_the_methods_is_small_and_the_same_each_time(make_model):
    trace = lmviz.load(make_model("gpt2"), device="cpu").trace("鬼は外、福は内")
    methods = ("saliency", "input_x_gradient", "attention_rollout", "value_zeroing")
    found = {name: lmviz.attribute(trace, name, targets=[6]) for name in methods}
    one, other = (lmviz.attribution_receipt(trace, found, n_orders=2, sensitivity=True).sensitivity for _ in range(2))
    assert (one == other).all() and (one > 1e-5).all() and (one < 1).all()
    alone = lmviz.attribution_receipt(trace, {"saliency": found["saliency"]}, n_orders=2, sensitivity=True).sensitivity
    assert (alone[0] == one[0]).all()


def test_sensitivity_does_not_depend_on_the_order_of_the_targets(make_model):
    """Fewer tokens would draw other coalitions: the last target in the text is among those measured."""
    trace = lmviz.load(make_model("gpt2"), device="cpu").trace("鬼は外、福は内")

    def measured(targets):
        found = {"lime": lmviz.attribute(trace, "lime", targets=targets, n_steps=40)}
        return lmviz.attribution_receipt(trace, found, n_orders=2, sensitivity=True).sensitivity[0]

    expected = measured([3, 4, 5, 6])
    assert np.isnan(expected).tolist() == [False, True, False, False]
    assert measured([3, 6, 4, 5]) == pytest.approx(expected[[0, 3, 1, 2]], rel=1e-4, nan_ok=True)
