"""What the lens says of every token of the text at every layer: rank, log-probability, entropy, divergence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.rankings import Rankings


@dataclass(frozen=True)
class LensMeasures(Rankings):
    """Ranks and what else the lens's distribution over the vocabulary says, layer by layer. Nats throughout.

    Attributes:
        log_probabilities: float32 ``[layer, position]``, of the token that stands there; NaN at position 0.
        entropies: float32 ``[layer, position]``, of the distribution that predicts the position; NaN at position 0.
        divergences: float32 ``[layer, position]``, KL(final ‖ layer) of the distributions that predict the position: 0
            at the last layer, NaN at position 0.
        settled: int64 ``[position]``, the layer from which on the most probable entry is the last layer's; -1 at
            position 0.
    """

    kind = "lens_measures"
    schema_version = 1

    log_probabilities: np.ndarray
    entropies: np.ndarray
    divergences: np.ndarray
    settled: np.ndarray
