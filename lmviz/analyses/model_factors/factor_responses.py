"""What a model's factors respond to in one text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.analyses.model_factors.activations import columns_of
from lmviz.analyses.model_factors.responses import responses
from lmviz.results import FactorResponses, ModelFactors
from lmviz.validation import traced

if TYPE_CHECKING:
    from lmviz.trace import Trace


def factor_responses(trace: Trace, factors: ModelFactors) -> FactorResponses:
    """How strongly each of a model's factors responds at each position of a text.

    Args:
        trace: the text as the model read it.
        factors: of the same model.

    Raises:
        ValueError: factors of a model of another shape.
    """
    _check_shapes(traced(trace), factors)
    first = max(trace.n_start, 1)
    activations = [torch.from_numpy(trace.feed_forward[layer, first:]) for layer in factors.layers]
    given = columns_of(activations, factors.gated).div_(torch.tensor(factors.scales))
    found = responses([given], len(given), factors.loadings)
    by_position = np.full((len(factors.loadings), len(trace.tokens)), np.nan, dtype=np.float32)
    by_position[:, first:] = found.weights
    return FactorResponses(
        tokens=trace.tokens,
        model=trace.model.name,
        activations=by_position,
        energy_shares=found.energy_shares.astype(np.float32),
        typical=factors.typical.astype(np.float32),
        explained=found.explained,
    )


def _check_shapes(trace: Trace, factors: ModelFactors) -> None:
    if not isinstance(factors, ModelFactors):
        raise ValueError(f"factors are those of lmviz.model_factors, not a {type(factors).__name__}")
    n_layers, _, neurons = trace.feed_forward.shape
    gated = trace.model.architecture.gated
    if (neurons, gated) != (factors.neurons_per_layer, factors.gated) or factors.layers.max() >= n_layers:
        raise ValueError(
            f"these factors are of {factors.model}, layers {factors.layers.min()} to {factors.layers.max()} with "
            f"{factors.neurons_per_layer} {_kind(factors.gated)} neurons each, but {trace.model.name} has {n_layers} "
            f"layers with {neurons} {_kind(gated)} neurons; fit factors to it with lmviz.model_factors"
        )


def _kind(gated: bool) -> str:
    return "gated" if gated else "plain"
