"""Methods on transformers of two layers and width 8, small enough for every derivative and every coalition by hand."""

from __future__ import annotations

import itertools
from math import factorial

import numpy as np
import pytest
from numpy_transformers import NumpyTransformer

import lmviz
from lmviz.analyses.attribution.baselines import sampled_tokens

SHAPES = {
    "gpt2": {"n_embd": 8, "n_layer": 2, "n_head": 2},
    "llama": {
        "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2,
        "num_key_value_heads": 1,
    },
}
TARGET = 5


@pytest.fixture(scope="module", params=list(SHAPES))
def trace(request, make_model):
    return lmviz.load(make_model(request.param, **SHAPES[request.param]), device="cpu").trace("鬼は外、福は内")


@pytest.fixture(scope="module")
def by_hand(trace):
    """Embeddings ``[row, position, width]`` to the log-probability ``[row]`` of the text's next token."""
    transformer = NumpyTransformer(trace)

    def value(inputs):
        return transformer.log_probabilities(inputs)[:, trace.token_ids[inputs.shape[1]]]

    value.embedding = transformer.embedding
    value.text = transformer.embedding[trace.token_ids[:TARGET]]
    return value


def gradients(value, inputs, step=1e-5):
    """Central differences: ``[row, position, width]`` of a function of rows."""
    slopes = np.zeros_like(inputs)
    for place in np.ndindex(inputs.shape[1:]):
        moved = np.zeros(inputs.shape[1:])
        moved[place] = step
        slopes[:, *place] = (value(inputs + moved) - value(inputs - moved)) / (2 * step)
    return slopes


def shapley_values(value, text, absent):
    """By Shapley's formula over all coalitions: ``[position]``."""
    n = len(text)
    coalitions = np.array(list(itertools.product([False, True], repeat=n)))
    values = dict(zip(map(tuple, coalitions), value(np.where(coalitions[:, :, None], text, absent)), strict=True))
    scores = np.zeros(n)
    for coalition, found in values.items():
        for joining in np.flatnonzero(~np.array(coalition)):
            size = sum(coalition)
            weight = factorial(size) * factorial(n - size - 1) / factorial(n)
            scores[joining] += weight * (values[*coalition[:joining], True, *coalition[joining + 1 :]] - found)
    return scores


def close(ours, expected, tolerance=2e-4):
    return np.abs(ours - expected).max() < tolerance * np.abs(expected).max()


def test_the_forward_pass_by_hand_is_the_model(trace, by_hand):
    for position in range(1, len(trace.token_ids)):
        value = by_hand(by_hand.embedding[trace.token_ids[None, :position]])[0]
        assert abs(value - lmviz.token_probabilities(trace).log_probabilities[position]) < 1e-5


def test_gradients_are_central_differences(trace, by_hand):
    slopes = gradients(by_hand, by_hand.text[None])[0]
    saliency = lmviz.attribute(trace, "saliency", targets=[TARGET])
    product = lmviz.attribute(trace, "input_x_gradient", targets=[TARGET])
    assert close(saliency.scores[0, :TARGET], np.abs(slopes).sum(axis=1))
    assert close(saliency.norms[0, :TARGET], np.sqrt(np.square(slopes).sum(axis=1)))
    assert close(product.scores[0, :TARGET], (by_hand.text * slopes).sum(axis=1))


def test_integrated_gradients_are_a_fine_midpoint_rule_over_central_differences(trace, by_hand):
    absent = by_hand.embedding.mean(axis=0)
    result = lmviz.attribute(trace, targets=[TARGET], baseline="mean", n_steps=256)
    places = (np.arange(200) + 0.5) / 200
    path = absent + places[:, None, None] * (by_hand.text - absent)
    shares = (by_hand.text - absent) * gradients(by_hand, path).mean(axis=0)
    assert close(result.scores[0, :TARGET], shares.sum(axis=1), 2e-3)
    assert close(result.norms[0, :TARGET], np.sqrt(np.square(shares).sum(axis=1)), 2e-3)


def test_integrated_gradients_sum_to_the_difference(trace, by_hand):
    absent = np.broadcast_to(by_hand.embedding.mean(axis=0), by_hand.text.shape)
    result = lmviz.attribute(trace, targets=[TARGET], baseline="mean", tolerance=1e-3)
    present, without = by_hand(np.stack([by_hand.text, absent]))
    assert result.completeness_errors[0] < 1e-3
    assert abs(result.scores.sum() - (present - without)) < 1.1e-3 * abs(present - without)
    assert result.values[0] == pytest.approx(present, abs=1e-5)
    assert result.absent_values[0] == pytest.approx(without, abs=1e-5)


