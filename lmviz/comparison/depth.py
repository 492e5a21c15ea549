"""How deep in a model a layer lies, so that models of different depth can be laid side by side."""

from __future__ import annotations

import numpy as np


def relative_depth(layer: int | np.ndarray, n_layers: int) -> float | np.ndarray:
    """``layer / (n_layers - 1)``: 0 for the first layer, 1 for the last; 1 in a model of a single layer."""
    return np.asarray(layer) / (n_layers - 1) if n_layers > 1 else np.ones_like(layer, dtype=float)
