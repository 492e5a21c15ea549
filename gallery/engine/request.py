"""What the catalog asks of the numbers: which results an entry or a study needs, and the figures drawn from them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from gallery.subjects import FACTORS, RECEIPT
from gallery.validation.attribution import (
    DEFAULT_BASELINES,
    FAST_METHODS,
    METHODS_WITHOUT_BASELINE,
    methods_of,
)
from gallery.validation.schema import FIGURE_KINDS, Model, Prompt, ReferenceText

RANDOM_ORDERS = 100
"""Random orders that a receipt sets beside the methods."""


@dataclass(frozen=True)
class Wanted:
    """One result that an entry, a minimal pair or a study needs.

    Attributes:
        kind: kind of result, see `lmviz.results`.
        name: tells apart the results of one figure: a method or ``receipt``, a number of components, ``effects``, else
            empty.
        options: of the analysis, as plain JSON; positions as the catalog gives them.
    """

    kind: str
    name: str
    options: dict[str, Any]


@dataclass(frozen=True)
class WantedFigure:
    """One figure that is shown, and the results it is drawn from; ``taken`` are results of its model's study."""

    kind: str
    options: dict[str, Any]
    results: tuple[Wanted, ...]
    taken: tuple[Wanted, ...] = ()

    def without(self, failed: Collection[str]) -> tuple[Wanted, ...]:
        """Its results where those that ``failed`` names could not be computed.

        A receipt is then one of the methods that could, and says so in its key; where none could, there is none.
        """
        left = [wanted for wanted in self.results if wanted.name not in failed]
        methods = [wanted.name for wanted in left if wanted.kind == "attribution"]
        return tuple(
            replace(wanted, options={**wanted.options, "methods": methods}) if _is_receipt(wanted) else wanted
            for wanted in left if methods or not _is_receipt(wanted)
        )


def generation_of(prompt: Prompt) -> dict[str, Any]:
    """What decides the continuation; settings without effect are left out."""
    generation = prompt.generation
    if generation.continuation is not None:
        return {"continuation": generation.continuation}
    settings = generation.model_dump(mode="json", exclude={"continuation"})
    if not generation.do_sample or not generation.max_new_tokens:
        return {"max_new_tokens": generation.max_new_tokens}
    return settings


def reading_of(model: Model) -> dict[str, Any]:
    """What of a model's settings its numbers depend on, beside the files themselves."""
    return model.model_dump(mode="json", include={"start", "dtype", "tokenizer", "architecture"})


def wanted_figures(prompt: Prompt, model: Model, reference: ReferenceText | None) -> tuple[WantedFigure, ...]:
    """The figures of an entry, in page order; ``reference`` is the text that the model's factors are of."""
    asked = prompt.figures
    probabilities = Wanted("token_probabilities", "", {"top_k": 10})
    figures = [WantedFigure("tokens", {"top_k": 10}, (probabilities,))]
    if options := asked.layer_predictions:
        plain = options.model_dump(mode="json")
        predictions = Wanted("layer_predictions", "", {"top_k": options.top_k, "final_norm": True})
        without_layer = {name: value for name, value in plain.items() if name != "layer"}
        figures += [
            WantedFigure("predictions", plain, (predictions,)),
            WantedFigure("layer_predictions", without_layer, (predictions,)),
        ]
    if asked.rankings is not None:
        options = {"final_norm": True}
        figures.append(WantedFigure("rankings", options, (Wanted("lens_measures", "", options),)))
    if asked.characters:
        options = {**asked.characters.model_dump(mode="json"), "final_norm": True}
        figures.append(WantedFigure("characters", options, (Wanted("character_lens", "", options),)))
    if asked.watched_words:
        options = {**asked.watched_words.model_dump(mode="json"), "final_norm": True}
        figures.append(WantedFigure("watched_words", options, (Wanted("watched_words", "", options),)))
    if asked.attribution:
        figures.append(_attribution(prompt))
    if asked.neuron_factors:
        plain = asked.neuron_factors.model_dump(mode="json")
        shared = {"layers": plain["layers"], "seed": plain["seed"]}
        results = tuple(
            Wanted("neuron_factors", str(n), {"n_components": n, **shared}) for n in plain["n_components"]
        )
        figures.append(WantedFigure("neuron_factors", plain, results))
    if model.factors and asked.factor_responses is not None:
        options = _factors_options(model, reference)
        responses = Wanted("factor_responses", "", options)
        figures.append(
            WantedFigure("factor_responses", options, (responses,), (Wanted("model_factors", FACTORS, options),))
        )
    return tuple(sorted(figures, key=lambda figure: FIGURE_KINDS.index(figure.kind)))


