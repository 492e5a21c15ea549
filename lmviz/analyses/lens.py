"""Logit lens: what each layer would predict if it were the last.

``logits[l, t] = unembed(final_norm(h[l, t]))`` with ``h[l, t]`` the residual stream after block ``l`` at position
``t``, before the final norm; row ``t`` predicts the token at ``t + 1``. Norm and unembedding are in float32. At the
last layer these are the model's own logits. Source: nostalgebraist, "interpreting GPT: the logit lens" (2020), with
the final norm applied at every layer; ``final_norm=False`` leaves it out at all but the last, as ecco does.

The whole of a trace's logits would be ``[layer, position, vocabulary]``, far too large to keep. They are made in pieces
of bounded size, one layer at a time, and only what the analyses need of them is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.candidates import ranks, strongest

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel
    from lmviz.trace import Trace

_LOGITS_AT_ONCE = 2**24
"""Logits held at one time (64 MiB in float32)."""

_CANDIDATES_KEPT = 50
"""Candidates kept a position, so that analyses that ask for different numbers share one pass."""


@dataclass(frozen=True)
class LensPass:
    """What one pass of the lens over a trace keeps.

    Attributes:
        candidate_ids: int64 ``[layer, row, k]``, most probable first.
        candidate_log_probabilities: float32 ``[layer, row, k]``, nats.
        ranks: int64 ``[layer, row]``, rank of the token at ``row + 1``; one row fewer than there are positions.
        vocabulary_size: number of entries.
    """

    candidate_ids: np.ndarray
    candidate_log_probabilities: np.ndarray
    ranks: np.ndarray
    vocabulary_size: int


def lens_logits(model: LanguageModel, hidden: np.ndarray, layer: int, final_norm: bool) -> Tensor:
    """Float32 logits ``[row, vocabulary]`` of hidden states ``[row, width]`` of one layer, on the model's device."""
    rows = torch.tensor(hidden, device=model.device)
    with torch.no_grad():
        return model.unembed(rows, final_norm=final_norm or layer == model.n_layers - 1)


def lens_pass(trace: Trace, top_k: int, final_norm: bool) -> LensPass:
    """The lens over all layers and positions of a trace, kept with the trace so that analyses share it."""
    passes: dict[bool, LensPass] = vars(trace).setdefault("_lens_passes", {})
    kept = passes.get(final_norm)
    if kept is None or kept.candidate_ids.shape[2] < top_k:
        kept = passes[final_norm] = _compute(trace, max(top_k, _CANDIDATES_KEPT), final_norm)
    return kept


def _compute(trace: Trace, n_candidates: int, final_norm: bool) -> LensPass:
    vocabulary_size = trace.model.vocabulary_size
    n_layers, n_positions, _ = trace.hidden_states.shape
    n_candidates = min(n_candidates, vocabulary_size)
    ids = np.empty((n_layers, n_positions, n_candidates), dtype=np.int64)
    log_probabilities = np.empty(ids.shape, dtype=np.float32)
    own_ranks = np.empty((n_layers, n_positions - 1), dtype=np.int64)
    following = torch.tensor(trace.token_ids[1:], device=trace.model.device)
    at_once = max(1, _LOGITS_AT_ONCE // vocabulary_size)
    for layer in range(n_layers):
        for first in range(0, n_positions, at_once):
            piece = slice(first, first + at_once)
            logits = lens_logits(trace.model, trace.hidden_states[layer, piece], layer, final_norm)
            normalizer = torch.logsumexp(logits, dim=1, keepdim=True).cpu().numpy()
            ids[layer, piece], values = strongest(logits, n_candidates)
            log_probabilities[layer, piece] = values - normalizer
            own = following[piece]
            own_ranks[layer, piece] = ranks(logits[: len(own)], own)
    return LensPass(ids, log_probabilities, own_ranks, vocabulary_size)
