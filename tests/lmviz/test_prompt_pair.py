"""Pairs of texts: what is compared with what, and divergences against float64."""

from __future__ import annotations

import numpy as np
import pytest
from float64_reference import FINAL_NORMS, family_lens, log_softmax

import lmviz
from lmviz.analyses.prompt_pair import common_places
from lmviz.tokens import TokenTable


def assert_pair(result, one, two, family, *, final_norm):
    n_layers = one.model.n_layers
    rows = result.places - 1
    for layer in range(n_layers):
        norm = final_norm or layer == n_layers - 1
        states = [t.hidden_states[layer, own].astype(float) for t, own in zip((one, two), rows.T, strict=True)]
        logits = [family_lens(family, one.model.network, each, norm=norm) for each in states]
        p, q = (np.exp(log_softmax(each)) for each in logits)
        entropies = [-(each * np.log(each)).sum(axis=1) for each in ((p + q) / 2, p, q)]
        expected = entropies[0] - (entropies[1] + entropies[2]) / 2
        error = 2e-6 * max(5.0, np.abs(logits).max())
        np.testing.assert_allclose(result.divergences[layer], expected, rtol=0, atol=error)
        cosines = [np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b)) for a, b in zip(*states, strict=True)]
        np.testing.assert_allclose(result.distances[layer], 1 - np.array(cosines), rtol=0, atol=1e-6)
    assert result.divergences.dtype == result.distances.dtype == np.float32
    assert (result.divergences >= 0).all() and (result.divergences <= np.log(2) + 1e-6).all()


@pytest.mark.parametrize("final_norm", [True, False])
@pytest.mark.parametrize("family", FINAL_NORMS)
def test_divergences_equal_float64_in_every_family(make_model, family, final_norm):
    model = lmviz.load(make_model(family), device="cpu")
    one, two = model.trace("節分は豆をまく。"), model.trace("節分が豆をまく。")
    result = lmviz.prompt_pair(one, two, final_norm=final_norm)
    assert one.tokens.text[int(one.tokens.spans[result.places[0, 0], 0]):] == "豆をまく。"
    assert result.places[-1].tolist() == [len(one.tokens), len(two.tokens)]
    assert result.divergences.shape == (model.n_layers, len(result.places)) and result.final_norm is final_norm
    assert_pair(result, one, two, family, final_norm=final_norm)


def test_pieces_do_not_change_a_pair_and_its_order_only_turns_it_round(lm, monkeypatch):
    one, two = lm.trace("鬼は外で豆をまく。"), lm.trace("福は外で豆をまく。")
    whole = lmviz.prompt_pair(one, two)
    assert_pair(whole, one, two, "gpt2", final_norm=True)
    turned = lmviz.prompt_pair(two, one)
    assert np.array_equal(turned.places, whole.places[:, ::-1])
    assert np.allclose(turned.divergences, whole.divergences, atol=1e-6)
    monkeypatch.setattr("lmviz.analyses.prompt_pair.LOGITS_AT_ONCE", 4 * lm.n_layers * lm.vocabulary_size)
    assert np.allclose(lmviz.prompt_pair(one, two).divergences, whole.divergences, atol=1e-5)


def table(ids, n_prompt=None, *, groups=None, n_start=0):
    groups = np.arange(len(ids)) if groups is None else np.array(groups)
    first = [i == 0 or groups[i] != groups[i - 1] for i in range(len(ids))]
    texts = tuple(chr(0x4E00 + i) if own else "" for i, own in zip(ids, first, strict=True))
    return TokenTable(
        np.array(ids), texts, (b"",) * len(ids), ("text",) * len(ids), groups, n_start, n_prompt or len(ids),
    )


@pytest.mark.parametrize(("one", "two", "before", "places"), [
    (table([1, 2, 5, 6]), table([1, 3, 5, 6]), 1, [(2, 2), (3, 3), (4, 4)]),
    (table([1, 2, 2, 5]), table([1, 3, 5]), 1, [(3, 2), (4, 3)]),
    # One has a token more, of which it is not known which of the two it is: common beginning and end never overlap.
    (table([1, 2, 2, 5]), table([1, 2, 5]), 2, [(3, 2), (4, 3)]),
    (table([7, 2, 5]), table([8, 2, 5]), 0, [(1, 1), (2, 2), (3, 3)]),
    # Nothing follows the difference but what comes next.
    (table([1, 2]), table([1, 3]), 1, [(2, 2)]),
    (table([1, 2]), table([1, 2, 3]), 2, [(2, 3)]),
    # The continuations go on alike for one token; that their last tokens are the same is chance.
    (table([1, 2, 5, 6, 8, 9], 3), table([1, 3, 5, 6, 7, 7, 9], 3), 1, [(2, 2), (3, 3), (4, 4)]),
    (table([1, 2, 5, 6, 8], 3), table([1, 3, 4, 5, 6, 8], 4), 1, [(2, 3), (3, 4), (4, 5), (5, 6)]),
    # One prompt, two continuations.
    (table([1, 2, 5, 6], 2), table([1, 2, 7, 6], 2), 2, [(3, 3), (4, 4)]),
    # A character of two tokens, of which one is shared, is no shared character.
    (table([1, 20, 21, 5], groups=[0, 1, 1, 2]), table([1, 20, 22, 5], groups=[0, 1, 1, 2]), 1, [(3, 3), (4, 4)]),
    (table([1, 20, 21, 5], groups=[0, 1, 1, 2]), table([1, 23, 21, 5], groups=[0, 1, 1, 2]), 1, [(3, 3), (4, 4)]),
])
def test_texts_are_compared_where_they_agree_again(one, two, before, places):
    found_before, found = common_places(one, two)
    assert (found_before, [tuple(place) for place in found.tolist()]) == (before, places)
    assert found.dtype == np.int64


def test_before_the_difference_a_model_knows_nothing_of_it(lm):
    one, two = lm.trace("夜になると鬼は外で"), lm.trace("夜になると福は外で")
    result = lmviz.prompt_pair(one, two)
    shared = result.common_before
    np.testing.assert_allclose(one.hidden_states[:, :shared], two.hidden_states[:, :shared], atol=1e-4)
    assert (result.divergences > 0).all() and (result.distances > 0).all()
    assert result.tokens.text == one.text and result.other_tokens.text == two.text


def test_pairs_that_are_none_are_refused(lm, make_model):
    trace = lm.trace("豆をまく")
    with pytest.raises(ValueError, match="texts are the same"):
        lmviz.prompt_pair(trace, lm.trace("豆をまく"))
    other = lmviz.load(make_model("gpt2"), device="cpu")
    with pytest.raises(ValueError, match="read by two"):
        lmviz.prompt_pair(trace, other.trace("豆をまく"))
    with pytest.raises(ValueError, match="no token in common"):
        common_places(table([0, 1, 2], n_start=1), table([0, 3, 4], n_start=1))
    with pytest.raises(ValueError, match="reads a trace, not a str"):
        lmviz.prompt_pair(trace, "豆をまく")
