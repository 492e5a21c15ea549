"""GPT-2 and Llama written out in NumPy and float64 from a checkpoint's weights: neither PyTorch nor lmviz computes."""

from __future__ import annotations

import numpy as np


class NumpyTransformer:
    """A transformer of a trace's model.

    Attributes:
        embedding: float64 ``[vocabulary, width]``.
    """

    def __init__(self, trace):
        network = trace.model.network
        self.config = network.config
        self.weights = {name: value.double().numpy() for name, value in network.state_dict().items()}
        self.is_llama = self.config.model_type == "llama"
        self.embedding = self.weights["model.embed_tokens.weight" if self.is_llama else "transformer.wte.weight"]

    def log_probabilities(self, inputs: np.ndarray) -> np.ndarray:
        """``[row, vocabulary]`` of what follows embeddings ``[row, position, width]``."""
        last = (self._llama(inputs) if self.is_llama else self._gpt2(inputs))[:, -1]
        logits = last @ self.weights["lm_head.weight"].T
        shifted = logits - logits.max(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    def _gpt2(self, hidden: np.ndarray) -> np.ndarray:
        w, config = self.weights, self.config
        hidden = hidden + w["transformer.wpe.weight"][: hidden.shape[1]]
        for layer in range(config.n_layer):
            at = f"transformer.h.{layer}."

            def linear(name: str, x: np.ndarray, at: str = at) -> np.ndarray:
                return x @ w[f"{at}{name}.weight"] + w[f"{at}{name}.bias"]

            normed = self._layer_norm(hidden, f"{at}ln_1")
            queries, keys, values = np.split(linear("attn.c_attn", normed), 3, axis=-1)
            heads = [_heads(each, config.n_head) for each in (queries, keys, values)]
            hidden = hidden + linear("attn.c_proj", _attend(*heads))
            inner = linear("mlp.c_fc", self._layer_norm(hidden, f"{at}ln_2"))
            gelu = 0.5 * inner * (1 + np.tanh(np.sqrt(2 / np.pi) * (inner + 0.044715 * inner**3)))
            hidden = hidden + linear("mlp.c_proj", gelu)
        return self._layer_norm(hidden, "transformer.ln_f")

    def _llama(self, hidden: np.ndarray) -> np.ndarray:
        w, config = self.weights, self.config
        n_heads, n_shared = config.num_attention_heads, config.num_key_value_heads
        for layer in range(config.num_hidden_layers):
            at = f"model.layers.{layer}."
            normed = self._rms_norm(hidden, f"{at}input_layernorm")
            queries, keys, values = (normed @ w[f"{at}self_attn.{each}_proj.weight"].T for each in "qkv")
            queries = _rotate(_heads(queries, n_heads))
            keys, values = _rotate(_heads(keys, n_shared)), _heads(values, n_shared)
            keys, values = (each.repeat(n_heads // n_shared, axis=1) for each in (keys, values))
            hidden = hidden + _attend(queries, keys, values) @ w[f"{at}self_attn.o_proj.weight"].T
            normed = self._rms_norm(hidden, f"{at}post_attention_layernorm")
            gate, up = (normed @ w[f"{at}mlp.{each}_proj.weight"].T for each in ("gate", "up"))
            hidden = hidden + (gate / (1 + np.exp(-gate)) * up) @ w[f"{at}mlp.down_proj.weight"].T
        return self._rms_norm(hidden, "model.norm")

    def _layer_norm(self, x: np.ndarray, name: str) -> np.ndarray:
        centred = x - x.mean(axis=-1, keepdims=True)
        scale = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + self.config.layer_norm_epsilon)
        return centred / scale * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def _rms_norm(self, x: np.ndarray, name: str) -> np.ndarray:
        scale = np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + self.config.rms_norm_eps)
        return x / scale * self.weights[f"{name}.weight"]


def _heads(x: np.ndarray, n_heads: int) -> np.ndarray:
    """``[row, position, width]`` to ``[row, head, position, part]``."""
    return x.reshape(*x.shape[:2], n_heads, -1).transpose(0, 2, 1, 3)


def _attend(queries: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    """``[row, head, position, part]`` to ``[row, position, width]``, causal."""
    scores = queries @ keys.transpose(0, 1, 3, 2) / np.sqrt(queries.shape[-1])
    scores = np.where(np.tril(np.ones(scores.shape[-2:], dtype=bool)), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = weights / weights.sum(axis=-1, keepdims=True) @ values
    return mixed.transpose(0, 2, 1, 3).reshape(len(mixed), mixed.shape[2], -1)


def _rotate(x: np.ndarray) -> np.ndarray:
    """Rotary positions of base 10,000: the halves of a head's part are the two axes of each plane."""
    half = x.shape[-1] // 2
    angles = np.arange(x.shape[2])[:, None] * 10_000.0 ** (-np.arange(half) / half)
    first, second = x[..., :half], x[..., half:]
    return np.concatenate(
        [first * np.cos(angles) - second * np.sin(angles), second * np.cos(angles) + first * np.sin(angles)], axis=-1
    )
