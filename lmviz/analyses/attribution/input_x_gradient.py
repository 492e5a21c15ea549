"""Input times gradient: how much the prediction would lose, were it linear, if a token's embedding shrank to zero."""

from __future__ import annotations

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.registry import attribution_method
from lmviz.analyses.attribution.shares import over_width


@attribution_method(
    "input_x_gradient",
    paper="Shrikumar, Greenside, Shcherbina & Kundaje 2016, Not Just a Black Box, arXiv:1605.01713",
    cost="one backward pass a target, shared with saliency; targets near each other share a forward pass",
    meaning="first-order share of a token in the prediction: positive where it speaks for the target",
    signed=True,
    uses_baseline=False,
    tier="fast",
)
def input_x_gradient(arguments: Arguments) -> Scores:
    """Embedding times gradient, summed over the width; the norms are the product's L2 norms."""
    gradients = arguments.own_gradients()
    products = (arguments.embeddings[: len(gradient)] * gradient for gradient in gradients)
    return Scores(*over_width(arguments, enumerate(products)))
