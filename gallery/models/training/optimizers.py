"""Muon for the hidden matrices, AdamW for embeddings, norms and biases."""

from __future__ import annotations

import torch
from transformers import GPT2LMHeadModel

from gallery.models.training.settings import Settings


class Optimizers:
    """Both optimizers under one schedule.

    Muon's updates are scaled to the size of AdamW's (Liu et al. 2025, "Muon is scalable for LLM training"), so that
    the two learning rates are of one order, whichever way a matrix is stored.
    """

    def __init__(self, network: GPT2LMHeadModel, settings: Settings):
        hidden = [p for p in network.transformer.h.parameters() if p.ndim == 2]
        chosen = set(map(id, hidden))
        rest = [p for p in network.parameters() if id(p) not in chosen]
        self._both = (
            torch.optim.Muon(
                hidden, lr=settings.muon_rate, momentum=0.95, weight_decay=settings.weight_decay,
                adjust_lr_fn="match_rms_adamw",
            ),
            torch.optim.AdamW(rest, lr=settings.adamw_rate, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
        )  # fmt: skip
        self._rates = (settings.muon_rate, settings.adamw_rate)
        self._parameters = [*hidden, *rest]

    def step(self, factor: float) -> None:
        """Updates the weights with the learning rates times ``factor``; gradients are clipped to a norm of 1."""
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        for optimizer, rate in zip(self._both, self._rates, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

    def state(self) -> list[dict]:
        return [optimizer.state_dict() for optimizer in self._both]

    def restore(self, state: list[dict]) -> None:
        for optimizer, saved in zip(self._both, state, strict=True):
            optimizer.load_state_dict(saved)
