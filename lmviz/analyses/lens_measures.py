"""Ranks and log-probabilities of the text's tokens at every layer; entropy, divergence and settling of the predictions.

With ``p_l`` the distribution over the vocabulary that layer ``l`` gives to a position, and ``L - 1`` the last layer:

    entropy      H(p_l) = -sum_v p_l(v) log p_l(v)
    divergence   KL(p_{L-1} ‖ p_l) = sum_v p_{L-1}(v) (log p_{L-1}(v) - log p_l(v))
    settled      the least l such that p_l, ..., p_{L-1} all have the same most probable entry

    result = lmviz.lens_measures(trace)
    result.entropies[layer, position] / np.log(2)    # bits

The divergence from the last layer is the measure of Belrose et al., "Eliciting Latent Predictions from Transformers
with the Tuned Lens" (2023).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lmviz.analyses.lens import lens_pass
from lmviz.results import LensMeasures
from lmviz.validation import switch, traced

if TYPE_CHECKING:
    from lmviz.trace import Trace


def lens_measures(trace: Trace, final_norm: bool = True) -> LensMeasures:
    """All that one pass of the lens measures, of the tokens that stand in the text (see `lmviz.analyses.lens`).

    Args:
        trace: the text as the model read it.
        final_norm: False leaves the final norm out at every layer but the last, which reproduces ecco.

    Returns:
        ``[layer, position]`` each, in nats but for the ranks; ``settled`` ``[position]``. Position 0 has rank 0,
        NaN and -1.
    """
    final_norm = switch("final_norm", final_norm)
    lens = lens_pass(traced(trace), final_norm, entropies=True)
    best = lens.candidate_ids[:, :-1, 0]
    return LensMeasures(
        tokens=trace.tokens,
        model=trace.model.name,
        ranks=_of_each_position(lens.ranks, 0),
        vocabulary_size=trace.model.vocabulary_size,
        final_norm=final_norm,
        log_probabilities=_of_each_position(lens.log_probabilities, np.nan),
        entropies=_of_each_position(lens.entropies[:, :-1], np.nan),
        divergences=_of_each_position(lens.divergences[:, :-1], np.nan),
        settled=np.pad(settled_layers(best), (1, 0), constant_values=-1),
    )


def settled_layers(best: np.ndarray) -> np.ndarray:
    """int64 ``[row]``: from which layer on the most probable entries ``best`` ``[layer, row]`` are the last layer's."""
    otherwise = best != best[-1]
    after_the_last_change = len(best) - np.argmax(otherwise[::-1], axis=0)
    return np.where(otherwise.any(axis=0), after_the_last_change, 0)


def _of_each_position(rows: np.ndarray, nothing: float) -> np.ndarray:
    """Rows ``[layer, row]``, each of the token after it, as ``[layer, position]``."""
    return np.pad(rows, ((0, 0), (1, 0)), constant_values=nothing)
