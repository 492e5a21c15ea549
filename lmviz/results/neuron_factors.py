"""Feed-forward activations factored into a few non-negative patterns (NMF)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.base import Result


@dataclass(frozen=True)
class NeuronFactors(Result):
    """Factors ordered by energy (L2 norm of their activations, loadings having unit norm).

    Activations and loadings are those of *normalized* columns, each divided by its scale; ``loadings * scales`` are
    loadings in the model's own units.

    Attributes:
        activations: float32 ``[factor, position]``; NaN at start tokens and position 0, which are left out.
        loadings: float32 ``[factor, column]``, unit L2 norm. Columns are the neurons of the chosen layers, layer by
            layer; in a gated block a layer's neurons come twice, for their positive and for their negative part.
        scales: float32 ``[column]``: root mean square of a column over the positions, or the layer's floor.
        layers: int64 ``[layer]``, the layers whose neurons were used.
        neurons_per_layer: neurons in one layer.
        gated: whether neurons have two columns.
        energy_shares: float32 ``[factor]``, each factor's share of the sum of squared energies.
        explained: 1 - squared error / squared norm of the normalized columns.
        explained_raw: the same of the columns in the model's own units, which the factors were not fitted to.
        ceilings: float32 ``[rank]``: the share of the normalized columns that the best approximation of rank 1, 2, ...
            explains, negatives allowed (singular values): no factorization of that many components explains more.
        clipped_share: share of the squared norm of the activations that lay in negatives set to 0; 0 for gated blocks.
        n_iterations: iterations that NMF took on all columns.
        converged: whether it stopped by its tolerance rather than at its limit.
        seed: of a random start; None for the usual one, NNDSVDa, which is not random.
    """

    kind = "neuron_factors"
    schema_version = 2

    activations: np.ndarray
    loadings: np.ndarray
    scales: np.ndarray
    layers: np.ndarray
    neurons_per_layer: int
    gated: bool
    energy_shares: np.ndarray
    explained: float
    explained_raw: float
    ceilings: np.ndarray
    clipped_share: float
    n_iterations: int
    converged: bool
    seed: int | None

    def places(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Layer, neuron and sign (1 or -1) of each column, int64 ``[column]``."""
        return places_of(self.layers, self.neurons_per_layer, self.gated)

    @property
    def layer_shares(self) -> np.ndarray:
        """float64 ``[factor, layer]``: share of each factor's squared loadings in each of `layers`."""
        return layer_shares_of(self.loadings, len(self.layers))


def places_of(layers: np.ndarray, neurons_per_layer: int, gated: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Layer, neuron and sign (1 or -1) of each column of factored activations, int64 ``[column]``."""
    signs = np.array([1, -1] if gated else [1])
    shape = (len(layers), len(signs), neurons_per_layer)
    each = layers[:, None, None], np.arange(neurons_per_layer), signs[:, None]
    return tuple(np.broadcast_to(part, shape).reshape(-1).astype(np.int64) for part in each)


def layer_shares_of(loadings: np.ndarray, n_layers: int) -> np.ndarray:
    """float64 ``[factor, layer]``: what unit loadings ``[factor, column]``, layer by layer, have of their squares."""
    squares = np.square(loadings, dtype=np.float64)
    return squares.reshape(len(squares), n_layers, -1).sum(axis=2)
