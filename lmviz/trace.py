"""A trace: one text, read once by one model, with everything that the analyses need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.tokens import TokenTable

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel


@dataclass(frozen=True)
class Generation:
    """How the continuation came about; see `LanguageModel.trace`."""

    max_new_tokens: int = 0
    do_sample: bool = False
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0
    continuation: str | None = None


@dataclass(frozen=True, repr=False)
class Trace:
    """What a model computed over start tokens, prompt and continuation, in one forward pass.

    Attributes:
        tokens: what stands at each position.
        logits: float32 ``[position, vocabulary]``, the model's own; row ``t`` predicts the token at ``t + 1``.
        hidden_states: float32 ``[layer, position, width]``: the residual stream after each block, before the final norm.
        embeddings: float32 ``[position, width]``: token embeddings before positions are added.
        feed_forward: float32 ``[layer, position, neuron]``: the inputs of the down-projections.
        model: the model that was traced.
        generation: how the continuation came about.
    """

    tokens: TokenTable
    logits: np.ndarray
    hidden_states: np.ndarray
    embeddings: np.ndarray
    feed_forward: np.ndarray
    model: LanguageModel
    generation: Generation

    @property
    def token_ids(self) -> np.ndarray:
        """int64 ``[position]``: start tokens, prompt, continuation."""
        return self.tokens.token_ids

    @property
    def n_start(self) -> int:
        return self.tokens.n_start

    @property
    def n_prompt(self) -> int:
        """Start tokens and prompt tokens together."""
        return self.tokens.n_prompt

    @property
    def text(self) -> str:
        return self.tokens.text

    def __repr__(self) -> str:
        n, new = len(self.tokens), len(self.tokens) - self.n_prompt
        text = self.text if len(self.text) <= 40 else self.text[:39] + "…"
        return f"Trace({text!r}, {n} tokens ({new} of the continuation), {self.model.n_layers} layers, {self.model.name!r})"


def trace(model: LanguageModel, prompt: str, settings: Generation) -> Trace:
    """See `LanguageModel.trace`."""
    from lmviz.generation import generate

    table = model.tokenizer.table(prompt, (), model.start_ids, settings.continuation)
    if settings.continuation is None and settings.max_new_tokens:
        new_ids = generate(model, table.token_ids, settings)
        table = model.tokenizer.table(prompt, new_ids, model.start_ids)
    with torch.inference_mode(), model.recording() as record:
        ids = torch.from_numpy(table.token_ids).to(model.device)[None]
        logits = model.network(input_ids=ids, use_cache=False).logits[0]
    return Trace(
        tokens=table, logits=_array(logits), hidden_states=np.stack([_array(h) for h in record.hidden_states]),
        embeddings=_array(record.embeddings), feed_forward=np.stack([_array(f) for f in record.feed_forward]),
        model=model, generation=settings,
    )


def _array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.float().cpu().numpy()
