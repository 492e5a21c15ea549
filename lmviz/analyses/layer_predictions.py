"""Top candidates of every position at every layer (logit lens).

    result = lmviz.layer_predictions(trace, top_k=10)
    result.token_ids[layer, position]          # what that layer would put there, most probable first
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lmviz.analyses.lens import lens_pass
from lmviz.results import LayerPredictions
from lmviz.validation import switch, traced, whole_number

if TYPE_CHECKING:
    from lmviz.trace import Trace


def layer_predictions(trace: Trace, top_k: int = 10, final_norm: bool = True) -> LayerPredictions:
    """What each layer would predict at each position, were it the last (see `lmviz.analyses.lens`).

    Args:
        trace: the text as the model read it.
        top_k: candidates a position.
        final_norm: False leaves the final norm out at every layer but the last, which reproduces ecco.

    Returns:
        Candidates *of* each position ``[layer, position, k]``, and of the one after the last ``[layer, k]``.

    Raises:
        ValueError: ``top_k`` is not between 1 and the size of the vocabulary.
    """
    model = traced(trace).model
    top_k = whole_number("top_k", top_k, 1, model.vocabulary_size)
    final_norm = switch("final_norm", final_norm)
    lens = lens_pass(trace, final_norm, top_k=top_k)
    ids = lens.candidate_ids[:, :, :top_k]
    log_probabilities = lens.candidate_log_probabilities[:, :, :top_k]
    return LayerPredictions(
        tokens=trace.tokens,
        model=model.name,
        token_ids=_of_each_position(ids, -1),
        log_probabilities=_of_each_position(log_probabilities, np.nan),
        next_token_ids=ids[:, -1].copy(),
        next_log_probabilities=log_probabilities[:, -1].copy(),
        final_norm=final_norm,
        labels=model.tokenizer.labels(ids),
    )


def _of_each_position(rows: np.ndarray, nothing: float) -> np.ndarray:
    of_position = np.empty_like(rows)
    of_position[:, 0] = nothing
    of_position[:, 1:] = rows[:, :-1]
    return of_position
