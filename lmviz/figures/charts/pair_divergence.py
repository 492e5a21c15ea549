"""Divergence of the predictions for two texts, by place and layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from lmviz.comparison import parting
from lmviz.figures import pair_words
from lmviz.figures.charts import style
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import colour
from lmviz.results import PromptPair


def pair_divergence(
    results: Mapping[str, PromptPair] | PromptPair, language: Language = "ja", *,
    names: Mapping[str, str] | None = None,
) -> Any:
    """Places across, layers down, the deepest at the bottom; ▶ marks the layer at which the texts part."""
    pair = pair_words.only_pair(results)
    bits = pair_words.in_bits(pair)
    found = parting(pair)
    heads = {str(i): pair_words.place_name(pair.tokens, int(p), language) for i, p in enumerate(pair.places[:, 0])}
    values = [
        {"place": i, "layer": layer, "name": heads[str(i)], "bits": f"{value:.2f}",
         "step": pair_words.divergence_step(value)}
        for layer, row in enumerate(bits.tolist()) for i, value in enumerate(row)
    ]
    marked = f"datum.value == {found.layer} ? '▶ ' + datum.value : datum.value" if found else "datum.value"
    base = alt.Chart(style.rows(values)).encode(
        x=alt.X("place:O", title=None, axis=alt.Axis(
            orient="top", labelAngle=-90, labelFontSize=13, ticks=False, domain=False, labelColor=colour("ink"),
            labelLimit=140, labelExpr=style.looked_up(heads))),
        y=alt.Y("layer:O", title=message("term.layers", language),
                axis=alt.Axis(ticks=False, domain=False, labelExpr=marked)),
    )
    cells = base.mark_rect(stroke=colour("surface"), strokeWidth=1).encode(
        color=style.stepped("step", pair_words.STEPS),
        tooltip=[alt.Tooltip("name:N", title=message("pair.places", language)),
                 alt.Tooltip("layer:O", title=message("term.layers", language)),
                 alt.Tooltip("bits:N", title=message("pair_divergence.bits", language))])
    numbers = base.mark_text(fontSize=10).encode(
        text=alt.Text("bits:N"), color=style.ink_on("step", pair_words.STEPS, pair_words.LIGHT_INK))
    chart = alt.layer(cells, numbers).resolve_scale(color="independent")
    return style.styled(chart.properties(width=alt.Step(38), height=alt.Step(23)))
