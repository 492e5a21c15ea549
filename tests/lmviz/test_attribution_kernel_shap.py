"""Kernel SHAP against Captum's, and what it promises whatever it draws; exact values are with the two layers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import KernelShap

import lmviz
from lmviz.analyses.attribution.kernel_shap import kernel_shap
from lmviz.analyses.attribution.question import ask

METHOD = "kernel_shap"


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("節分に鬼を追い払うため", max_new_tokens=3)


def test_captum_comes_to_the_same_scores_from_draws_and_fits_of_its_own(lm, trace):
    target = 6
    embeddings = lm.network.get_input_embeddings()(torch.tensor(trace.token_ids[:target]))

    def value(shown):
        logits = lm.network(inputs_embeds=shown[:, :, None] * embeddings).logits[:, -1]
        return logits.log_softmax(dim=-1)[:, trace.token_ids[target]]

    state = torch.get_rng_state()
    torch.manual_seed(0)
    with torch.no_grad():
        captum = KernelShap(value).attribute(torch.ones(1, target), n_samples=800, perturbations_per_eval=200)[0]
    torch.set_rng_state(state)
    result = lmviz.attribute(trace, METHOD, targets=[target])
    assert (result.n_steps == 2**target - 2).all()
    assert np.abs(result.scores[0, :target] - captum.numpy()).max() < 0.05 * np.abs(result.scores).max()


@pytest.mark.parametrize("baseline", ["zero", "mean", "sampled"])
@pytest.mark.parametrize("n_steps", [1, 5, 60])
def test_scores_sum_to_the_difference_for_any_number_of_coalitions(trace, baseline, n_steps):
    result = lmviz.attribute(trace, METHOD, baseline=baseline, n_steps=n_steps)
    sums = result.scores.astype(np.float64).sum(axis=1)
    assert np.allclose(sums, result.values - result.absent_values, rtol=1e-4)
    assert (result.completeness_errors < 1e-9).all() and (result.n_steps == n_steps).all()


def test_a_single_token_before_the_target_has_the_whole_difference(trace):
    result = lmviz.attribute(trace, METHOD, targets=[1])
    assert result.scores[0, 0] == pytest.approx(result.values[0] - result.absent_values[0], rel=1e-5)


def test_many_draws_come_near_all_coalitions(trace):
    target = 7
    every = lmviz.attribute(trace, METHOD, targets=[target], n_steps=2**target)
    drawn = lmviz.attribute(trace, METHOD, targets=[target], n_steps=2**target - 3)
    assert (every.n_steps == 2**target - 2).all() and (drawn.n_steps == 2**target - 3).all()
    away = np.abs(every.scores - drawn.scores).max() / np.abs(every.scores).max()
    assert 1e-4 < away < 0.1


def test_a_set_of_baselines_gives_the_mean_of_the_shapley_values_under_each(trace):
    asked = ask(trace, [3], "log_probability", None, "sampled", None, 0.01, 0)
    of_set = lmviz.attribute(trace, METHOD, targets=[3], baseline="sampled")
    assert (of_set.n_steps == 8 * (2**3 - 2)).all()
    of_each = [kernel_shap(asked.replace(baselines=baseline[None])).scores[0] for baseline in asked.baselines]
    assert np.std(of_each, axis=0).min() > 0.01
    assert np.allclose(of_set.scores[0, :3], np.mean(of_each, axis=0), atol=1e-4)
