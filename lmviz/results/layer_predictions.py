"""What each layer would predict at each position (logit lens)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.base import Result
from lmviz.tokens import VocabularyLabels


@dataclass(frozen=True)
class NextPredictions:
    """The prediction of the token after the last: ``token_ids`` and ``log_probabilities`` ``[layer, k]``."""

    token_ids: np.ndarray
    log_probabilities: np.ndarray


@dataclass(frozen=True)
class LayerPredictions(Result):
    """Top candidates *of* each position, read from the hidden state at the position before it.

    Attributes:
        token_ids: int64 ``[layer, position, k]``, most probable first; -1 at position 0.
        log_probabilities: float32 ``[layer, position, k]``, nats; NaN at position 0.
        next_token_ids, next_log_probabilities: ``[layer, k]``, the one after the last; also as ``next``.
        final_norm: whether the final norm was applied at every layer (the default), or only at the last (as in ecco).
        labels: the vocabulary entries mentioned.
    """

    kind = "layer_predictions"
    schema_version = 1

    token_ids: np.ndarray
    log_probabilities: np.ndarray
    next_token_ids: np.ndarray
    next_log_probabilities: np.ndarray
    final_norm: bool
    labels: VocabularyLabels

    @property
    def next(self) -> NextPredictions:
        """The prediction after the last position, at every layer."""
        return NextPredictions(self.next_token_ids, self.next_log_probabilities)
