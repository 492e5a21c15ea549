"""The lens's logits in pieces of bounded size, for analyses that reduce them to what they keep.

All of a trace's logits would be ``[layer, position, vocabulary]``, far too large to keep. An analysis takes them in
turn:

    for layer, rows, logits in lens_chunks(trace):
        kept[layer, rows] = reduce(torch.softmax(logits, dim=1))

They are made in matrix products large enough to be worth their while, and handed out in pieces small enough that all
that is done to one finds it in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel
    from lmviz.trace import Trace

LOGITS_AT_ONCE = 2**23
"""Logits of a matrix product (32 MiB in float32), unless one position at all layers has more."""

LOGITS_IN_CACHE = 2**20
"""Logits of a piece on a CPU (4 MiB in float32), unless one row has more."""


def lens_logits(model: LanguageModel, hidden: np.ndarray, final_norm: bool) -> Tensor:
    """Float32 logits ``[layer, row, vocabulary]`` of hidden states ``[layer, row, width]``, on the model's device."""
    states = torch.tensor(hidden, device=model.device)
    with torch.no_grad():
        if final_norm:
            return model.unembed(states)
        return torch.cat([model.unembed(states[:-1], final_norm=False), model.unembed(states[-1:])])


def lens_chunks(trace: Trace, final_norm: bool = True) -> Iterator[tuple[int, slice, Tensor]]:
    """Every layer and position of a trace once, as ``(layer, rows, logits)``.

    ``rows`` is a slice of positions, the same for all layers before the next follows; of each slice the last layer
    comes first, so that the others can be held against it. ``logits`` are float32 ``[row, vocabulary]`` on the model's
    device, the caller's to change; row ``t`` predicts the token at ``t + 1``, the last row the one after the last.
    """
    model = trace.model
    n_layers, n_positions, _ = trace.hidden_states.shape
    in_cache = LOGITS_IN_CACHE if model.device.type == "cpu" else LOGITS_AT_ONCE
    for product in even_slices(0, n_positions, LOGITS_AT_ONCE // (n_layers * model.vocabulary_size)):
        logits = lens_logits(model, trace.hidden_states[:, product], final_norm)
        for rows in even_slices(product.start, product.stop, in_cache // model.vocabulary_size):
            for layer in (n_layers - 1, *range(n_layers - 1)):
                yield layer, rows, logits[layer, rows.start - product.start : rows.stop - product.start]


def even_slices(first: int, stop: int, at_most: int) -> Iterator[slice]:
    """``first`` to ``stop`` as slices of nearly equal length, of ``at_most`` each (but at least 1)."""
    n_slices = -(-(stop - first) // max(1, at_most))
    edges = [first + (stop - first) * number // n_slices for number in range(n_slices + 1)]
    for begin, end in zip(edges, edges[1:], strict=False):
        yield slice(begin, end)
