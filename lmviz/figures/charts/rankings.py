"""Figure 4: what each layer's prediction says of every token, as a heatmap."""

from __future__ import annotations

from typing import Any

import altair as alt

from lmviz.figures import labels
from lmviz.figures.charts import style
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.measures import SCALES, cells, measures, step, values, written
from lmviz.figures.messages import Language, headed, message
from lmviz.figures.scales import colour
from lmviz.results import LensMeasures, Rankings

_COLUMNS = {"surprisal": "surprisal_bits", "entropy": "entropy_bits", "divergence": "kl_final_layer_bits"}

STEP = 23
"""Height of a layer in pixels."""


@accepts(Rankings, LensMeasures)
def rankings(result: Rankings, language: Language = "ja", *, measure: str = "rank") -> alt.LayerChart:
    """Tokens across, layers down, the deepest at the bottom; a heavy line where predictions settle.

    The rows of the chart hold every measure that the result has, whichever is drawn.

    Args:
        measure: ``"rank"`` (logarithmic, 1 the strongest colour), or in bits, more the stronger: ``"surprisal"``,
            ``"entropy"``, ``"divergence"``. Raises ``ValueError`` for one that the result does not have.
    """
    names = labels.of_positions(result.tokens, language)
    shown = cells(result, measure)
    scale = SCALES[measure]
    rows = [
        {"position": p, "layer": layer, "token": names[p], **numbers,
         "label": written(measure, shown[layer][p], language), "step": step(measure, shown[layer][p])}
        for (layer, p), numbers in _numbers(result).items() if shown[layer][p] is not None
    ]
    heads = {str(p): name for p, name in enumerate(names)}
    base = alt.Chart(style.rows(rows)).encode(
        x=alt.X("position:O", title=None, scale=alt.Scale(domain=list(range(len(names)))),
                axis=alt.Axis(orient="top", labelAngle=-90, labelFontSize=13, ticks=False, domain=False,
                              labelColor=colour("ink"), labelLimit=120, labelExpr=style.looked_up(heads))),
        y=alt.Y("layer:O", title=message("term.layers", language), axis=alt.Axis(ticks=False, domain=False)),
    )
    boxes = base.mark_rect(stroke=colour("surface"), strokeWidth=1).encode(
        color=style.stepped("step", scale.colours), tooltip=_tooltips(result, language)
    )
    numbers = base.mark_text(fontSize=9.5).encode(
        text=alt.Text("label:N"), color=style.ink_on("step", scale.colours, set(scale.light_ink))
    )
    layers = [boxes, numbers]
    if isinstance(result, LensMeasures):
        lines = base.transform_filter("datum.layer == datum.settled_layer")
        layers += [lines.mark_rect(height=height, yOffset=-STEP / 2, color=colour(ink))
                   for height, ink in ((5, "surface"), (3, "ink"))]
    chart = alt.layer(*layers).resolve_scale(color="independent")
    return style.styled(chart.properties(width=alt.Step(31), height=alt.Step(STEP)))


def _numbers(result: Rankings) -> dict[tuple[int, int], dict[str, Any]]:
    """Every measure of every predicted position, by layer and position, under the names that exports give them."""
    ranks = result.ranks.tolist()
    found: dict[tuple[int, int], dict[str, Any]] = {
        (layer, p): {"rank": rank} for layer, row in enumerate(ranks) for p, rank in enumerate(row) if rank > 0
    }
    for measure in measures(result)[1:]:
        bits = values(result, measure).round(4).tolist()
        for (layer, p), row in found.items():
            row[_COLUMNS[measure]] = bits[layer][p]
    if isinstance(result, LensMeasures):
        for (_, p), row in found.items():
            row["settled_layer"] = int(result.settled[p])
    return found


def _tooltips(result: Rankings, language: Language) -> list[alt.Tooltip]:
    bits = [
        alt.Tooltip(f"{_COLUMNS[measure]}:Q", title=message(f"rankings.legend_{measure}", language), format=".2f")
        for measure in measures(result)[1:]
    ]
    return [
        alt.Tooltip("token:N", title=message("term.token", language)),
        alt.Tooltip("layer:O", title=message("term.layers", language)),
        alt.Tooltip("rank:Q", title=headed(message("rankings.measure.rank", language)), format=","), *bits,
    ]
