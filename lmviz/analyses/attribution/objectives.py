"""What of a prediction is attributed, as a function of the logits before each of a target's tokens."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Objective = Callable[[Tensor, Tensor, "Tensor | None"], Tensor]
"""Logits ``[..., vocabulary]``, token ids ``[...]`` and foil ids ``[...]`` (None where nothing is contrasted) to values
``[...]``, for targets of one token."""


def log_probability(logits: Tensor, token_ids: Tensor, foil_ids: Tensor | None = None) -> Tensor:
    return _logit(logits, token_ids) - torch.logsumexp(logits, dim=-1)


def _logit(logits: Tensor, token_ids: Tensor, foil_ids: Tensor | None = None) -> Tensor:
    return logits.gather(-1, token_ids[..., None])[..., 0]


def _probability(logits: Tensor, token_ids: Tensor, foil_ids: Tensor | None = None) -> Tensor:
    return log_probability(logits, token_ids).exp()


def _contrast(logits: Tensor, token_ids: Tensor, foil_ids: Tensor | None = None) -> Tensor:
    return _logit(logits, token_ids) - _logit(logits, foil_ids)


OBJECTIVES: dict[str, Objective] = {
    "log_probability": log_probability,
    "probability": _probability,
    "logit": _logit,
    "contrast": _contrast,
}
"""By name. For single tokens a contrast of log-probabilities is one of logits: what normalizes them is the same."""
