"""Attention rollout: how much of each earlier token reaches the prediction, if attention alone mixed the tokens.

A layer is taken to mix the positions by ``M[l] = (A[l] + I) / 2``, half its attention weights (mean over the heads) and
half the residual connection; all layers together by the product ``M[L-1] ... M[1] M[0]``.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.attention import attention_weights
from lmviz.analyses.attribution.registry import attribution_method


@attribution_method(
    "attention_rollout",
    paper="Abnar & Zuidema 2020, Quantifying Attention Flow in Transformers, arXiv:2005.00928",
    cost="one forward pass for all targets",
    meaning="part of the row before the target that comes from the token, if nothing but attention and the residual "
    "connection mixed the tokens: a magnitude; what of the prediction is explained makes no difference",
    signed=False,
    uses_baseline=False,
    tier="fast",
)
def attention_rollout(arguments: Arguments) -> Scores:
    """The row of the position before the target, which sums to 1; there are no norms. For spans see `scores_of`."""
    weights = attention_weights(arguments.model, text_embeddings(arguments))
    identity = torch.eye(weights.shape[-1], dtype=weights.dtype, device=weights.device)
    return Scores(scores_of(arguments, (weights + identity) / 2))


def text_embeddings(arguments: Arguments) -> Tensor:
    """Embeddings ``[position, width]`` of the text up to the last row that predicts a token of a target.

    A span's own tokens are held as they are; all before the last target is what the question says it is.
    """
    length = max(target.position + len(target.token_ids) - 1 for target in arguments.targets)
    held = arguments.model.embed(arguments.token_ids[len(arguments.embeddings) : length])
    return torch.cat([arguments.embeddings, held.to(arguments.embeddings.dtype)])


def scores_of(arguments: Arguments, mixing: Tensor) -> np.ndarray:
    """Scores ``[target, position]`` from ``[layer, position, position]``: what each layer draws, row from column.

    A span's scores are the mean over the rows that predict its tokens. What these rows draw from the span's own first
    tokens is left out, so that a span's scores sum to less than 1.
    """
    joint = reduce(lambda product, layer: layer @ product, mixing).cpu().numpy()
    rows = [slice(target.position - 1, target.position + len(target.token_ids) - 1) for target in arguments.targets]
    return np.stack([joint[each].mean(axis=0) for each in rows])
