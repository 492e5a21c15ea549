"""Factors of a model, by non-negative matrix factorization (NMF) of its activations over many texts.

As in `lmviz.analyses.neuron_factors`, positions by columns are approximated by ``W H``; here the positions are those of
a reference text, so that a factor is the model's and not of one text. The loadings ``H`` are fitted to a sample of the
positions, spread evenly over all passages, that is held once (`sample`, `fitting`); with them fixed, each position of
any text has the responses ``w >= 0`` for which ``|x - w H|`` is least (`responses`), whatever stands at the others. How
well so few factors do, and whether others would have been found from another start or in other texts, is measured on
the sample (`curve`, `stability`).

    factors = lmviz.model_factors(model, passages, n_components=16)
    lmviz.factor_responses(model.trace("..."), factors).activations[factor, position]
"""

from lmviz.analyses.model_factors.factor_responses import factor_responses
from lmviz.analyses.model_factors.model_factors import model_factors

__all__ = ["factor_responses", "model_factors"]
