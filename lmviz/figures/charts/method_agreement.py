"""How alike attribution methods order the tokens, as a heatmap."""

from __future__ import annotations

import altair as alt
import numpy as np

from lmviz.figures import notation, scales
from lmviz.figures.attribution_words import method_name
from lmviz.figures.charts import style, text
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.messages import Language, message
from lmviz.results import AttributionReceipt, MethodTrust


@accepts(AttributionReceipt, MethodTrust)
def method_agreement(result: AttributionReceipt | MethodTrust, language: Language = "ja") -> alt.LayerChart:
    """Kendall's tau-b between every two methods, written in the cells; darker is more alike, − the reverse."""
    names = [method_name(name, language) for name in result.methods]
    values = [
        {"method": first, "other": second, "tau": round(float(result.agreement[i, j]), 4),
         "label": notation.correlation(float(result.agreement[i, j])),
         "step": scales.agreement_step(float(result.agreement[i, j]))}
        for i, first in enumerate(names) for j, second in enumerate(names)
        if i != j and np.isfinite(result.agreement[i, j])
    ]
    # the reader's font may be wider than the one measured here
    extent = round(12.5 * max(map(text.units, names), default=0)) + 8
    base = alt.Chart(style.rows(values)).encode(
        x=alt.X("other:N", title=None, sort=names, scale=alt.Scale(domain=names),
                axis=alt.Axis(orient="top", labelAngle=-90, ticks=False, domain=False, labelLimit=260,
                              minExtent=extent)),
        y=alt.Y("method:N", title=None, sort=names, scale=alt.Scale(domain=names),
                axis=alt.Axis(ticks=False, domain=False, labelLimit=260, minExtent=extent)),
    )
    tooltip = [alt.Tooltip("method:N", title=message("term.methods", language)),
               alt.Tooltip("other:N", title=message("term.methods", language)),
               alt.Tooltip("tau:Q", title=message("method_agreement.tau", language), format=".2f")]
    cells = base.mark_rect(stroke=scales.colour("surface"), strokeWidth=1).encode(
        color=style.stepped("step", style.AGREEMENT), tooltip=tooltip)
    numbers = base.mark_text(fontSize=10).encode(
        text=alt.Text("label:N"), color=style.ink_on("step", style.AGREEMENT, style.AGREEMENT_LIGHT_INK))
    chart = alt.layer(cells, numbers).resolve_scale(color="independent")
    return style.styled(chart.properties(width=alt.Step(34), height=alt.Step(24)))
