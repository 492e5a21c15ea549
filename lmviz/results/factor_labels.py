"""Labels proposed for a model's factors, by rules fixed beforehand, with the tests they passed or failed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.base import Result


@dataclass(frozen=True)
class FactorLabels(Result):
    """A rule says of each position whether it has a feature (the token there is a number, the next one ends a
    sentence). A factor's score for a rule is the area under the ROC curve (AUC): how probable it is that the factor
    responds more to a position with the feature than to one without, ties counting half. The rule with the highest
    score on the first half of the passages is tested on the second, against all circular shifts of the features along
    that half, which keep how both hang together from token to token; p-values are corrected over the factors by Holm's
    method.

    ``tokens`` are those of the factors' `ModelFactors`.

    Attributes:
        starts: int64 ``[passage]``: the position where each passage begins.
        rules: names of the rules.
        counts: int64 ``[rule, half]``: positions with the feature.
        scores: float32 ``[factor, rule, half]``: AUC; NaN for a rule that has too few positions with or without it.
        chosen: int64 ``[factor]``: index of the rule chosen on the first half; -1 where none could be.
        p_values: float64 ``[factor]``: of the chosen rule's score on the second half; NaN where none was chosen.
        adjusted: float64 ``[factor]``: by Holm's method.
        proposed: bool ``[factor]``: whether the label is proposed: adjusted below 0.01, and a score on the second half
            of at least `least_score`.
        least_score: what the score must reach for a label to say something.
        n_shifts: how many shifts a p-value is of.
    """

    kind = "factor_labels"
    schema_version = 1

    starts: np.ndarray
    rules: tuple[str, ...]
    counts: np.ndarray
    scores: np.ndarray
    chosen: np.ndarray
    p_values: np.ndarray
    adjusted: np.ndarray
    proposed: np.ndarray
    least_score: float
    n_shifts: int
