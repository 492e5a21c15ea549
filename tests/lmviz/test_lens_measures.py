"""Entropies, divergences and ranks of the lens against float64, and its memory where the vocabulary is large."""

from __future__ import annotations

import weakref

import numpy as np
import pytest
import torch
from float64_reference import FINAL_NORMS, assert_ranks, family_lens, log_softmax
from torch.utils._python_dispatch import TorchDispatchMode

import lmviz
from lmviz.analyses.lens import lens_chunks, shared_pass
from lmviz.analyses.lens_measures import settled_layers
from lmviz.results import Rankings

TEXT = "節分には鬼に向かって、豆をまく。"


def assert_measures(result, trace, family, *, final_norm):
    n_layers = trace.model.n_layers
    logits = [
        family_lens(family, trace.model.network, hidden, norm=final_norm or layer == n_layers - 1)
        for layer, hidden in enumerate(trace.hidden_states[:, :-1])
    ]
    logs = log_softmax(np.stack(logits))
    own = np.take_along_axis(logs, trace.token_ids[None, 1:, None], axis=2)[:, :, 0]
    # Errors of float32 are a share of the logits themselves, of which a layer without its norm has large ones.
    error = 2e-6 * max(5.0, np.abs(logits).max())
    np.testing.assert_allclose(result.log_probabilities[:, 1:], own, rtol=0, atol=error)
    np.testing.assert_allclose(result.entropies[:, 1:], -(np.exp(logs) * logs).sum(axis=2), rtol=0, atol=error)
    divergences = (np.exp(logs[-1]) * (logs[-1] - logs)).sum(axis=2)
    np.testing.assert_allclose(result.divergences[:, 1:], divergences, rtol=0, atol=error)
    assert (result.divergences[-1, 1:] == 0).all() and (result.divergences[:, 1:] >= 0).all()
    for ranks, exact in zip(result.ranks[:, 1:], logits, strict=True):
        assert_ranks(ranks, exact, trace.token_ids[1:], error)
    best = logs.argmax(axis=2)
    expected = [
        next(layer for layer in range(n_layers) if (row[layer:] == row[-1]).all()) for row in best.T
    ]
    assert result.settled[1:].tolist() == expected


@pytest.mark.parametrize("final_norm", [True, False])
@pytest.mark.parametrize("family", FINAL_NORMS)
def test_measures_equal_float64_in_every_family(make_model, family, final_norm):
    trace = lmviz.load(make_model(family), device="cpu").trace(TEXT)
    assert_measures(lmviz.lens_measures(trace, final_norm=final_norm), trace, family, final_norm=final_norm)


def test_measures_of_the_embedded_model_equal_float64_in_pieces_of_any_size(lm, monkeypatch):
    trace = lm.trace(TEXT, max_new_tokens=4)
    whole = lmviz.lens_measures(trace)
    assert_measures(whole, trace, "gpt2", final_norm=True)
    assert len(np.unique(whole.settled)) > 2
    monkeypatch.setattr("lmviz.analyses.lens.chunks.LOGITS_AT_ONCE", 3 * lm.n_layers * lm.vocabulary_size)
    monkeypatch.setattr("lmviz.analyses.lens.chunks.LOGITS_IN_CACHE", 2 * lm.vocabulary_size)
    again = lm.trace(TEXT, max_new_tokens=4)
    assert_measures(lmviz.lens_measures(again), again, "gpt2", final_norm=True)


def test_pieces_cover_every_row_of_every_layer_once_and_the_last_layer_leads(lm, monkeypatch):
    trace = lm.trace(TEXT)
    monkeypatch.setattr("lmviz.analyses.lens.chunks.LOGITS_IN_CACHE", 4 * lm.vocabulary_size)
    seen, led = np.zeros(trace.hidden_states.shape[:2], dtype=int), set()
    for layer, rows, logits in lens_chunks(trace):
        assert logits.shape == (rows.stop - rows.start, lm.vocabulary_size)
        if layer == lm.n_layers - 1:
            led.add(rows.start)
            np.testing.assert_allclose(logits.numpy(), trace.logits[rows], rtol=0, atol=1e-4)
        assert rows.start in led
        seen[layer, rows] += 1
    assert (seen == 1).all() and len(led) > 1


