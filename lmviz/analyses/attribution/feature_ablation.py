"""Feature ablation: how much the prediction loses when one token's embedding is put out."""

from __future__ import annotations

import torch

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.memory import rows_at_once
from lmviz.analyses.attribution.registry import attribution_method


@attribution_method(
    "feature_ablation",
    paper="Zeiler & Fergus 2014, Visualizing and Understanding Convolutional Networks, arXiv:1311.2901",
    cost="one forward pass a token of the text, for all targets together",
    meaning="what the prediction loses when the token is absent: positive where it speaks for the target",
    signed=True,
    uses_baseline=True,
    tier="fast",
)
def feature_ablation(arguments: Arguments) -> Scores:
    """The whole embedding of a token is one feature; mean over the set of baselines; there are no norms.

    A causal model answers for all targets in one pass: those before the ablated token do not change.
    """
    from captum.attr import FeatureAblation  # half a second and 20 MB of plotting libraries, for those who use it

    length = len(arguments.embeddings)
    positions = torch.arange(length, device=arguments.embeddings.device)
    ablated = torch.stack([
        FeatureAblation(arguments.values).attribute(
            arguments.embeddings[None],
            baselines=baseline[None],
            feature_mask=positions[None, :, None],
            perturbations_per_eval=rows_at_once(arguments.model, length),
        )[:, :, 0]
        for baseline in arguments.baselines
    ])
    return Scores(ablated.mean(dim=0).cpu().numpy())
