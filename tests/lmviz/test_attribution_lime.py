"""LIME against Captum's on the same coalitions, with the kernel and the regression that its authors' program has."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum._utils.models.linear_model import SkLearnRidge
from captum.attr import Lime
from captum.attr._core.lime import get_exp_kernel_similarity_function

import lmviz
from lmviz.analyses.attribution.coalitions import draw

METHOD = "lime"


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("節分に鬼を追い払うため", max_new_tokens=3)


def test_captum_comes_to_the_same_scores_from_the_same_coalitions(lm, trace):
    targets, n_coalitions = [9, 6], 60
    random = np.random.Generator(np.random.PCG64(2))
    drawn = torch.from_numpy(draw(random, n_coalitions, np.ones(max(targets) + 1))).long()
    result = lmviz.attribute(trace, METHOD, targets=targets, n_steps=n_coalitions, seed=2)
    for row, target in enumerate(targets):
        embeddings = lm.network.get_input_embeddings()(torch.tensor(trace.token_ids[:target]))

        def value(shown, embeddings=embeddings, target=target):
            logits = lm.network(inputs_embeds=shown[:, :, None] * embeddings).logits[:, -1]
            return logits.log_softmax(dim=-1)[:, trace.token_ids[target]]

        def perturb(inputs, target=target, **_):
            yield from drawn[:, None, :target]

        similarity = get_exp_kernel_similarity_function("cosine", kernel_width=0.25)
        captum = Lime(value, SkLearnRidge(alpha=1.0), similarity, perturb)
        with torch.no_grad():
            expected = captum.attribute(torch.ones(1, target), n_samples=n_coalitions, perturbations_per_eval=30)[0]
        assert np.abs(result.scores[row, :target] - expected.numpy()).max() < 1e-4 * expected.abs().max()


def test_tokens_that_add_up_get_what_they_add(trace, monkeypatch):
    added = np.array([0.5, -2.0, 0.0, 1.0, 3.0, -0.25])
    monkeypatch.setattr(
        "lmviz.analyses.attribution.lime.values", lambda arguments, present, sets: (present @ added + 7)[:, None]
    )
    result = lmviz.attribute(trace, METHOD, targets=[6], n_steps=20_000)
    assert np.allclose(result.scores[0, :6], added, atol=0.01)


def test_completeness_is_not_promised(trace):
    result = lmviz.attribute(trace, METHOD, targets=[4], n_steps=20)
    assert np.isnan(result.completeness_errors).all() and np.isnan(result.norms[0, :4]).all()
