"""What all charts share: font, ink, and stepped colours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import altair as alt

from lmviz.figures.scales import FONT, colour


def styled(chart: Any) -> Any:
    """``chart``, which is changed, in the gallery's type and ink, on no background of its own."""
    text = {"labelFont": FONT, "titleFont": FONT, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
    soft = {**text, "labelColor": colour("ink-soft"), "titleColor": colour("ink-soft")}
    # all at once: each `configure_…` copies every layer of the chart several times
    chart.config = alt.Config(
        background="transparent", font=FONT, padding=4, view=alt.ViewConfig(stroke=None),
        mark=alt.MarkConfig(aria=False),
        axis=alt.AxisConfig(**soft, aria=False, gridColor=colour("line"), domainColor=colour("line"),
                            tickColor=colour("line"), titlePadding=8, labelPadding=5),
        axisY=alt.AxisConfig(titleAngle=0, titleAlign="right", titleAnchor="end", titleY=-8, titleX=-12),
        legend=alt.LegendConfig(**soft), text=alt.MarkConfig(font=FONT, color=colour("ink"), fontSize=12),
        header=alt.HeaderConfig(**text, labelColor=colour("ink"), titleColor=colour("ink-soft")),
    )
    return chart


def stepped(field: str, names: list[str]) -> alt.Color:
    """Colour by a step number in ``field``: step i has the colour ``names[i]``."""
    scale = alt.Scale(domain=list(range(len(names))), range=[colour(name) for name in names])
    return alt.Color(f"{field}:O", scale=scale, legend=None)


def ink_on(field: str, names: list[str], light_ink: set[int]) -> alt.Color:
    """Ink for text that stands on a step: light on the steps in ``light_ink``, else dark."""
    shades = [colour("step-ink-high" if i in light_ink else "step-ink-low") for i in range(len(names))]
    return alt.Color(f"{field}:O", scale=alt.Scale(domain=list(range(len(names))), range=shades), legend=None)


def looked_up(texts: Mapping[str, str]) -> str:
    """A Vega expression for the label of an axis: the text of its value, which stands for what may repeat.

    Vega takes a literal that is called as a property of every object, such as ``toString``, for more than text, and
    the chart comes out empty; no literal here is called so.
    """
    marked = json.dumps({value: " " + text for value, text in texts.items()}, ensure_ascii=False)
    return f"slice({marked}[datum.value] || ' ', 1)"


def rows(values: list[dict[str, Any]]) -> alt.Data:
    """Inline data; no pandas."""
    return alt.Data(values=values)


PROBABILITY = [f"p{i}" for i in range(8)]
PROBABILITY_LIGHT_INK = {5, 6, 7}
RANK = [f"r{i}" for i in range(10)]
RANK_LIGHT_INK = {0, 1, 2}
SIGNED = [f"neg{i}" for i in range(5, 0, -1)] + ["neutral"] + [f"pos{i}" for i in range(1, 6)]
SIGNED_LIGHT_INK = {0, 10}
MAGNITUDE = ["neutral"] + [f"mag{i}" for i in range(1, 6)]
MAGNITUDE_LIGHT_INK = {5}
AGREEMENT = ["neutral"] + [f"tau{i}" for i in range(1, 6)]
AGREEMENT_LIGHT_INK = {4, 5}
