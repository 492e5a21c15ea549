"""Figure 7: which factor of the feed-forward activations responds to which token."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lmviz.figures import notation, titles
from lmviz.figures.factor_names import factor_name
from lmviz.figures.factor_strengths import STRONG, strengths
from lmviz.figures.html import fragment as f
from lmviz.figures.html import units
from lmviz.figures.html.factor_curve import factor_curve
from lmviz.figures.html.factor_layers import factor_layers
from lmviz.figures.html.factor_rows import PAIR, FactorRow, factor_rows, factor_strip, strength_legend, thousandths
from lmviz.figures.messages import Language, group, message
from lmviz.results import NeuronFactors


def neuron_factors(
    results: Mapping[str, NeuronFactors] | NeuronFactors,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """The text in the hues of its strongest factors, a row of activations a factor, and the layers they are made of."""
    by_count = dict(results) if isinstance(results, Mapping) else {str(results.activations.shape[0]): results}
    first, result = next(iter(by_count.items()))
    panels = "".join(
        f'<div data-panel="{f.escape(count)}"{"" if count == first else " hidden"}>{_panel(item, language)}</div>'
        for count, item in by_count.items()
    )
    body = (
        f'<div class="tools"><div class="choices">{_switches(by_count, first, language, interactive)}'
        f'<p class="soft" data-explained>{f.escape(_explained(result, language))}</p></div>'
        f"{factor_curve(by_count, first, language)}</div>"
        f"{factor_strip(result.tokens, strengths(result), language)}"
        f'<div class="legend-line">{strength_legend(message("neuron_factors.legend", language))}</div>'
        f'<p class="unit-note soft" hidden></p><p class="readout" aria-live="polite"></p>'
        f"{panels}"
    )
    data = None
    if interactive:
        data = {
            **f.base(result, language, "neuron_factors", position),
            "units": units.data(result.tokens, language),
            "shown": first,
            "strong": round(1000 * STRONG),
            "pair": group("factor_pair", language),
            "sets": {
                count: {
                    "values": thousandths(item),
                    "explained": _explained(item, language),
                    "title": titles.neuron_factors(item, language),
                    "cosines": np.rint(100 * item.loadings @ item.loadings.T).astype(int).tolist(),
                }
                for count, item in by_count.items()
            },
        }
    return f.fragment("neuron_factors", figure_id, body, data)


def _switches(by_count: Mapping[str, NeuronFactors], first: str, language: Language, interactive: bool) -> str:
    tokens = by_count[first].tokens
    counts = [(count, count) for count in sorted(by_count, key=int)]
    unit = units.unit_switch(tokens, language) if interactive else ""
    if len(by_count) == 1:
        return unit
    return f'{unit}<div class="counts">{f.switch(message("term.components", language), counts, first, "count")}</div>'


def _explained(result: NeuronFactors, language: Language) -> str:
    return message(
        "neuron_factors.explained", language, explained=notation.share(result.explained),
        raw=notation.share(result.explained_raw),
    )


def _panel(result: NeuronFactors, language: Language) -> str:
    rows = [
        FactorRow(
            factor, values, notation.share(float(result.energy_shares[factor])),
            message("neuron_factors.alternative_one", language,
                    factor=factor_name(factor, language),
                    list=titles.strongest_names(result, factor, language) or "–"),
            titles.strongest_names(result, factor, language),
            note=_negative_side(result, factor, language),
        )
        for factor, values in enumerate(strengths(result))
    ]
    layers = factor_layers(result.layer_shares, result.layers, language)
    return factor_rows(rows, result.tokens, language) + PAIR + layers


def _negative_side(result: NeuronFactors, factor: int, language: Language) -> str:
    """Of a gated block's factor: how much of it are neurons' negative parts."""
    if not result.gated:
        return ""
    share = float(np.square(result.loadings[factor, result.places()[2] < 0]).sum())
    return message("neuron_factors.negative_side", language, share=notation.share(share))
