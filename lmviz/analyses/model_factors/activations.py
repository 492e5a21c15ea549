"""Feed-forward activations of many passages, a few at a time, as columns.

Passages of equal length are read side by side, which takes a third less time than one by one, and none needs padding.
How many is fixed by their length alone, so that the same passages always give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.passages import Passages, forward_pass

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel

TOKENS = 256
"""Tokens read side by side, at most, unless one passage has more."""


def batches(passages: Passages) -> list[np.ndarray]:
    """int64 ``[passage of the batch, position of the passage]``: each passage's positions, once."""
    lengths = np.diff(passages.starts, append=len(passages.tokens))
    found = []
    for length in np.unique(lengths):
        starts, size = passages.starts[lengths == length], max(TOKENS // length, 1)
        found += [starts[at : at + size, None] + np.arange(length) for at in range(0, len(starts), size)]
    return found


def feed_forward(
    model: LanguageModel, passages: Passages, batch: np.ndarray, layers: Sequence[int]
) -> list[torch.Tensor]:
    """Activations of each of ``layers``, ``[passage of the batch * position, neuron]``, by one forward pass."""
    record = forward_pass(model, passages.tokens.token_ids[batch])
    return [record.feed_forward[layer] for layer in layers]


def columns_of(activations: Sequence[torch.Tensor], gated: bool) -> torch.Tensor:
    """Columns as in `lmviz.analyses.factorization.columns`, not yet divided by anything.

    Args:
        activations: of each layer ``[position, neuron]``.

    Returns:
        float32 ``[position, column]``.
    """
    sides = []
    for own in activations:
        own = own.to("cpu", torch.float32)
        sides += [own, -own] if gated else [own]
    return torch.cat(sides, 1).clamp_(min=0)
