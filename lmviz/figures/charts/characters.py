"""What each layer would write next, character by character, as a heatmap with the characters in its cells."""

from __future__ import annotations

import altair as alt

from lmviz.figures import character_columns as of
from lmviz.figures import notation, scales
from lmviz.figures.charts import style
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import colour
from lmviz.results import CharacterLens


@accepts(CharacterLens)
def characters(result: CharacterLens, language: Language = "ja") -> alt.LayerChart:
    """Characters across, layers down, the deepest at the bottom; each cell the layer's first choice.

    Coloured by its probability; a line below says that it is what the text has.
    """
    found = of.columns(result, language)
    ranks = of.ranks(result, found)
    values = []
    for layer in range(len(result.candidates)):
        for index, column in enumerate(found):
            best, log = of.reading(result, layer, column)
            if best == of.NOTHING:
                continue
            values.append({
                "column": index, "layer": layer, "actual": column.head, "short": of.short(result, best),
                "first": of.outcome(result, best, language), "percent": notation.percent(log),
                "step": scales.probability_step(log), "met": of.is_met(result, best, column),
                "is_bytes": result.outcome_kinds[best] == "bytes",
                "rank": int(ranks[layer, index]) or None,
            })
    heads = style.looked_up({str(i): column.head + column.rest for i, column in enumerate(found)})
    base = alt.Chart(style.rows(values)).encode(
        x=alt.X("column:O", title=None, scale=alt.Scale(domain=list(range(len(found)))),
                axis=alt.Axis(orient="top", labelAngle=-90, labelFontSize=13, ticks=False, domain=False,
                              labelColor=colour("ink"), labelLimit=120, labelExpr=heads)),
        y=alt.Y("layer:O", title=message("term.layers", language), axis=alt.Axis(ticks=False, domain=False)),
    )
    cells = base.mark_rect(stroke=colour("surface"), strokeWidth=1).encode(
        color=style.stepped("step", style.PROBABILITY),
        tooltip=[alt.Tooltip("layer:O", title=message("term.layers", language)),
                 alt.Tooltip("first:N", title=message("characters.first_choice", language)),
                 alt.Tooltip("percent:N", title=message("term.probability", language)),
                 alt.Tooltip("actual:N", title=message("characters.met", language)),
                 alt.Tooltip("rank:Q", title=message("characters.actual_rank", language), format=",")],
    )
    ink = style.ink_on("step", style.PROBABILITY, style.PROBABILITY_LIGHT_INK)
    words = base.transform_filter("!datum.is_bytes").mark_text(fontSize=13).encode(text=alt.Text("short:N"), color=ink)
    parts = base.transform_filter("datum.is_bytes").mark_text(fontSize=7, limit=29).encode(
        text=alt.Text("short:N"), color=ink)
    lines = base.transform_filter("datum.met").mark_rect(height=2, width=22, yOffset=10).encode(color=ink)
    chart = alt.layer(cells, lines, words, parts).resolve_scale(color="independent")
    return style.styled(chart.properties(width=alt.Step(31), height=alt.Step(25)))
