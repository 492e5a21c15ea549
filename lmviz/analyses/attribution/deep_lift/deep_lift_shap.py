"""DeepLIFT SHAP: the mean of DeepLIFT over a set of baselines, which stands in for Shapley values."""

from __future__ import annotations

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.deep_lift.contributions import contributions
from lmviz.analyses.attribution.registry import attribution_method


@attribution_method(
    "deep_lift_shap",
    paper="Lundberg & Lee 2017, A Unified Approach to Interpreting Model Predictions, arXiv:1705.07874",
    cost="one backward pass a target and baseline; targets near each other share two forward passes",
    meaning="share of a token in the difference between the prediction for the text and its mean over a set of "
    "baselines; where there is only one, DeepLIFT itself",
    signed=True,
    uses_baseline=True,
    default_baseline="sampled",
)
def deep_lift_shap(arguments: Arguments) -> Scores:
    """Mean of DeepLIFT over the set that the baseline is: for ``"sampled"`` several texts, otherwise one."""
    return contributions(arguments)
