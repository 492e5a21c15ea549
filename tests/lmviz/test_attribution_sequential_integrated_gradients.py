"""Sequential integrated gradients against quadratures written out here, and against what feature ablation measures."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution_promises import FAMILIES, keeps_its_promises, near_in_bfloat16
from attribution_reference import Reference

import lmviz

METHOD = "sequential_integrated_gradients"


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("節分に豆をまく", max_new_tokens=2)


def paths(reference, position, token, n_steps):
    """Shares ``[width]`` of one token, from zero."""
    nodes, weights = np.polynomial.legendre.leggauss(n_steps)
    rows = reference.embeddings[:, :position].repeat(n_steps, 1, 1)
    rows[:, token] *= torch.tensor((nodes + 1) / 2)[:, None]
    gradients = reference.gradient(rows, position)[:, token]
    return (torch.tensor(weights / 2) @ gradients * reference.embeddings[0, token]).numpy()


def test_steps_that_are_asked_for_are_points_of_gauss_and_legendre_on_each_tokens_own_path(trace):
    reference, target = Reference(trace), 4
    result = lmviz.attribute(trace, METHOD, targets=[trace.n_prompt, target, 2], n_steps=5)
    expected = np.stack([paths(reference, target, token, 5) for token in range(target)])
    scores, norms = expected.sum(axis=1), np.sqrt(np.square(expected).sum(axis=1))
    assert np.abs(result.scores[1, :target] - scores).max() < 1e-4 * np.abs(scores).max()
    assert np.abs(result.norms[1, :target] - norms).max() < 1e-4 * norms.max()
    assert (result.n_steps == 5).all() and np.isnan(result.tolerance)


@pytest.mark.parametrize("target", ["log_probability", "probability"])
def test_shares_are_what_is_lost_without_each_token_up_to_the_error_that_is_told(trace, target):
    result = lmviz.attribute(trace, METHOD, target=target)
    reference = Reference(trace, target)
    with torch.no_grad():
        for row, position in enumerate(result.target_positions.tolist()):
            rows = reference.embeddings[:, :position].repeat(position + 1, 1, 1)
            rows[torch.arange(position), torch.arange(position)] = 0
            values = reference.value(rows, position).numpy()
            gains = values[-1] - values[:-1]
            error = np.abs(result.scores[row, :position] - gains).sum() / np.abs(gains).sum()
            assert abs(error - result.completeness_errors[row]) < 1e-4
            assert result.n_steps[row] in (8, 16, 32, 64)
    assert result.converged.all() and (result.completeness_errors > 0).all()


def test_a_single_earlier_token_has_the_share_of_integrated_gradients(trace):
    for baseline in ("zero", "mean"):
        asked = {"targets": [1], "n_steps": 20, "baseline": baseline}
        ours, theirs = (lmviz.attribute(trace, method, **asked) for method in (METHOD, "integrated_gradients"))
        assert np.allclose(ours.scores, theirs.scores, rtol=1e-4) and np.allclose(ours.norms, theirs.norms, rtol=1e-4)


def test_several_tokens_against_a_foil_from_sampled_texts(make_model):
    asked = {"targets": [range(3, 5)], "target": "contrast", "foil": "鬼を", "baseline": "sampled"}
    trace = lmviz.load(make_model("gpt2", initializer_range=0.1), device="cpu").trace("鬼は外、福は")
    result = lmviz.attribute(trace, METHOD, tolerance=0.02, **asked)
    ablated = lmviz.attribute(trace, "feature_ablation", **asked)
    size = np.abs(ablated.scores).sum()
    assert np.abs(result.scores - ablated.scores).sum() < 0.02 * size and result.converged.all()


def test_only_tokens_whose_shares_are_not_there_yet_go_on(lm, trace, monkeypatch):
    position = trace.n_prompt
    gains = lmviz.attribute(trace, "feature_ablation", targets=[position]).scores
    rows, run = [], lm.hidden_from_embeddings

    def counted(inputs):
        rows.append(len(inputs) * inputs.requires_grad)
        return run(inputs)

    monkeypatch.setattr(lm, "hidden_from_embeddings", counted)
    loose = lmviz.attribute(trace, METHOD, targets=[position], tolerance=0.5)
    assert loose.n_steps == 8 and sum(rows) == 8 * position
    rows.clear()
    tight = lmviz.attribute(trace, METHOD, targets=[position], tolerance=0.005)
    assert tight.n_steps > 8
    more = sum(rows) - 8 * position
    assert 0 < more < 16 * position and more % 16 == 0
    settled = tight.scores == loose.scores
    part = 0.005 * np.abs(gains).sum() / position
    assert np.array_equal(settled[0, :position], (np.abs(loose.scores - gains) <= part)[0, :position])
    assert settled[0, :position].any()


def test_an_error_that_stays_is_told_and_the_doubling_ends(make_model, monkeypatch):
    monkeypatch.setattr("lmviz.analyses.attribution.sequential_integrated_gradients.MOST_STEPS", 16)
    # RMSNorm undoes the scale of an embedding: all changes lie next to the path's start.
    result = lmviz.attribute(lmviz.load(make_model("llama"), device="cpu").trace("鬼は外"), METHOD, targets=[3])
    assert result.n_steps == 16 and result.completeness_errors[0] > 0.01 and not result.converged[0]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family(make_model, family):
    keeps_its_promises(lmviz.load(make_model(family), device="cpu"), METHOD, n_steps=3, baseline="mean")


@pytest.mark.parametrize("family", ["gpt2", "gemma2"])
def test_bfloat16(make_model, family):
    near_in_bfloat16(make_model(family, initializer_range=0.1), METHOD, 0.1, n_steps=4, baseline="mean")
