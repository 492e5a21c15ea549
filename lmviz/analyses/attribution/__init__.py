"""Attribution: how much each earlier token contributed to the prediction of a token, by a choice of methods.

The input is the token embedding before positions are added, the target by default the log-probability of the token that
stands there. Methods are Captum's, one file each; a new one is a function in a file of its own, entered with
`lmviz.analyses.attribution.registry.attribution_method` and imported here.

    result = lmviz.attribute(trace, method="integrated_gradients")
    result.scores[0]                           # shares of the earlier tokens in the first token of the continuation
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from lmviz.analyses.attribution import (  # noqa: F401 (importing a method enters it)
    feature_ablation,
    input_x_gradient,
    integrated_gradients,
    saliency,
)
from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.baselines import BASELINES
from lmviz.analyses.attribution.objectives import OBJECTIVES
from lmviz.analyses.attribution.registry import METHODS, AttributionMethod
from lmviz.results import Attribution
from lmviz.validation import known, traced, whole_number, whole_numbers

if TYPE_CHECKING:
    from lmviz.trace import Trace

__all__ = ["attribute", "attribution_methods"]

_BYTES_AT_ONCE = {"cpu": 2**29, "cuda": 2**32}
"""Memory for what a backward pass keeps. Fixed, not what is free: the size of a batch moves the last bits."""


def attribution_methods() -> tuple[AttributionMethod, ...]:
    """All methods: name, paper, cost, what a score means, whether it is signed, whether it uses the baseline."""
    return tuple(METHODS.values())


def attribute(
    trace: Trace,
    method: str = "integrated_gradients",
    targets: Iterable[int] | None = None,
    target: str = "log_probability",
    baseline: str = "zero",
    n_steps: int | None = None,
    seed: int = 0,
) -> Attribution:
    """Attributes the tokens at the target positions to the tokens before them.

    Args:
        trace: the text as the model read it.
        method: name of a method, see `attribution_methods`.
        targets: positions of the tokens to explain, each at least 1; by default those of the continuation, or every
            position from 1 where there is none.
        target: what is explained: ``"log_probability"`` (nats), ``"probability"`` or ``"logit"`` of the token.
        baseline: what stands for "absent": ``"zero"``, the zero embedding. Methods without one do not look at it.
        n_steps: steps of integrated gradients; None doubles them from 16, target by target, until the completeness
            error is under 1 % or 512 are reached. Methods without an integral do not look at it.
        seed: for methods that sample.

    Returns:
        ``scores`` and ``norms`` float32 ``[target, position]``, 0 from the target on; see `lmviz.results.Attribution`.

    Raises:
        ValueError: an unknown method, target, baseline or position, or fewer than one step.
    """
    traced(trace)
    chosen = METHODS[known(method, METHODS, "attribution method", "lmviz.attribution_methods() lists them")]
    objective = OBJECTIVES[known(target, OBJECTIVES, "attribution target", "what of the prediction is explained")]
    absent = BASELINES[known(baseline, BASELINES, "baseline", "what stands for an absent token")]
    if n_steps is not None:
        n_steps = whole_number("n_steps", n_steps, 1)
    seed = whole_number("seed", seed)
    positions = _target_positions(trace, targets)
    scores = chosen.compute(_arguments(trace, positions, objective, absent, n_steps, seed))
    return Attribution(
        tokens=trace.tokens,
        model=trace.model.name,
        method=method,
        target=target,
        baseline=baseline if chosen.uses_baseline else "none",
        signed=chosen.signed,
        target_positions=positions,
        scores=_before_targets(scores.scores, positions, len(trace.token_ids)),
        norms=_before_targets(scores.norms, positions, len(trace.token_ids)),
        completeness_errors=_completeness_errors(scores, len(positions)),
        n_steps=scores.n_steps,
        seed=seed,
    )


def _target_positions(trace: Trace, targets: Iterable[int] | None) -> np.ndarray:
    n_positions = len(trace.token_ids)
    if n_positions < 2:
        raise ValueError("the text has a single token, which nothing precedes: there is nothing to attribute")
    if targets is None:
        first = trace.n_prompt if trace.n_prompt < n_positions else 1
        return np.arange(max(first, 1), n_positions, dtype=np.int64)
    chosen = whole_numbers("targets", targets)
    if not chosen:
        raise ValueError("targets is empty; name at least one position, or leave it out for the continuation")
    wrong = [position for position in chosen if not 1 <= position < n_positions]
    if wrong:
        raise ValueError(
            f"target {wrong[0]} cannot be explained: targets lie between 1 and {n_positions - 1} in this text "
            "(position 0 has no prediction)"
        )
    if len(set(chosen)) < len(chosen):
        raise ValueError(f"targets {chosen} name a position twice; name each once")
    return np.array(chosen, dtype=np.int64)


def _arguments(trace: Trace, positions: np.ndarray, objective: Any, absent: Any, n_steps: int | None, seed: int):
    model = trace.model
    last = int(positions.max())
    embeddings = model.embed(trace.token_ids[:last]).detach().float()
    bytes_a_token = 160 * model.n_layers * model.width + 12 * model.vocabulary_size
    return Arguments(
        model=model,
        token_ids=torch.tensor(trace.token_ids[: last + 1], device=model.device),
        embeddings=embeddings,
        baseline=absent(embeddings),
        targets=positions,
        objective=objective,
        n_steps=n_steps,
        seed=seed,
        tokens_at_once=max(1, _BYTES_AT_ONCE.get(model.device.type, 2**29) // bytes_a_token),
    )


def _before_targets(values: np.ndarray | None, positions: np.ndarray, n_positions: int) -> np.ndarray:
    full = np.zeros((len(positions), n_positions), dtype=np.float32)
    before = np.arange(n_positions) < positions[:, None]
    if values is None:
        full[before] = np.nan
    else:
        full[:, : values.shape[1]] = values
        full[~before] = 0.0
    return full


def _completeness_errors(scores: Scores, n_targets: int) -> np.ndarray:
    if scores.completeness_errors is None:
        return np.full(n_targets, np.nan)
    return np.asarray(scores.completeness_errors, dtype=np.float64)
