"""Watched words against the chain rule, with transformers run token by token on a text that the test puts together."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from float64_reference import FINAL_NORMS, gpt2_lens, log_softmax

import lmviz

WORDS = ("鬼", "豆", "節分の日", "昭和新山")


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("立春の前の日に、", max_new_tokens=6)


@pytest.fixture(scope="module")
def several(lm):
    long = [word for word in WORDS if len(lm.tokenizer.encode_continuation(word)) > 1]
    assert len(long) >= 2
    return long


@pytest.mark.parametrize("shift", [-2, 0, 6])
def test_words_of_several_tokens_follow_the_chain_rule_at_every_layer(lm, trace, several, shift):
    position = trace.n_prompt + shift
    result = lmviz.watched_words(trace, several, position=position)
    for word, row in zip(several, result.log_probabilities, strict=True):
        ids = list(lm.tokenizer.encode_continuation(word))
        by_layer, by_model = np.zeros(lm.n_layers), 0.0
        for known in range(len(ids)):
            text = [*trace.token_ids[:position].tolist(), *ids[:known]]
            with torch.no_grad():
                output = lm.network(torch.tensor([text]), output_hidden_states=True)
            by_model += log_softmax(output.logits[0, -1].double().numpy())[ids[known]]
            # transformers' last hidden state is already normed, and so compared through the logits alone.
            for layer, hidden in enumerate(output.hidden_states[1:-1]):
                logits = gpt2_lens(lm, hidden[0, -1:].numpy(), norm=True)[0]
                by_layer[layer] += log_softmax(logits)[ids[known]]
        assert np.allclose(row[:-1], by_layer[:-1], atol=1e-3)
        assert abs(row[-1] - by_model) < 1e-3
    assert (result.ranks == 0).all()


@pytest.mark.parametrize("final_norm", [True, False])
def test_a_single_token_agrees_with_rankings_and_predictions(lm, trace, final_norm):
    single = [
        (position, text) for position, text in enumerate(trace.tokens.texts)
        if position and text and lm.tokenizer.encode_continuation(text).tolist() == [trace.token_ids[position]]
    ]
    assert len(single) >= 3
    predictions = lmviz.layer_predictions(trace, top_k=lm.vocabulary_size, final_norm=final_norm)
    for position, text in single[:3]:
        result = lmviz.watched_words(trace, [text, text], position=position, final_norm=final_norm)
        assert np.array_equal(result.ranks[0], lmviz.rankings(trace, final_norm=final_norm).ranks[:, position])
        here = predictions.token_ids[:, position] == trace.token_ids[position]
        assert np.allclose(result.log_probabilities[0], predictions.log_probabilities[:, position][here], atol=1e-4)
        assert np.array_equal(result.log_probabilities[0], result.log_probabilities[1])
    assert np.isfinite(result.log_probabilities).all()


def test_words_share_one_forward_pass_and_one_matrix_product_and_come_out_as_alone(lm, trace, several, monkeypatch):
    alone = [lmviz.watched_words(trace, [word]).log_probabilities[0] for word in [*several, *WORDS]]
    passes, products = [], []
    forward, unembed = lm.network.base_model.forward, lm.unembed
    monkeypatch.setattr(lm.network.base_model, "forward", lambda *a, **k: passes.append(1) or forward(*a, **k))
    monkeypatch.setattr(lm, "unembed", lambda *a, **k: products.append(1) or unembed(*a, **k))
    together = lmviz.watched_words(trace, [*several, *WORDS])
    assert len(passes) == len(products) == 1
    assert np.allclose(together.log_probabilities, alone, rtol=0, atol=1e-4)
    monkeypatch.setattr("lmviz.analyses.watched_words.LOGITS_AT_ONCE", lm.n_layers * lm.vocabulary_size)
    in_pieces = lmviz.watched_words(trace, [*several, *WORDS])
    assert len(products) > 3 and np.array_equal(in_pieces.ranks, together.ranks)
    assert np.allclose(in_pieces.log_probabilities, together.log_probabilities, rtol=0, atol=1e-4)


@pytest.mark.parametrize("family", FINAL_NORMS)
def test_words_of_whole_and_partial_characters_are_products_of_the_models_own_conditionals(make_model, family):
    model = lmviz.load(make_model(family), device="cpu")
    trace = model.trace("節分は、豆")
    words = ["豆", "𠮷田", "🍣", "豆まきの鬼"]
    result = lmviz.watched_words(trace, words, position=len(trace.tokens))
    assert result.word_token_texts[1][0].startswith("F0")  # of F0 A0 AE B7, the bytes of 𠮷
    for ids, found in zip(result.word_token_ids, result.log_probabilities, strict=True):
        with torch.no_grad():
            logits = model.network(torch.tensor([[*trace.token_ids, *ids]])).logits[0].double().numpy()
        before = log_softmax(logits)[len(trace.tokens) - 1 : -1]
        assert found[-1] == pytest.approx(before[np.arange(len(ids)), ids].sum(), abs=1e-4 * len(ids))


def test_the_default_position_is_where_the_continuation_begins(trace):
    by_default = lmviz.watched_words(trace, WORDS)
    assert by_default.position == trace.n_prompt
    named = lmviz.watched_words(trace, WORDS, position=trace.n_prompt)
    assert np.array_equal(by_default.log_probabilities, named.log_probabilities)


def test_it_shows_the_tokens_used_without_a_prefix_space(lm, trace):
    result = lmviz.watched_words(trace, WORDS)
    assert result.words == WORDS
    for word, ids, texts in zip(WORDS, result.word_token_ids, result.word_token_texts, strict=True):
        assert "".join(texts) == word and len(ids) == len(texts)
        assert list(ids) == lm.tokenizer.encode_continuation(word).tolist()


@pytest.mark.parametrize(
    ("words", "position", "match"),
    [
        ([], None, "no words"),
        ("鬼", None, "give a list"),
        ([""], None, "has no tokens"),
        (["鬼"], 0, "position 0 has no prediction"),
        (["鬼"], -1, "at position -1"),
        (["鬼"], 10_000, "at position 10000"),
        (["鬼" * 400], None, "does not fit into the context"),
    ],
)
def test_what_cannot_be_answered_is_refused(trace, words, position, match):
    with pytest.raises(ValueError, match=match):
        lmviz.watched_words(trace, words, position=position)


def test_the_position_after_the_last_is_the_last_one_possible(trace):
    lmviz.watched_words(trace, ["鬼"], position=len(trace.tokens))
    with pytest.raises(ValueError, match="the one after the last"):
        lmviz.watched_words(trace, ["鬼"], position=len(trace.tokens) + 1)


def test_a_word_with_an_unknown_token_is_refused(trace, lm, monkeypatch):
    assert lm.tokenizer.unk_id is not None
    monkeypatch.setattr(lm.tokenizer, "encode_continuation", lambda word: np.array([lm.tokenizer.unk_id]))
    with pytest.raises(ValueError, match="cannot write the word"):
        lmviz.watched_words(trace, ["🍣"])
