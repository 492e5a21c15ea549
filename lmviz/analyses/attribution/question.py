"""From what a caller asks to what methods answer: positions, words and names checked, embeddings looked up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from lmviz.analyses.attribution.arguments import Arguments
from lmviz.analyses.attribution.baselines import BASELINES
from lmviz.analyses.attribution.objectives import OBJECTIVES
from lmviz.analyses.attribution.targets import Target, find_targets
from lmviz.validation import known, whole_number

if TYPE_CHECKING:
    from lmviz.results import Attribution
    from lmviz.trace import Trace


TOLERANCE = 0.01
"""Completeness error that methods with an integral go for by default."""


def ask(
    trace: Trace, targets: Iterable[int | range] | None, target: str, foil: str | None, baseline: str,
    n_steps: int | None, tolerance: float, seed: int,
) -> Arguments:
    """The question of `lmviz.attribute`, whose arguments these are. Raises ``ValueError``."""
    known(target, OBJECTIVES, "attribution target", "what of the prediction is explained")
    known(baseline, BASELINES, "baseline", "what stands for an absent token")
    if n_steps is not None:
        n_steps = whole_number("n_steps", n_steps, 1)
    if isinstance(tolerance, bool) or not isinstance(tolerance, (int, float)) or not 0 < tolerance < 1:
        raise ValueError(f"tolerance is a number between 0 and 1, such as 0.01, not {tolerance!r}")
    seed = whole_number("seed", seed)
    if foil is not None and target != "contrast":
        raise ValueError(f"a foil is what a contrast is with: give target='contrast', not {target!r}, or no foil")
    if foil is not None and not isinstance(foil, str):
        raise ValueError(f"foil is a word, not {foil!r}")
    found = find_targets(trace, targets, foil, target == "contrast")
    if target == "logit" and not all(each.is_single for each in found):
        raise ValueError("several tokens together have no logit; choose target='log_probability' for whole words")
    return _arguments(trace, found, target, baseline, n_steps, tolerance, seed)


def ask_again(trace: Trace, answered: Attribution) -> Arguments:
    """The question that a result answers, for the trace it came from."""
    targets = tuple(
        Target(int(start), tuple(int(i) for i in trace.token_ids[start : start + length]), foil)
        for start, length, foil in zip(
            answered.target_positions, answered.target_lengths, answered.foil_ids, strict=True
        )
    )
    asked_steps = int(answered.n_steps.max()) or None if np.isnan(answered.tolerance) else None
    tolerance = TOLERANCE if np.isnan(answered.tolerance) else float(answered.tolerance)
    baseline = "zero" if answered.baseline == "none" else answered.baseline
    return _arguments(trace, targets, answered.target, baseline, asked_steps, tolerance, answered.seed)


def _arguments(
    trace: Trace, targets: tuple[Target, ...], objective: str, baseline: str, n_steps: int | None, tolerance: float,
    seed: int,
) -> Arguments:
    length = max(target.position for target in targets)
    return Arguments(
        model=trace.model,
        token_ids=trace.token_ids,
        embeddings=trace.model.embed(trace.token_ids[:length]).detach().float(),
        baselines=BASELINES[baseline](trace, length, seed),
        targets=targets,
        objective=objective,
        n_steps=n_steps,
        tolerance=float(tolerance),
        seed=seed,
        kept=vars(trace).setdefault("_shared_by_attributions", {}),
    )
