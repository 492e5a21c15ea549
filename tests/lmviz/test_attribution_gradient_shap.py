"""Gradient SHAP against integrated gradients, its expectation, and against Captum's, which draws other numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution_promises import FAMILIES, keeps_its_promises, near_in_bfloat16
from attribution_reference import Reference

import lmviz


@pytest.fixture(scope="module")
def trace(make_model):
    return lmviz.load(make_model("gpt2", initializer_range=0.1), device="cpu").trace("鬼は外、福は")


def repeated(trace, n_samples, seeds=range(24), **settings):
    """``[seed, position]``: scores of the last token by different draws."""
    targets = [len(trace.token_ids) - 1]
    return np.stack([
        lmviz.attribute(trace, "gradient_shap", targets=targets, n_steps=n_samples, seed=seed, **settings).scores[0]
        for seed in seeds
    ]).astype(np.float64)


@pytest.mark.parametrize("target", ["log_probability", "contrast"])
def test_the_expectation_is_integrated_gradients(trace, target):
    asked = {"target": target, "baseline": "mean"}
    last = [len(trace.token_ids) - 1]
    expected = lmviz.attribute(trace, "integrated_gradients", targets=last, tolerance=1e-4, **asked).scores[0]
    drawn = repeated(trace, 100, **asked)
    error = drawn.std(axis=0, ddof=1) / np.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - expected) <= 4 * error + 1e-6).all()
    assert error.sum() < 0.1 * np.abs(expected).sum()


def test_baselines_are_drawn_from_the_whole_set(trace):
    arguments = {"targets": [len(trace.token_ids) - 1], "baseline": "sampled"}
    expected = lmviz.attribute(trace, "integrated_gradients", n_steps=64, **arguments)
    drawn = lmviz.attribute(trace, "gradient_shap", n_steps=4000, **arguments)
    assert np.abs(drawn.scores - expected.scores).max() < 0.1 * np.abs(expected.scores).max()
    assert np.abs(drawn.norms - expected.norms).max() < 0.1 * expected.norms.max()


def test_the_distribution_is_that_of_captum(trace):
    from captum.attr import GradientShap

    target, n_samples = len(trace.token_ids) - 1, 16
    reference = Reference(trace)
    captum = GradientShap(lambda embeddings: reference.value(embeddings, target))
    np.random.seed(1)
    torch.manual_seed(1)
    theirs = np.stack([
        captum.attribute(
            reference.embeddings, baselines=torch.zeros_like(reference.embeddings), n_samples=n_samples
        )[0].sum(dim=1).numpy()
        for _ in range(40)
    ])
    ours = repeated(trace, n_samples, range(40), baseline="zero")
    before = slice(0, target)
    errors = np.sqrt((ours.var(axis=0, ddof=1) + theirs.var(axis=0, ddof=1)) / 40)[before]
    assert (np.abs(ours.mean(axis=0) - theirs.mean(axis=0))[before] < 4 * errors).all()
    spreads = ours.std(axis=0, ddof=1)[before] / theirs.std(axis=0, ddof=1)[before]
    assert (spreads > 0.6).all() and (spreads < 1.7).all()


def test_equal_seeds_give_equal_bytes_and_others_other_draws(lm):
    trace = lm.trace("節分に豆を")
    first, same, other = (
        lmviz.attribute(trace, "gradient_shap", n_steps=5, seed=seed, baseline="mean") for seed in (3, 3, 4)
    )
    assert first.scores.tobytes() == same.scores.tobytes() and first.norms.tobytes() == same.norms.tobytes()
    assert np.abs(first.scores - other.scores).max() > 0.01 * np.abs(first.scores).max()
    assert first.seed == 3 and (first.n_steps == 5).all()


def test_the_error_of_the_sum_is_told(lm):
    result = lmviz.attribute(lm.trace("節分に豆を"), "gradient_shap", baseline="mean")
    differences = result.values - result.absent_values
    errors = np.abs(result.scores.astype(np.float64).sum(axis=1) - differences) / np.abs(differences)
    assert np.allclose(result.completeness_errors, errors, rtol=1e-3, atol=1e-5) and (errors > 1e-4).all()
    assert (result.n_steps == 128).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family(make_model, family):
    keeps_its_promises(lmviz.load(make_model(family), device="cpu"), "gradient_shap", n_steps=6, baseline="mean")


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_bfloat16(make_model, family):
    near_in_bfloat16(make_model(family, initializer_range=0.1), "gradient_shap", 0.1, n_steps=16, baseline="mean")
