"""Where in the layers one model parts over two texts that differ in one place (a minimal pair).

The texts are compared where they agree again after their difference, so that all that the model can tell apart there it
has from the difference. With ``p`` and ``q`` the lens's distributions that predict such a place in the two texts:

    divergence   JS(p, q) = KL(p ‖ m) / 2 + KL(q ‖ m) / 2  with  m = (p + q) / 2,  from 0 to ln 2
    distance     1 - cos(h, h')  of the hidden states that ``p`` and ``q`` are read from

    result = lmviz.prompt_pair(model.trace("パンは食べ"), model.trace("パンも食べ"))
    result.divergences[layer, -1]              # how far apart the predictions of what comes next are

Source of the divergence: Lin, "Divergence Measures Based on the Shannon Entropy" (1991).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.lens import LOGITS_AT_ONCE, even_slices, lens_logits
from lmviz.comparison import shared_beginning, shared_places
from lmviz.results import PromptPair
from lmviz.tokens import TokenTable
from lmviz.validation import switch, traced

if TYPE_CHECKING:
    from lmviz.trace import Trace


def prompt_pair(trace: Trace, other: Trace, final_norm: bool = True) -> PromptPair:
    """Two texts under one model, compared layer by layer where they agree again (see `lmviz.analyses.prompt_pair`).

    What the prompts share at their end is found first, token by token and in whole characters. From there the
    comparison goes on as far as the two continuations are the same, and to the place after that: what stands between
    the difference and a place is always the same in both. Texts of one and the same prompt are compared as a whole.

    Args:
        trace, other: two texts that one model read.
        final_norm: False leaves the final norm out at every layer but the last, which reproduces ecco.

    Returns:
        ``divergences`` (nats) and ``distances`` ``[layer, place]``, with ``places`` ``[place, 2]`` the positions.

    Raises:
        ValueError: two models, equal texts, or texts without a common token.
    """
    model = traced(trace).model
    final_norm = switch("final_norm", final_norm)
    if traced(other).model is not model:
        raise ValueError(
            f"a pair is of one model, but the texts were read by two ({model.name} and {other.model.name}); make both "
            "traces with the same loaded model"
        )
    before, places = common_places(trace.tokens, other.tokens)
    divergences = np.empty((model.n_layers, len(places)), dtype=np.float32)
    distances = np.empty(divergences.shape, dtype=np.float32)
    for some in even_slices(0, len(places), LOGITS_AT_ONCE // (2 * model.n_layers * model.vocabulary_size)):
        rows = (places[some] - 1).T
        states = [each.hidden_states[:, own] for each, own in zip((trace, other), rows, strict=True)]
        distances[:, some] = _cosine_distances(*states)
        logits = lens_logits(model, np.concatenate(states, axis=1), final_norm)
        for layer, (one, two) in enumerate(zip(*logits.chunk(2, dim=1), strict=True)):
            divergences[layer, some] = _jensen_shannon(one, two).cpu().numpy()
    return PromptPair(
        tokens=trace.tokens,
        model=model.name,
        other_tokens=other.tokens,
        common_before=before,
        places=places,
        divergences=divergences,
        distances=distances,
        final_norm=final_norm,
    )


def common_places(one: TokenTable, two: TokenTable) -> tuple[int, np.ndarray]:
    """How many tokens two texts share from their beginning, and `lmviz.comparison.shared_places`.

    Raises:
        ValueError: equal texts, or texts without a common token.
    """
    if np.array_equal(one.token_ids, two.token_ids):
        raise ValueError(f"the two texts are the same ({one.text!r}); a pair differs in one place")
    before, places = shared_beginning(one, two), shared_places(one, two)
    if before <= one.n_start and places[0, 0] == one.n_prompt:
        raise ValueError(
            f"the texts {one.text!r} and {two.text!r} have no token in common where they begin or end; a pair differs "
            "in one place"
        )
    return before, places


def _cosine_distances(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Of states ``[..., width]``, from unit vectors: exactly 0 for equal ones."""
    one, two = (states / np.linalg.norm(states, axis=-1, keepdims=True) for states in (one.astype(float), two))
    return np.square(one - two).sum(axis=-1) / 2


def _jensen_shannon(one: Tensor, two: Tensor) -> Tensor:
    """Float64 ``[row]``, nats, of the distributions that logits ``[row, vocabulary]`` stand for."""
    logs = torch.log_softmax(torch.stack([one, two]).double(), dim=-1)
    mixture = torch.logaddexp(*logs) - np.log(2)
    return (logs.exp() * (logs - mixture)).sum(dim=-1).mean(dim=0).clamp_min(0)
