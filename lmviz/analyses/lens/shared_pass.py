"""What one pass of the lens over a trace keeps, shared by the analyses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.candidates import ranks, strongest
from lmviz.analyses.lens.chunks import lens_chunks

if TYPE_CHECKING:
    from lmviz.trace import Trace

_CANDIDATES_KEPT = 20
"""Candidates kept a position, so that analyses that ask for different numbers share one pass."""


@dataclass(frozen=True)
class LensPass:
    """Row ``t`` is of the distribution that predicts the token at ``t + 1``; nats.

    Attributes:
        candidate_ids: int64 ``[layer, row, k]``, most probable first; among equals the smaller ids come first.
        candidate_log_probabilities: float32 ``[layer, row, k]``.
        ranks: int64 ``[layer, row]``, of the token at ``row + 1``; one row fewer than there are positions.
        log_probabilities: float32 ``[layer, row]``, of the same tokens.
        entropies: float32 ``[layer, row]``, a row a position; None where they were not asked for.
        divergences: float32 ``[layer, row]``, KL(final ‖ layer); None where entropies are.
    """

    candidate_ids: np.ndarray
    candidate_log_probabilities: np.ndarray
    ranks: np.ndarray
    log_probabilities: np.ndarray
    entropies: np.ndarray | None
    divergences: np.ndarray | None


def lens_pass(trace: Trace, final_norm: bool, *, top_k: int = 1, entropies: bool = False) -> LensPass:
    """The lens over all layers and positions of a trace, kept with the trace so that analyses share it.

    ``entropies`` asks for the divergences as well. What the kept pass lacks takes another, which keeps all that was
    asked for so far.
    """
    passes: dict[bool, LensPass] = vars(trace).setdefault("_lens_passes", {})
    kept = passes.get(final_norm)
    if kept is None or kept.candidate_ids.shape[2] < top_k or (entropies and kept.entropies is None):
        n_candidates = max(top_k, _CANDIDATES_KEPT, kept.candidate_ids.shape[2] if kept else 0)
        kept = _compute(trace, final_norm, n_candidates, entropies or (kept is not None and kept.entropies is not None))
        passes[final_norm] = kept
    return kept


def _compute(trace: Trace, final_norm: bool, n_candidates: int, with_entropies: bool) -> LensPass:
    n_layers, n_positions, _ = trace.hidden_states.shape
    n_candidates = min(n_candidates, trace.model.vocabulary_size)
    ids = np.empty((n_layers, n_positions, n_candidates), dtype=np.int64)
    candidates = np.empty(ids.shape, dtype=np.float32)
    own_ranks = np.empty((n_layers, n_positions - 1), dtype=np.int64)
    log_probabilities = np.empty(own_ranks.shape, dtype=np.float32)
    shape = (n_layers, n_positions) if with_entropies else (0, 0)
    entropies, divergences = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.float32)
    following = torch.tensor(trace.token_ids[1:], device=trace.model.device)
    scratch = final = final_entropy = torch.empty(0)
    for layer, rows, logits in lens_chunks(trace, final_norm):
        if scratch.shape != logits.shape:
            # Memory is asked for once: the system hands new pages out at several times the cost of filling them.
            scratch = torch.empty_like(logits)
            final = torch.empty_like(logits) if with_entropies else scratch
        # What compares logits comes before the greatest is taken from them, which may make different ones equal.
        own = following[rows]
        chosen = logits[: len(own)].gather(1, own[:, None])
        own_ranks[layer, rows] = ranks(logits[: len(own)], own, scratch[: len(own)])
        ids[layer, rows], values = strongest(logits, n_candidates)
        greatest, first = (torch.from_numpy(each[:, :1]).to(logits.device) for each in (values, ids[layer, rows]))
        probabilities = torch.softmax(logits, dim=1, out=final if layer == n_layers - 1 else scratch)
        # The greatest probability is exp(0) over the sum of all, so that sum needs no second exponential.
        log_sums = -torch.log(probabilities.gather(1, first))
        candidates[layer, rows] = values - values[:, :1] - log_sums.cpu().numpy()
        log_probabilities[layer, rows] = (chosen - greatest[: len(own)] - log_sums[: len(own)])[:, 0].cpu().numpy()
        if with_entropies:
            relative = logits.sub_(greatest)
            entropy = log_sums[:, 0] - _expectation(relative, probabilities, scratch)
            if layer == n_layers - 1:
                final_entropy = entropy
            cross_entropy = log_sums[:, 0] - _expectation(relative, final, scratch)
            entropies[layer, rows] = entropy.cpu().numpy()
            # Never below 0 but for rounding.
            divergences[layer, rows] = (cross_entropy - final_entropy).clamp_min(0).cpu().numpy()
    found = (entropies, divergences) if with_entropies else (None, None)
    return LensPass(ids, candidates, own_ranks, log_probabilities, *found)


def _expectation(values: Tensor, probabilities: Tensor, scratch: Tensor) -> Tensor:
    """Of values ``[row, vocabulary]``, a number a row."""
    return torch.mul(probabilities, values, out=scratch).sum(dim=1)
