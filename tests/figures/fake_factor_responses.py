"""A model's factors in one text, from a fixed seed: which leads where is planted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from fake_text import tokens

from lmviz.results import FactorResponses
from lmviz.tokens import TokenTable

LEADS = {2: (2, 7, 11, 20, 23, 28, 31, 34, 39), 10: (5, 17, 27), 4: (9, 25), 0: (36,)}
"""By factor: the positions at which it is the strongest, strongest first."""


def factor_responses(
    leads: Mapping[int, Sequence[int]] = LEADS, n_factors: int = 12, table: TokenTable | None = None
) -> FactorResponses:
    """Factors differ in how large a strong response of theirs is; elsewhere than at ``leads`` they stay below half."""
    rng = np.random.default_rng(17)
    table = tokens() if table is None else table
    typical = np.linspace(60, 5, n_factors)
    strengths = rng.uniform(0, 0.45, (n_factors, len(table))) * (rng.random((n_factors, len(table))) < 0.6)
    for factor, positions in leads.items():
        for nth, position in enumerate(positions):
            strengths[factor, position] = 1.3 - 0.05 * nth
    activations = strengths * typical[:, None]
    activations[:, : max(table.n_start, 1)] = np.nan
    energies = np.nansum(activations**2, axis=1)
    return FactorResponses(
        table, "fake-model", activations.astype(np.float32), (energies / energies.sum()).astype(np.float32),
        typical.astype(np.float32), 0.27,
    )
