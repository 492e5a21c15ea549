"""The lens's logits in pieces of bounded size, for analyses that reduce them to what they keep.

All of a trace's logits would be ``[layer, position, vocabulary]``, far too large to keep. An analysis takes them in
turn:

    for layer, rows, logits in lens_chunks(trace):
        kept[layer, rows] = reduce(torch.softmax(logits, dim=1))
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

LOGITS_AT_ONCE = 2**21
"""Logits of a piece (8 MiB in float32): what is done to a piece finds it in the processor's cache."""


def lens_logits(model: LanguageModel, hidden: np.ndarray, layer: int, final_norm: bool) -> Tensor:
    """Float32 logits ``[row, vocabulary]`` of hidden states ``[row, width]`` of one layer, on the model's device."""
    rows = torch.tensor(hidden, device=model.device)
    with torch.no_grad():
        return model.unembed(rows, final_norm=final_norm or layer == model.n_layers - 1)


def lens_chunks(trace: Trace, final_norm: bool = True) -> Iterator[tuple[int, slice, Tensor]]:
    """Every layer and position of a trace once, as ``(layer, rows, logits)``.

    ``rows`` is a slice of positions, the same for all layers before the next follows; of each slice the last layer
    comes first, so that the others can be held against it. ``logits`` are float32 ``[row, vocabulary]`` on the model's
    device, the caller's to change or to keep; row ``t`` predicts the token at ``t + 1``, the last row the one after the
    last.
    """
    model = trace.model
    n_layers, n_positions, _ = trace.hidden_states.shape
    at_once = max(1, LOGITS_AT_ONCE // model.vocabulary_size)
    for first in range(0, n_positions, at_once):
        rows = slice(first, min(first + at_once, n_positions))
        for layer in (n_layers - 1, *range(n_layers - 1)):
            yield layer, rows, lens_logits(model, trace.hidden_states[layer, rows], layer, final_norm)
