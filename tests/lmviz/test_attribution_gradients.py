"""Saliency and input times gradient against float64 autograd over the whole text, and against finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution_reference import Reference

import lmviz

FAMILIES = ("gpt2", "gpt_neox", "llama", "qwen2", "gemma", "gemma2")


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("節分に豆をまくのは、", max_new_tokens=4)


@pytest.mark.parametrize("target", ["log_probability", "probability", "logit"])
def test_gradients_are_those_of_autograd(trace, target):
    reference = Reference(trace, target)
    saliency = lmviz.attribute(trace, "saliency", target=target)
    product = lmviz.attribute(trace, "input_x_gradient", target=target)
    for row, position in enumerate(product.target_positions):
        gradient = reference.gradient(reference.embeddings, int(position))[0].numpy()
        assert (gradient[position:] == 0).all()
        times_input = gradient * reference.embeddings[0].numpy()
        for ours, expected in (
            (saliency.scores[row], np.abs(gradient).sum(axis=1)),
            (saliency.norms[row], np.sqrt(np.square(gradient).sum(axis=1))),
            (product.scores[row], times_input.sum(axis=1)),
            (product.norms[row], np.sqrt(np.square(times_input).sum(axis=1))),
        ):
            assert np.abs(ours - expected).max() < 1e-4 * np.abs(expected).max()


@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_of_every_family(make_model, family):
    model = lmviz.load(make_model(family), device="cpu")
    trace = model.trace("鬼は外、福は内")
    reference = Reference(trace)
    target = len(trace.token_ids) - 2
    result = lmviz.attribute(trace, "input_x_gradient", targets=[target])
    expected = (reference.gradient(reference.embeddings, target) * reference.embeddings)[0].sum(dim=1).numpy()
    assert np.abs(result.scores[0] - expected).max() < 1e-3 * np.abs(expected).max()


def test_input_times_gradient_is_the_slope_along_each_embedding(trace):
    reference, step = Reference(trace), 1e-4
    result = lmviz.attribute(trace, "input_x_gradient", targets=[trace.n_prompt])
    slopes = []
    with torch.no_grad():
        for position in range(trace.n_prompt):
            longer, shorter = reference.embeddings.clone(), reference.embeddings.clone()
            longer[0, position] *= 1 + step
            shorter[0, position] *= 1 - step
            difference = reference.value(longer, trace.n_prompt) - reference.value(shorter, trace.n_prompt)
            slopes.append(difference.item() / (2 * step))
    assert np.allclose(result.scores[0, : trace.n_prompt], slopes, rtol=1e-3, atol=1e-4 * np.abs(slopes).max())


def test_saliency_is_the_sum_of_slopes_along_every_axis(make_model):
    trace = lmviz.load(make_model("gpt2"), device="cpu").trace("鬼は外")
    reference, step, target = Reference(trace), 1e-5, 3
    result = lmviz.attribute(trace, "saliency", targets=[target])
    width = reference.embeddings.shape[2]
    with torch.no_grad():
        for position in range(target):
            moved = reference.embeddings.repeat(2 * width, 1, 1)
            moved[:width, position] += step * torch.eye(width)
            moved[width:, position] -= step * torch.eye(width)
            values = reference.value(moved, target)
            slopes = (values[:width] - values[width:]) / (2 * step)
            assert abs(result.scores[0, position] - slopes.abs().sum().item()) < 1e-3 * result.scores[0].max()
            assert abs(result.norms[0, position] - slopes.norm().item()) < 1e-3 * result.norms[0].max()
