"""Figure 4: the rank of every token at every layer, as a heatmap."""

from __future__ import annotations

import altair as alt

from lmviz.figures import labels, notation, scales
from lmviz.figures.charts import style
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import colour
from lmviz.results import Rankings


@accepts(Rankings)
def rankings(result: Rankings, language: Language = "ja") -> alt.LayerChart:
    """Tokens across, layers down, the deepest at the bottom; a logarithmic colour scale, 1 the strongest."""
    names = labels.of_positions(result.tokens, language)
    values = [
        {"position": p, "layer": layer, "token": names[p], "rank": rank, "label": notation.short_rank(rank),
         "step": scales.rank_step(rank)}
        for layer, row in enumerate(result.ranks.tolist()) for p, rank in enumerate(row) if rank > 0
    ]
    heads = {str(p): name for p, name in enumerate(names)}
    base = alt.Chart(style.rows(values)).encode(
        x=alt.X("position:O", title=None, scale=alt.Scale(domain=list(range(len(names)))),
                axis=alt.Axis(orient="top", labelAngle=-90, labelFontSize=13, ticks=False, domain=False,
                              labelColor=colour("ink"), labelLimit=120, labelExpr=_lookup(heads))),
        y=alt.Y("layer:O", title=message("term.layers", language), axis=alt.Axis(ticks=False, domain=False)),
    )
    cells = base.mark_rect(stroke=colour("surface"), strokeWidth=1).encode(
        color=style.stepped("step", style.RANK),
        tooltip=[alt.Tooltip("token:N", title=message("term.token", language)),
                 alt.Tooltip("layer:O", title=message("term.layers", language)),
                 alt.Tooltip("rank:Q", title=message("term.rank", language), format=",")],
    )
    numbers = base.mark_text(fontSize=9.5).encode(
        text="label:N", color=style.ink_on("step", style.RANK, style.RANK_LIGHT_INK)
    )
    chart = alt.layer(cells, numbers).resolve_scale(color="independent")
    return style.styled(chart.properties(width=alt.Step(31), height=alt.Step(23)))


def _lookup(heads: dict[str, str]) -> str:
    """A Vega expression for the label of a column; positions, not texts, are the domain, as texts repeat."""
    import json

    return f"{json.dumps(heads, ensure_ascii=False)}[datum.value]"
