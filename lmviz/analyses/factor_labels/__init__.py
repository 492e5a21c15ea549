"""Labels for the factors of a model: proposed by rules fixed beforehand, chosen on one half of the passages and tested
on the other.

    labels = lmviz.factor_labels(factors)
    [labels.rules[labels.chosen[factor]] for factor in labels.proposed.nonzero()[0]]

Neither torch nor the model is needed: the rules look at the text of the factors' passages as it was written
(`lmviz.analyses.factor_labels.rules`).
"""

from __future__ import annotations

import numpy as np

from lmviz.analyses.factor_labels.rules import RULES, indicators
from lmviz.analyses.factor_labels.scores import (
    area_under_curve,
    centred_ranks,
    holm,
    shares_of_strong,
    shift_p_value,
)
from lmviz.results import FactorLabels, ModelFactors
from lmviz.validation import whole_number

__all__ = ["factor_labels"]

_LEVEL = 0.01

def factor_labels(
    factors: ModelFactors, *, least_positions: int = 30, least_score: float = 0.75, least_share: float = 0.5
) -> FactorLabels:
    """Tests what the factors of a model respond to.

    Args:
        factors: of at least two passages.
        least_positions: how many positions with and without a feature each half has to have for a rule to be scored.
        least_score: the score on the second half that a proposal needs, 0.5 to 1.
        least_share: the share of a factor's strong responses that have the feature, in either half, that a proposal
            needs, 0 to 1.

    Returns:
        see `lmviz.results.FactorLabels`, which says what a score is and how it is tested. The first half is the
        passages of even index, counted from 0.

    Raises:
        ValueError: no factors of a model, a single passage, or limits that are none.
        ImportError: SudachiPy or its small dictionary is not installed.
    """
    _check(factors, least_positions, least_score, least_share)
    held = indicators(factors.tokens, factors.starts)
    halves = factors.halves
    held_by_half = [held[:, half] for half in halves]
    responses = [factors.responses[:, half] for half in halves]
    ranks = [centred_ranks(each) for each in responses]
    counts = np.stack([each.sum(axis=1) for each in held_by_half], axis=1)
    is_scored = (np.minimum(counts, [len(half) for half in halves] - counts) >= least_positions).all(axis=1)
    scores = np.stack([area_under_curve(*each) for each in zip(ranks, held_by_half, strict=True)], axis=2)
    scores[:, ~is_scored] = np.nan
    shares = np.stack([
        shares_of_strong(*each, factors.typical) for each in zip(responses, held_by_half, strict=True)
    ], axis=2)
    candidates = np.where(is_scored & (shares[:, :, 0] >= least_share), scores[:, :, 0], 0.0)
    chosen = np.where(candidates.max(axis=1) > 0.5, candidates.argmax(axis=1), -1)
    named = np.flatnonzero(chosen >= 0)
    p_values, adjusted = np.full((2, len(chosen)), np.nan)
    p_values[named] = [shift_p_value(ranks[1][factor], held_by_half[1][chosen[factor]]) for factor in named]
    adjusted[named] = holm(p_values[named])
    proposed = adjusted < _LEVEL
    proposed[named] &= scores[named, chosen[named], 1] >= least_score
    proposed[named] &= shares[named, chosen[named], 1] >= least_share
    return FactorLabels(
        tokens=factors.tokens,
        model=factors.model,
        starts=factors.starts,
        rules=RULES,
        counts=counts,
        scores=scores.astype(np.float32),
        strong_shares=shares.astype(np.float32),
        chosen=chosen,
        p_values=p_values,
        adjusted=adjusted,
        proposed=proposed,
        least_score=float(least_score),
        least_share=float(least_share),
        n_shifts=len(halves[1]) - 1,
    )


def _check(factors: ModelFactors, least_positions: int, least_score: float, least_share: float) -> None:
    if not isinstance(factors, ModelFactors):
        raise ValueError(
            f"labels are of a model's factors, not of a {type(factors).__name__}; make them with lmviz.model_factors"
        )
    if len(factors.starts) < 2:
        raise ValueError(
            "labels are chosen on one half of the passages and tested on the other, and there is one passage; factor "
            "the activations of several"
        )
    whole_number("least_positions", least_positions, 1)
    for name, value, least in (("least_score", least_score, 0.5), ("least_share", least_share, 0)):
        if not isinstance(value, (int, float, np.floating)) or not least <= value <= 1:
            raise ValueError(f"{name} is a number between {least} and 1, not {value!r}")
