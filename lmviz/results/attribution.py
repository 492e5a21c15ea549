"""How much each earlier token contributed to the prediction of a token, of a word, or of one rather than another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.base import Result


@dataclass(frozen=True)
class Attribution(Result):
    """One method's scores for a set of targets.

    A target is one token or several in a row, explained by the tokens before it; its own tokens are held as they are.

    Attributes:
        method: registered name of the method.
        target: what was attributed: ``"log_probability"``, ``"probability"``, ``"logit"``, or ``"contrast"``, the
            log-probability of the target's tokens less that of the foil's in their place.
        baseline: what "absent" meant: ``"zero"``, ``"mean"``, ``"padding"``, ``"sampled"``; ``"none"`` for methods
            without one.
        signed: whether ``scores`` are shares of a difference (False: magnitudes).
        target_positions: int64 ``[target]``: where each begins.
        target_lengths: int64 ``[target]``: how many tokens it has.
        foil_ids: token ids of each target's foil; an empty tuple each where nothing is contrasted.
        foil_texts: the foils as text, empty where nothing is contrasted.
        values: float64 ``[target]``: what was attributed, for the text as it is.
        absent_values: float64 ``[target]``: the same for the baseline (its mean over a sampled set); NaN for methods
            without one.
        scores: float32 ``[target, position]``; sum over the embedding's width; 0 from the target on.
        norms: float32 ``[target, position]``; L2 norm over the width; 0 from the target on; NaN before it for a method
            that has none.
        completeness_errors: float64 ``[target]``, |sum of scores - difference| / |difference|, the difference being
            that of ``values`` and ``absent_values``; NaN for methods that promise no completeness.
        n_steps: int64 ``[target]``: steps of the method's integral or samples it drew, 0 where it has neither.
        tolerance: completeness error that steps were taken for; NaN where they were given, or the method takes no more
            for being further off.
        seed: seed of the method's sampling; kept also where it samples nothing.
    """

    kind = "attribution"
    schema_version = 2

    method: str
    target: str
    baseline: str
    signed: bool
    target_positions: np.ndarray
    target_lengths: np.ndarray
    foil_ids: tuple[tuple[int, ...], ...]
    foil_texts: tuple[str, ...]
    values: np.ndarray
    absent_values: np.ndarray
    scores: np.ndarray
    norms: np.ndarray
    completeness_errors: np.ndarray
    n_steps: np.ndarray
    tolerance: np.ndarray
    seed: int

    @property
    def converged(self) -> np.ndarray:
        """bool ``[target]``: False where the tolerance was asked for and not reached."""
        return ~(self.completeness_errors > self.tolerance)
