"""What one pass of the lens over a trace keeps, shared by the analyses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.analyses.candidates import ranks, strongest
from lmviz.analyses.lens.chunks import lens_chunks

if TYPE_CHECKING:
    from lmviz.trace import Trace

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
    for layer, rows, logits in lens_chunks(trace, final_norm):
        normalizer = torch.logsumexp(logits, dim=1, keepdim=True).cpu().numpy()
        ids[layer, rows], values = strongest(logits, n_candidates)
        log_probabilities[layer, rows] = values - normalizer
        own = following[rows]
        own_ranks[layer, rows] = ranks(logits[: len(own)], own)
    return LensPass(ids, log_probabilities, own_ranks, vocabulary_size)
