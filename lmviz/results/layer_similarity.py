"""How alike the layers of a model are to each other, or to those of another model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.base import Result


@dataclass(frozen=True)
class LayerSimilarity(Result):
    """Similarities of hidden states over the same places of a reference text; ``tokens`` as in `ModelFactors`.

    Rows are layers of the model, columns those of the other (or of the same). Hidden states are those after each block.

    Attributes:
        starts: int64 ``[passage]``: the position where each passage begins.
        positions: int64 ``[place]``: positions compared, in the first model's tokens; of two models, tokens that end at
            the same character.
        other_model: id of the second model; empty where a model is compared with itself.
        cka: float64 ``[layer, other layer]``: debiased linear CKA.
        svcca: float64 ``[layer, other layer]``: mean canonical correlation of the directions kept; NaN where places are
            fewer than ten times those kept of either layer.
        pwcca: float64 ``[layer, other layer]``: canonical correlations of all directions, weighted by how much of the
            row's layer they account for; NaN where places are fewer than ten times the directions of either layer.
        kept: int64 ``[layer]``: directions that hold 99 % of the variance of each layer.
        other_kept: int64 ``[other layer]``.
        widths: ``(width, width of the other)``.
    """

    kind = "layer_similarity"
    schema_version = 1

    starts: np.ndarray
    positions: np.ndarray
    other_model: str
    cka: np.ndarray
    svcca: np.ndarray
    pwcca: np.ndarray
    kept: np.ndarray
    other_kept: np.ndarray
    widths: tuple[int, ...]