def test_measures_are_rankings_and_come_from_one_pass(lm, monkeypatch):
    trace = lm.trace(TEXT)
    products = []
    unembed = lm.unembed
    monkeypatch.setattr(lm, "unembed", lambda *a, **k: products.append(1) or unembed(*a, **k))
    measures = lmviz.lens_measures(trace)
    ranks, predictions = lmviz.rankings(trace), lmviz.layer_predictions(trace)
    assert len(products) == 1
    assert isinstance(measures, Rankings) and np.array_equal(measures.ranks, ranks.ranks)
    first = predictions.log_probabilities[:, 1:, 0]
    assert np.array_equal(first == measures.log_probabilities[:, 1:], measures.ranks[:, 1:] == 1)


def test_ranks_alone_leave_entropies_out_until_they_are_asked_for(lm, monkeypatch):
    trace = lm.trace(TEXT)
    computed, expectation = [], shared_pass._expectation
    monkeypatch.setattr(shared_pass, "_expectation", lambda *a: computed.append(1) or expectation(*a))
    few = lmviz.layer_predictions(trace, top_k=3)
    lmviz.rankings(trace)
    assert not computed
    assert np.isfinite(lmviz.lens_measures(trace).entropies[:, 1:]).all()
    assert np.array_equal(lmviz.layer_predictions(trace, top_k=3).token_ids, few.token_ids)


def test_position_zero_has_no_measure(lm):
    for text in (TEXT, "「"):
        result = lmviz.lens_measures(lm.trace(text))
        for measure in (result.log_probabilities, result.entropies, result.divergences):
            assert np.isnan(measure[:, 0]).all() and np.isfinite(measure[:, 1:]).all()
        assert (result.ranks[:, 0] == 0).all() and result.settled[0] == -1


def test_a_prediction_settles_after_its_last_change():
    best = np.array([[7, 1, 4, 9], [7, 2, 3, 9], [7, 1, 3, 8], [7, 1, 3, 9]])
    assert settled_layers(best).tolist() == [0, 2, 1, 3]


class Allocations(TorchDispatchMode):
    """Elements of float tensors alive at one time, at most."""

    def __init__(self):
        super().__init__()
        self.alive = self.peak = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        made = function(*args, **kwargs)
        passed = (*args, *kwargs.values())
        given = {tensor.untyped_storage().data_ptr() for tensor in passed if isinstance(tensor, torch.Tensor)}
        for tensor in made if isinstance(made, (tuple, list)) else [made]:
            if isinstance(tensor, torch.Tensor) and tensor.untyped_storage().data_ptr() not in given:
                self.alive += tensor.numel()
                self.peak = max(self.peak, self.alive)
                weakref.finalize(tensor, self._free, tensor.numel())
        return made

    def _free(self, number):
        self.alive -= number


@pytest.mark.parametrize("final_norm", [True, False])
def test_memory_is_bounded_where_the_vocabulary_is_large(make_model, final_norm, monkeypatch):
    at_once = 2**21
    monkeypatch.setattr("lmviz.analyses.lens.chunks.LOGITS_AT_ONCE", at_once)
    directory = make_model("gpt2", vocab_size=151_936, n_embd=4, n_head=1, n_layer=4)
    trace = lmviz.load(directory, device="cpu").trace("節分は、季節の変わり目の豆")
    assert trace.hidden_states[:, :, 0].size * 151_936 > 3 * at_once
    with Allocations() as allocations:
        result = lmviz.lens_measures(trace, final_norm=final_norm)
    assert at_once / 2 < allocations.peak < 2.5 * at_once
    assert_measures(result, trace, "gpt2", final_norm=final_norm)
