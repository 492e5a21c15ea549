"""What a model's parts put out during one forward pass, caught by hooks.

Hooks stand on the blocks themselves because transformers' ``hidden_states[-1]`` has the final norm applied already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch.utils.hooks import RemovableHandle


class Recording:
    """What one forward pass of one sequence leaves behind, without the batch axis.

    Attributes:
        embeddings: ``[position, width]``.
        hidden_states: ``[layer]`` of ``[position, width]``, None for a block that did not run.
        feed_forward: ``[layer]`` of ``[position, neuron]``, None for a down-projection that did not run.
    """

    def __init__(self, n_layers: int):
        self.embeddings: torch.Tensor | None = None
        self.hidden_states: list[torch.Tensor | None] = [None] * n_layers
        self.feed_forward: list[torch.Tensor | None] = [None] * n_layers

    def attach(
        self, embedding: torch.nn.Module, blocks: Iterable[torch.nn.Module], down_projections: Sequence[torch.nn.Module]
    ) -> list[RemovableHandle]:
        """Hooks that fill this recording; the caller removes them."""
        hooks = [embedding.register_forward_hook(self._keep_embeddings)]
        for layer, (block, down) in enumerate(zip(blocks, down_projections, strict=True)):
            hooks.append(block.register_forward_hook(self._hidden_hook(layer)))
            hooks.append(down.register_forward_pre_hook(self._feed_forward_hook(layer)))
        return hooks

    def _keep_embeddings(self, module, inputs, output):
        self.embeddings = output[0]

    def _hidden_hook(self, layer: int):
        def keep(module, inputs, output):
            self.hidden_states[layer] = first_tensor(output)[0]

        return keep

    def _feed_forward_hook(self, layer: int):
        def keep(module, inputs):
            # Some families fold batch and position into one axis here.
            self.feed_forward[layer] = inputs[0].reshape(-1, inputs[0].shape[-1])

        return keep


def first_tensor(output: torch.Tensor | tuple[torch.Tensor, ...]) -> torch.Tensor:
    """A block's output: alone, or first of a tuple."""
    return output if isinstance(output, torch.Tensor) else output[0]