def pair_figures() -> tuple[WantedFigure, ...]:
    """The figures of a minimal pair that need a result of their own; others are drawn from its entries' results."""
    options = {"final_norm": True}
    return (WantedFigure("pair_divergence", options, (Wanted("prompt_pair", "", options),)),)


def study_figures(model: Model, reference: ReferenceText) -> tuple[WantedFigure, ...]:
    """The figures of a model over a reference text, in page order."""
    options = _factors_options(model, reference)
    factors = Wanted("model_factors", "", options)
    of_factors = (Wanted("factor_effects", "effects", options), Wanted("factor_labels", "labels", options))
    alone = {"reference": reference.digest}
    return (
        WantedFigure("model_factors", options, (factors, *of_factors)),
        WantedFigure("layer_similarity", alone, (Wanted("layer_similarity", "", alone),)),
    )


def likeness_figures(other: Model, reference: ReferenceText) -> tuple[WantedFigure, ...]:
    """The figures of a model beside another."""
    options = {"reference": reference.digest, "other": other.id}
    return (WantedFigure("layer_similarity", options, (Wanted("layer_similarity", "", options),)),)


def _factors_options(model: Model, reference: ReferenceText) -> dict[str, Any]:
    return {"n_components": model.factors.components, "reference": reference.digest}


def _attribution(prompt: Prompt) -> WantedFigure:
    """Settings that are not made are left out: a setting that is new in the catalog changes no older key."""
    methods = list(methods_of(prompt))
    asked_for = prompt.figures.attribution
    shared = asked_for.model_dump(mode="json", exclude={"methods", "receipt"}, exclude_none=True) | {"seed": 0}
    receipt = {"n_orders": RANDOM_ORDERS, "sensitivity": prompt.tier == "full"}
    results = [Wanted("attribution", method, _options_of(method, shared)) for method in methods]
    asked = {
        "methods": methods, **{name: value for name, value in shared.items() if name != "baseline"},
        "baselines": {wanted.name: wanted.options["baseline"] for wanted in results if "baseline" in wanted.options},
    }
    if not asked_for.receipt:
        return WantedFigure("attribution", asked, tuple(results))
    results.append(Wanted("attribution_receipt", RECEIPT, {**asked, **receipt}))
    return WantedFigure("attribution", {**asked, "receipt": receipt}, tuple(results))


def _options_of(method: str, shared: dict[str, Any]) -> dict[str, Any]:
    options = {"method": method, **shared}
    if method in METHODS_WITHOUT_BASELINE:
        options.pop("baseline", None)
    else:
        options.setdefault("baseline", DEFAULT_BASELINES[method])
    return options


def _is_receipt(wanted: Wanted) -> bool:
    return wanted.kind == "attribution_receipt"


def shipped_results(prompt: Prompt) -> tuple[Wanted, ...]:
    """Results of an entry that ship in ``gallery/published/results``, so that no clone has to compute them.

    Those are of a prompt of tier ``full`` in the catalog what only that tier computes, and the receipt, which takes
    longer than all methods together.
    """
    if prompt.tier != "full" or not prompt.figures.attribution:
        return ()
    results = _attribution(prompt).results
    return tuple(wanted for wanted in results if wanted.name not in FAST_METHODS)
