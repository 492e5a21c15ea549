"""The candidates of two texts for one place, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from lmviz.figures import pair_words
from lmviz.figures.charts import spans, style
from lmviz.figures.charts.predictions import bars
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import colour
from lmviz.results import LayerPredictions


def pair_predictions(
    results: Mapping[str, LayerPredictions], language: Language = "ja", *, names: Mapping[str, str] | None = None,
    position: int | None = None, layer: int | None = None,
) -> Any:
    """Bars of both texts at the place whose position in the first text is ``position``, on one scale."""
    of = pair_words.lens_pair(results, language, names)
    layer = of.results[0].token_ids.shape[0] - 1 if layer is None else layer
    place = pair_words.chosen_place(of, position)
    rows = [{"number": index, "text": of.names[index], **row} for index, p in enumerate(place)
            for row in bars(of.results[index], language, p, layer)]
    limit = max((row["limit"] for row in rows), default=1.0)
    panels = []
    for index in range(2):
        base = alt.Chart(style.rows(rows)).encode(
            y=alt.Y("order:O", title=None, axis=alt.Axis(labels=False, ticks=False, domain=False))
        ).transform_filter(f"datum.number == {index}")
        share = alt.X("probability:Q", title=message("term.probability", language), stack=None,
                      scale=alt.Scale(domain=[0, limit], nice=False),
                      axis=alt.Axis(format="%", tickCount=3, domain=False, ticks=False))
        drawn = base.mark_bar(height=14, cornerRadiusEnd=2, strokeWidth=1.2, stroke=spans.hue(index),
                              color=colour("surface") if index else spans.hue(index)).encode(
            x=share, tooltip=[alt.Tooltip("token:N", title=message("term.candidate", language)),
                              alt.Tooltip("percent:N", title=message("term.probability", language))])
        names_of = base.mark_text(align="right", dx=-10, fontSize=14, limit=120).encode(
            x=alt.XValue(0), text=alt.Text("label:N"))
        written = base.mark_text(align="left", dx=6, color=colour("ink-soft")).encode(
            x=share, text=alt.Text("percent:N"))
        panels.append(alt.layer(drawn, names_of, written).properties(
            width=220, height=13 * len(rows) or 26,
            title=alt.TitleParams(of.names[index], fontSize=14, color=colour("ink"), anchor="start")))
    return style.styled(alt.hconcat(*panels, spacing=110))
