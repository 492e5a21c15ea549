"""Llama and models that name their parts alike: RMSNorm, gated feed-forward (llm-jp-3, sarashina2.2, Mistral)."""

from lmviz.loading.architectures.base import Architecture

ARCHITECTURE = Architecture(
    model_types=("llama", "mistral"),
    embedding="model.embed_tokens",
    blocks="model.layers",
    final_norm="model.norm",
    feed_forward="mlp.down_proj",
    start="bos",
    gated=True,
)
