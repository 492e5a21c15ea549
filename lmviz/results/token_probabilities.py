"""How probable each token was, and what the model would rather have written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.base import Result
from lmviz.tokens import VocabularyLabels


@dataclass(frozen=True)
class TokenProbabilities(Result):
    """The model's own predictions (last layer) at every position.

    Attributes:
        log_probabilities: float32 ``[position]``, nats, of the token that stands there; NaN at position 0.
        ranks: int64 ``[position]``, 1 the strongest; 0 at position 0.
        candidate_ids: int64 ``[position, k]``, most probable first; -1 at position 0.
        candidate_log_probabilities: float32 ``[position, k]``, nats; NaN at position 0.
        labels: the vocabulary entries in ``candidate_ids``.
    """

    kind = "token_probabilities"
    schema_version = 1

    log_probabilities: np.ndarray
    ranks: np.ndarray
    candidate_ids: np.ndarray
    candidate_log_probabilities: np.ndarray
    labels: VocabularyLabels
