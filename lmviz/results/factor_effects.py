"""What a model's factors do: tokens they promote, and predictions that change when they are taken away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.base import Result
from lmviz.tokens import VocabularyLabels


@dataclass(frozen=True)
class FactorEffects(Result):
    """What follows from a model's factors; ``tokens`` and factors as in its `ModelFactors`.

    Attributes:
        starts: int64 ``[passage]``: the position where each passage begins.
        promoted_ids, suppressed_ids: int64 ``[factor, entry]``: vocabulary entries that the factor's direction of
            writing raises and lowers most, strongest first. The direction is the sum of what its loadings, in the
            model's own units, write into the residual stream through the down-projections; it goes through the final
            norm without its scale (LayerNorm's centring stays) and the output matrix, and the mean over the vocabulary
            is taken off.
        promoted, suppressed: float32 ``[factor, entry]``: these logits, for a direction of unit length.
        labels: of all entries named here.
        passages: int64 ``[factor, passage]``: those in which the factor was taken away, by its mean response, strongest
            first.
        divergences: float32 ``[factor]``: KL(unchanged ‖ without the factor) in nats, the mean over the positions
            measured (the tenth of the passages' positions with the strongest responses).
        control_divergences: float32 ``[factor, control]``: the same with the loadings, in the model's own units,
            permuted among the neurons of each layer: as much is taken away elsewhere.
        changed: float32 ``[factor]``: share of the positions measured whose most probable next token changes.
        control_changed: float32 ``[factor, control]``.
        example_positions: int64 ``[factor, example]``: those measured that have the largest divergence, largest
            first.
        example_ids: int64 ``[factor, example, 2]``: most probable next token unchanged, and without the factor.
        example_probabilities: float32 ``[factor, example, 2]``: of the unchanged most probable token, before and after.
    """

    kind = "factor_effects"
    schema_version = 1

    starts: np.ndarray
    promoted_ids: np.ndarray
    promoted: np.ndarray
    suppressed_ids: np.ndarray
    suppressed: np.ndarray
    labels: VocabularyLabels
    passages: np.ndarray
    divergences: np.ndarray
    control_divergences: np.ndarray
    changed: np.ndarray
    control_changed: np.ndarray
    example_positions: np.ndarray
    example_ids: np.ndarray
    example_probabilities: np.ndarray
