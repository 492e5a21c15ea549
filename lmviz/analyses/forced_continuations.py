"""What a model makes of words written after the beginning of a text, all in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.recording import first_tensor

if TYPE_CHECKING:
    from lmviz.trace import Trace


def forced_states(trace: Trace, position: int, continuations: Sequence[Sequence[int]]) -> list[np.ndarray]:
    """Hidden states ``[layer, token, width]`` of each continuation, written after the tokens before ``position``.

    Shorter ones are padded on the right, where a causal model does not look; the batch changes nothing but how sums
    are rounded.
    """
    if not continuations:
        return []
    model = trace.model
    longest = max(len(ids) for ids in continuations)
    batch = np.zeros((len(continuations), position + longest), dtype=np.int64)
    for row, ids in zip(batch, continuations, strict=True):
        row[:position] = trace.token_ids[:position]
        row[position : position + len(ids)] = ids
    kept: list[np.ndarray] = []
    blocks = model.network.get_submodule(model.architecture.blocks)
    hooks = [
        block.register_forward_hook(
            lambda module, inputs, output: kept.append(first_tensor(output)[:, position:].float().cpu().numpy())
        )
        for block in blocks
    ]
    try:
        with torch.inference_mode():
            model.network.base_model(input_ids=torch.from_numpy(batch).to(model.device), use_cache=False)
    finally:
        for hook in hooks:
            hook.remove()
    states = np.stack(kept)
    return [states[:, word, : len(ids)] for word, ids in enumerate(continuations)]
