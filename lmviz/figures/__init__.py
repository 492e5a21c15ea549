"""Figures: results become Vega-Lite charts and HTML fragments, in Japanese or English. No figure runs a model.

``lmviz.figures.rankings(result)`` is a chart; ``lmviz.figures.html.rankings(result, "ja", figure_id=…)`` the fragment
of a page; ``lmviz.figures.describe("rankings", result, "ja")`` its words.
"""

from importlib import import_module
from typing import Any

from lmviz.figures.charts import (
    attribution,
    attribution_receipt,
    characters,
    compare_attribution,
    compare_ranks,
    compare_settled,
    compare_surprisal,
    compare_watched_words,
    factor_responses,
    layer_predictions,
    layer_similarity,
    method_agreement,
    method_trust,
    model_factors,
    neuron_factors,
    pair_divergence,
    pair_predictions,
    predictions,
    rankings,
    tokens,
    training_attribution,
    training_course,
    training_factors,
    training_ranks,
    watched_words,
)
from lmviz.figures.description import Description, describe
from lmviz.figures.rendering import svg, thumbnail

__all__ = [
    "Description", "attribution", "attribution_receipt", "characters", "compare_attribution", "compare_ranks",
    "compare_settled", "compare_surprisal", "compare_watched_words", "describe", "factor_responses",
    "layer_predictions", "layer_similarity", "method_agreement", "method_trust", "model_factors", "neuron_factors",
    "pair_divergence", "pair_predictions", "predictions", "rankings", "svg", "thumbnail", "tokens",
    "training_attribution", "training_course", "training_factors", "training_ranks", "watched_words",
]


def __getattr__(name: str) -> Any:
    if name in ("html", "notebook"):  # when first used: they load this package
        return import_module(f"lmviz.figures.{name}")
    raise AttributeError(f"module 'lmviz.figures' has no attribute {name!r}")