def test_feature_ablation_is_what_is_lost_without_each_token(trace, by_hand):
    shape = (1, TARGET, 8)
    baselines = {
        "zero": np.zeros(shape),
        "mean": np.broadcast_to(by_hand.embedding.mean(axis=0), shape),
        "sampled": by_hand.embedding[sampled_tokens(trace, TARGET, 8, seed=3)],
    }
    if trace.model.tokenizer.pad_id is not None:
        baselines["padding"] = np.broadcast_to(by_hand.embedding[trace.model.tokenizer.pad_id], shape)
    present = by_hand(by_hand.text[None])[0]
    for baseline, absent in baselines.items():
        result = lmviz.attribute(trace, "feature_ablation", targets=[TARGET], baseline=baseline, seed=3)
        for position in range(TARGET):
            without = np.where(np.arange(TARGET)[:, None] == position, absent, by_hand.text)
            assert abs(result.scores[0, position] - (present - by_hand(without).mean())) < 2e-5


def test_kernel_shap_with_all_coalitions_has_the_shapley_values_of_every_target(trace, by_hand):
    absent = by_hand.embedding.mean(axis=0)
    targets = [TARGET, 1, 3, 4, 2]
    result = lmviz.attribute(trace, "kernel_shap", targets=targets, baseline="mean")
    assert (result.n_steps == 2**TARGET - 2).all()
    for row, target in enumerate(targets):
        assert close(result.scores[row, :target], shapley_values(by_hand, by_hand.text[:target], absent), 1e-3)


def test_a_span_and_a_contrast_have_shapley_values_of_their_own(trace, by_hand):
    first, second = trace.token_ids[TARGET : TARGET + 2]
    transformer = NumpyTransformer(trace)

    def of_span(inputs):
        longer = np.concatenate([inputs, np.broadcast_to(by_hand.embedding[first], (len(inputs), 1, 8))], axis=1)
        return transformer.log_probabilities(inputs)[:, first] + transformer.log_probabilities(longer)[:, second]

    span = lmviz.attribute(trace, "kernel_shap", targets=[range(TARGET, TARGET + 2)])
    assert close(span.scores[0, :TARGET], shapley_values(of_span, by_hand.text, np.zeros(8)), 1e-3)
    contrast = lmviz.attribute(trace, "kernel_shap", targets=[TARGET], target="contrast")
    (foil,) = contrast.foil_ids[0]

    def of_contrast(inputs):
        return transformer.log_probabilities(inputs)[:, first] - transformer.log_probabilities(inputs)[:, foil]

    assert close(contrast.scores[0, :TARGET], shapley_values(of_contrast, by_hand.text, np.zeros(8)), 1e-3)


def test_sampled_orders_come_within_their_standard_error_of_the_shapley_values(trace, by_hand):
    n_orders = 200
    exact = shapley_values(by_hand, by_hand.text, np.zeros(8))
    result = lmviz.attribute(trace, "shapley_value_sampling", targets=[TARGET], n_steps=n_orders)
    of_pairs = []
    for order in itertools.permutations(range(TARGET)):
        both = []
        for each in (order, order[::-1]):
            rank = np.argsort(each)
            values = by_hand(np.where((rank < np.arange(TARGET + 1)[:, None])[:, :, None], by_hand.text, 0.0))
            both.append(np.diff(values)[rank])
        of_pairs.append(np.mean(both, axis=0))
    assert np.allclose(np.mean(of_pairs, axis=0), exact)
    error = np.std(of_pairs, axis=0) / np.sqrt(n_orders / 2)
    assert (np.abs(result.scores[0, :TARGET] - exact) < 4 * error + 1e-4).all()
    assert (np.abs(result.scores[0, :TARGET] - exact) > 1e-5).any()


def test_sampled_coalitions_come_within_their_standard_error_of_the_shapley_values(trace, by_hand):
    targets = [8, 5]
    assert len(trace.token_ids) > 8
    text = by_hand.embedding[trace.token_ids[:8]]
    runs = [
        lmviz.attribute(trace, "kernel_shap", targets=targets, n_steps=150, seed=seed).scores for seed in range(12)
    ]
    for row, target in enumerate(targets):
        exact = shapley_values(by_hand, text[:target], np.zeros(8))
        scores = np.array(runs)[:, row, :target]
        error = scores.std(axis=0, ddof=1) / np.sqrt(len(runs))
        assert (error > 0).all() and (error < 0.1 * np.abs(exact).max()).all()
        assert (np.abs(scores.mean(axis=0) - exact) < 5 * error).all()
