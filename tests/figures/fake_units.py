"""Plausible probabilities of any text, for the figures that can be read by unit."""

from __future__ import annotations

import numpy as np

from lmviz.results import TokenProbabilities
from lmviz.tokens import TokenTable, VocabularyLabels


def probabilities(table: TokenTable, seed: int = 6) -> TokenProbabilities:
    """Each token in turn, with itself and one other as candidates."""
    n = len(table)
    logs = -np.random.default_rng(seed).gamma(1, 1.6, n).astype(np.float32)
    logs[0] = np.nan
    ids = np.stack([table.token_ids, np.roll(table.token_ids, 1)], axis=1)
    ids[0] = -1
    labels = np.unique(table.token_ids)
    return TokenProbabilities(
        table, "fake-model", logs, np.arange(n), ids, np.stack([logs, logs - 1], axis=1),
        VocabularyLabels(labels, tuple(f"項目{label}" for label in labels), ("text",) * len(labels)),
    )
