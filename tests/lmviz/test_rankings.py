"""Ranks against a brute force in float64, within the tolerance that docs/design.md defines."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from float64_reference import assert_ranks, gpt2_lens

import lmviz
from lmviz.analyses.candidates import ranks


@pytest.mark.parametrize("final_norm", [True, False])
def test_ranks_are_counts_over_the_whole_vocabulary(lm, final_norm):
    trace = lm.trace("前日は寒かったが、立春を過ぎると", max_new_tokens=8)
    result = lmviz.rankings(trace, final_norm=final_norm)
    assert result.ranks.shape == (lm.n_layers, len(trace.token_ids)) and result.ranks.dtype == np.int64
    assert result.vocabulary_size == lm.vocabulary_size == 16000
    for layer in range(lm.n_layers):
        norm = final_norm or layer == lm.n_layers - 1
        exact = gpt2_lens(lm, trace.hidden_states[layer], norm=norm)
        with torch.no_grad():
            ours = lm.unembed(torch.tensor(trace.hidden_states[layer]), final_norm=norm).double().numpy()
        error = np.abs(ours - exact).max()
        assert error < 1e-5 * np.abs(exact).max()
        assert_ranks(result.ranks[layer, 1:], exact[:-1], trace.token_ids[1:], error)


def test_greedy_continuation_has_rank_one_at_the_last_layer_and_position_zero_has_none(lm):
    trace = lm.trace("日本の首都は", max_new_tokens=8)
    result = lmviz.rankings(trace)
    assert (result.ranks[-1, trace.n_prompt:] == 1).all()
    assert (result.ranks[:, 0] == 0).all() and (result.ranks[:, 1:] >= 1).all()


def test_entries_with_equal_logits_share_a_rank():
    logits = torch.tensor([[2.0, 5.0, 2.0, 1.0, 2.0]]).expand(5, -1)
    assert ranks(logits, torch.arange(5)).tolist() == [2, 1, 2, 5, 2]


def test_a_text_of_one_token_has_a_next_prediction_but_no_ranks(lm):
    trace = lm.trace("「")
    assert len(trace.token_ids) == 1
    assert lmviz.rankings(trace).ranks.tolist() == [[0]] * lm.n_layers
    assert lmviz.layer_predictions(trace).next.token_ids.shape == (lm.n_layers, 10)
    assert np.isnan(lmviz.token_probabilities(trace).log_probabilities).all()
    with pytest.raises(ValueError, match="single token"):
        lmviz.attribute(trace)
    with pytest.raises(ValueError, match="no position to factor"):
        lmviz.neuron_factors(trace)
