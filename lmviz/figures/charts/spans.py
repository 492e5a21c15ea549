"""Shared spans laid out in lines, with marks of each model in a plot at each span: the charts of comparisons."""

from __future__ import annotations

from typing import Any

import altair as alt

from lmviz.figures import labels
from lmviz.figures.charts import style, text
from lmviz.figures.compared import HUES, Compared
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import colour
from lmviz.figures.span_measures import Spans

PLOT = 74
LINE = PLOT + 34
_GEOMETRY = {"span", "lane", "top", "bottom", "fill", "stroke"}
LANE = 0.62
"""Least width of a model's lane, in full-width characters."""


def hue(model: int) -> str:
    """A model's colour."""
    return colour(f"c{model % HUES}")


def mark(span: int, model: int, top: float, bottom: float, fill: str, stroke: str, **values: Any) -> dict[str, Any]:
    """A rectangle in a model's lane of a span's plot; ``top`` and ``bottom`` run from 0 (top) to 1.

    ``values`` are the numbers that it stands for: with them a chart's rows are the figure's table.
    """
    return {"span": span, "lane": model, "top": top, "bottom": bottom, "fill": fill, "stroke": stroke, **values}


def bar(span: int, model: int, top: float, bottom: float, **values: Any) -> dict[str, Any]:
    """A mark in its model's colour; each second model's is an outline."""
    return mark(span, model, top, bottom, colour("surface") if model % 2 else hue(model), hue(model), **values)


def chart(of: Compared, found: Spans, language: Language, marks: list[dict[str, Any]], written: list[str], *,
          caps: bool = False) -> Any:
    """The text in lines with the marks above it, and the models' names with what is ``written`` beside each.

    ``caps`` puts each model's colour above its lane, for marks that have colours of their own.
    """
    placed = _lines(found, len(of.names))

    def laid(each: dict[str, Any]) -> dict[str, Any]:
        at = placed[each["span"]]
        lane = (at["x2"] - at["x"]) / len(of.names)
        left = at["x"] + lane * each["lane"]
        return {
            "span": each["span"], "text": at["text"], "model": of.names[each["lane"]],
            **{name: value for name, value in each.items() if name not in _GEOMETRY},
            "x": round(left + 0.06, 3), "x2": round(left + lane - 0.06, 3), "fill": each["fill"],
            "stroke": each["stroke"], "y": round(at["y"] + PLOT * each["top"], 2),
            "y2": round(at["y"] + PLOT * each["bottom"], 2), "reading": found.readings[each["span"]],
        }

    rows = [laid(each) for each in marks]
    tops = [laid(bar(span, model, -0.05, -0.02)) for model in range(len(of.names))
            for span, counted in enumerate(found.shared.counted.tolist()) if counted and caps]
    height = (placed[-1]["y"] + LINE if placed else 0) + 22 * len(of.names) + 10
    across = alt.Scale(domain=[0, text.LINE_UNITS], nice=False)
    down = alt.Scale(domain=[-22 * len(of.names) - 10, height - 22 * len(of.names) - 10], reverse=True, nice=False,
                     zero=False)

    def placed_by(x: str, y: str) -> dict[str, Any]:
        return {"x": alt.X(f"{x}:Q", axis=None, scale=across), "y": alt.Y(f"{y}:Q", axis=None, scale=down)}

    fixed = {"color": alt.Color("fill:N", scale=None, legend=None), "stroke": alt.Stroke("stroke:N", scale=None)}
    grounds = alt.Chart(style.rows(placed)).mark_rect().encode(
        **placed_by("x", "y"), x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q"),
        color=alt.Color("ground:N", scale=None, legend=None))
    drawn = alt.Chart(style.rows(rows)).mark_rect(strokeWidth=1.2).encode(
        **placed_by("x", "y"), x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q"), **fixed,
        tooltip=[alt.Tooltip("reading:N", title=message("compare.spans", language))])
    above = alt.Chart(style.rows(tops)).mark_rect(strokeWidth=1.2).encode(
        **placed_by("x", "y"), x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q"), **fixed)
    words = alt.Chart(style.rows(placed)).mark_text(fontSize=13, baseline="top").encode(
        **placed_by("mid", "below"), text=alt.Text("text:N"), color=alt.Color("ink:N", scale=None, legend=None))
    heads = [{"x": 0.1, "x2": 1.1, "y": -22 * (len(of.names) - i) - 8, "y2": -22 * (len(of.names) - i) + 4,
              "words": f"{name}  {value}", "text_x": 1.5, "text_y": -22 * (len(of.names) - i) - 2,
              "fill": colour("surface") if i % 2 else hue(i), "stroke": hue(i)}
             for i, (name, value) in enumerate(zip(of.names, written, strict=True))]
    base = alt.Chart(style.rows(heads))
    keys = base.mark_rect(strokeWidth=1.2).encode(**placed_by("x", "y"), x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q"), **fixed)
    named = base.mark_text(align="left", baseline="middle", fontSize=13).encode(
        **placed_by("text_x", "text_y"), text=alt.Text("words:N"))
    return style.styled(alt.layer(grounds, drawn, above, words, keys, named).properties(
        width=text.LINE_UNITS * text.UNIT, height=height))


def _lines(found: Spans, n_models: int) -> list[dict[str, Any]]:
    placed, x, y = [], 0.0, 0.0
    for span, counted in enumerate(found.shared.counted.tolist()):
        shown = labels.visible(found.shared.texts[span])
        width = max(text.units(shown) + 0.2, LANE * n_models)
        if x and x + width > text.LINE_UNITS:
            x, y = 0.0, y + LINE
        placed.append({
            "text": shown, "x": round(x + 0.05, 3), "x2": round(x + width - 0.05, 3), "mid": round(x + width / 2, 3),
            "y": y, "y2": y + PLOT, "below": y + PLOT + 5, "ground": colour("raised" if counted else "line"),
            "ink": colour("ink" if counted else "ink-faint"),
        })
        x += width
        if found.shared.texts[span].endswith("\n"):
            x, y = 0.0, y + LINE
    return placed
