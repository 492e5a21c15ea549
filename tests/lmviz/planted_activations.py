"""Models whose feed-forward activations are put in place by hooks, so that it is known what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def activations_of(model, made: Callable[[np.ndarray], np.ndarray]) -> Iterator[None]:
    """Within it, a GPT-2 has the activations ``made(ids)``, ``[layer, position, neuron]`` for ids ``[position]``."""
    read = {}

    def put(layer):
        def hook(module, inputs):
            planted = np.stack([made(ids)[layer] for ids in read["ids"].numpy()])
            return (torch.from_numpy(planted.astype(np.float32)).reshape(inputs[0].shape),)

        return hook

    transformer = model.network.transformer
    hooks = [transformer.wte.register_forward_pre_hook(lambda module, inputs: read.update(ids=inputs[0]))]
    hooks += [
        block.mlp.c_proj.register_forward_pre_hook(put(layer)) for layer, block in enumerate(transformer.h)
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def sparse_parts(n_tokens: int, n_parts: int, shape: tuple[int, int], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What each token has of each part ``[token, part]``, and the parts ``[part, layer * neuron]``; few are not 0."""
    rng = np.random.default_rng(seed)
    by_token = rng.gamma(2, 1, (n_tokens, n_parts)) * (rng.random((n_tokens, n_parts)) < 0.3)
    n_columns = shape[0] * shape[1]
    parts = rng.lognormal(0, 1, (n_parts, n_columns)) * (rng.random((n_parts, n_columns)) < 0.2)
    return by_token, parts


def as_layers(by_position: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """``[position, layer * neuron]`` as ``[layer, position, neuron]``."""
    return by_position.reshape(len(by_position), *shape).transpose(1, 0, 2)
