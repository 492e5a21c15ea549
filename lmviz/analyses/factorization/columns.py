"""Feed-forward activations as a matrix for NMF: positions by columns, without negatives, columns that count alike.

**Columns.** A neuron behind GELU or ReLU is one column, its negatives set to 0 (GELU lets at most -0.17 through). A
neuron of a gated block is a product, and its sign says as much as its size: it is two columns, ``max(a, 0)`` and
``max(-a, 0)``, so that nothing is lost.

**Normalization.** Squared error follows the loudest neurons: without it, factors are those of a handful of them, and of
the layers with the largest activations. So each column is divided by its root mean square over the positions, and every
neuron that responds at all counts the same. Only size is taken out, not shape: a neuron that responds at one position
stays a peak there. Columns below a tenth of the layer's median are divided by that instead, for what hardly responds
would be blown up to the size of all others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FLOOR = 0.1
"""Share of the median root mean square of a layer's columns (those of 0 left out) that the least is divided by."""


@dataclass(frozen=True)
class Columns:
    """Columns, and what they were made with.

    Attributes:
        raw: float32 ``[position, column]``, at least 0: layer by layer, in a gated layer all ``max(a, 0)`` before all
            ``max(-a, 0)``.
        scales: float32 ``[column]``, what each is divided by.
        clipped_share: share of the squared norm of the activations that lay in negatives set to 0.
    """

    raw: np.ndarray
    scales: np.ndarray
    clipped_share: float

    @property
    def normalized(self) -> np.ndarray:
        """float32 ``[position, column]``."""
        return self.raw / self.scales


def columns(feed_forward: np.ndarray, gated: bool) -> Columns:
    """Of activations ``[layer, position, neuron]``.

    Raises:
        ValueError: none of them gives a column anything but 0.
    """
    sides = [np.maximum(feed_forward, 0)] + ([np.maximum(-feed_forward, 0)] if gated else [])
    by_layer = np.concatenate(sides, axis=2)
    squares = np.square(by_layer, dtype=np.float64).sum()
    if squares == 0:
        raise ValueError("none of the activations is positive, so there is nothing to factor; choose other layers")
    size = np.sqrt(np.square(by_layer, dtype=np.float64).mean(axis=1))
    raw = by_layer.transpose(1, 0, 2).reshape(by_layer.shape[1], -1)
    clipped = 0.0 if gated else float(1 - squares / np.square(feed_forward, dtype=np.float64).sum())
    return Columns(raw, scales_of(size).reshape(-1).astype(np.float32), clipped)


def scales_of(sizes: np.ndarray) -> np.ndarray:
    """What columns are divided by, for root mean squares ``[layer, column of the layer]``."""
    scales = np.ones_like(sizes)
    for layer, own in enumerate(sizes):
        if own.any():
            scales[layer] = np.maximum(own, FLOOR * np.median(own[own > 0]))
    return scales
