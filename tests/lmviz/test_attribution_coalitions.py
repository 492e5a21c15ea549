"""What methods that draw coalitions share: the draw, its seed, and passes that serve all targets."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest
import torch
from attribution_reference import Reference

import lmviz
from lmviz.analyses.attribution.coalitions import draw
from lmviz.analyses.attribution.kernel_shap import kernel

METHODS = ("shapley_value_sampling", "kernel_shap", "lime")


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("節分に鬼を追い払うため", max_new_tokens=3)


@pytest.mark.parametrize("weights", [kernel(6), np.ones(7), np.array([0.0, 1, 5, 0, 5, 1, 0])])
def test_sizes_are_drawn_by_weight_and_coalitions_of_a_size_alike(weights):
    n = 30_000
    present = draw(np.random.Generator(np.random.PCG64(0)), n, weights)
    assert present.shape == (n, 6) and (present[::2] == ~present[1::2]).all()
    expected = np.concatenate([
        np.full(comb(6, size), weight / weights.sum() / comb(6, size)) for size, weight in enumerate(weights)
    ])
    of_size = sorted(product([False, True], repeat=6), key=sum)
    drawn = np.array([(present == coalition).all(axis=1).mean() for coalition in of_size])
    assert (np.abs(drawn - expected) <= 5 * np.sqrt(expected / (n / 2))).all()


def test_an_odd_number_of_coalitions_is_as_many():
    assert len(draw(np.random.Generator(np.random.PCG64(0)), 7, np.ones(4))) == 7


@pytest.mark.parametrize(("whole", "cut"), [(kernel(7), kernel), (np.ones(8), lambda n: np.ones(n + 1))])
@pytest.mark.parametrize("n_cut", [2, 3, 6])
def test_coalitions_cut_to_the_first_tokens_follow_the_weight_for_so_many(whole, cut, n_cut):
    by_size = np.zeros(n_cut + 1)
    for coalition in product([0, 1], repeat=7):
        by_size[sum(coalition[:n_cut])] += whole[sum(coalition)] / comb(7, sum(coalition))
    inner = slice(1, n_cut) if whole[0] == 0 else slice(0, n_cut + 1)
    expected = cut(n_cut)[inner]
    assert np.allclose(by_size[inner] / by_size[inner].sum(), expected / expected.sum())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("baseline", ["zero", "sampled"])
def test_a_seed_gives_the_same_bytes_and_leaves_other_generators_alone(trace, method, baseline):
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    of_seeds = [
        lmviz.attribute(trace, method, targets=[6, 4], n_steps=8, seed=seed, baseline=baseline).scores
        for seed in (3, 3, 4)
    ]
    assert of_seeds[0].tobytes() == of_seeds[1].tobytes()
    assert not np.allclose(of_seeds[0], of_seeds[2], atol=1e-3)
    assert torch.equal(before[0], torch.get_rng_state()) and (before[1] == np.random.get_state()[1]).all()


@pytest.mark.parametrize("method", ["kernel_shap", "lime"])
def test_a_coalition_is_one_row_for_all_targets(lm, trace, method, monkeypatch):
    rows, last = [], len(trace.token_ids) - 1
    run = lm.hidden_from_embeddings
    monkeypatch.setattr(lm, "hidden_from_embeddings", lambda x: rows.append(len(x)) or run(x))
    for targets in ([last], [last, 3, 7]):
        rows.clear()
        result = lmviz.attribute(trace, method, targets=targets, n_steps=40)
        assert (result.n_steps == 40).all() and 40 <= sum(rows) <= 44


@pytest.mark.parametrize("method", ["kernel_shap", "lime"])
def test_a_longer_text_takes_more_coalitions_by_default(lm, method, monkeypatch):
    trace = lm.trace("節分の夜に、鬼を追い払うために豆をまく")
    monkeypatch.setattr(
        f"lmviz.analyses.attribution.{method}.values",
        lambda arguments, present, sets: np.zeros((len(present), len(arguments.targets))),
    )
    for n_tokens in (10, len(trace.token_ids) - 1):
        found = lmviz.attribute(trace, method, targets=[n_tokens, 3])
        assert (found.n_steps == 512 + 16 * n_tokens).all()


@pytest.mark.parametrize("method", METHODS)
def test_each_baseline_of_a_set_takes_its_turn(trace, method, monkeypatch):
    turns = []
    values = lmviz.analyses.attribution.coalitions.values

    def watched(arguments, present, sets):
        turns.extend(sets.tolist())
        return values(arguments, present, sets)

    monkeypatch.setattr(f"lmviz.analyses.attribution.{method}.values", watched)
    lmviz.attribute(trace, method, targets=[4], n_steps=32, baseline="sampled")
    assert len(set(np.bincount(turns).tolist())) == 1 and set(turns) == set(range(8))


@pytest.mark.parametrize("family", ["gpt2", "gpt_neox", "llama", "qwen2", "gemma", "gemma2"])
def test_every_family_comes_to_what_all_coalitions_of_three_tokens_give(make_model, family):
    trace = lmviz.load(make_model(family), device="cpu").trace("鬼は外")
    reference = Reference(trace)
    coalitions = np.array(list(product([0.0, 1.0], repeat=3)))
    with torch.no_grad():
        values = reference.value(torch.tensor(coalitions)[:, :, None] * reference.embeddings[:, :3], 3).numpy()
    shapley = np.zeros(3)
    for token in range(3):
        gains = np.diff(values.reshape(2, 2, 2), axis=token).squeeze(axis=token)
        shapley[token] = (2 * gains[0, 0] + gains[0, 1] + gains[1, 0] + 2 * gains[1, 1]) / 6
    n_present = coalitions.sum(axis=1).astype(int)
    weights = np.exp(-np.square(1 - np.sqrt(n_present / 3)) / (2 * 0.25**2)) / np.array([1, 3, 3, 1])[n_present]
    features = np.column_stack([coalitions, np.ones(8)]) * np.sqrt(weights)[:, None]
    surrogate = np.linalg.lstsq(features, values * np.sqrt(weights), rcond=None)[0][:3]
    for method, n_steps, expected, tolerance in (
        ("kernel_shap", 6, shapley, 1e-3), ("shapley_value_sampling", 100, shapley, 0.2), ("lime", 600, surrogate, 0.2),
    ):
        found = lmviz.attribute(trace, method, targets=[3], n_steps=n_steps).scores[0, :3]
        assert np.abs(found - expected).max() < tolerance * np.abs(expected).max()


@pytest.mark.parametrize("method", METHODS)
def test_they_say_what_they_are(method):
    listed = {each.name: each for each in lmviz.attribution_methods()}[method]
    assert listed.signed and listed.uses_baseline and listed.tier == "full"
