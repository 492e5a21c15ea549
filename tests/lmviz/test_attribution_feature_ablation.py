"""Feature ablation by hand: one token's embedding put to zero, the rest of the text before the target run again."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution_reference import Reference
from captum.attr import FeatureAblation

import lmviz
from lmviz.analyses.attribution.question import ask


@pytest.mark.parametrize("family", ["gpt2", "gpt_neox", "llama", "qwen2", "gemma", "gemma2"])
def test_every_family_loses_what_it_loses_when_one_embedding_is_zero(make_model, family):
    by_hand(lmviz.load(make_model(family), device="cpu").trace("鬼は外、福は内"), "log_probability")


@pytest.mark.parametrize("target", ["log_probability", "probability", "logit"])
def test_the_embedded_model_loses_what_it_loses_when_one_embedding_is_zero(lm, target):
    by_hand(lm.trace("節分に豆をまくのは、", max_new_tokens=3), target)


def test_captum_loses_the_same(lm):
    trace = lm.trace("節分に豆をまくのは、")
    arguments = ask(trace, [4, 7], "log_probability", None, "mean", None, 0.01, 0)
    expected = FeatureAblation(arguments.values).attribute(
        arguments.embeddings[None], baselines=arguments.baselines, feature_mask=torch.arange(7)[None, :, None]
    )[:, :, 0].numpy()
    found = lmviz.attribute(trace, "feature_ablation", targets=[4, 7], baseline="mean").scores
    assert np.abs(found[:, :7] - expected).max() < 1e-5


def by_hand(trace, target):
    reference = Reference(trace, target)
    targets = [len(trace.token_ids) - 1, 2, len(trace.token_ids) - 3]
    result = lmviz.attribute(trace, "feature_ablation", targets=targets, target=target)
    with torch.no_grad():
        for row, position in enumerate(targets):
            prefix = reference.embeddings[:, :position]
            present = reference.value(prefix, position).item()
            for ablated in range(position):
                without = prefix.clone()
                without[0, ablated] = 0
                loss = present - reference.value(without, position).item()
                assert abs(result.scores[row, ablated] - loss) < 1e-3 * max(1e-3, np.abs(result.scores[row]).max())
    assert np.isnan(result.completeness_errors).all()
