"""The list of attribution methods. A method is a function in a file of its own, entered here by a decorator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from lmviz.analyses.attribution.arguments import Arguments, Scores

METHODS: dict[str, AttributionMethod] = {}
"""By name, in `ORDER`; methods that are not in it come last."""

ORDER = (
    "integrated_gradients", "input_x_gradient", "saliency", "feature_ablation", "attention_rollout", "gradient_shap",
    "sequential_integrated_gradients", "deep_lift", "deep_lift_shap", "shapley_value_sampling", "kernel_shap", "lime",
    "value_zeroing",
)
"""In which lists, pages and tables name the methods."""

REFUSED = {
    "guided_backprop": "guided backpropagation changes how ReLU units pass gradients back, and these models have none",
    "deconvolution": "deconvolution changes how ReLU units pass gradients back, and these models have none",
    "guided_gradcam": "Grad-CAM weighs the channels of a convolution, and these models have none",
    "lrp": "layer-wise relevance propagation is patented, so it is not offered",
}
"""Methods that other tools list and this one does not run, with the reason."""


@dataclass(frozen=True)
class AttributionMethod:
    """One method, as `lmviz.attribution_methods` lists it.

    Attributes:
        name: what `lmviz.attribute` takes.
        paper: where the method is from.
        cost: passes through the model.
        meaning: what a score says.
        signed: whether scores are shares of a difference, or else magnitudes.
        uses_baseline: whether the baseline matters.
        default_baseline: the one that is taken where none is named.
        tier: ``"fast"`` where a build runs it unasked, ``"full"`` where it has to be asked for.
    """

    name: str
    paper: str
    cost: str
    meaning: str
    signed: bool
    uses_baseline: bool
    default_baseline: str
    tier: Literal["fast", "full"]
    compute: Callable[[Arguments], Scores] = field(repr=False)


def attribution_method(
    name: str, *, paper: str, cost: str, meaning: str, signed: bool, uses_baseline: bool,
    default_baseline: str = "zero", tier: Literal["fast", "full"] = "full",
) -> Callable[[Callable[[Arguments], Scores]], Callable[[Arguments], Scores]]:
    """Enters the decorated function as the method ``name``; raises ``ValueError`` if the name is taken."""

    def enter(compute: Callable[[Arguments], Scores]) -> Callable[[Arguments], Scores]:
        if name in METHODS:
            raise ValueError(f"there is already an attribution method named {name!r}")
        METHODS[name] = AttributionMethod(
            name, paper, cost, meaning, signed, uses_baseline, default_baseline, tier, compute
        )
        in_order = sorted(METHODS.items(), key=lambda entry: ORDER.index(entry[0]) if entry[0] in ORDER else len(ORDER))
        METHODS.clear()
        METHODS.update(in_order)
        return compute

    return enter
