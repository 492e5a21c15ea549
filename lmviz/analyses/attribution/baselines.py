"""What "absent" means for a token: the embeddings that take the place of the text's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel
    from lmviz.trace import Trace

SAMPLED_TEXTS = 8
"""Texts in a sampled baseline."""


def _zero(trace: Trace, length: int, seed: int) -> Tensor:
    return torch.zeros(1, length, trace.model.width, device=trace.model.device)


def _mean(trace: Trace, length: int, seed: int) -> Tensor:
    return mean_embedding(trace.model).expand(1, length, -1)


def _padding(trace: Trace, length: int, seed: int) -> Tensor:
    token_id = trace.model.tokenizer.pad_id
    if token_id is None or token_id >= trace.model.vocabulary_size:
        raise ValueError(
            f"the tokenizer of {trace.model.name} has no padding token, so it cannot stand for an absent one; choose "
            "another baseline: zero, mean, sampled"
        )
    return trace.model.embed([token_id]).detach().float().expand(1, length, -1)


def _sampled(trace: Trace, length: int, seed: int) -> Tensor:
    return trace.model.embed(sampled_tokens(trace, length, SAMPLED_TEXTS, seed)).detach().float()


BASELINES: dict[str, Callable[[Trace, int, int], Tensor]] = {
    "zero": _zero, "mean": _mean, "padding": _padding, "sampled": _sampled,
}
"""Trace, length and seed to float32 ``[set, position, width]``, by name: the zero vector; the mean over the
vocabulary's embeddings; the embedding of the padding token; a set of texts of tokens that the model holds likely in
their places."""


def mean_embedding(model: LanguageModel) -> Tensor:
    """Float32 ``[width]``: the mean over the embeddings of all vocabulary entries, each counting once."""
    kept = vars(model)
    if "_mean_embedding" not in kept:
        with torch.no_grad():
            parts = torch.arange(model.vocabulary_size).split(4096)
            total = sum(model.embed(part).double().sum(dim=0) for part in parts)
            kept["_mean_embedding"] = (total / model.vocabulary_size).float()
    return kept["_mean_embedding"]


def sampled_tokens(trace: Trace, length: int, n_texts: int, seed: int) -> np.ndarray:
    """Token ids int64 ``[text, position]``, each drawn from the prediction for its place, never the token itself.

    The first position, which nothing predicts, draws from the prediction for the second. A longer text leaves what is
    drawn for the positions before as it is. NumPy's PCG64, on the CPU.
    """
    logits = trace.logits[: max(length - 1, 1)].astype(np.float64)
    probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    probabilities = np.concatenate([probabilities[:1], probabilities])[:length]
    probabilities[np.arange(length), trace.token_ids[:length]] = 0.0
    random = np.random.Generator(np.random.PCG64(seed))
    drawn = np.empty((n_texts, length), dtype=np.int64)
    for position, row in enumerate(probabilities.cumsum(axis=1)):
        drawn[:, position] = np.searchsorted(row, random.random(n_texts) * row[-1], side="right")
    return np.minimum(drawn, probabilities.shape[1] - 1)
