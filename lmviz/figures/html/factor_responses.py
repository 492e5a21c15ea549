"""Which of its model's factors a text lights, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lmviz.figures import factor_response_words as words
from lmviz.figures import notation
from lmviz.figures.factor_strengths import STRONG, led, strengths
from lmviz.figures.html import fragment as f
from lmviz.figures.html.factor_rows import PAIR, FactorRow, factor_rows, factor_strip, strength_legend, thousandths
from lmviz.figures.messages import Language, group, message
from lmviz.results import FactorResponses


def factor_responses(
    results: Mapping[str, FactorResponses] | FactorResponses,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
    factor_links: Sequence[str] | None = None,
    factor_names: Sequence[str | None] | None = None,
) -> str:
    """The text in the hue of the factor that responds most beside what is typical of it, and a row a factor.

    Args:
        results: of one text; of a mapping, what stands under ``""``.
        factor_links: the address of each factor's passport; without them rows have no link.
        factor_names: the label proposed for each factor, or None where there is none.
    """
    result = results[""] if isinstance(results, Mapping) else results
    found = strengths(result)
    top = max(1.25, float(found.max(initial=0)))
    first, rest = (
        factor_rows([_row(result, factor, found, top, language, factor_links, factor_names)
                     for factor in factors], result.tokens, language)
        for factors in words.shown_factors(result)
    )
    others = f'<details class="lm-other-factors"><summary>{f.escape(message("factor_responses.rest", language))}' \
             f"</summary>{rest}</details>" if len(found) > words.SHOWN else ""
    explained = message("factor_responses.explained", language, explained=notation.share(result.explained))
    body = (
        f'<div class="tools"><p class="soft">{f.escape(explained)}</p></div>'
        f"{factor_strip(result.tokens, found, language)}"
        f'<div class="legend-line">{strength_legend(message("factor_responses.legend", language))}</div>'
        f'<p class="readout" aria-live="polite"></p><div data-panel="m">{first}{others}{PAIR}</div>'
    )
    data = None
    if interactive:
        data = {
            **f.base(result, language, "factor_responses", position),
            "shown": "m",
            "strong": round(1000 * STRONG),
            "pair": group("factor_pair", language),
            "sets": {"m": {"values": thousandths(result)}},
        }
    return f.fragment("factor_responses", figure_id, body, data)


def _row(
    result: FactorResponses, factor: int, found: np.ndarray, top: float, language: Language,
    links: Sequence[str] | None, names: Sequence[str | None] | None,
) -> FactorRow:
    """``found`` are the strengths of all factors, of which ``top`` takes the height of a row."""
    peaks = words.tokens_of(result, words.peaks(result, factor), language)
    count = len(led(found, factor))
    return FactorRow(
        factor, found[factor] / top, notation.share(float(result.energy_shares[factor])),
        message("neuron_factors.alternative_one", language, factor=words.called(factor, names, language),
                list=peaks or "–"),
        peaks, label=(names[factor] if names else None) or "", link=links[factor] if links else "",
        note=message("factor_responses.leads_at", language, count=count) if count else "", mark=1 / top,
    )
