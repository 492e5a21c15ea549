"""DeepLIFT: shares of the difference between text and baseline, in two passes forward and one back."""

from __future__ import annotations

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.deep_lift.contributions import contributions
from lmviz.analyses.attribution.registry import attribution_method


@attribution_method(
    "deep_lift",
    paper="Shrikumar, Greenside & Kundaje 2017, Learning Important Features Through Propagating Activation "
    "Differences, arXiv:1704.02685",
    cost="one backward pass a target and baseline; targets near each other share two forward passes",
    meaning="share of a token in the difference between the prediction for the text and for absent embeddings, each "
    "function of the network passing its difference on",
    signed=True,
    uses_baseline=True,
)
def deep_lift(arguments: Arguments) -> Scores:
    """Rescale rule, with rules for products, quotients and softmax; mean over the set of baselines."""
    return contributions(arguments)
