"""Token probabilities against the generating rule itself: a greedy choice, a chain rule, a sum of one."""

from __future__ import annotations

import numpy as np
import pytest

import lmviz


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("季節の変わり目には、", max_new_tokens=8)


def test_log_probabilities_are_the_log_softmax_in_float64(trace):
    result = lmviz.token_probabilities(trace, top_k=4)
    logits = trace.logits.astype(np.float64)
    for position in range(1, len(trace.token_ids)):
        row = logits[position - 1]
        normalizer = np.log(np.exp(row - row.max()).sum()) + row.max()
        own = trace.token_ids[position]
        assert abs(result.log_probabilities[position] - (row[own] - normalizer)) < 1e-5
        assert result.ranks[position] == 1 + (row > row[own]).sum()
        order = np.argsort(-row, kind="stable")[:4]
        assert np.array_equal(result.candidate_ids[position], order)
        assert np.allclose(result.candidate_log_probabilities[position], row[order] - normalizer, atol=1e-5)


def test_greedy_tokens_are_the_first_candidates(trace):
    result = lmviz.token_probabilities(trace)
    new = slice(trace.n_prompt, None)
    assert np.array_equal(result.candidate_ids[new, 0], trace.token_ids[new])
    assert (result.ranks[new] == 1).all()


def test_all_candidates_together_have_probability_one(lm, trace):
    result = lmviz.token_probabilities(trace, top_k=lm.vocabulary_size)
    assert np.allclose(np.exp(result.candidate_log_probabilities[1:].astype(np.float64)).sum(axis=1), 1, atol=1e-5)


def test_position_zero_has_no_prediction(trace):
    result = lmviz.token_probabilities(trace, top_k=2)
    assert np.isnan(result.log_probabilities[0]) and result.ranks[0] == 0
    assert (result.candidate_ids[0] == -1).all() and np.isnan(result.candidate_log_probabilities[0]).all()
    assert -1 not in result.labels.token_ids


def test_top_k_out_of_range_is_refused(trace):
    with pytest.raises(ValueError, match="top_k is a whole number between 1 and 16000, not 0"):
        lmviz.token_probabilities(trace, top_k=0)
