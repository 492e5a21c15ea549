"""NMF against scikit-learn on activations taken by a plain hook, and on activations made from known factors."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from sklearn.decomposition import NMF

import lmviz

TEXT = "磁気浮上式鉄道は、電磁力で車両を浮かせて走る鉄道である。1962年に日本で研究が始まり、"


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace(TEXT, max_new_tokens=10)


def hooked_activations(lm, token_ids, layers):
    """``[position, layer * neuron]`` by forward hooks on a plain transformers forward pass."""
    taken = {}
    hooks = [
        lm.network.transformer.h[layer].mlp.act.register_forward_hook(
            lambda module, inputs, output, layer=layer: taken.__setitem__(layer, output[0].numpy())
        )
        for layer in layers
    ]
    with torch.no_grad():
        lm.network(torch.tensor(token_ids)[None])
    for hook in hooks:
        hook.remove()
    return np.concatenate([taken[layer] for layer in layers], axis=1)


@pytest.mark.parametrize(("layers", "k"), [(None, 4), (range(2, 5), 6)])
def test_it_is_scikit_learns_on_activations_taken_by_a_plain_hook(lm, trace, layers, k):
    result = lmviz.neuron_factors(trace, n_components=k, layers=layers)
    used = list(range(lm.n_layers) if layers is None else layers)
    raw = hooked_activations(lm, trace.token_ids, used)[1:].astype(np.float64)
    clipped = np.where(raw > 0, raw, 0)
    nmf = NMF(k, init="nndsvda", tol=1e-5, max_iter=5000, random_state=0)
    by_position = nmf.fit_transform(clipped)
    product = by_position @ nmf.components_
    ours = result.activations[:, 1:].T.astype(np.float64) @ result.loadings
    assert np.abs(ours - product).max() < 1e-4 * product.max()
    norms = np.sqrt(np.square(nmf.components_).sum(axis=1))
    order = sorted(range(k), key=lambda factor: -np.sum((by_position[:, factor] * norms[factor]) ** 2))
    for row, factor in enumerate(order):
        assert np.allclose(result.loadings[row], nmf.components_[factor] / norms[factor], atol=1e-4)
    assert abs(result.explained - (1 - np.sum((clipped - product) ** 2) / np.sum(clipped**2))) < 1e-6
    assert abs(result.clipped_share - np.sum(raw[raw < 0] ** 2) / np.sum(raw**2)) < 1e-6
    assert result.layers.tolist() == used and result.loadings.shape[1] == len(used) * result.neurons_per_layer
    assert result.converged and result.n_iterations == nmf.n_iter_


def test_factors_are_unit_vectors_in_order_of_energy_and_the_first_position_is_left_out(trace):
    result = lmviz.neuron_factors(trace, n_components=6)
    assert np.allclose(np.linalg.norm(result.loadings, axis=1), 1, atol=1e-5)
    energies = np.square(result.activations[:, 1:].astype(np.float64)).sum(axis=1)
    assert (np.diff(energies) <= 0).all()
    assert np.allclose(result.energy_shares, energies / energies.sum(), atol=1e-5)
    assert np.isnan(result.activations[:, 0]).all()
    assert (result.activations[:, 1:] >= 0).all() and (result.loadings >= 0).all()


def with_feed_forward(trace, activations, n_start=0):
    tokens = dataclasses.replace(trace.tokens, n_start=n_start)
    return dataclasses.replace(trace, feed_forward=activations.astype(np.float32), tokens=tokens)


def test_known_factors_are_found_whatever_stands_at_the_start(trace):
    n_positions = len(trace.token_ids)
    inside = np.arange(n_positions - 2)
    years, physics = (inside % 3 == 0) * 3.0, (inside % 3 != 0) * (1.0 + inside)
    neurons_of_years, neurons_of_physics = np.repeat([1.0, 0.0], [5, 7]), np.repeat([0.0, 1.0], [5, 7])
    planted = np.outer(years, neurons_of_years) + np.outer(physics, neurons_of_physics)
    activations = np.full((1, n_positions, 12), 1e4)
    activations[0, 2:] = np.where(planted > 0, planted, -0.1)
    result = lmviz.neuron_factors(with_feed_forward(trace, activations, n_start=2), n_components=2)
    assert np.isnan(result.activations[:, :2]).all()
    assert np.allclose(result.activations[0, 2:], physics * np.sqrt(7), rtol=1e-3, atol=1e-2)
    assert np.allclose(result.activations[1, 2:], years * np.sqrt(5), rtol=1e-3, atol=1e-2)
    assert result.explained > 0.9999
    share = 0.01 * np.count_nonzero(planted == 0) / (np.sum(planted**2) + 0.01 * np.count_nonzero(planted == 0))
    assert abs(result.clipped_share - share) < 1e-6


def test_the_same_call_gives_the_same_bytes_and_another_seed_nearly_the_same(trace):
    first, again = (lmviz.neuron_factors(trace, n_components=4) for _ in range(2))
    assert first.activations.tobytes() == again.activations.tobytes()
    assert first.loadings.tobytes() == again.loadings.tobytes()
    other = lmviz.neuron_factors(trace, n_components=4, seed=1)
    assert other.seed == 1 and abs(other.explained - first.explained) < 1e-3


def test_stopping_at_the_limit_is_told(trace, monkeypatch):
    monkeypatch.setattr("lmviz.analyses.neuron_factors.MAX_ITERATIONS", 2)
    result = lmviz.neuron_factors(trace, n_components=4)
    assert not result.converged and result.n_iterations == 2


def test_what_cannot_be_answered_is_refused(lm, trace):
    n = len(trace.token_ids) - 1
    lmviz.neuron_factors(lm.trace("鬼と豆"), n_components=len(lm.trace("鬼と豆").token_ids) - 1)
    for wrong in (0, n + 1):
        with pytest.raises(ValueError, match=f"ask for 1 to {n}"):
            lmviz.neuron_factors(trace, n_components=wrong)
    for wrong in ([], [lm.n_layers], [-1], [1, 1]):
        with pytest.raises(ValueError, match="between 0 and 7"):
            lmviz.neuron_factors(trace, layers=wrong)
    silent = with_feed_forward(trace, np.full(trace.feed_forward.shape, -1.0))
    with pytest.raises(ValueError, match="nothing to factor"):
        lmviz.neuron_factors(silent)
