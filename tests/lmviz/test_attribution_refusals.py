"""Which methods there are, in which order, and which are listed only to be refused."""

from __future__ import annotations

import pytest

import lmviz
from lmviz.analyses.attribution import registry
from lmviz.analyses.attribution.arguments import Scores

IN_ORDER = [
    "integrated_gradients", "input_x_gradient", "saliency", "feature_ablation", "attention_rollout", "gradient_shap",
    "sequential_integrated_gradients", "deep_lift", "deep_lift_shap", "shapley_value_sampling", "kernel_shap", "lime",
    "value_zeroing",
]
MAGNITUDES = {"saliency", "attention_rollout", "value_zeroing"}
WITHOUT_BASELINE = MAGNITUDES | {"input_x_gradient"}
REASONS = {
    "guided_backprop": "ReLU units", "deconvolution": "ReLU units", "guided_gradcam": "channels of a convolution",
    "lrp": "patented",
}
PROPERTIES = {"paper": "none", "cost": "none", "meaning": "none", "signed": False, "uses_baseline": False}


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("鬼は外")


def test_all_methods_are_listed_in_the_order_of_lists_and_pages():
    listed = lmviz.attribution_methods()
    assert [method.name for method in listed] == IN_ORDER
    assert [method.name for method in listed if method.tier == "fast"] == IN_ORDER[:5]
    assert {method.name for method in listed if not method.signed} == MAGNITUDES
    assert {method.name for method in listed if not method.uses_baseline} == WITHOUT_BASELINE


def test_the_order_does_not_hang_on_when_a_method_is_entered(monkeypatch):
    monkeypatch.setattr(registry, "METHODS", {})
    for name in ("of_ones_own", "lime", "saliency", "value_zeroing", "integrated_gradients"):
        registry.attribution_method(name, **PROPERTIES)(lambda arguments: Scores(None))
    assert list(registry.METHODS) == ["integrated_gradients", "saliency", "lime", "value_zeroing", "of_ones_own"]


@pytest.mark.parametrize("method", REASONS)
def test_methods_that_are_not_offered_say_why(trace, method):
    with pytest.raises(ValueError, match=rf"^{method} is not computed: .*{REASONS[method]}.*attribution_methods"):
        lmviz.attribute(trace, method)


def test_what_is_refused_is_not_listed():
    assert set(registry.REFUSED) == set(REASONS)
    assert not set(REASONS) & {each.name for each in lmviz.attribution_methods()}
