"""Labels proposed for a model's factors, by rules fixed beforehand, with the tests they passed or failed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.base import Result


@dataclass(frozen=True)
class FactorLabels(Result):
    """A rule says of each position whether it has a feature (the token there is a number, the next one ends a
    sentence). A factor's score for a rule is the area under the ROC curve (AUC): how probable it is that the factor
    responds more to a position with the feature than to one without, ties counting half. That alone would let a rare
    feature name a factor that responds to much else, so a second number says how many of its strong responses, those
    of at least its 99th percentile over all positions (`FactorResponses.typical`), are at positions with the feature.

    Among rules that at least `least_share` of the strong responses have on the first half of the passages, the one
    with the highest score there is chosen. Its score on the second half is tested against all circular shifts of the
    features along that half, which keep how both hang together from token to token; p-values are corrected over the
    factors by Holm's method.

    ``tokens`` are those of the factors' `ModelFactors`.

    Attributes:
        starts: int64 ``[passage]``: the position where each passage begins.
        rules: names of the rules.
        counts: int64 ``[rule, half]``: positions with the feature.
        scores: float32 ``[factor, rule, half]``: AUC; NaN for a rule that has too few positions with or without it.
        strong_shares: float32 ``[factor, rule, half]``: share of the factor's strong responses that are at positions
            with the feature; NaN where the factor has none.
        chosen: int64 ``[factor]``: index of the rule chosen on the first half; -1 where none scored more than 0.5.
        p_values: float64 ``[factor]``: of the chosen rule's score on the second half; NaN where none was chosen.
        adjusted: float64 ``[factor]``: by Holm's method.
        proposed: bool ``[factor]``: whether the label is proposed: adjusted below 0.01, and on the second half a score
            of at least `least_score` and at least `least_share` of the strong responses.
        least_score: what the score must reach for a label to say something.
        least_share: what the share of the strong responses must reach.
        n_shifts: how many shifts, besides none at all, a p-value is of.
    """

    kind = "factor_labels"
    schema_version = 1

    starts: np.ndarray
    rules: tuple[str, ...]
    counts: np.ndarray
    scores: np.ndarray
    strong_shares: np.ndarray
    chosen: np.ndarray
    p_values: np.ndarray
    adjusted: np.ndarray
    proposed: np.ndarray
    least_score: float
    least_share: float
    n_shifts: int
