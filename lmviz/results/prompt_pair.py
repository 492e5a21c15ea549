"""Where in the layers one model parts over two texts that differ in one place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.base import Result
from lmviz.tokens import TokenTable


@dataclass(frozen=True)
class PromptPair(Result):
    """Two texts under one model, compared where the texts agree again after their difference.

    Attributes:
        tokens, other_tokens: the two texts.
        common_before: how many tokens the texts share from the beginning, in whole characters.
        places: int64 ``[place, 2]``: what is compared, as positions in both; between the difference and a place stands
            the same. ``len(tokens)`` is the one after the last.
        divergences: float32 ``[layer, place]``, nats: Jensen–Shannon divergence of the lens's two distributions that
            predict the places (at most ln 2).
        distances: float32 ``[layer, place]``: 1 - cosine of the two hidden states from which the places are predicted.
        final_norm: as in `LayerPredictions`.
    """

    kind = "prompt_pair"
    schema_version = 1

    other_tokens: TokenTable
    common_before: int
    places: np.ndarray
    divergences: np.ndarray
    distances: np.ndarray
    final_norm: bool
