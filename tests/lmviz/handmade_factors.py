"""Factors of a model with responses of one's own choosing, over passages cut into tokens by hand or by a tokenizer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lmviz.results import ModelFactors
from lmviz.tokens import TokenTable


def tokens_of(passages: Sequence[Sequence[str | int]], n_start: int = 0) -> tuple[TokenTable, np.ndarray]:
    """The tokens of all passages, and where each begins. A number stands for one more token of the character before."""
    texts, kinds, groups, starts = [], [], [], []
    for passage in passages:
        starts.append(len(texts))
        for piece in (*[""] * n_start, *passage):
            is_part = isinstance(piece, int)
            texts.append("" if is_part else piece)
            kinds.append("bytes" if is_part else "text")
            groups.append(groups[-1] + (not is_part) if groups else 0)
    n = len(texts)
    table = TokenTable(
        np.zeros(n, dtype=np.int64), tuple(texts), tuple(text.encode() for text in texts), tuple(kinds),
        np.array(groups), n_start, n,
    )
    return table, np.array(starts, dtype=np.int64)


def factors_of(tokens: TokenTable, starts: np.ndarray, responses: np.ndarray, model: str = "by hand") -> ModelFactors:
    """Factors with these responses ``[factor, position]``; NaN is put where a model has none."""
    responses = np.array(responses, dtype=np.float32)
    for offset in range(max(tokens.n_start, 1)):
        responses[:, starts + offset] = np.nan
    n, nothing = len(responses), np.zeros(0, dtype=np.float32)
    return ModelFactors(
        tokens=tokens, model=model, starts=starts, responses=responses, loadings=np.ones((n, 1), np.float32),
        scales=np.ones(1, np.float32), layers=np.arange(1), neurons_per_layer=1, gated=False,
        energy_shares=np.full(n, 1 / n, np.float32), explained=0.5, n_fitted=len(tokens), clipped_share=0.0,
        curve_components=np.zeros(0, np.int64), curve=nothing, ceilings=nothing,
        seed_stability=np.zeros((n, 0), np.float32), half_stability=np.zeros((n, 2), np.float32), n_iterations=1,
        converged=True,
    )
