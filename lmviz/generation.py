"""Generation of a continuation, reproducible to the bit on one machine: greedy, or sampled from a NumPy seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.validation import switch, whole_number

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel


@dataclass(frozen=True)
class Generation:
    """How a continuation comes about; see `LanguageModel.trace` for what each means.

    Raises ``ValueError`` for values that cannot be used, or that contradict each other.
    """

    max_new_tokens: int = 0
    do_sample: bool = False
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0
    continuation: str | None = None

    def __post_init__(self) -> None:
        whole_number("max_new_tokens", self.max_new_tokens)
        whole_number("seed", self.seed)
        if self.top_k is not None:
            whole_number("top_k", self.top_k, 1)
        switch("do_sample", self.do_sample)
        if not _is_number(self.temperature) or not 0 < self.temperature < float("inf"):
            raise ValueError(f"temperature is a number above 0, not {self.temperature!r}")
        if self.top_p is not None and not (_is_number(self.top_p) and 0 < self.top_p <= 1):
            raise ValueError(f"top_p is a number above 0 and at most 1, not {self.top_p!r}")
        if self.continuation is not None:
            if not isinstance(self.continuation, str):
                raise ValueError(f"continuation is a text, not {type(self.continuation).__name__}")
            if self.do_sample:
                raise ValueError("continuation is read instead of generating: leave out either it or do_sample=True")


def generate(model: LanguageModel, token_ids: np.ndarray, settings: Generation) -> np.ndarray:
    """Ids int64 ``[new]`` that continue ``token_ids``; the last is an end-of-sequence token where one came up."""
    random = np.random.Generator(np.random.PCG64(settings.seed))
    new: list[int] = []
    cache = None
    inputs = torch.from_numpy(token_ids).to(model.device)[None]
    with torch.inference_mode():
        while len(new) < settings.max_new_tokens:
            output = model.network(input_ids=inputs, past_key_values=cache, use_cache=True)
            cache = output.past_key_values
            logits = output.logits[0, -1].float().cpu().numpy()
            new.append(sample(logits, settings, random) if settings.do_sample else int(np.argmax(logits)))
            if new[-1] in model.eos_ids:
                break
            inputs = torch.tensor([[new[-1]]], device=model.device)
    return np.array(new, dtype=np.int64)


def sample(logits: np.ndarray, settings: Generation, random: np.random.Generator) -> int:
    """One id drawn from float32 ``logits`` ``[vocabulary]`` under temperature, top-k and top-p."""
    order = np.argsort(-logits, kind="stable")
    if settings.top_k is not None:
        order = order[: settings.top_k]
    scaled = logits[order].astype(np.float64) / settings.temperature
    probabilities = np.exp(scaled - scaled[0])
    probabilities /= probabilities.sum()
    if settings.top_p is not None:
        kept = 1 + int(np.searchsorted(np.cumsum(probabilities), settings.top_p, side="left"))
        order, probabilities = order[:kept], probabilities[:kept] / probabilities[:kept].sum()
    cumulative = np.cumsum(probabilities)
    drawn = int(np.searchsorted(cumulative, random.random() * cumulative[-1], side="right"))
    return int(order[min(drawn, len(order) - 1)])


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
