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


def scaled_as_documented(clipped, n_layers):
    """Columns by their root mean square, at least a tenth of the layer's median."""
    scales = []
    for layer in np.split(np.sqrt(np.mean(clipped**2, axis=0)), n_layers):
        least = 0.1 * np.median([size for size in layer if size > 0])
        scales += [max(size, least) for size in layer]
    return np.array(scales)


def third(n_layers: int, begin: int) -> list[int]:
    """Layers of which some part lies in a third of the depth, ``begin`` thirds from the input."""
    from_input, to_output = begin * n_layers, (begin + 1) * n_layers
    return [layer for layer in range(n_layers) if 3 * layer < to_output and 3 * (layer + 1) > from_input]


@pytest.mark.parametrize(("layers", "k"), [(None, 4), ("early", 3), ("middle", 3), ("late", 2), (range(2, 5), 6)])
def test_it_is_scikit_learns_on_activations_taken_by_a_plain_hook(lm, trace, layers, k):
    result = lmviz.neuron_factors(trace, n_components=k, layers=layers)
    thirds = {name: third(lm.n_layers, begin) for begin, name in enumerate(("early", "middle", "late"))}
    used = thirds[layers] if isinstance(layers, str) else list(range(lm.n_layers) if layers is None else layers)
    assert result.layers.tolist() == used and result.converged and not result.gated
    raw = hooked_activations(lm, trace.token_ids, used)[1:].astype(np.float64)
    clipped = np.where(raw > 0, raw, 0)
    scales = scaled_as_documented(clipped, len(used))
    assert np.allclose(result.scales, scales, rtol=1e-4)
    normalized = clipped / scales
    nmf = NMF(k, init="nndsvda", tol=1e-6, max_iter=5000, random_state=0)
    theirs = nmf.fit_transform(normalized) @ nmf.components_
    ours = result.activations[:, 1:].T.astype(np.float64) @ result.loadings
    error = np.sum((normalized - ours) ** 2)
    assert error / np.sum((normalized - theirs) ** 2) < 1.005
    assert abs(result.explained - (1 - error / np.sum(normalized**2))) < 1e-5
    assert abs(result.explained_raw - (1 - np.sum((clipped - ours * scales) ** 2) / np.sum(clipped**2))) < 1e-5
    assert abs(result.clipped_share - np.sum(raw[raw < 0] ** 2) / np.sum(raw**2)) < 1e-6
    squares = np.linalg.svd(normalized, compute_uv=False) ** 2
    assert np.allclose(result.ceilings, (np.cumsum(squares) / squares.sum())[:32], atol=1e-5)
    assert result.explained <= result.ceilings[k - 1]


def test_the_size_of_neurons_and_layers_does_not_decide(trace):
    rng = np.random.default_rng(0)
    louder = rng.uniform(0.5, 2, (trace.feed_forward.shape[0], 1, trace.feed_forward.shape[2]))
    louder[1] *= 100
    before = lmviz.neuron_factors(trace, n_components=3)
    after = lmviz.neuron_factors(with_feed_forward(trace, trace.feed_forward * louder), n_components=3)
    assert np.allclose(before.activations[:, 1:], after.activations[:, 1:], atol=0.02 * before.activations[:, 1:].max())
    assert abs(before.explained - after.explained) < 1e-3


@pytest.mark.parametrize("family", ["llama", "qwen2", "gemma2", "gpt2", "gpt_neox"])
def test_neurons_of_gated_blocks_have_a_column_for_either_sign(make_model, family):
    model = lmviz.load(make_model(family))
    trace = model.trace("豆まきでは鬼は外、福は内と声を出す。", max_new_tokens=0)
    result = lmviz.neuron_factors(trace, n_components=2, layers=[0, 2])
    assert result.gated == (family not in ("gpt2", "gpt_neox")) == (result.clipped_share == 0)
    layers, neurons, signs = result.places()
    assert len(layers) == result.loadings.shape[1] == len(result.scales)
    first = max(trace.n_start, 1)
    for column in np.random.default_rng(0).choice(len(layers), 20):
        own = np.maximum(signs[column] * trace.feed_forward[layers[column], first:, neurons[column]], 0)
        size = np.sqrt(np.mean(own.astype(np.float64) ** 2))
        assert np.isclose(result.scales[column], size, rtol=1e-4) or result.scales[column] > size


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
    years, physics = (inside % 3 == 0) * 3.0, (inside % 3 != 0) * (1.0 + inside) / 9
    sizes = np.array([1, 2, 3, 4, 5, 7, 6, 5, 4, 3, 2, 1.0])
    planted = np.concatenate([np.outer(years, sizes[:5]), np.outer(physics, sizes[5:])], axis=1)
    activations = np.full((1, n_positions, 12), 1e4)
    activations[0, 2:] = np.where(planted > 0, planted, -0.1)
    result = lmviz.neuron_factors(with_feed_forward(trace, activations, n_start=2), n_components=2)
    assert np.isnan(result.activations[:, :2]).all()
    for factor, (response, neurons) in enumerate([(physics, slice(5, 12)), (years, slice(0, 5))]):
        size = np.sqrt(np.mean(response**2))
        expected = response / size * np.sqrt(len(sizes[neurons]))
        assert np.allclose(result.activations[factor, 2:], expected, rtol=1e-3, atol=1e-2)
        assert np.allclose((result.loadings * result.scales)[factor, neurons] / sizes[neurons],
                           size / np.sqrt(len(sizes[neurons])), rtol=1e-3)
    assert result.explained > 0.9999 and result.explained_raw > 0.9999
    share = 0.01 * np.count_nonzero(planted == 0) / (np.sum(planted**2) + 0.01 * np.count_nonzero(planted == 0))
    assert abs(result.clipped_share - share) < 1e-6


def test_the_same_call_gives_the_same_bytes_and_a_random_start_nearly_the_same(trace):
    first, again = (lmviz.neuron_factors(lm_trace, n_components=4) for lm_trace in (trace, dataclasses.replace(trace)))
    assert first.activations.tobytes() == again.activations.tobytes()
    assert first.loadings.tobytes() == again.loadings.tobytes() and first.seed is None
    other = lmviz.neuron_factors(trace, n_components=4, seed=1)
    assert other.seed == 1 and 0 < abs(other.explained - first.explained) < 1e-2


def test_stopping_at_the_limit_is_told(trace, monkeypatch):
    monkeypatch.setattr("lmviz.analyses.factorization.factorizer.MAX_ITERATIONS", 2)
    result = lmviz.neuron_factors(trace, n_components=4)
    assert not result.converged and result.n_iterations == 2


def test_what_cannot_be_answered_is_refused(lm, trace):
    n = len(trace.token_ids) - 1
    lmviz.neuron_factors(lm.trace("鬼と豆"), n_components=len(lm.trace("鬼と豆").token_ids) - 1)
    for wrong in (0, n + 1):
        with pytest.raises(ValueError, match=f"ask for 1 to {n}"):
            lmviz.neuron_factors(trace, n_components=wrong)
    for wrong in ([], [lm.n_layers], [-1], [1, 1]):
        with pytest.raises(ValueError, match=f"between 0 and {lm.n_layers - 1},"):
            lmviz.neuron_factors(trace, layers=wrong)
    silent = with_feed_forward(trace, np.full(trace.feed_forward.shape, -1.0))
    with pytest.raises(ValueError, match="nothing to factor"):
        lmviz.neuron_factors(silent)
