"""Saved derivatives against autograd's own, and that they are used where they are meant to be."""

from __future__ import annotations

import pytest
import torch

import lmviz
from lmviz.analyses.attribution.activations import SavedDerivatives

INPUTS = torch.linspace(-6, 6, 401, dtype=torch.float64)


@pytest.mark.parametrize(
    "activation", [torch.nn.GELU(), torch.nn.GELU(approximate="tanh"), torch.nn.SiLU(), torch.nn.functional.gelu],
)
def test_values_and_gradients_are_autograds(activation):
    expected, found = (INPUTS.clone().requires_grad_() for _ in range(2))
    ordinary = activation(expected)
    with SavedDerivatives():
        kept = activation(found)
    assert torch.equal(ordinary, kept) and "Saved" in type(kept.grad_fn).__name__
    weights = torch.arange(401.0, dtype=torch.float64)
    (ordinary * weights).sum().backward()
    (kept * weights).sum().backward()
    torch.testing.assert_close(found.grad, expected.grad, rtol=1e-12, atol=1e-12)


def test_without_a_gradient_nothing_is_kept():
    with SavedDerivatives():
        assert torch.nn.functional.gelu(INPUTS).grad_fn is None


@pytest.mark.parametrize("family", ["gpt2", "gpt_neox", "llama", "gemma2"])
def test_every_familys_feed_forward_keeps_its_derivative(make_model, family):
    model = lmviz.load(make_model(family), device="cpu")
    inputs = model.embed([3, 4, 5])[None].detach().requires_grad_()
    with torch.enable_grad(), SavedDerivatives():
        hidden = model.hidden_from_embeddings(inputs)
    names, left = set(), [hidden.grad_fn]
    while left:
        node = left.pop()
        if node is not None and node not in names:
            names.add(node)
            left += [before for before, _ in node.next_functions]
    kinds = [type(node).__name__ for node in names]
    assert sum("_SavedBackward" in kind for kind in kinds) == model.n_layers
    assert not [kind for kind in kinds if "Gelu" in kind or "Silu" in kind]
