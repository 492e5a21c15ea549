"""The map of factors and layers: in which layers the neurons lie that a factor is made of."""

from __future__ import annotations

import numpy as np

from lmviz.figures.factor_names import factor_name
from lmviz.figures.html.factor_rows import hue
from lmviz.figures.html.fragment import escape
from lmviz.figures.messages import Language, message


def factor_layers(shares: np.ndarray, layers: np.ndarray, language: Language) -> str:
    """Layers down, factors across; a cell is the percentage of the factor's squared loadings that lies in the layer.

    Args:
        shares: ``[factor, layer]``; each factor's add up to 1.
        layers: int64 ``[layer]``.
    """
    largest = max(float(shares.max(initial=0)), np.finfo(float).tiny)
    heads = "".join(
        f'<th scope="col" class="{hue(factor)}" data-factor="{factor}" '
        f'aria-label="{escape(factor_name(factor, language))}"><i></i>{factor + 1}</th>'
        for factor in range(len(shares))
    )
    rows = "".join(
        f'<tr><th scope="row">{int(layer)}</th>' + "".join(
            f'<td class="{hue(factor)}" data-factor="{factor}" style="--a:{share / largest:.2f}">{100 * share:.0f}</td>'
            for factor, share in enumerate(shares[:, at].tolist())
        ) + "</tr>"
        for at, layer in enumerate(layers)
    )
    name = escape(message("neuron_factors.layer_map", language))
    return (
        f'<details class="lm-factor-layers" open><summary>{name}</summary>'
        f'<p class="soft">{escape(message("neuron_factors.layer_map_means", language))}</p>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">'
        f'<table class="lm-grid"><thead><tr><th class="corner" scope="col">{escape(message("term.layers", language))}'
        f"</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )
