"""Vega-Lite charts, one module a kind. Each function turns a result into an Altair chart and runs no model."""

from lmviz.figures.charts.attribution import attribution
from lmviz.figures.charts.attribution_receipt import attribution_receipt
from lmviz.figures.charts.characters import characters
from lmviz.figures.charts.compare_attribution import compare_attribution
from lmviz.figures.charts.compare_ranks import compare_ranks
from lmviz.figures.charts.compare_settled import compare_settled
from lmviz.figures.charts.compare_surprisal import compare_surprisal
from lmviz.figures.charts.compare_watched_words import compare_watched_words
from lmviz.figures.charts.factor_responses import factor_responses
from lmviz.figures.charts.layer_predictions import layer_predictions
from lmviz.figures.charts.layer_similarity import layer_similarity
from lmviz.figures.charts.method_agreement import method_agreement
from lmviz.figures.charts.method_trust import method_trust
from lmviz.figures.charts.model_factors import model_factors
from lmviz.figures.charts.neuron_factors import neuron_factors
from lmviz.figures.charts.pair_divergence import pair_divergence
from lmviz.figures.charts.pair_predictions import pair_predictions
from lmviz.figures.charts.predictions import predictions
from lmviz.figures.charts.rankings import rankings
from lmviz.figures.charts.tokens import tokens
from lmviz.figures.charts.training_attribution import training_attribution
from lmviz.figures.charts.training_course import training_course
from lmviz.figures.charts.training_factors import training_factors
from lmviz.figures.charts.training_ranks import training_ranks
from lmviz.figures.charts.watched_words import watched_words

__all__ = [
    "attribution", "attribution_receipt", "characters", "compare_attribution", "compare_ranks", "compare_settled",
    "compare_surprisal", "compare_watched_words", "factor_responses", "layer_predictions", "layer_similarity",
    "method_agreement", "method_trust", "model_factors", "neuron_factors", "pair_divergence", "pair_predictions",
    "predictions", "rankings", "tokens", "training_attribution", "training_course", "training_factors",
    "training_ranks", "watched_words",
]
