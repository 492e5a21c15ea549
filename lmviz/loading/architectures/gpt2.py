"""GPT-2: learned positions, LayerNorm, tied unembedding (rinna/japanese-gpt2-*, rinna/japanese-gpt-1b)."""

from lmviz.loading.architectures.base import Architecture

ARCHITECTURE = Architecture(
    model_types=("gpt2",),
    embedding="transformer.wte",
    blocks="transformer.h",
    final_norm="transformer.ln_f",
    feed_forward="mlp.c_proj",
    start="none",
)
