"""GPT-NeoX: rotary positions, parallel residual, untied unembedding (cyberagent/open-calm-*, Pythia)."""

from lmviz.loading.architectures.base import Architecture

ARCHITECTURE = Architecture(
    model_types=("gpt_neox",),
    embedding="gpt_neox.embed_in",
    blocks="gpt_neox.layers",
    final_norm="gpt_neox.final_layer_norm",
    feed_forward="mlp.dense_4h_to_h",
    start="none",
)
