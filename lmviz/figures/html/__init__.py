"""HTML fragments, one module a kind: a picture that is complete without JavaScript, and the data its module reads.

Each function takes a result (a mapping by name for ``attribution`` and ``neuron_factors``), the language, and returns
one ``<div class="lmviz …">``. All text from models and catalogs is escaped.
"""

from lmviz.figures.html.attribution import attribution
from lmviz.figures.html.attribution_receipt import attribution_receipt
from lmviz.figures.html.characters import characters
from lmviz.figures.html.compare_attribution import compare_attribution
from lmviz.figures.html.compare_ranks import compare_ranks
from lmviz.figures.html.compare_settled import compare_settled
from lmviz.figures.html.compare_surprisal import compare_surprisal
from lmviz.figures.html.compare_watched_words import compare_watched_words
from lmviz.figures.html.factor_responses import factor_responses
from lmviz.figures.html.layer_predictions import layer_predictions
from lmviz.figures.html.layer_similarity import layer_similarity
from lmviz.figures.html.model_factors import model_factors
from lmviz.figures.html.neuron_factors import neuron_factors
from lmviz.figures.html.pair_divergence import pair_divergence
from lmviz.figures.html.pair_predictions import pair_predictions
from lmviz.figures.html.predictions import predictions
from lmviz.figures.html.rankings import rankings
from lmviz.figures.html.tokens import tokens
from lmviz.figures.html.training_attribution import training_attribution
from lmviz.figures.html.training_course import training_course
from lmviz.figures.html.training_factors import training_factors
from lmviz.figures.html.training_ranks import training_ranks
from lmviz.figures.html.watched_words import watched_words

__all__ = [
    "attribution", "attribution_receipt", "characters", "compare_attribution", "compare_ranks", "compare_settled",
    "compare_surprisal", "compare_watched_words", "factor_responses", "layer_predictions", "layer_similarity",
    "model_factors", "neuron_factors", "pair_divergence", "pair_predictions", "predictions", "rankings", "tokens",
    "training_attribution", "training_course", "training_factors", "training_ranks", "watched_words",
]
