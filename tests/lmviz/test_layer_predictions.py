"""The logit lens against formulas written out in float64 NumPy, and against transformers at the last layer."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from float64_reference import gpt2_lens, log_softmax
from transformers import AutoModelForCausalLM

import lmviz
from lmviz.analyses.candidates import strongest

TEXT = "節分には鬼に向かって豆をまく。昭和12年、"


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace(TEXT, max_new_tokens=6)


def test_last_layer_is_the_models_own_prediction(lm, trace):
    network = AutoModelForCausalLM.from_pretrained(lm.directory, dtype=torch.float32)
    with torch.no_grad():
        logits = network(torch.tensor(trace.token_ids)[None]).logits[0].double().numpy()
    expected = log_softmax(logits)
    result = lmviz.layer_predictions(trace, top_k=5)
    best = np.argsort(-expected, axis=-1)[:, :5]
    assert np.array_equal(result.token_ids[-1, 1:, 0], best[:-1, 0])
    assert np.array_equal(result.next.token_ids[-1], best[-1])
    of_candidates = np.take_along_axis(expected[:-1], result.token_ids[-1, 1:], axis=1)
    assert np.allclose(result.log_probabilities[-1, 1:], of_candidates, atol=1e-4)
    assert np.allclose(result.next.log_probabilities[-1], expected[-1, best[-1]], atol=1e-4)


@pytest.mark.parametrize("final_norm", [True, False])
def test_every_layer_follows_the_formula(lm, trace, final_norm):
    result = lmviz.layer_predictions(trace, top_k=7, final_norm=final_norm)
    for layer in range(lm.n_layers):
        norm = final_norm or layer == lm.n_layers - 1
        expected = log_softmax(gpt2_lens(lm, trace.hidden_states[layer], norm=norm))
        best = -np.sort(-expected, axis=-1)[:, :7]
        scale = max(1.0, float(np.abs(best).max()))
        assert np.allclose(result.log_probabilities[layer, 1:], best[:-1], atol=1e-5 * scale, rtol=1e-5)
        assert np.allclose(result.next_log_probabilities[layer], best[-1], atol=1e-5 * scale, rtol=1e-5)
        own = np.take_along_axis(expected[:-1], result.token_ids[layer, 1:], axis=1)
        assert np.allclose(own, result.log_probabilities[layer, 1:], atol=1e-5 * scale, rtol=1e-5)
    assert result.final_norm is final_norm


def test_position_zero_has_no_prediction_and_all_candidates_have_labels(trace):
    result = lmviz.layer_predictions(trace, top_k=3)
    assert (result.token_ids[:, 0] == -1).all() and np.isnan(result.log_probabilities[:, 0]).all()
    assert np.isfinite(result.log_probabilities[:, 1:]).all()
    for token_id in {*result.token_ids[:, 1:].ravel().tolist(), *result.next_token_ids.ravel().tolist()}:
        result.labels.index(token_id)
    assert -1 not in result.labels.token_ids


def test_rankings_and_predictions_share_one_pass_that_larger_requests_renew(lm, monkeypatch):
    trace = lm.trace("豆をまく", max_new_tokens=2)
    calls = []
    unembed = lm.unembed
    monkeypatch.setattr(lm, "unembed", lambda *a, **k: calls.append(1) or unembed(*a, **k))
    lmviz.rankings(trace)
    few = lmviz.layer_predictions(trace, top_k=10)
    assert len(calls) == 1
    many = lmviz.layer_predictions(trace, top_k=60)
    assert many.token_ids.shape[2] == 60
    assert np.array_equal(many.token_ids[:, :, :10], few.token_ids)


def test_pieces_do_not_change_the_answer(lm, monkeypatch):
    whole = lmviz.layer_predictions(lm.trace(TEXT))
    monkeypatch.setattr("lmviz.analyses.lens.chunks.LOGITS_AT_ONCE", 3 * lm.vocabulary_size)
    trace = lm.trace(TEXT)
    in_pieces = lmviz.layer_predictions(trace)
    assert np.allclose(whole.log_probabilities, in_pieces.log_probabilities, atol=1e-4, equal_nan=True)
    assert np.array_equal(lmviz.rankings(trace).ranks[-1], lmviz.rankings(lm.trace(TEXT)).ranks[-1])


@pytest.mark.parametrize("top_k", [0, -1, 10**6])
def test_top_k_out_of_range_is_refused(trace, top_k):
    with pytest.raises(ValueError, match="top_k is a whole number between 1 and 16000"):
        lmviz.layer_predictions(trace, top_k=top_k)


def test_among_equal_logits_the_smaller_ids_come_first():
    generator = np.random.Generator(np.random.PCG64(3))
    logits = generator.integers(0, 4, size=(40, 30)).astype(np.float32)
    for k in (1, 5, 29, 30):
        ids, values = strongest(torch.tensor(logits), k)
        expected = np.argsort(-logits, axis=1, kind="stable")[:, :k]
        assert np.array_equal(ids, expected)
        assert np.array_equal(values, np.take_along_axis(logits, expected, axis=1))
