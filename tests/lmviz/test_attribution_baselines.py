"""What stands for "absent": each baseline from the embedding module alone, and integrated gradients along each path."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution_reference import Reference

import lmviz
from lmviz.analyses.attribution.baselines import mean_embedding, sampled_tokens
from lmviz.analyses.attribution.question import ask


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("節分に豆をまくのは、", max_new_tokens=3)


def baseline_of(trace, name, seed=0):
    return ask(trace, None, "log_probability", None, name, None, 0.01, seed).baselines


def all_embeddings(model):
    module = model.network.get_input_embeddings()
    with torch.no_grad():
        return module(torch.arange(module.num_embeddings)).double().numpy()


@pytest.mark.parametrize("family", ["gpt2", "llama", "gemma"])
def test_the_mean_is_that_of_the_embeddings_as_the_first_block_reads_them(make_model, family):
    model = lmviz.load(make_model(family), device="cpu")
    mean = mean_embedding(model).numpy()
    assert np.allclose(mean, all_embeddings(model)[: model.vocabulary_size].mean(axis=0), atol=1e-6)
    scale = np.sqrt(model.width) if family == "gemma" else 1.0
    weight = model.network.get_input_embeddings().weight.double().numpy()
    assert np.allclose(mean, scale * weight.mean(axis=0), atol=1e-5)


def test_zero_mean_and_padding_are_one_row_each_for_all_positions(lm, trace):
    embeddings = all_embeddings(lm)
    length = len(trace.token_ids) - 1
    padding = embeddings[lm.tokenizer.pad_id]
    for name, row in (("zero", np.zeros(lm.width)), ("mean", embeddings.mean(axis=0)), ("padding", padding)):
        baseline = baseline_of(trace, name)
        assert baseline.shape == (1, length, lm.width)
        assert np.allclose(baseline[0].numpy(), row, atol=1e-6)


def test_padding_is_refused_where_there_is_none(make_model):
    trace = lmviz.load(make_model("gpt2"), device="cpu").trace("鬼は外")
    assert trace.model.tokenizer.pad_id is None
    with pytest.raises(ValueError, match="has no padding token.*choose another baseline: zero, mean, sampled"):
        lmviz.attribute(trace, baseline="padding")


def test_sampled_texts_never_hold_the_token_itself(trace):
    length = len(trace.token_ids)
    drawn = sampled_tokens(trace, length, 3_000, seed=0)
    assert drawn.shape == (3_000, length)
    assert (drawn != trace.token_ids).all()
    assert drawn.min() >= 0 and drawn.max() < trace.model.vocabulary_size


def test_sampled_tokens_are_as_likely_as_the_model_holds_them(trace):
    position, n_texts = trace.n_prompt, 20_000
    drawn = sampled_tokens(trace, position + 1, n_texts, seed=1)[:, position]
    logits = torch.tensor(trace.logits[position - 1]).double()
    logits[trace.token_ids[position]] = -torch.inf
    probabilities = logits.softmax(dim=0).numpy()
    likeliest = np.argsort(-probabilities)[:8]
    found = np.array([(drawn == token_id).mean() for token_id in likeliest])
    assert (np.abs(found - probabilities[likeliest]) < 5 * np.sqrt(probabilities[likeliest] / n_texts)).all()


def test_a_longer_text_leaves_what_is_drawn_before_as_it_is(lm, trace):
    longer = lm.trace(trace.text, continuation="に豆をまく行事である")
    shared = int(np.argmin(longer.token_ids[: len(trace.token_ids)] == trace.token_ids)) or len(trace.token_ids)
    assert shared > 8
    drawn = sampled_tokens(longer, len(longer.token_ids), 5, seed=0)
    for length in (1, 2, shared):
        assert np.array_equal(sampled_tokens(trace, length, 5, seed=0), drawn[:, :length])


def test_a_sampled_set_is_the_embeddings_of_texts_that_a_seed_gives_again(lm, trace):
    length = len(trace.token_ids) - 1
    first, again, other = (baseline_of(trace, "sampled", seed).numpy() for seed in (5, 5, 6))
    assert first.shape == (8, length, lm.width)
    assert first.tobytes() == again.tobytes() and not np.allclose(first, other)
    assert np.allclose(first, all_embeddings(lm)[sampled_tokens(trace, length, 8, seed=5)], atol=1e-6)


@pytest.mark.parametrize("baseline", ["zero", "mean", "padding", "sampled"])
def test_integrated_gradients_sum_to_the_difference_under_each_baseline(trace, baseline):
    target = trace.n_prompt
    result = lmviz.attribute(trace, targets=[target], baseline=baseline, seed=2, tolerance=0.02)
    assert result.baseline == baseline and result.completeness_errors[0] < 0.02
    reference = Reference(trace)
    with torch.no_grad():
        present = reference.value(reference.embeddings[:, :target], target).item()
        absent = reference.value(baseline_of(trace, baseline, 2)[:, :target].double(), target).mean().item()
    assert result.values[0] == pytest.approx(present, abs=1e-4)
    assert result.absent_values[0] == pytest.approx(absent, abs=1e-4)
    assert abs(result.scores.astype(np.float64).sum() - (present - absent)) < 0.021 * abs(present - absent)


def test_integrated_gradients_converge_on_a_llama_from_the_mean(make_model):
    trace = lmviz.load(make_model("llama"), device="cpu").trace("鬼は外、福は内")
    result = lmviz.attribute(trace, targets=[3, 6], baseline="mean")
    assert result.converged.all()
    assert np.allclose(result.scores.sum(axis=1), result.values - result.absent_values, rtol=0.011)
