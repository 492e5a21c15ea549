"""What is said of a model's factors in one text: which respond there, and to what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lmviz.figures import notation
from lmviz.figures.factor_names import factor_name
from lmviz.figures.factor_strengths import in_order, led, strengths
from lmviz.figures.messages import Language, message
from lmviz.figures.titles import Thresholds, name
from lmviz.results import FactorResponses

SHOWN = 6
"""Factors that a figure shows at once."""


def shown_factors(result: FactorResponses) -> tuple[list[int], list[int]]:
    """Factors that a figure shows at once, those that lead at the most tokens first, and the rest."""
    order = in_order(strengths(result), result.energy_shares)
    return order[:SHOWN], order[SHOWN:]


def called(factor: int, names: Sequence[str | None] | None, language: Language) -> str:
    """A factor by its number, with the label proposed for it where there is one."""
    number = factor_name(factor, language)
    label = names[factor] if names else None
    return message("factor_responses.called", language, factor=number, label=label) if label else number


def tokens_of(result: FactorResponses, positions: Sequence[int] | np.ndarray, language: Language) -> str:
    """The tokens at the first three different ``positions``, quoted."""
    found = dict.fromkeys(name(result, int(p), language) for p in positions)
    return message("list.separator", language).join(list(found)[:3])


def peaks(result: FactorResponses, factor: int) -> np.ndarray:
    """Positions at which ``factor`` responds, strongest first."""
    values = strengths(result)[factor]
    order = np.argsort(-values, kind="stable")
    return order[values[order] > 0]


def describe(
    result: FactorResponses, language: Language, names: Sequence[str | None] | None = None
) -> tuple[str, str, str, str]:
    """Title, caption, alternative and convention."""
    return (
        title(result, language, names), message("factor_responses.caption", language),
        alternative(result, language, names), message(
            "factor_responses.convention", language, count=len(result.activations),
            explained=notation.share(result.explained)),
    )


def title(result: FactorResponses, language: Language, names: Sequence[str | None] | None = None) -> str:
    """Names the factor that leads at the most tokens, and its rival if that is close; or claims nothing."""
    found = strengths(result)
    order = in_order(found, result.energy_shares)
    first = led(found, order[0])
    counted = int(np.isfinite(result.activations[0]).sum())
    if len(first) < max(Thresholds.LEADS, Thresholds.LEADS_SHARE * counted):
        return message("factor_responses.title.plain", language)
    said = {"factor": called(order[0], names, language), "count": len(first), "all": counted,
            "list": tokens_of(result, first, language)}
    second = led(found, order[1]) if len(order) > 1 else first[:0]
    if len(second) * Thresholds.LEADS_RATIO > len(first):
        return message("factor_responses.title.both", language, **said, other=called(order[1], names, language),
                       other_count=len(second), other_list=tokens_of(result, second, language))
    return message("factor_responses.title.leads", language, **said)


def alternative(result: FactorResponses, language: Language, names: Sequence[str | None] | None = None) -> str:
    """The factors shown at once, with what they respond to."""
    first, _ = shown_factors(result)
    listed = message("list.separator", language).join(_one(result, factor, language, names) for factor in first)
    return message("factor_responses.alternative", language, count=len(result.activations), list=listed)


def _one(result: FactorResponses, factor: int, language: Language, names: Sequence[str | None] | None) -> str:
    return message(
        "factor_responses.alternative_one", language, factor=called(factor, names, language),
        share=notation.share(float(result.energy_shares[factor])), count=len(led(strengths(result), factor)),
        list=tokens_of(result, peaks(result, factor), language) or "–",
    )
