"""How much each earlier token contributed to the prediction of a token."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.base import Result


@dataclass(frozen=True)
class Attribution(Result):
    """One method's scores for a set of target tokens.

    Attributes:
        method: registered name of the method.
        target: ``"log_probability"``, ``"probability"`` or ``"logit"``: what was attributed.
        baseline: what "absent" meant, ``"zero"`` for the zero embedding; ``"none"`` for methods without one.
        signed: whether ``scores`` are shares of a difference (False: magnitudes).
        target_positions: int64 ``[target]``.
        scores: float32 ``[target, position]``; sum over the embedding's width; 0 from the target on.
        norms: float32 ``[target, position]``; L2 norm over the width; 0 from the target on; NaN before it for a method
            that has none (feature ablation).
        completeness_errors: float64 ``[target]``, |sum of scores - difference| / |difference|; NaN for methods that
            promise no completeness.
        n_steps: steps of the method's integral, 0 where it has none.
        seed: seed of the method's sampling; kept also where it samples nothing.
    """

    kind = "attribution"
    schema_version = 1

    method: str
    target: str
    baseline: str
    signed: bool
    target_positions: np.ndarray
    scores: np.ndarray
    norms: np.ndarray
    completeness_errors: np.ndarray
    n_steps: int
    seed: int
