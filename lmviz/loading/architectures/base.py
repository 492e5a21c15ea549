"""The parts of a causal language model that lmviz looks at."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import torch

StartToken = Literal["none", "bos", "eos"]


@dataclass(frozen=True)
class Architecture:
    """Module paths, and what happens to logits after the unembedding.

    Attributes:
        model_types: ``model_type`` of the configs it covers.
        embedding: path of the token embedding.
        blocks: path of the list of transformer blocks.
        final_norm: path of the norm before the unembedding.
        feed_forward: path, within a block, of the feed-forward's down-projection, whose input is the activation.
        start: the start token that models of this family are trained with, unless their tokenizer says otherwise.
        attention: transformers' ``attn_implementation``.
        gated: whether the feed-forward activation is a product with a gate, whose sign means as much as its size.
        feed_forward_norm: path, within a block, of a norm between the down-projection and the residual stream; None
            where there is none.
    """

    model_types: tuple[str, ...]
    embedding: str
    blocks: str
    final_norm: str
    feed_forward: str
    start: StartToken
    attention: str = "sdpa"
    gated: bool = False
    feed_forward_norm: str | None = None

    def replace(self, **parts: str) -> Architecture:
        """The same with some parts elsewhere."""
        return dataclasses.replace(self, **parts)

    def after_unembedding(self, logits: torch.Tensor, config: Any) -> torch.Tensor:
        """Logits as the model gives them, from those of the unembedding matrix and its bias."""
        return logits
