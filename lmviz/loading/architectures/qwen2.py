"""Qwen2: as Llama, with biases on query, key and value, and trained without a start token (Qwen2.5)."""

from lmviz.loading.architectures.base import Architecture

ARCHITECTURE = Architecture(
    model_types=("qwen2",),
    embedding="model.embed_tokens",
    blocks="model.layers",
    final_norm="model.norm",
    feed_forward="mlp.down_proj",
    start="none",
    gated=True,
)
