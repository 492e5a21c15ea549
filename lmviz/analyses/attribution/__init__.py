"""Attribution: how much each earlier token contributed to the prediction of a token, by a choice of methods.

The input is the token embedding before positions are added, the target by default the log-probability of the token that
stands there. Methods are one file each; a new one is a function in a file of its own, entered with
`lmviz.analyses.attribution.registry.attribution_method` and imported here.

    result = lmviz.attribute(trace, method="integrated_gradients")
    result.scores[0]                           # shares of the earlier tokens in the first token of the continuation
    lmviz.attribute(trace, targets=[range(9, 12)], target="contrast", foil="豆")    # why this word and not 豆
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from lmviz.analyses.attribution import (  # noqa: F401 (importing a method enters it)
    attention_rollout,
    deep_lift,
    feature_ablation,
    gradient_shap,
    input_x_gradient,
    integrated_gradients,
    kernel_shap,
    lime,
    saliency,
    sequential_integrated_gradients,
    shapley_value_sampling,
    value_zeroing,
)
from lmviz.analyses.attribution.arguments import Arguments
from lmviz.analyses.attribution.question import TOLERANCE, ask
from lmviz.analyses.attribution.registry import METHODS, REFUSED, AttributionMethod
from lmviz.results import Attribution
from lmviz.validation import known, traced

if TYPE_CHECKING:
    from lmviz.trace import Trace

__all__ = ["attribute", "attribution_methods"]


def attribution_methods() -> tuple[AttributionMethod, ...]:
    """All methods: name, paper, cost, what a score means, whether it is signed, whether it uses the baseline."""
    return tuple(METHODS.values())


def attribute(
    trace: Trace,
    method: str = "integrated_gradients",
    targets: Iterable[int | range] | None = None,
    target: str = "log_probability",
    foil: str | None = None,
    baseline: str | None = None,
    n_steps: int | None = None,
    tolerance: float = TOLERANCE,
    seed: int = 0,
) -> Attribution:
    """Attributes tokens of the text, one by one or several as one, to the tokens before them.

    Args:
        trace: the text as the model read it.
        method: name of a method, see `attribution_methods`.
        targets: what to explain: positions, each at least 1, or ranges of positions that count as one target; by
            default the positions of the continuation, or every position from 1 where there is none.
        target: what of it: ``"log_probability"`` (nats; of several tokens the sum, each read after those before it),
            ``"probability"``, ``"logit"`` (single tokens only) or ``"contrast"``: why this and not the foil, the
            difference of their log-probabilities.
        foil: the word of a contrast, of any number of tokens; None for what the model holds the likeliest there beside
            the target's first token.
        baseline: what stands for "absent": ``"zero"``, ``"mean"``, ``"padding"`` or ``"sampled"``, see
            `lmviz.analyses.attribution.baselines`; None for the method's own, ``"sampled"`` for gradient_shap and
            deep_lift_shap, ``"zero"`` for all others. Methods without one do not look at it.
        n_steps: steps of an integral or samples; None for as many as the method needs (integrated gradients doubles
            them from 16, target by target, until the tolerance or 512 is reached). Others do not look at it.
        tolerance: completeness error, a share of the difference, at which steps are no longer doubled.
        seed: for methods that sample.

    Returns:
        ``scores`` and ``norms`` float32 ``[target, position]``, 0 from the target on; see `lmviz.results.Attribution`.

    Raises:
        ValueError: an unknown or refused method, an unknown target or baseline, a position that is not there or that
            nothing predicts, a foil that cannot be written or is the target itself, a baseline that the model has not,
            scores that are not finite.
    """
    traced(trace)
    if isinstance(method, str) and method in REFUSED:
        raise ValueError(
            f"{method} is not computed: {REFUSED[method]}; lmviz.attribution_methods() lists those that are"
        )
    chosen = METHODS[known(method, METHODS, "attribution method", "lmviz.attribution_methods() lists them")]
    baseline = chosen.default_baseline if baseline is None else baseline
    arguments = ask(trace, targets, target, foil, baseline, n_steps, tolerance, seed)
    return _answer(chosen, arguments, trace, baseline)


def _answer(method: AttributionMethod, arguments: Arguments, trace: Trace, baseline: str) -> Attribution:
    """The method's answer to a question, as a result."""
    found = method.compute(arguments)
    positions = arguments.positions
    n_targets, n_positions = len(arguments.targets), len(arguments.token_ids)
    scores = _before_targets(found.scores, positions, n_positions)
    if not np.isfinite(scores).all():
        raise ValueError(
            f"{method.name} gives scores that are not finite (overflow or NaN); choose another baseline or method, or "
            "load the model with dtype='float32'"
        )
    errors = found.completeness_errors
    return Attribution(
        tokens=trace.tokens,
        model=trace.model.name,
        method=method.name,
        target=arguments.objective,
        baseline=baseline if method.uses_baseline else "none",
        signed=method.signed,
        target_positions=positions,
        target_lengths=np.array([len(each.token_ids) for each in arguments.targets], dtype=np.int64),
        foil_ids=tuple(each.foil_ids for each in arguments.targets),
        foil_texts=tuple(_text(trace, each.foil_ids) for each in arguments.targets),
        values=arguments.own_values(),
        absent_values=arguments.absent_values if method.uses_baseline else np.full(n_targets, np.nan),
        scores=scores,
        norms=_before_targets(found.norms, positions, n_positions),
        completeness_errors=np.full(n_targets, np.nan) if errors is None else np.asarray(errors, dtype=np.float64),
        n_steps=np.broadcast_to(np.asarray(found.n_steps, dtype=np.int64), (n_targets,)).copy(),
        tolerance=np.array(arguments.tolerance if found.is_adaptive else np.nan),
        seed=arguments.seed,
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


def _text(trace: Trace, token_ids: tuple[int, ...]) -> str:
    """What the tokens say together; the label of each where they end inside a character, or one has no text."""
    tokenizer = trace.model.tokenizer
    said = [tokenizer.decode_bytes(token_id) for token_id in token_ids]
    try:
        if all(said):
            return b"".join(said).decode()
    except UnicodeDecodeError:
        pass
    labels = tokenizer.labels(token_ids)
    return "".join(labels.texts[labels.index(token_id)] for token_id in token_ids)
