"""What all attribution methods share: targets, the text they see, refusals, the list of methods."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

import lmviz
from lmviz.analyses.attribution.arguments import Scores
from lmviz.analyses.attribution.registry import METHODS, AttributionMethod, attribution_method

FOUR = ("saliency", "input_x_gradient", "integrated_gradients", "feature_ablation")


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("節分に鬼を追い払うため", max_new_tokens=3)


def steps_of(method):
    return {"n_steps": 4} if method == "integrated_gradients" else {}


def test_the_methods_are_listed_with_what_a_reader_needs():
    listed = {method.name: method for method in lmviz.attribution_methods()}
    assert set(FOUR) <= set(listed)
    assert {name for name in FOUR if listed[name].signed} == set(FOUR) - {"saliency"}
    for method in listed.values():
        assert method.paper and method.cost and method.meaning


@pytest.mark.parametrize("method", FOUR)
def test_scores_end_at_the_target(trace, method):
    targets = [trace.n_prompt + 1, 2, 1]
    result = lmviz.attribute(trace, method, targets=targets, **steps_of(method))
    assert result.target_positions.tolist() == targets
    assert result.scores.shape == result.norms.shape == (3, len(trace.token_ids))
    for row, target in enumerate(targets):
        assert (result.scores[row, target:] == 0).all() and (result.norms[row, target:] == 0).all()
        assert (result.scores[row, :target] != 0).all()
        if method == "feature_ablation":
            assert np.isnan(result.norms[row, :target]).all()
        else:
            assert (result.norms[row, :target] > 0).all()


@pytest.mark.parametrize("method", FOUR)
def test_what_stands_after_a_target_changes_nothing(lm, trace, method):
    target = trace.n_prompt - 1
    longer = lm.trace(trace.text, continuation="に豆をまく行事である")
    assert np.array_equal(longer.token_ids[: target + 1], trace.token_ids[: target + 1])
    here = lmviz.attribute(trace, method, targets=[target, target + 2], **steps_of(method))
    there = lmviz.attribute(longer, method, targets=[target], **steps_of(method))
    assert np.allclose(here.scores[0, :target], there.scores[0, :target], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("method", FOUR)
def test_only_the_text_before_the_last_target_is_run_and_one_row_a_target_unembedded(lm, method, monkeypatch):
    trace = lm.trace("節分に鬼を追い払うため")
    lengths, rows = [], []
    run, unembed = lm.hidden_from_embeddings, lm.unembed
    monkeypatch.setattr(lm, "hidden_from_embeddings", lambda x: lengths.append(x.shape[:2]) or run(x))
    monkeypatch.setattr(lm, "unembed", lambda h, **k: rows.append(h.shape[:-1].numel()) or unembed(h, **k))
    lmviz.attribute(trace, method, targets=[5], **steps_of(method))
    assert {length for _, length in lengths} == {5}
    assert sum(rows) == sum(batch for batch, _ in lengths)


def test_saliency_and_input_times_gradient_share_their_backward_passes(lm, monkeypatch):
    trace, passes = lm.trace("節分の夜には、豆をまいて鬼を追い払う"), []
    backward = torch.autograd.grad
    monkeypatch.setattr(torch.autograd, "grad", lambda *a, **k: passes.append(a[0].dim()) or backward(*a, **k))
    lmviz.attribute(trace, "saliency", targets=[6, 7, 8])
    assert passes.count(3) == 3  # through the network, from hidden states; the one of dimension 0 through the logits
    lmviz.attribute(trace, "input_x_gradient", targets=[6, 7, 8])
    assert passes == [0, 3, 3, 3]
    lmviz.attribute(trace, "input_x_gradient", targets=[6, 7, 8], target="logit")
    assert passes.count(3) == 6


@pytest.mark.parametrize("method", FOUR)
def test_small_batches_give_the_same_scores(trace, method, monkeypatch):
    whole = lmviz.attribute(trace, method, **steps_of(method))
    monkeypatch.setattr("lmviz.analyses.attribution.memory._MOST_ON_CPU", 1)
    one_by_one = lmviz.attribute(trace, method, **steps_of(method))
    assert np.allclose(whole.scores, one_by_one.scores, rtol=1e-3, atol=1e-5)


def test_the_model_is_left_as_it_was(lm, trace):
    before = {name: parameter.detach().clone() for name, parameter in lm.network.named_parameters()}
    for method in FOUR:
        lmviz.attribute(trace, method, targets=[3], **steps_of(method))
    for name, parameter in lm.network.named_parameters():
        assert parameter.grad is None and not parameter.requires_grad
        assert torch.equal(parameter, before[name])
    assert not lm.network.training and torch.is_grad_enabled()


def test_targets_are_the_continuation_or_else_everything(lm, trace):
    n = len(trace.token_ids)
    assert lmviz.attribute(trace, "saliency").target_positions.tolist() == list(range(trace.n_prompt, n))
    prompt_only = lm.trace("鬼は外")
    positions = lmviz.attribute(prompt_only, "saliency").target_positions
    assert positions.dtype == np.int64 and positions.tolist() == list(range(1, len(prompt_only.token_ids)))


@pytest.mark.parametrize("method", ["saliency", "input_x_gradient"])
def test_the_derivative_of_a_probability_is_the_probability_times_that_of_its_logarithm(trace, method):
    by_logarithm = lmviz.attribute(trace, method)
    by_probability = lmviz.attribute(trace, method, target="probability")
    probabilities = np.exp(lmviz.token_probabilities(trace).log_probabilities[trace.n_prompt:, None])
    assert np.allclose(by_probability.scores, probabilities * by_logarithm.scores, rtol=1e-3, atol=1e-6)
    assert by_probability.target == "probability"


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"method": "deep_dream"}, "known: .*saliency"),
        ({"target": "loss"}, "known: log_probability"),
        ({"baseline": "noise"}, "known: zero"),
        ({"targets": []}, "targets is empty"),
        ({"targets": [0]}, "position 0 has no prediction"),
        ({"targets": [-1]}, "target -1"),
        ({"targets": [10_000]}, "target 10000 cannot be explained"),
        ({"targets": [2, 2]}, "twice"),
        ({"targets": 3}, "list of whole numbers, such as"),
        ({"targets": "3"}, "list of whole numbers, such as"),
        ({"targets": [2.5]}, "2.5 is none"),
        ({"method": ["saliency"]}, "known: .*saliency"),
        ({"baseline": np.zeros(3)}, "known: zero"),
        ({"n_steps": 2.5}, "n_steps is a whole number"),
        ({"seed": None}, "seed is a whole number"),
        ({"tolerance": 0}, "tolerance is a number between 0 and 1"),
        ({"n_steps": 0}, "n_steps is a whole number of at least 1, not 0"),
    ],
)
def test_what_cannot_be_answered_is_refused(trace, arguments, match):
    with pytest.raises(ValueError, match=match):
        lmviz.attribute(trace, **arguments)


@pytest.mark.parametrize("method", ["saliency", "input_x_gradient", "integrated_gradients"])
def test_a_target_has_the_same_scores_alone_and_among_others(trace, method):
    targets = np.random.default_rng(0).permutation(np.arange(1, len(trace.token_ids))).tolist()
    together = lmviz.attribute(trace, method, targets=targets, **steps_of(method))
    for row, target in enumerate(targets):
        alone = lmviz.attribute(trace, method, targets=[target], **steps_of(method))
        for one, of_many in ((alone.scores[0], together.scores[row]), (alone.norms[0], together.norms[row])):
            assert np.abs(one - of_many).max() < 1e-4 * np.abs(one).max()


def test_a_method_of_ones_own_is_entered_by_a_decorator(trace, monkeypatch):
    monkeypatch.setattr("lmviz.analyses.attribution.registry.METHODS", METHODS)
    properties = {"paper": "none", "cost": "none", "meaning": "distance", "signed": False, "uses_baseline": False}
    try:
        @attribution_method("distance", **properties)
        def distance(arguments):
            return Scores(np.arange(len(arguments.embeddings)) - arguments.positions[:, None].astype(float))

        result = lmviz.attribute(trace, "distance", targets=[3])
        assert result.scores[0, :5].tolist() == [-3, -2, -1, 0, 0]
        assert not result.signed and np.isnan(result.completeness_errors).all()
        with pytest.raises(ValueError, match="already an attribution method"):
            attribution_method("distance", **properties)(distance)
    finally:
        METHODS.pop("distance", None)


def test_scores_that_are_not_finite_are_refused_but_after_the_target_do_not_matter(trace, monkeypatch):
    scores = np.ones((1, len(trace.token_ids)))
    method = AttributionMethod("mine", "none", "none", "none", True, False, "zero", "fast", lambda _: Scores(scores))
    monkeypatch.setitem(METHODS, "mine", method)
    scores[0, 5] = np.nan
    assert lmviz.attribute(trace, "mine", targets=[5]).scores[0, 5] == 0
    scores[0, 4] = np.inf
    with pytest.raises(ValueError, match="mine gives scores that are not finite"):
        lmviz.attribute(trace, "mine", targets=[5])


@pytest.mark.parametrize("method", FOUR)
def test_bfloat16_gives_float32_scores_near_those_of_float32(lm, method):
    rounded = lmviz.load(lm.directory, device="cpu", dtype="bfloat16")
    text = "節分に鬼を追い払う"
    exact = lmviz.attribute(lm.trace(text), method, targets=[5], **steps_of(method))
    result = lmviz.attribute(rounded.trace(text), method, targets=[5], **steps_of(method))
    assert result.scores.dtype == result.norms.dtype == np.float32
    assert np.abs(result.scores - exact.scores).max() < 0.1 * np.abs(exact.scores).max()  # 8 bits, 8 layers


def test_start_tokens_are_part_of_what_is_attributed_to(make_model):
    model = lmviz.load(make_model("llama"), device="cpu", start="bos")
    trace = model.trace("節分は")
    assert trace.n_start == 1
    assert lmviz.attribute(trace, "feature_ablation", targets=[2]).scores[0, 0] != 0


def test_seed_and_baseline_are_recorded(trace):
    result = lmviz.attribute(trace, "feature_ablation", targets=[2], seed=7)
    assert (result.seed, result.baseline, result.n_steps.tolist()) == (7, "zero", [0])
    assert np.isnan(result.tolerance)
    assert lmviz.attribute(trace, "saliency", targets=[2]).baseline == "none"
    assert dataclasses.asdict(result)["method"] == "feature_ablation"
