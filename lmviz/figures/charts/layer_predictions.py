"""Figure 3: the candidates of every layer for one position, as a table of tinted cells."""

from __future__ import annotations

import altair as alt

from lmviz.figures import labels, notation, scales
from lmviz.figures.charts import style
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import colour
from lmviz.figures.titles import lens_row
from lmviz.results import LayerPredictions


@accepts(LayerPredictions)
def layer_predictions(
    result: LayerPredictions, language: Language = "ja", *, position: int | None = None, top_k: int = 8
) -> alt.LayerChart:
    """Layers downward, candidates from strongest to weaker; cells tinted by probability, the actual token framed."""
    position = labels.default_position(result.tokens) if position is None else position
    values = []
    for layer in range(result.token_ids.shape[0]):
        ids, logs = lens_row(result, layer, position)
        for k, (token_id, log) in enumerate(zip(ids[:top_k], logs, strict=False), start=1):
            if token_id < 0:
                continue
            token = labels.of_entry(result.labels, token_id, language)
            actual = position < len(result.tokens) and int(token_id) == int(result.tokens.token_ids[position])
            values.append({
                "layer": layer, "k": k, "token": token, "label": f"◆{token}" if actual else token, "actual": actual,
                "percent": notation.percent(log), "step": scales.probability_step(log),
            })
    base = alt.Chart(style.rows(values)).encode(
        x=alt.X("k:O", title=message("term.candidate", language), axis=alt.Axis(orient="top", labelAngle=0, ticks=False,
                                                                               domain=False)),
        y=alt.Y("layer:O", title=message("term.layers", language), axis=alt.Axis(ticks=False, domain=False)),
    )
    tooltip = [alt.Tooltip("token:N", title=message("term.candidate", language)),
               alt.Tooltip("percent:N", title=message("term.probability", language))]
    cells = base.mark_rect(stroke=colour("surface"), strokeWidth=1.5).encode(
        color=style.stepped("step", style.PROBABILITY), tooltip=tooltip
    )
    frames = base.transform_filter("datum.actual").mark_rect(filled=False, stroke=colour("ink"), strokeWidth=1.5)
    inks = style.ink_on("step", style.PROBABILITY, style.PROBABILITY_LIGHT_INK)
    words = base.mark_text(fontSize=12, dy=-5, limit=72).encode(text=alt.Text("label:N"), color=inks)
    shares = base.mark_text(fontSize=9, dy=9).encode(text=alt.Text("percent:N"), color=inks)
    chart = alt.layer(cells, frames, words, shares).resolve_scale(color="independent")
    return style.styled(chart.properties(width=alt.Step(78), height=alt.Step(34)))
