"""Figures: results become Vega-Lite charts and HTML fragments, in Japanese or English. No figure runs a model.

``lmviz.figures.rankings(result)`` is a chart; ``lmviz.figures.html.rankings(result, "ja", figure_id=…)`` the fragment
of a page; ``lmviz.figures.describe("rankings", result, "ja")`` its words.
"""

from lmviz.figures.charts import (
    attribution,
    attribution_receipt,
    characters,
    layer_predictions,
    method_agreement,
    method_trust,
    neuron_factors,
    predictions,
    rankings,
    tokens,
    watched_words,
)
from lmviz.figures.description import Description, describe
from lmviz.figures.rendering import svg, thumbnail

__all__ = [
    "Description", "attribution", "attribution_receipt", "characters", "describe", "layer_predictions",
    "method_agreement", "method_trust", "neuron_factors", "predictions", "rankings", "svg", "thumbnail", "tokens",
    "watched_words",
]
