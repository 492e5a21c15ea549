"""Factors of a model, over many texts, and what each of them responds to in a text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lmviz.passages import counted
from lmviz.results.base import Result
from lmviz.results.neuron_factors import layer_shares_of, places_of

TYPICAL = 99
"""The percentile of a factor's responses over the reference text from which on a response counts as strong."""


@dataclass(frozen=True)
class ModelFactors(Result):
    """Non-negative factors of a model's feed-forward activations over a reference text, ordered by energy.

    ``tokens`` are those of all passages, one after another (`lmviz.passages.Passages`). Loadings, responses and shares
    are of *normalized* columns, each divided by its scale, as in `NeuronFactors`.

    Attributes:
        starts: int64 ``[passage]``: the position where each passage begins.
        responses: float32 ``[factor, position]``: the non-negative weights of the fixed loadings with which each
            position's activations are approximated best; NaN at start tokens and the first position of each passage.
        loadings: float32 ``[factor, column]``, unit L2 norm; columns as in `NeuronFactors`.
        scales: float32 ``[column]``: root mean square of a column over the fitted positions, or the layer's floor.
        layers: int64 ``[layer]``, the layers whose neurons were used.
        neurons_per_layer: neurons in one layer.
        gated: whether neurons have two columns.
        energy_shares: float32 ``[factor]``, each factor's share of the sum of squared responses; the order of factors.
        explained: 1 - squared error / squared norm of the normalized columns, over all counted positions.
        n_fitted: how many positions the loadings were fitted to: all that count, or a sample spread evenly over them.
        clipped_share: share of the squared norm of the activations at the fitted positions that lay in negatives set to
            0; 0 for gated blocks.
        curve_components: int64 ``[choice]``: numbers of components that were tried.
        curve: float32 ``[choice]``: what each of them explains of the fitted positions.
        ceilings: float32 ``[rank]``: what the best approximation of rank 1, 2, ... explains of them, negatives allowed.
        seed_stability: float32 ``[factor, seed]``: cosine of its loadings with the factor matched to it (one to one,
            the sum of cosines largest) among those fitted from a random start.
        half_stability: float32 ``[factor, half]``: the same among factors fitted to the fitted positions of even
            passages alone (the first, the third, ...), and of odd ones.
        n_iterations: iterations that NMF took on all of the matrix.
        converged: whether it stopped by its tolerance rather than at its limit.
    """

    kind = "model_factors"
    schema_version = 1

    starts: np.ndarray
    responses: np.ndarray
    loadings: np.ndarray
    scales: np.ndarray
    layers: np.ndarray
    neurons_per_layer: int
    gated: bool
    energy_shares: np.ndarray
    explained: float
    n_fitted: int
    clipped_share: float
    curve_components: np.ndarray
    curve: np.ndarray
    ceilings: np.ndarray
    seed_stability: np.ndarray
    half_stability: np.ndarray
    n_iterations: int
    converged: bool

    def places(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Layer, neuron and sign (1 or -1) of each column, int64 ``[column]``."""
        return places_of(self.layers, self.neurons_per_layer, self.gated)

    @cached_property
    def typical(self) -> np.ndarray:
        """``[factor]``: what counts as a strong response of each."""
        return np.nanpercentile(self.responses, TYPICAL, axis=1)

    @cached_property
    def halves(self) -> tuple[np.ndarray, np.ndarray]:
        """The counted positions of the passages of even and of odd index."""
        n = len(self.tokens)
        passage = np.repeat(np.arange(len(self.starts)), np.diff(self.starts, append=n))
        is_counted = counted(self.starts, n, self.tokens.n_start)
        return np.flatnonzero(is_counted & (passage % 2 == 0)), np.flatnonzero(is_counted & (passage % 2 == 1))

    @property
    def layer_shares(self) -> np.ndarray:
        """float64 ``[factor, layer]``: share of each factor's squared loadings in each of `layers`."""
        return layer_shares_of(self.loadings, len(self.layers))


@dataclass(frozen=True)
class FactorResponses(Result):
    """Which of its model's factors a text lights.

    Attributes:
        activations: float32 ``[factor, position]``: as `ModelFactors.responses`, of this text; NaN at start tokens and
            position 0.
        energy_shares: float32 ``[factor]``: each factor's share of the sum of squared activations in this text.
        typical: float32 ``[factor]``: the 99th percentile of the factor's responses over the reference text: what
            counts as a strong response.
        explained: 1 - squared error / squared norm of the normalized columns of this text.
    """

    kind = "factor_responses"
    schema_version = 1

    activations: np.ndarray
    energy_shares: np.ndarray
    typical: np.ndarray
    explained: float
