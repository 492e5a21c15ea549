"""What of a prediction is attributed: functions of the logits before a target and of the token that stands there."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Objective = Callable[[Tensor, Tensor], Tensor]
"""Logits ``[row, vocabulary]`` and token ids ``[row]`` to values ``[row]``."""


def _logit(logits: Tensor, token_ids: Tensor) -> Tensor:
    return logits.gather(1, token_ids[:, None])[:, 0]


def _log_probability(logits: Tensor, token_ids: Tensor) -> Tensor:
    return _logit(logits, token_ids) - torch.logsumexp(logits, dim=1)


def _probability(logits: Tensor, token_ids: Tensor) -> Tensor:
    return _log_probability(logits, token_ids).exp()


OBJECTIVES: dict[str, Objective] = {
    "log_probability": _log_probability,
    "probability": _probability,
    "logit": _logit,
}
