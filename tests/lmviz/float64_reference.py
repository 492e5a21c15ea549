"""The lens written out in NumPy and float64, from the weights alone, to compare with."""

from __future__ import annotations

from functools import cache

import numpy as np


def gpt2_lens(lm, hidden, *, norm):
    """Float64 logits ``[row, vocabulary]``: LayerNorm and unembedding written out from the weights."""
    weights = _weights(lm.network)
    rows = hidden.astype(np.float64)
    if norm:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        scale = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + lm.network.config.layer_norm_epsilon)
        rows = centred / scale * weights["transformer.ln_f.weight"] + weights["transformer.ln_f.bias"]
    return rows @ weights["transformer.wte.weight"].T


@cache
def _weights(network):
    names = ("transformer.wte.weight", "transformer.ln_f.weight", "transformer.ln_f.bias")
    return {name: network.state_dict()[name].double().numpy() for name in names}


def log_softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
