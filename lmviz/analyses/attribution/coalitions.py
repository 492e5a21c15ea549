"""Coalitions: some tokens of a text present, all others absent, and what the model says to each.

Methods that draw coalitions draw them once, of all tokens before the last target. Cut to the tokens before an earlier
target they are coalitions of its own, and a causal model answers for all targets in the same pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.analyses.attribution.memory import rows_at_once

if TYPE_CHECKING:
    from lmviz.analyses.attribution.arguments import Arguments


def default_number(n_tokens: int) -> int:
    """Coalitions where none are asked for: 512, and 16 more a token.

    With 12 to 50 tokens of the embedded model a score's standard error is then 1 to 3 % of the largest.
    """
    return 512 + 16 * n_tokens


def draw(random: np.random.Generator, n_coalitions: int, size_weights: np.ndarray) -> np.ndarray:
    """Bool ``[coalition, token]``: whether the token is present. Every other one is the complement of the one before.

    Sizes are drawn by ``size_weights`` ``[size from 0 to the number of tokens]``, which are to be symmetric; all
    coalitions of a size are equally likely. Where a fit counts both of a pair alike, what tokens do in twos adds no
    noise to it (Covert & Lee 2021, arXiv:2012.01536).
    """
    n_tokens = len(size_weights) - 1
    sizes = random.choice(n_tokens + 1, p=size_weights / size_weights.sum(), size=(n_coalitions + 1) // 2)
    ranks = random.random((len(sizes), n_tokens)).argsort(axis=1).argsort(axis=1)
    present = ranks < sizes[:, None]
    return np.stack([present, ~present], axis=1).reshape(-1, n_tokens)[:n_coalitions]


def values(arguments: Arguments, present: np.ndarray, sets: np.ndarray) -> np.ndarray:
    """What is explained, float64 ``[coalition, target]``.

    Args:
        present: bool ``[coalition, token]``, a token a row of the embeddings.
        sets: int64 ``[coalition]``: the baseline, of the set, that stands for its absent tokens.
    """
    device = arguments.embeddings.device
    at_once = rows_at_once(arguments.model, present.shape[1])
    found = np.zeros((len(present), len(arguments.targets)))
    for start in range(0, len(present), at_once):
        rows = slice(start, start + at_once)
        shown = torch.from_numpy(present[rows]).to(device)[:, :, None]
        absent = arguments.baselines[torch.from_numpy(sets[rows]).to(device)]
        found[rows] = arguments.values(torch.where(shown, arguments.embeddings, absent)).double().cpu().numpy()
    return found
