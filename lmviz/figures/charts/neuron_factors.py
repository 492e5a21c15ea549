"""Figure 7: the activation of each factor along the text."""

from __future__ import annotations

import altair as alt
import numpy as np

from lmviz.figures import labels
from lmviz.figures.charts import style
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import FACTOR_HUES, colour
from lmviz.results import NeuronFactors


@accepts(NeuronFactors)
def neuron_factors(result: NeuronFactors, language: Language = "ja") -> alt.Chart:
    """A row of bars a factor, in its hue, each row scaled to its own maximum; tokens across."""
    names = labels.of_positions(result.tokens, language)
    order = [message("term.factor_n", language, number=f + 1) for f in range(result.activations.shape[0])]
    activations = np.asarray(result.activations, dtype=float)
    values = [
        {"factor": order[f], "position": p, "token": names[p], "activation": round(float(value), 4)}
        for f, row in enumerate(activations) for p, value in enumerate(row) if np.isfinite(value)
    ]
    heads = {str(p): name for p, name in enumerate(names)}
    return style.styled(
        alt.Chart(style.rows(values)).mark_bar(width=alt.RelativeBandSize(0.86), cornerRadiusEnd=1).encode(
            x=alt.X("position:O", title=None, scale=alt.Scale(domain=list(range(len(names)))),
                    axis=alt.Axis(labelAngle=-90, labelExpr=style.looked_up(heads), labelFontSize=12, ticks=False,
                                  domain=False, labelColor=colour("ink"), labelLimit=110)),
            y=alt.Y("activation:Q", stack=None, title=None, axis=None),
            color=alt.Color("factor:N", legend=None, sort=order, scale=alt.Scale(
                domain=order, range=[colour(f"f{f % FACTOR_HUES}") for f in range(len(order))])),
            row=alt.Row("factor:N", title=None, sort=order, spacing=6,
                        header=alt.Header(labelAngle=0, labelAlign="left", labelOrient="left")),
            tooltip=[alt.Tooltip("factor:N", title=message("term.factor", language)),
                     alt.Tooltip("token:N", title=message("term.token", language)),
                     alt.Tooltip("activation:Q", title=message("term.activation", language), format=".3f")],
        ).properties(width=alt.Step(19), height=34).resolve_scale(y="independent")
    )
