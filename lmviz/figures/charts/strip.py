"""The text as a chart: a coloured box a token, lines wrapped, the continuation underlined."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import altair as alt

from lmviz.figures.charts import style, text
from lmviz.figures.scales import colour


def strip(values: list[dict[str, Any]], names: list[str], light_ink: set[int], tooltip: list[alt.Tooltip],
          framed: Collection[int] = ()) -> Any:
    """Tokens or larger units placed by `charts.text`, each with a ``step`` that indexes ``names``.

    Extra fields serve the tooltip. What stands at the positions ``framed`` shares a frame, one a line.
    """
    width, height = text.size(values)
    base = alt.Chart(style.rows(values)).encode(
        y=alt.Y("line:Q", axis=None, scale=alt.Scale(domain=[-0.5, height / text.LINE_HEIGHT - 0.5], reverse=True,
                                                     nice=False, zero=False))
    )
    across = alt.Scale(domain=[0, text.LINE_UNITS], nice=False)
    boxes = base.mark_rect(height=24, cornerRadius=3).encode(
        x=alt.X("x:Q", axis=None, scale=across), x2=alt.X2("x2:Q"), color=style.stepped("step", names), tooltip=tooltip
    )
    words = base.mark_text(fontSize=14, baseline="middle").encode(
        x=alt.X("mid:Q", axis=None, scale=across), text=alt.Text("text:N"), color=style.ink_on("step", names, light_ink)
    )
    under = base.transform_filter("datum.continuation").mark_rect(height=1.5, yOffset=14.5, color=colour("ink")).encode(
        x=alt.X("x:Q", axis=None, scale=across), x2=alt.X2("x2:Q")
    )
    frames: dict[int, dict[str, Any]] = {}
    for value in values:
        if value["position"] in framed:
            frame = frames.setdefault(value["line"], {"line": value["line"], "x": value["x"]})
            frame["x2"] = value["x2"]
    frame = base.properties(data=style.rows(list(frames.values()))).mark_rect(
        height=27, filled=False, cornerRadius=3, stroke=colour("ink"), strokeWidth=2
    ).encode(x=alt.X("x:Q", axis=None, scale=across), x2=alt.X2("x2:Q"))
    chart = alt.layer(boxes, words, under, frame).resolve_scale(color="independent")
    return chart.properties(width=width, height=height)
