"""Integrated gradients against quadratures written out here, in float64 and over the whole text."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution_reference import Reference
from captum.attr import IntegratedGradients

import lmviz
from lmviz.analyses.attribution.question import ask
from lmviz.analyses.attribution.shares import completeness_error


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("節分に豆をまくのは、", max_new_tokens=3)


def quadrature(reference, position, nodes, weights):
    """Shares ``[position, width]`` of a path from zero to the text."""
    nodes, weights = (torch.tensor(values)[:, None, None] for values in (nodes, weights))
    gradients = torch.cat([reference.gradient(piece * reference.embeddings, position) for piece in nodes.split(10)])
    return ((gradients * weights).sum(dim=0) * reference.embeddings[0]).numpy()


@pytest.mark.parametrize("target", ["log_probability", "logit"])
def test_fifty_steps_are_fifty_points_of_gauss_and_legendre(trace, target):
    reference, position = Reference(trace, target), trace.n_prompt + 1
    result = lmviz.attribute(trace, n_steps=50, targets=[position], target=target)
    nodes, weights = np.polynomial.legendre.leggauss(50)
    expected = quadrature(reference, position, (nodes + 1) / 2, weights / 2)
    scores, norms = expected.sum(axis=1), np.sqrt(np.square(expected).sum(axis=1))
    assert np.abs(result.scores[0] - scores).max() < 1e-4 * np.abs(scores).max()
    assert np.abs(result.norms[0] - norms).max() < 1e-4 * norms.max()
    assert result.n_steps.tolist() == [50] and np.isnan(result.tolerance) and result.converged.all()


def test_steps_taken_by_need_come_near_a_fine_midpoint_rule(trace):
    reference, position = Reference(trace), trace.n_prompt
    result = lmviz.attribute(trace, targets=[position])
    nodes = (np.arange(80) + 0.5) / 80
    expected = quadrature(reference, position, nodes, np.full(80, 1 / 80)).sum(axis=1)
    assert np.abs(result.scores[0] - expected).max() < 0.02 * np.abs(expected).max()


def test_scores_sum_to_the_difference_up_to_the_error_that_is_told(trace):
    result = lmviz.attribute(trace)
    reference = Reference(trace)
    with torch.no_grad():
        for row, position in enumerate(result.target_positions):
            present = reference.value(reference.embeddings, int(position)).item()
            absent = reference.value(torch.zeros_like(reference.embeddings), int(position)).item()
            error = abs(result.scores[row].astype(np.float64).sum() - (present - absent)) / abs(present - absent)
            assert abs(error - result.completeness_errors[row]) < 1e-4
    assert (result.completeness_errors < 0.01).all()


def test_each_target_takes_the_steps_that_it_needs_and_no_more(lm, trace, monkeypatch):
    passes = []
    run = lm.hidden_from_embeddings
    monkeypatch.setattr(lm, "hidden_from_embeddings", lambda x: passes.append(len(x)) or run(x))
    targets = [2, 7, 8, 12]
    for some in (*([each] for each in targets), targets):  # memory is measured, and what is explained is known
        lmviz.attribute(trace, targets=some, n_steps=1)
    passes.clear()
    result = lmviz.attribute(trace, targets=targets)
    by_need = sum(passes) - 1  # of the baseline
    errors = {n: lmviz.attribute(trace, targets=targets, n_steps=n).completeness_errors for n in (16, 32, 64)}
    needed = [next(n for n in errors if errors[n][row] < 0.01) for row in range(len(targets))]
    assert 16 in needed and max(needed) > 16
    assert result.n_steps.tolist() == needed and result.converged.all()
    expected = [errors[n][row] for row, n in enumerate(needed)]
    assert np.allclose(result.completeness_errors, expected, rtol=1e-3, atol=5e-5)
    # 7 and 8 have nearly as much before them, and share forward passes as long as one of them needs more.
    assert by_need == sum(n for n in errors for of_group in ([0], [1, 2], [3]) if max(np.take(needed, of_group)) >= n)
    passes.clear()
    lmviz.attribute(trace, targets=targets, n_steps=50)
    assert sum(passes) == 50 * 3 + 1


def test_an_error_that_stays_is_told_and_the_doubling_ends(make_model, monkeypatch):
    # RMSNorm undoes the scale of embeddings that have no positions in them: all changes lie next to the path's start.
    trace = lmviz.load(make_model("llama"), device="cpu").trace("鬼は")
    monkeypatch.setattr("lmviz.analyses.attribution.integrated_gradients.MOST_STEPS", 64)
    result = lmviz.attribute(trace, targets=[len(trace.token_ids) - 1])
    assert result.n_steps.tolist() == [64] and result.tolerance == 0.01 and not result.converged.any()
    assert result.completeness_errors[0] > 0.01
    difference = result.scores[0].astype(np.float64).sum()
    reference = Reference(trace)
    with torch.no_grad():
        both = [reference.value(e, len(trace.token_ids) - 1).item() for e in
                (reference.embeddings, torch.zeros_like(reference.embeddings))]
    expected = abs(difference - (both[0] - both[1])) / abs(both[0] - both[1])
    assert abs(result.completeness_errors[0] - expected) < 1e-3 * max(1, expected)


def test_completeness_error_where_there_is_no_difference():
    assert completeness_error(0.0, 0.0) == 0.0
    assert completeness_error(1.0, 0.0) == float("inf")
    assert completeness_error(-1.1, -1.0) == pytest.approx(0.1)


def test_a_looser_tolerance_takes_fewer_steps(trace):
    tight, loose = (lmviz.attribute(trace, tolerance=tolerance) for tolerance in (0.00002, 0.2))
    assert (tight.completeness_errors < 0.00002).all() and (loose.completeness_errors < 0.2).all()
    assert loose.n_steps.sum() < tight.n_steps.sum()


@pytest.mark.parametrize("baseline", ["zero", "mean", "sampled"])
def test_captums_own_loop_gives_the_same_scores(trace, baseline):
    arguments = ask(trace, [trace.n_prompt + 1], "log_probability", None, baseline, 20, 0.01, 3)
    text = arguments.embeddings[None]
    expected = np.mean([
        IntegratedGradients(lambda inputs: Reference(trace).value(inputs.double(), trace.n_prompt + 1)).attribute(
            text, baselines=absent[None], n_steps=20
        )[0].sum(dim=1).detach().numpy()
        for absent in arguments.baselines
    ], axis=0)
    found = lmviz.attribute(trace, targets=[trace.n_prompt + 1], baseline=baseline, n_steps=20, seed=3)
    assert found.baseline == baseline
    assert np.abs(found.scores[0, : len(expected)] - expected).max() < 1e-4 * np.abs(expected).max()
