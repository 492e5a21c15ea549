"""Tokens across, the checkpoints of a training down: what the charts of factors and attribution share."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from lmviz.figures.charts import style
from lmviz.figures.messages import Language, message
from lmviz.figures.notation import rank
from lmviz.figures.scales import colour

WIDTH, HEIGHT = 26, 26
"""Of a cell in pixels."""


def tokens_by_steps(chart: alt.Chart, names: Sequence[str], steps: Sequence[int], language: Language) -> alt.Chart:
    """``chart`` of rows with ``position`` and ``training_step``, the earliest at the top."""
    heads = {str(p): name for p, name in enumerate(names)}
    return chart.encode(
        x=alt.X("position:O", title=None, scale=alt.Scale(domain=list(range(len(names)))),
                axis=alt.Axis(orient="top", labelAngle=-90, labelFontSize=13, ticks=False, domain=False,
                              labelColor=colour("ink"), labelLimit=120, labelExpr=style.looked_up(heads))),
        y=alt.Y("training_step:O", title=message("training.steps", language),
                scale=alt.Scale(domain=list(steps)),
                axis=alt.Axis(ticks=False, domain=False,
                              labelExpr=style.looked_up({str(step): rank(step) for step in steps}))),
    )
