"""Factors' loadings as amounts of neurons, and the same amounts dealt out to other neurons."""

from __future__ import annotations

import numpy as np

from lmviz.results import ModelFactors


def of_neurons(factors: ModelFactors) -> np.ndarray:
    """What a unit of each factor's response adds to each neuron, float32 ``[factor, layer, neuron]``.

    In the model's own units; a neuron of two columns has the positive side's less the negative side's.
    """
    _, _, signs = factors.places()
    by_column = factors.loadings * (factors.scales * signs)
    n_sides = 2 if factors.gated else 1
    shape = len(by_column), len(factors.layers), n_sides, factors.neurons_per_layer
    return by_column.reshape(shape).sum(axis=2).astype(np.float32)


def permuted(amounts: np.ndarray, seed: int, n_controls: int) -> np.ndarray:
    """Amounts ``[layer, neuron]``, permuted among the neurons of each layer: ``[control, layer, neuron]``."""
    rng = np.random.Generator(np.random.PCG64(seed))
    return np.stack([rng.permuted(amounts, axis=1) for _ in range(n_controls)])
