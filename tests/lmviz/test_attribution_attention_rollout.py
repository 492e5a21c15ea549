"""Attention weights against transformers' own eager attention, and rollout against products written out here."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
import transformers
from attribution_promises import FAMILIES, keeps_its_promises, near_in_bfloat16

import lmviz
from lmviz.analyses.attribution.attention import attending, attention_weights
from lmviz.analyses.attribution.question import ask
from lmviz.analyses.attribution.registry import METHODS

TEXT = "鬼は外、福は内。豆まきでは「鬼は外、福は内」と声を出しながら豆を撒く。"


def eager_attentions(trace) -> np.ndarray:
    """Float64 ``[layer, head, position, position]``, by plain transformers."""
    network = transformers.AutoModelForCausalLM.from_pretrained(
        trace.model.directory, attn_implementation="eager", dtype=torch.float32
    )
    with torch.no_grad():
        attentions = network(torch.tensor(trace.token_ids)[None], output_attentions=True).attentions
    return torch.cat(attentions).double().numpy()


@pytest.mark.parametrize("family", [*FAMILIES, "mistral"])
def test_every_family_attends_as_it_does_by_itself(make_model, family):
    settings = {"sliding_window": 8} if family == "mistral" else {}
    model = lmviz.load(make_model(family, **settings), device="cpu")
    trace = model.trace(TEXT)
    embeddings = model.embed(trace.token_ids)
    before = model.network.config._attn_implementation
    with torch.no_grad():
        ordinary = model.hidden_from_embeddings(embeddings[None])
        with attending(model):
            ours = model.hidden_from_embeddings(embeddings[None])
    assert torch.allclose(ours, ordinary, rtol=1e-4, atol=1e-4 * ordinary.abs().max().item())
    assert model.network.config._attn_implementation == before

    weights = attention_weights(model, embeddings).numpy()
    assert np.allclose(weights.sum(axis=-1), 1) and (np.triu(weights, 1) == 0).all()
    assert np.abs(weights - eager_attentions(trace).mean(axis=1)).max() < 1e-5


def test_a_sliding_window_is_kept(make_model):
    model = lmviz.load(make_model("gemma2"), device="cpu")
    trace = model.trace(TEXT)
    n, window = len(trace.token_ids), model.network.config.sliding_window
    assert n > window
    weights = attention_weights(model, model.embed(trace.token_ids)).numpy()
    out_of_sight = np.tri(n, k=-window, dtype=bool)
    sliding = [kind == "sliding_attention" for kind in model.network.config.layer_types]
    assert [bool((layer[out_of_sight] == 0).all()) for layer in weights] == sliding
    assert 0 < sum(sliding) < len(sliding)


@pytest.mark.parametrize("start", ["none", "bos"])
def test_scores_are_the_sum_over_all_ways_through_the_layers(make_model, start):
    trace = lmviz.load(make_model("llama"), device="cpu", start=start).trace("鬼は外")
    attentions = eager_attentions(trace).mean(axis=1)
    mixing = attentions / 2 + np.eye(len(trace.token_ids)) / 2
    targets = [2, len(trace.token_ids) - 1]
    result = lmviz.attribute(trace, "attention_rollout", targets=targets)
    for row, target in enumerate(targets):
        expected = np.zeros(len(trace.token_ids))
        for token, first, second in itertools.product(range(target), repeat=3):
            expected[token] += mixing[2][target - 1, second] * mixing[1][second, first] * mixing[0][first, token]
        assert np.abs(result.scores[row] - expected).max() < 1e-5
    assert np.allclose(result.scores.sum(axis=1), 1, atol=1e-6)
    assert np.isnan(result.completeness_errors).all() and (result.n_steps == 0).all() and result.baseline == "none"


def test_a_span_has_the_mean_over_the_rows_that_predict_it_less_what_they_draw_from_itself(lm):
    trace = lm.trace(TEXT[:12])
    single = lmviz.attribute(trace, "attention_rollout", targets=[4, 5, 6]).scores
    span = lmviz.attribute(trace, "attention_rollout", targets=[range(4, 7)]).scores[0]
    assert np.allclose(span[:4], single[:, :4].mean(axis=0), atol=1e-7)
    assert (span[4:] == 0).all() and 0.3 < span.sum() < 1


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family(make_model, family):
    keeps_its_promises(lmviz.load(make_model(family), device="cpu"), "attention_rollout")


@pytest.mark.parametrize("family", ["gpt2", "gemma2"])
def test_bfloat16(make_model, family):
    near_in_bfloat16(make_model(family, initializer_range=0.1), "attention_rollout", 0.02)


def test_one_pass_over_what_the_last_row_sees(lm, monkeypatch):
    trace, passes, run = lm.trace(TEXT), [], lm.hidden_from_embeddings
    monkeypatch.setattr(lm, "hidden_from_embeddings", lambda inputs: passes.append(inputs.shape[:2]) or run(inputs))
    attention_weights(lm, lm.embed(trace.token_ids[:7]))
    assert passes == [(1, 7)]


def test_a_model_is_as_it_was_after_a_failure(lm):
    def fail(weights):
        raise RuntimeError("this is a test")

    embeddings = lm.embed([5, 6, 7])[None]
    with pytest.raises(RuntimeError, match="this is a test"), attending(lm, keep_weights=fail):
        lm.hidden_from_embeddings(embeddings)
    assert lm.network.config._attn_implementation == "sdpa"


def test_a_model_with_an_attention_of_its_own_is_refused(make_model):
    parts = {"embedding": "transformer.word_embeddings", "blocks": "transformer.h", "final_norm": "transformer.ln_f",
             "feed_forward": "mlp.dense_4h_to_h"}
    model = lmviz.load(make_model("falcon"), device="cpu", architecture=parts)
    with pytest.raises(ValueError, match="FalconForCausalLM does not attend through .* choose a method"):
        lmviz.attribute(model.trace("鬼は外"), "attention_rollout", targets=[2])


@pytest.mark.parametrize("name", ["attention_rollout", "value_zeroing"])
@pytest.mark.parametrize("target", [6, range(6, 9)])
def test_embeddings_that_a_question_changes_are_read(lm, name, target):
    """With the embeddings of another text before the target, the answer is that text's."""
    one, other = (lm.trace(text) for text in ("節分の夜、鬼は外、福は内", "節分の夜、豆は外、福は内"))
    assert np.flatnonzero(one.token_ids != other.token_ids).tolist() == [5]
    question = ask(one, [target], "log_probability", None, "zero", None, 0.01, 0)
    changed = question.replace(embeddings=lm.embed(other.token_ids[: len(question.embeddings)]))
    expected = lmviz.attribute(other, name, targets=[target]).scores[:, :6]
    tolerance = 1e-8 + 1e-4 * np.abs(expected)
    assert (np.abs(METHODS[name].compute(changed).scores[:, :6] - expected) < tolerance).all()
    assert (np.abs(lmviz.attribute(one, name, targets=[target]).scores[:, :6] - expected) > 10 * tolerance).any()
