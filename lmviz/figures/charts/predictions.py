"""Figure 2: the candidates of one layer for one position, as bars."""

from __future__ import annotations

import math
from typing import Any

import altair as alt

from lmviz.figures import labels, notation
from lmviz.figures.charts import style
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import colour
from lmviz.figures.titles import lens_row
from lmviz.results import LayerPredictions

LIMITS = (0.1, 0.2, 0.5, 1.0)
"""Ends of the probability axis: the first that the strongest candidate does not pass."""


@accepts(LayerPredictions)
def predictions(
    result: LayerPredictions, language: Language = "ja", *, position: int | None = None, layer: int | None = None
) -> alt.LayerChart:
    """Top candidates with their probabilities, strongest first; ◆ marks the token that stands there.

    Args:
        position: by default the first of the continuation; ``len(result.tokens)`` for the token after the last.
        layer: by default the last.
    """
    values = bars(result, language, position, layer)
    base = alt.Chart(alt.Data(values=values, name="bars")).encode(
        y=alt.Y("order:O", title=None,
                axis=alt.Axis(labels=False, ticks=False, domain=False))
    )
    share = alt.X("probability:Q", stack=None, title=message("term.probability", language),
                  scale=alt.Scale(nice=False, zero=True),
                  axis=alt.Axis(format="%", tickCount=4, domain=False, ticks=False))
    tooltip: list[Any] = [
        alt.Tooltip("token:N", title=message("term.candidate", language)),
        alt.Tooltip("percent:N", title=message("term.probability", language)),
    ]
    marked = alt.condition("datum.actual", alt.value(colour("bar-actual")), alt.value(colour("bar")))
    drawn = base.mark_bar(height=16, cornerRadiusEnd=2).encode(x=share, color=marked, tooltip=tooltip)
    names = base.mark_text(align="right", baseline="middle", dx=-10, fontSize=14, limit=150).encode(
        x=alt.XValue(0), text=alt.Text("label:N")
    )
    written = base.mark_text(align="left", baseline="middle", dx=6, color=colour("ink-soft")).encode(
        x=share, text=alt.Text("percent:N")
    )
    # Not seen, but counted: the axis ends where the data say, also when the browser changes the rows.
    end = base.mark_point(opacity=0).encode(x=alt.X("limit:Q"))
    return style.styled(
        alt.layer(drawn, names, written, end).properties(width=340, height=26 * len(values) or 26)
    )


def bars(
    result: LayerPredictions, language: Language, position: int | None, layer: int | None
) -> list[dict[str, Any]]:
    """Rows: ``order``, ``token``, ``label``, ``probability`` (0 to 1), ``percent``, ``actual``, ``limit`` (axis)."""
    position = labels.default_position(result.tokens) if position is None else position
    layer = result.token_ids.shape[0] - 1 if layer is None else layer
    ids, logs = lens_row(result, layer, position)
    values = []
    for order, (token_id, log) in enumerate(zip(ids, logs, strict=True), start=1):
        if token_id < 0:
            continue
        token = labels.of_entry(result.labels, token_id, language)
        actual = position < len(result.tokens) and int(token_id) == int(result.tokens.token_ids[position])
        values.append({
            "order": order, "token": token, "label": f"◆ {token}" if actual else token,
            "probability": round(math.exp(float(log)), 6), "percent": notation.percent(log), "actual": actual,
        })
    top = max((row["probability"] for row in values), default=1.0)
    for row in values:
        row["limit"] = next(limit for limit in LIMITS if top <= limit or limit == LIMITS[-1])
    return values
