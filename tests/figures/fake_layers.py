"""Plausible likeness of layers: of one model with itself, and of two models."""

from __future__ import annotations

import numpy as np
from fake_text import tokens

from lmviz.results import LayerSimilarity

NAMES = {"mini": "小さなGPT-2", "bytes": "バイト単位のGPT-2"}


def similarity(cka: np.ndarray, *, other: str = "", n_positions: int = 4096, kept: int = 150, width: int = 256,
               svcca: np.ndarray | None = None, pwcca: np.ndarray | None = None) -> LayerSimilarity:
    rows, columns = cka.shape
    table = tokens()
    return LayerSimilarity(
        table, "mini", np.zeros(1, np.int64), np.arange(n_positions), other, cka,
        np.sqrt(np.abs(cka)) if svcca is None else svcca, np.abs(cka) ** 0.7 if pwcca is None else pwcca,
        np.arange(kept, kept + rows), np.arange(kept, kept + columns), (width, width),
    )


def falling(n_layers: int = 8, step: float = 0.08) -> np.ndarray:
    """The further apart, the less alike."""
    depth = np.arange(n_layers)
    return 1 - step * np.abs(depth[:, None] - depth)


def within(n_layers: int = 8) -> LayerSimilarity:
    return similarity(falling(n_layers))


def between() -> LayerSimilarity:
    """Layer 5 of the first and layer 3 of the second stand out; one CKA is just below 0."""
    cka = np.full((8, 6), 0.4) + 0.01 * np.arange(6)
    cka[5, 3], cka[0, 5] = 0.82, -0.024
    return similarity(cka, other="bytes")


def refused() -> LayerSimilarity:
    """Too few places: SVCCA of the last three layers, PWCCA of all."""
    cka = falling()
    few = np.maximum.outer(np.arange(195, 203), np.arange(195, 203)) > 199
    return similarity(cka, n_positions=2000, kept=195, svcca=np.where(few, np.nan, cka),
                      pwcca=np.full(cka.shape, np.nan))
