"""The lens written out in NumPy and float64, from the weights alone, to compare with."""

from __future__ import annotations

from functools import cache

import numpy as np

FINAL_NORMS = {
    "gpt2": "transformer.ln_f", "gpt_neox": "gpt_neox.final_layer_norm",
    **dict.fromkeys(("llama", "mistral", "qwen2", "gemma", "gemma2"), "model.norm"),
}
"""By the families of `family_models`."""


def gpt2_lens(lm, hidden, *, norm):
    """Float64 logits ``[row, vocabulary]`` of a GPT-2, for many calls on one model."""
    return _lens("gpt2", lm.network, *_weights(lm.network), hidden, norm)


def family_lens(family, network, hidden, *, norm):
    """Float64 logits ``[..., vocabulary]`` of hidden states ``[..., width]``: final norm and unembedding by hand."""
    norm_weights, unembedding = _weights.__wrapped__(network, FINAL_NORMS[family])
    return _lens(family, network, norm_weights, unembedding, hidden, norm)


def family_norm(family, network, hidden):
    """Float64 ``[..., width]``: LayerNorm, RMSNorm, or Gemma's RMSNorm of ``1 + weight``."""
    return _normed(family, network.config, _weights.__wrapped__(network, FINAL_NORMS[family])[0], hidden)


@cache
def _weights(network, norm="transformer.ln_f"):
    module = network.get_submodule(norm)
    norm_weights = [parameter.detach().double().numpy() for parameter in module.parameters()]
    return norm_weights, network.get_output_embeddings().weight.detach().double().numpy()


def _lens(family, network, norm_weights, unembedding, hidden, norm):
    rows = _normed(family, network.config, norm_weights, hidden) if norm else hidden.astype(np.float64)
    logits = rows @ unembedding.T
    cap = getattr(network.config, "final_logit_softcapping", None)
    return cap * np.tanh(logits / cap) if cap else logits


def _normed(family, config, norm_weights, hidden):
    rows = hidden.astype(np.float64)
    if family in ("gpt2", "gpt_neox"):
        weight, bias = norm_weights
        rows = rows - rows.mean(axis=-1, keepdims=True)
        epsilon = config.layer_norm_epsilon if family == "gpt2" else config.layer_norm_eps
    else:
        weight, bias = norm_weights[0] + family.startswith("gemma"), 0
        epsilon = config.rms_norm_eps
    return rows / np.sqrt(np.square(rows).mean(axis=-1, keepdims=True) + epsilon) * weight + bias


def log_softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def assert_ranks(found, exact, own, error):
    """Ranks ``[row]`` are 1 + what is greater in ``exact`` ``[row, vocabulary]`` than the entry ``own`` ``[row]``.

    They may be off by the entries that lie within the measured ``error`` of the logits (docs/design.md).
    """
    for row, (rank, logits, entry) in enumerate(zip(found, exact, own, strict=True)):
        expected = 1 + int((logits > logits[entry]).sum())
        within_error = int((np.abs(logits - logits[entry]) <= 2 * error).sum()) - 1
        assert abs(rank - expected) <= within_error, row
