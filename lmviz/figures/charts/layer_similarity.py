"""How alike layers are, as a heatmap of layers by layers."""

from __future__ import annotations

import math
from collections.abc import Mapping

import altair as alt

from lmviz.figures import similarity_words as words
from lmviz.figures.charts import style
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.messages import Language, message
from lmviz.figures.notation import correlation
from lmviz.figures.scales import colour
from lmviz.results import LayerSimilarity
from lmviz.validation import known

FEW = 16
"""Columns up to which values are written into the cells."""


@accepts(LayerSimilarity)
def layer_similarity(
    result: LayerSimilarity, language: Language = "ja", *, measure: str = "cka",
    names: Mapping[str, str] | None = None,
) -> alt.LayerChart:
    """Layers down, the deepest at the bottom, and across; one scale from 0 to 1 for every result.

    Args:
        measure: ``"cka"``, ``"svcca"`` or ``"pwcca"``; the table behind the chart has all three.
        names: what readers see in place of models' names.
    """
    known(measure, words.MEASURES, "measure", "svcca and pwcca are of canonical correlations")
    values = [
        {"layer": i, "other_layer": j, "label": "" if math.isnan(value) else correlation(value),
         "shown": None if math.isnan(value) else round(100 * value) / 100,
         "step": None if math.isnan(value) else words.step(round(100 * value)),
         **{each: None if math.isnan(v := float(getattr(result, each)[i, j])) else round(v, 4)
            for each in words.MEASURES}}
        for i, row in enumerate(getattr(result, measure).tolist()) for j, value in enumerate(row)
    ]
    axes = [message("term.layers", language)] * 2 if not result.other_model else [
        message("layer_similarity.layers_of", language, model=name) for name in words.model_names(result, names)]
    named = {each: message(f"layer_similarity.measure.{each}", language) for each in words.MEASURES}
    side = 32 if result.cka.shape[1] <= FEW else 20
    base = alt.Chart(style.rows(values)).encode(
        x=alt.X("other_layer:O", title=axes[1], axis=alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False)),
        y=alt.Y("layer:O", title=axes[0], axis=alt.Axis(ticks=False, domain=False)),
    )
    tooltip = [alt.Tooltip("layer:O", title=axes[0]), alt.Tooltip("other_layer:O", title=axes[1]),
               *(alt.Tooltip(f"{each}:Q", title=name, format=".2f") for each, name in named.items())]
    shades = [colour(each) for each in words.STEPS]
    cells = base.transform_filter("isValid(datum.step)").mark_rect(stroke=colour("surface"), strokeWidth=1).encode(
        color=alt.Color(
            "shown:Q", title=named[measure],
            scale=alt.Scale(type="threshold", domain=[edge / 100 for edge in words.EDGES], range=shades),
            legend=alt.Legend(orient="right", gradientLength=180, gradientThickness=12, offset=18, format=".1f")),
        tooltip=tooltip)
    layers = [cells]
    if result.cka.shape[1] <= FEW:
        layers.append(base.mark_text(fontSize=10.5).encode(
            text=alt.Text("label:N"), color=style.ink_on("step", words.STEPS, words.LIGHT_INK)))
    chart = alt.layer(*layers).resolve_scale(color="independent")
    drawn = style.styled(chart.properties(width=alt.Step(side), height=alt.Step(side)))
    return drawn.configure_axisY(titleAngle=-90, titlePadding=10) if result.other_model else drawn
