"""Checks of what a prompt asks of its attribution figure, and the methods it can ask for."""

from __future__ import annotations

from gallery.messages import Wording
from gallery.validation.nodes import File, Node
from gallery.validation.positions import place_of, similar_text
from gallery.validation.problems import did_you_mean, listed, words
from gallery.validation.schema import At, Prompt, Word

FAST_METHODS = ("integrated_gradients", "input_x_gradient", "saliency", "feature_ablation", "attention_rollout")
"""Methods of the tier ``fast``, in the order in which figures offer them."""

ATTRIBUTION_METHODS = (
    *FAST_METHODS, "gradient_shap", "sequential_integrated_gradients", "deep_lift", "deep_lift_shap",
    "shapley_value_sampling", "kernel_shap", "lime", "value_zeroing",
)
"""What `lmviz.attribution_methods` lists (a test holds them equal); written down here because asking imports torch."""

DEFAULT_BASELINES = {
    method: "sampled" if method in ("gradient_shap", "deep_lift_shap") else "zero" for method in ATTRIBUTION_METHODS
}
"""What stands for an absent token where the catalog does not say."""

METHODS_WITHOUT_BASELINE = ("input_x_gradient", "saliency", "attention_rollout", "value_zeroing")
"""Methods that do not look at the baseline."""

METHODS_WITHOUT_SIGN = ("saliency", "attention_rollout", "value_zeroing")
"""Methods whose scores are magnitudes, which do not add up and cannot be compared between tokenizers."""

REFUSED_METHODS = ("guided_backprop", "deconvolution", "guided_gradcam", "lrp")
"""Methods that other tools list and lmviz refuses; ``messages.toml`` has the reasons."""


def methods_of(prompt: Prompt) -> tuple[str, ...]:
    """The methods of a prompt's attribution figure: those it names, or those of its tier."""
    named = prompt.figures.attribution.methods
    return named or (ATTRIBUTION_METHODS if prompt.tier == "full" else FAST_METHODS)


def why_refused(method: str) -> Wording:
    """Why one of `REFUSED_METHODS` is not offered."""
    return words(f"refused_{method}")


def check_attribution(prompt: Prompt, file: File, node: Node) -> None:
    """``node`` is that of ``figures.attribution``."""
    options = prompt.figures.attribution
    _check_methods(options.methods or (), file, node.at("methods"))
    if options.foil is not None:
        if not options.foil.strip():
            file.report(node.at("foil"), "blank_text", where="figures.attribution.foil")
        if options.target != "contrast":
            file.report(node.at("foil"), "foil_without_contrast", foil=options.foil[:40], target=options.target)
    read = prompt.text + (prompt.generation.continuation or "")
    for i, target in enumerate(options.targets or ()):
        place = node.at("targets", i)
        if target in options.targets[:i]:
            file.report(place, "target_twice", name=written(target))
        if isinstance(target, Word) and options.target == "logit":
            file.report(place, "logit_of_word", word=target.word[:40])
        if isinstance(target, Word) and target.word == options.foil:
            file.report(node.at("foil"), "foil_is_target", foil=options.foil[:40])
        if isinstance(target, (At, Word)):
            check_text(target, read, file, place)


def check_text(named: At | Word, read: str, file: File, place: Node) -> None:
    """That what a position or target names is in the text as it was read."""
    if place_of(read, named) is None:
        text = named.word if isinstance(named, Word) else named.text
        near = similar_text(text, read)
        file.report(
            place, "position_text_not_found", text=text[:40], occurrence=named.occurrence,
            did_you_mean=words("did_you_mean", name=near) if near else {"ja": "", "en": ""},
        )


def written(target: int | At | Word) -> str:
    """A target in a line."""
    return str(target) if isinstance(target, int) else (target.word if isinstance(target, Word) else target.text)[:40]


def _check_methods(names: tuple[str, ...], file: File, node: Node) -> None:
    for i, name in enumerate(names):
        if name in REFUSED_METHODS:
            file.report(node.at(i), "refused_method", name=name, why=why_refused(name))
        elif name not in ATTRIBUTION_METHODS:
            guess = did_you_mean(name, ATTRIBUTION_METHODS)
            file.report(
                node.at(i), "unknown_method", id=name[:40], did_you_mean=guess, known=listed(ATTRIBUTION_METHODS)
            )
        elif name in names[:i]:
            file.report(node.at(i), "named_twice", name=name)
