"""Gradient SHAP: integrated gradients by chance, at random points between the text and random ones of its baselines.

``share_i = mean over samples of (x_i - b_i) * gradient at b + a (x - b)``, ``b`` drawn from the set of baselines, ``a``
from [0, 1], both uniformly. In expectation it is integrated gradients, averaged over the set.

The definition is that of Captum's GradientShap without noise. Its loop runs the whole model once a target and draws
from global states; here the targets share draws and forward passes.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.registry import attribution_method
from lmviz.analyses.attribution.shares import completeness_errors, over_width

SAMPLES = 128
"""At which the scores' standard errors add up to a tenth of the scores' sizes, on the model that ships with the
project and from zero or the mean embedding."""


@attribution_method(
    "gradient_shap",
    paper="Lundberg & Lee 2017, A Unified Approach to Interpreting Model Predictions, arXiv:1705.07874",
    cost=f"{SAMPLES} backward passes a target; targets near each other share forward passes",
    meaning="estimated share of a token in the difference between the prediction for the text and for its baselines",
    signed=True,
    uses_baseline=True,
    default_baseline="sampled",
)
def gradient_shap(arguments: Arguments) -> Scores:
    """Shares summed over the width; the norms are the shares' L2 norms.

    ``n_steps`` are the samples. They sum to the difference in expectation only: the completeness error is chance.
    """
    n_samples = arguments.n_steps or SAMPLES
    random = np.random.Generator(np.random.PCG64(arguments.seed))
    device = arguments.embeddings.device
    places = torch.from_numpy(random.random(n_samples)).to(device, torch.float32)
    which = torch.from_numpy(random.integers(len(arguments.baselines), size=n_samples)).to(device)
    away = arguments.embeddings - arguments.baselines

    def make(rows: slice) -> Tensor:
        return arguments.baselines[which[rows]] + places[rows, None, None] * away[which[rows]]

    def weigh(rows: slice, gradients: Tensor) -> Tensor:
        return (gradients * away[which[rows], : gradients.shape[1]]).sum(dim=0) / n_samples

    scores, norms = over_width(arguments, arguments.gradients(make, n_samples, weigh))
    return Scores(scores, norms, completeness_errors(arguments, scores), n_samples)
