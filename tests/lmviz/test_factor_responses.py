"""Responses of fixed loadings: non-negative least squares as scipy solves it, and the same in any text."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from family_models import TEXTS
from scipy.optimize import nnls

import lmviz
from lmviz.analyses.model_factors.responses import responses


@pytest.fixture(scope="module", params=["gpt2", "qwen2", "gemma2"])
def fitted(make_model, request):
    model = lmviz.load(make_model(request.param), device="cpu")
    return model, lmviz.model_factors(model, TEXTS, n_components=4, n_seeds=0)


def test_responses_of_a_reference_passage_are_those_of_its_trace(fitted):
    model, factors = fitted
    ends = [*factors.starts[1:], len(factors.tokens)]
    for text, start, end in zip(TEXTS, factors.starts, ends, strict=True):
        alone = lmviz.factor_responses(model.trace(text), factors)
        np.testing.assert_allclose(
            alone.activations, factors.responses[:, start:end], rtol=1e-4, atol=1e-4 * np.nanmax(factors.responses)
        )


def test_shares_and_typical_responses(fitted):
    model, factors = fitted
    result = lmviz.factor_responses(model.trace("鬼は外、福は内。"), factors)
    energies = np.nansum(np.square(result.activations.astype(np.float64)), axis=1)
    assert np.allclose(result.energy_shares, energies / energies.sum(), atol=1e-6)
    counted = factors.responses[:, ~np.isnan(factors.responses[0])]
    rank = 0.99 * (counted.shape[1] - 1)
    for own, typical in zip(np.sort(counted, axis=1), result.typical, strict=True):
        below, above = own[int(rank)], own[int(rank) + 1]
        assert np.isclose(typical, below + (rank % 1) * (above - below), rtol=1e-4)


def test_what_is_explained_of_a_text_is_a_direct_computation(fitted):
    model, factors = fitted
    trace = model.trace("豆まきでは鬼は外と声を出す。", max_new_tokens=4)
    result = lmviz.factor_responses(trace, factors)
    layers, neurons, signs = factors.places()
    columns = np.maximum(trace.feed_forward.astype(np.float64)[layers, :, neurons].T * signs, 0) / factors.scales
    first = max(trace.n_start, 1)
    assert np.isnan(result.activations[:, :first]).all()
    errors = columns[first:] - result.activations[:, first:].T.astype(np.float64) @ factors.loadings
    assert abs(result.explained - (1 - np.square(errors).sum() / np.square(columns[first:]).sum())) < 1e-5


@pytest.mark.parametrize("overlap", [0.0, 0.5, 0.9])
def test_it_is_scipys_nnls(overlap):
    rng = np.random.default_rng(0)
    loadings = (1 - overlap) * np.abs(rng.standard_normal((9, 60))) + overlap * np.abs(rng.standard_normal(60))
    loadings /= np.linalg.norm(loadings, axis=1, keepdims=True)
    loadings[4] = 0
    columns = np.abs(rng.standard_normal((40, 60)))
    columns[3] = 0
    found = responses(torch.from_numpy(columns).split(7), len(columns), loadings)
    theirs = np.array([nnls(loadings.T, column)[0] for column in columns])
    errors = [np.square(columns - weights @ loadings).sum(axis=1) for weights in (found.weights.T, theirs)]
    assert np.allclose(*errors, rtol=1e-6)
    assert np.allclose(found.weights.T, theirs, atol=1e-5 * theirs.max()) and (found.weights[:, 3] == 0).all()
    assert (found.weights[4] == 0).all() and (found.weights >= 0).all()


def test_a_text_that_lights_nothing_has_shares_of_zero(fitted):
    model, factors = fitted
    trace = model.trace("鬼は外、福は内。")
    dark = dataclasses.replace(trace, feed_forward=np.zeros_like(trace.feed_forward))
    result = lmviz.factor_responses(dark, factors)
    assert (result.energy_shares == 0).all() and result.explained == 0 and (result.activations[:, 2:] == 0).all()


def test_factors_of_another_shape_are_refused(make_model, fitted):
    _, factors = fitted
    others = {"gpt2": "qwen2", "qwen2": "gpt2", "gemma2": "gpt2"}
    other = lmviz.load(make_model(others["gpt2" if not factors.gated else "qwen2"]), device="cpu")
    trace = other.trace("鬼は外、福は内。")
    with pytest.raises(ValueError, match="fit factors to it with lmviz.model_factors"):
        lmviz.factor_responses(trace, factors)
    deeper = dataclasses.replace(factors, layers=factors.layers + 1)
    with pytest.raises(ValueError, match="layers 1 to 3"):
        lmviz.factor_responses(fitted[0].trace("鬼は外、福は内。"), deeper)
    with pytest.raises(ValueError, match="not a dict"):
        lmviz.factor_responses(trace, {})
