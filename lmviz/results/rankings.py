"""The rank of every token of the text at every layer (logit lens)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.base import Result


@dataclass(frozen=True)
class Rankings(Result):
    """Exact ranks over the whole vocabulary.

    Attributes:
        ranks: int64 ``[layer, position]``; 1 is the strongest, 0 stands at position 0, which nothing predicts.
        vocabulary_size: number of entries ranked.
        final_norm: as in `LayerPredictions`.
    """

    kind = "rankings"
    schema_version = 1

    ranks: np.ndarray
    vocabulary_size: int
    final_norm: bool
