"""Gemma and Gemma 2: embedding scaled by the square root of the width, norms by 1 + weight, soft-capped logits.

The scaling lies inside transformers' embedding module and the ``1 + weight`` inside its norm module, so that both are
had by calling the modules themselves. Gemma 2 caps the attention scores too, which only eager attention does.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from lmviz.loading.architectures.base import Architecture

if TYPE_CHECKING:
    import torch


class Gemma(Architecture):
    def after_unembedding(self, logits: torch.Tensor, config: Any) -> torch.Tensor:
        cap = getattr(config, "final_logit_softcapping", None)
        return logits if cap is None else (logits / cap).tanh() * cap


GEMMA = Gemma(
    model_types=("gemma",),
    embedding="model.embed_tokens",
    blocks="model.layers",
    final_norm="model.norm",
    feed_forward="mlp.down_proj",
    start="bos",
    gated=True,
)
GEMMA2 = dataclasses.replace(
    GEMMA, model_types=("gemma2",), attention="eager", feed_forward_norm="post_feedforward_layernorm"
)
