"""Feed-forward activations factored into a few non-negative patterns (NMF)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.base import Result


@dataclass(frozen=True)
class NeuronFactors(Result):
    """Factors ordered by energy (L2 norm of their activations, loadings having unit norm).

    Attributes:
        activations: float32 ``[factor, position]``; NaN at start tokens and position 0, which are left out.
        loadings: float32 ``[factor, neuron]``, unit L2 norm; neurons of the chosen layers, layer by layer.
        layers: int64 ``[layer]``, the layers whose neurons were used.
        neurons_per_layer: neurons in one layer.
        energy_shares: float32 ``[factor]``, each factor's share of the sum of squared energies.
        explained: 1 - squared error / squared norm of the clipped activations.
        clipped_share: share of the squared norm of the activations that lay in the negatives, which were set to 0.
        n_iterations: iterations NMF took.
        converged: whether it stopped by its tolerance rather than at its limit.
        seed: NMF's seed.
    """

    kind = "neuron_factors"
    schema_version = 1

    activations: np.ndarray
    loadings: np.ndarray
    layers: np.ndarray
    neurons_per_layer: int
    energy_shares: np.ndarray
    explained: float
    clipped_share: float
    n_iterations: int
    converged: bool
    seed: int
