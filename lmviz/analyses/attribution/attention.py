"""Attention, read and changed while the model runs.

transformers' fast implementations keep no attention weights, and the eager ones differ from family to family. Here the
blocks attend by a function of ours, which calls the eager attention of the family's own modeling file: soft-capping,
sliding windows and heads that share keys come out as the family has them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel

_NAME = "lmviz"
_attend: ContextVar[Callable[..., tuple[Tensor, None]]] = ContextVar("attend")


@contextmanager
def attending(
    model: LanguageModel,
    change_values: Callable[[Tensor], Tensor] = lambda values: values,
    keep_weights: Callable[[Tensor], None] = lambda weights: None,
) -> Iterator[None]:
    """Within it the model's blocks attend in float32, by value vectors and with weights that the caller sees.

    Args:
        model: switched for the time being; afterwards it attends as before.
        change_values: the value vectors ``[row, head, position, width of a head]`` of a block, before heads that share
            them are repeated, to those that take their place.
        keep_weights: is called with each block's attention weights float32 ``[row, head, position, position]``: how
            much each position (second to last) draws on each.

    Raises:
        ValueError: on leaving it, if no block attended through transformers' attention interface.
    """
    used = False

    def attend(module: torch.nn.Module, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, **settings):
        nonlocal used
        used = True
        eager = getattr(sys.modules[type(module).__module__], "eager_attention_forward", None)
        if eager is None:
            raise _unreadable(model)
        output, weights = eager(module, query.float(), key.float(), change_values(value.float()), mask, **settings)
        keep_weights(weights)
        return output.to(query.dtype), None

    AttentionInterface.register(_NAME, _attend_as_set)
    AttentionMaskInterface.register(_NAME, eager_mask)
    network = model.network
    before, token = network.config._attn_implementation, _attend.set(attend)
    network.set_attn_implementation(_NAME)
    try:
        yield
    finally:
        network.set_attn_implementation(before)
        _attend.reset(token)
    if not used:
        raise _unreadable(model)


def attention_weights(model: LanguageModel, embeddings: Tensor) -> Tensor:
    """Float64 ``[layer, position, position]``, mean over the heads, for a text's embeddings ``[position, width]``.

    Rows sum to 1: how much a position (second axis) draws on itself and those before it.
    """
    kept: list[Tensor] = []
    with torch.no_grad(), attending(model, keep_weights=lambda weights: kept.append(weights[0].double().mean(dim=0))):
        model.hidden_from_embeddings(embeddings[None])
    weights = torch.stack(kept)
    return weights / weights.sum(dim=-1, keepdim=True)


def _attend_as_set(*arguments, **settings) -> tuple[Tensor, None]:
    return _attend.get()(*arguments, **settings)


def _unreadable(model: LanguageModel) -> ValueError:
    return ValueError(
        f"the attention of {model.name} cannot be read: its {type(model.network).__name__} does not attend through "
        "transformers' attention interface; choose a method that needs no attention, such as integrated_gradients"
    )
