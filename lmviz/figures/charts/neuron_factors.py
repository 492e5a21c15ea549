"""Figure 7: the activation of each factor along the text, and the layers that it is made of."""

from __future__ import annotations

import altair as alt
import numpy as np

from lmviz.figures import labels
from lmviz.figures.charts import style
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.factor_names import factor_name
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import FACTOR_HUES, colour
from lmviz.results import NeuronFactors


@accepts(NeuronFactors)
def neuron_factors(result: NeuronFactors, language: Language = "ja") -> alt.VConcatChart:
    """A row of bars a factor, in its hue, each row scaled to its own maximum; below, factors across and layers down."""
    order = [factor_name(f, language) for f in range(result.activations.shape[0])]
    hues = alt.Scale(domain=order, range=[colour(f"f{f % FACTOR_HUES}") for f in range(len(order))])
    chart = alt.vconcat(_curves(result, language, order, hues), _layers(result, language, order, hues), spacing=24)
    return style.styled(chart)


def _curves(result: NeuronFactors, language: Language, order: list[str], hues: alt.Scale) -> alt.Chart:
    names = labels.of_positions(result.tokens, language)
    activations = np.asarray(result.activations, dtype=float)
    values = [
        {"factor": order[f], "position": p, "token": names[p], "activation": round(float(value), 4)}
        for f, row in enumerate(activations) for p, value in enumerate(row) if np.isfinite(value)
    ]
    heads = {str(p): name for p, name in enumerate(names)}
    return (
        alt.Chart(style.rows(values)).mark_bar(width=alt.RelativeBandSize(0.86), cornerRadiusEnd=1).encode(
            x=alt.X("position:O", title=None, scale=alt.Scale(domain=list(range(len(names)))),
                    axis=alt.Axis(labelAngle=-90, labelExpr=style.looked_up(heads), labelFontSize=12, ticks=False,
                                  domain=False, labelColor=colour("ink"), labelLimit=110)),
            y=alt.Y("activation:Q", stack=None, title=None, axis=None),
            color=alt.Color("factor:N", legend=None, sort=order, scale=hues),
            row=alt.Row("factor:N", title=None, sort=order, spacing=6,
                        header=alt.Header(labelAngle=0, labelAlign="left", labelOrient="left")),
            tooltip=[alt.Tooltip("factor:N", title=message("term.factor", language)),
                     alt.Tooltip("token:N", title=message("term.token", language)),
                     alt.Tooltip("activation:Q", title=message("term.activation", language), format=".3f")],
        ).properties(width=alt.Step(19), height=34).resolve_scale(y="independent")
    )


def _layers(result: NeuronFactors, language: Language, order: list[str], hues: alt.Scale) -> alt.LayerChart:
    shares = result.layer_shares
    values = [
        {"factor": order[f], "layer": int(layer), "share": round(float(share), 4)}
        for f, row in enumerate(shares) for layer, share in zip(result.layers, row, strict=True)
    ]
    base = alt.Chart(style.rows(values)).encode(
        x=alt.X("factor:N", title=None, sort=order,
                axis=alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False, labelColor=colour("ink"))),
        y=alt.Y("layer:O", title=message("term.layers", language), axis=alt.Axis(ticks=False, domain=False)),
        tooltip=[alt.Tooltip("factor:N", title=message("term.factor", language)),
                 alt.Tooltip("layer:O", title=message("term.layers", language)),
                 alt.Tooltip("share:Q", title=message("neuron_factors.layer_share", language), format=".1%")],
    )
    cells = base.mark_rect(stroke=colour("surface"), strokeWidth=1).encode(
        color=alt.Color("factor:N", legend=None, sort=order, scale=hues),
        opacity=alt.Opacity("share:Q", legend=None, scale=alt.Scale(domain=[0, float(shares.max())], range=[0, 0.65])),
    )
    numbers = base.mark_text(fontSize=12).encode(text=alt.Text("share:Q", format=".0%"))
    return alt.layer(cells, numbers).properties(width=alt.Step(62), height=alt.Step(20))
