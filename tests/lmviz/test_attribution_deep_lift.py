"""DeepLIFT on whole models: shares that sum to the difference, by plain transformers in float64, and what it leaves."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from attribution_reference import Reference

import lmviz
from lmviz.analyses.attribution.baselines import BASELINES
from lmviz.analyses.attribution.deep_lift.passes import compare
from lmviz.analyses.attribution.question import ask
from lmviz.analyses.attribution.registry import METHODS

FAMILIES = ("gpt2", "gpt_neox", "llama", "qwen2", "gemma", "gemma2")
TEXTS = ("節分に豆をまくのは、", "Celeste is a platform", "東京は日本の首都であり、")


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("節分に豆をまくのは、", max_new_tokens=3)


@pytest.fixture(scope="module")
def exact(lm):
    return copy.deepcopy(lm.network).double()


def sums_to_the_difference(trace, result, network, baseline, target="log_probability"):
    """Shares against another forward pass, in float64; where text and baseline hardly differ, to its rounding."""
    positions = result.target_positions
    baselines = BASELINES[baseline](trace, int(positions.max()), result.seed)
    with torch.no_grad():
        text = network.get_input_embeddings()(torch.from_numpy(trace.token_ids[None, : positions.max()]))
        logits = network(inputs_embeds=torch.cat([text, baselines.double()])).logits[:, positions - 1].double()
    if target != "logit":
        logits = logits - logits.exp().sum(dim=-1, keepdim=True).log()
    values = logits[:, range(len(positions)), trace.token_ids[positions]].numpy()
    values = np.exp(values) if target == "probability" else values
    differences = values[0] - values[1:].mean(axis=0)
    off = np.abs(result.scores.astype(np.float64).sum(axis=1) - differences)
    assert (off < 1e-3 * np.abs(differences) + 1e-5 * np.abs(result.scores).max()).all(), (off, differences)


@pytest.mark.parametrize("baseline", ["zero", "mean", "sampled"])
@pytest.mark.parametrize("target", ["log_probability", "probability", "logit"])
def test_the_shares_of_the_embedded_model_sum_to_the_difference(lm, exact, baseline, target):
    for text in TEXTS if target == "log_probability" else TEXTS[:1]:
        trace = lm.trace(text)
        targets = [2, len(trace.token_ids) - 1]
        result = lmviz.attribute(trace, "deep_lift", targets, target=target, baseline=baseline)
        sums_to_the_difference(trace, result, exact, baseline, target)
        assert result.completeness_errors.max() < 1e-3


@pytest.mark.parametrize("baseline", ["zero", "mean", "sampled"])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_shares_of_every_family_sum_to_the_difference(make_model, family, baseline):
    trace = lmviz.load(make_model(family), device="cpu").trace("鬼は外、福は内")
    targets = [1, 4, len(trace.token_ids) - 1]
    result = lmviz.attribute(trace, "deep_lift", targets=targets, baseline=baseline)
    sums_to_the_difference(trace, result, copy.deepcopy(trace.model.network).double(), baseline)
    # With a baseline of zeros, norms that multiply by the reciprocal of a root give shares of 1e18.
    assert np.abs(result.scores).max() < 200 and (result.norms[0, 0] > 0).all()


@pytest.mark.parametrize("settings", [{"target": "contrast"}, {"target": "contrast", "foil": "大阪"}, {}])
def test_spans_and_contrasts_sum_to_the_difference(lm, make_model, settings):
    for model, baseline in ((lm, "zero"), (lmviz.load(make_model("llama"), device="cpu"), "sampled")):
        trace = model.trace("節分に豆をまくのは、")
        last = len(trace.token_ids) - 1
        result = lmviz.attribute(trace, "deep_lift", [range(3, 6), last], baseline=baseline, **settings)
        differences = result.values - result.absent_values
        totals = result.scores.astype(np.float64).sum(axis=1)
        assert (np.abs(totals - differences) < 1e-3 * np.abs(differences) + 1e-5).all()
        assert (result.scores[0, 3:] == 0).all() and (result.scores[0, :3] != 0).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_near_the_text_multipliers_are_the_gradient(make_model, family):
    trace = lmviz.load(make_model(family), device="cpu").trace("鬼は外、福は内")
    reference, position = Reference(trace), len(trace.token_ids) - 1
    torch.manual_seed(0)
    baseline = reference.embeddings + 1e-4 * torch.randn_like(reference.embeddings)
    text = reference.embeddings.clone().requires_grad_()
    value, _ = compare(lambda embeddings: reference.value(embeddings, position), text, baseline)
    found = torch.autograd.grad(value.sum(), text)[0]
    expected = reference.gradient((reference.embeddings + baseline) / 2, position)
    assert (found - expected).abs().max() < 1e-3 * expected.abs().max()


def test_the_kernel_of_attention_makes_no_difference(make_model):
    model = lmviz.load(make_model("llama"), device="cpu")
    trace = model.trace("鬼は外、福は内")
    in_one_call = lmviz.attribute(trace, "deep_lift", baseline="mean")
    assert model.network.config._attn_implementation == "sdpa"
    model.network.set_attn_implementation("eager")
    written_out = lmviz.attribute(trace, "deep_lift", baseline="mean")
    assert np.abs(in_one_call.scores - written_out.scores).max() < 1e-4 * np.abs(written_out.scores).max()


def test_deep_lift_shap_is_the_mean_over_the_set(trace):
    targets = [5, 6]
    question = ask(trace, targets, "log_probability", None, "sampled", None, 0.01, 5)
    alone = [METHODS["deep_lift"].compute(question.replace(baselines=each[None])).scores for each in question.baselines]
    assert len(alone) == 8 and np.std(alone, axis=0).max() > 0.1
    of_set = lmviz.attribute(trace, "deep_lift_shap", targets, baseline="sampled", seed=5)
    assert np.allclose(of_set.scores[0, :5], np.mean(alone, axis=0)[0, :5], rtol=1e-3, atol=1e-5)
    assert np.allclose(of_set.scores[1, :6], np.mean(alone, axis=0)[1], rtol=1e-3, atol=1e-5)
    assert of_set.baseline == "sampled" and of_set.signed
    one = lmviz.attribute(trace, "deep_lift_shap", targets, baseline="mean")
    assert np.array_equal(one.scores, lmviz.attribute(trace, "deep_lift", targets, baseline="mean").scores)


def test_the_norms_are_those_of_multiplier_times_difference(trace):
    result = lmviz.attribute(trace, "deep_lift", targets=[4])
    question = ask(trace, [4], "log_probability", None, "zero", None, 0.01, 0)
    text = question.embeddings[None].clone().requires_grad_()

    def value(embeddings):
        return trace.model.network(inputs_embeds=embeddings).logits[:, 3].log_softmax(-1)[:, trace.token_ids[4]]

    shares = torch.autograd.grad(compare(value, text, torch.zeros_like(text))[0].sum(), text)[0] * text
    assert np.allclose(result.norms[0, :4], shares[0].norm(dim=1).detach(), rtol=1e-4)
    assert np.allclose(result.scores[0, :4], shares[0].sum(dim=1).detach(), rtol=1e-3, atol=1e-5)


def test_small_batches_change_nothing(trace, monkeypatch):
    whole = lmviz.attribute(trace, "deep_lift", targets=[3, 4], baseline="sampled")
    monkeypatch.setattr("lmviz.analyses.attribution.deep_lift.contributions.rows_at_once", lambda model, length: 1)
    one_by_one = lmviz.attribute(trace, "deep_lift", targets=[3, 4], baseline="sampled")
    assert np.abs(whole.scores - one_by_one.scores).max() < 1e-4 * np.abs(whole.scores).max()


def test_a_target_has_the_same_scores_alone_and_among_others(trace):
    targets = [1, 4, 5, 9, 10]
    together = lmviz.attribute(trace, "deep_lift", targets=targets)
    for row in (0, 2, 3):
        alone = lmviz.attribute(trace, "deep_lift", targets=[targets[row]])
        assert np.abs(alone.scores[0] - together.scores[row]).max() < 1e-4 * np.abs(alone.scores).max()


def test_targets_near_each_other_share_two_passes_forward(lm, trace, monkeypatch):
    passes = []
    run = lm.hidden_from_embeddings
    monkeypatch.setattr(lm, "hidden_from_embeddings", lambda x: passes.append(len(x)) or run(x))
    lmviz.attribute(trace, "deep_lift", targets=[len(trace.token_ids) - 1])  # memory is measured
    passes.clear()
    lmviz.attribute(trace, "deep_lift")
    assert passes.count(1) == len(passes) == 2 + 2


def test_bfloat16_tells_its_error(lm):
    rounded = lmviz.load(lm.directory, device="cpu", dtype="bfloat16")
    exact = lmviz.attribute(lm.trace(TEXTS[0]), "deep_lift", targets=[5])
    result = lmviz.attribute(rounded.trace(TEXTS[0]), "deep_lift", targets=[5])
    assert np.abs(result.scores - exact.scores).max() < 0.05 * np.abs(exact.scores).max()
    assert exact.completeness_errors[0] < 1e-4 < result.completeness_errors[0]


def state(network):
    return {
        "parameters": {name: each.detach().clone() for name, each in network.named_parameters()},
        "attributes": {name: set(vars(each)) for name, each in network.named_modules()},
        "hooks": {
            name: len(each._forward_hooks) + len(each._forward_pre_hooks) + len(each._backward_hooks)
            for name, each in network.named_modules()
        },
        "types": {name: (type(each), each.training) for name, each in network.named_modules()},
        "settings": network.config.to_json_string(),
        "attention": network.config._attn_implementation,
    }


def test_the_model_is_left_as_it_was_also_after_an_error(make_model, monkeypatch):
    model = lmviz.load(make_model("gemma"), device="cpu")
    trace, network = model.trace("鬼は外、福は内"), model.network
    before = state(network)
    first = lmviz.attribute(trace, "deep_lift", targets=[3, range(4, 6)])
    with monkeypatch.context() as changed:
        changed.setattr(network.model.layers[1].mlp.act_fn, "forward", lambda x: x.sort(dim=-1).values)
        with pytest.raises(ValueError, match="DeepLIFT has no rule for sort .*integrated_gradients"):
            lmviz.attribute(trace, "deep_lift", targets=[3])
    after = state(network)
    for name, each in network.named_parameters():
        assert each.grad is None and not each.requires_grad
        assert torch.equal(before["parameters"][name], each)
    assert {**before, "parameters": None} == {**after, "parameters": None}
    assert np.array_equal(lmviz.attribute(trace, "deep_lift", targets=[3, range(4, 6)]).scores, first.scores)
    assert torch.exp(torch.ones(1, requires_grad=True)).grad_fn.name() == "ExpBackward0"
