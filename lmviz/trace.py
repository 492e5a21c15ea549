"""A trace: one text, read once by one model, with everything that the analyses need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.generation import Generation, generate
from lmviz.loading.errors import is_out_of_memory
from lmviz.tokens import TokenTable

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel


@dataclass(frozen=True, repr=False)
class Trace:
    """What a model computed over start tokens, prompt and continuation, in one forward pass.

    Attributes:
        tokens: what stands at each position.
        logits: float32 ``[position, vocabulary]``, the model's own; row ``t`` predicts the token at ``t + 1``.
        hidden_states: float32 ``[layer, position, width]``: residual stream after each block, before the final norm.
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
        layers = f"{self.model.n_layers} layers"
        return f"Trace({text!r}, {n} tokens ({new} of the continuation), {layers}, {self.model.name!r})"


def trace(model: LanguageModel, prompt: str, settings: Generation) -> Trace:
    """See `LanguageModel.trace`."""
    tokens = model.tokenizer.table(prompt, (), model.start_ids, settings.continuation)
    _check(model, prompt, tokens, settings)
    with _memory_errors(model, tokens), torch.inference_mode():
        if settings.continuation is None and settings.max_new_tokens:
            new_ids = generate(model, tokens.token_ids, settings)
            tokens = model.tokenizer.table(prompt, new_ids, model.start_ids)
        with model.recording() as record:
            ids = torch.from_numpy(tokens.token_ids).to(model.device)[None]
            logits = _array(model.network(input_ids=ids, use_cache=False).logits[0])
        hidden_states = np.stack([_array(h) for h in record.hidden_states])
        feed_forward = np.stack([_array(f) for f in record.feed_forward])
    _check_finite(hidden_states, logits)
    return Trace(tokens, logits, hidden_states, _array(record.embeddings), feed_forward, model, settings)


def _check(model: LanguageModel, prompt: str, tokens: TokenTable, settings: Generation) -> None:
    if tokens.n_prompt == tokens.n_start:
        what = "is empty" if not prompt else f"{prompt!r} has no tokens: the tokenizer drops all of it"
        raise ValueError(f"the prompt {what}; give a text to read")
    if settings.continuation and len(tokens) == tokens.n_prompt:
        raise ValueError(f"the continuation {settings.continuation!r} has no tokens: the tokenizer drops all of it")
    new = settings.max_new_tokens if settings.continuation is None else 0
    if len(tokens) + new > model.context_length:
        asked = f" and {new} new tokens" if new else ""
        raise ValueError(
            f"the text is too long: {len(tokens)} tokens{asked}, but {model.name} reads at most "
            f"{model.context_length}; shorten the text{' or lower max_new_tokens' if new else ''}"
        )
    if tokens.token_ids.max() >= model.vocabulary_size:
        at = int(tokens.token_ids.argmax())
        raise ValueError(
            f"the tokenizer gives id {tokens.token_ids[at]} for {tokens.texts[at]!r}, but {model.name} has only "
            f"{model.vocabulary_size} embeddings; the tokenizer belongs to another model"
        )


def _check_finite(hidden_states: np.ndarray, logits: np.ndarray) -> None:
    for layer, hidden in enumerate(hidden_states):
        if not np.isfinite(hidden).all():
            position = int(np.argmin(np.isfinite(hidden).all(axis=1)))
            raise ValueError(
                f"the model's hidden states are not finite from layer {layer}, position {position} on (overflow or "
                "NaN); try dtype='float32'"
            )
    if not np.isfinite(logits).all():
        raise ValueError("the model's logits are not finite (overflow or NaN); try dtype='float32'")


@contextmanager
def _memory_errors(model: LanguageModel, tokens: TokenTable) -> Iterator[None]:
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not is_out_of_memory(error):
            raise
        raise ValueError(
            f"out of memory on {model.device} while {model.name} read {len(tokens)} tokens; shorten the text, or load "
            "the model with dtype='bfloat16' or on another device"
        ) from None


def _array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.float().cpu().numpy()
