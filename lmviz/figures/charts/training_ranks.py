"""Ranks under each checkpoint: a heatmap of layers by tokens a step, one below the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from lmviz.figures import labels
from lmviz.figures.charts import style
from lmviz.figures.followed import CHOICES, followed
from lmviz.figures.messages import Language, headed, message
from lmviz.figures.notation import rank
from lmviz.figures.scales import colour, rank_step
from lmviz.results import LensMeasures, TokenProbabilities

WIDTH, HEIGHT = 22, 13
"""Of a cell in pixels."""


def training_ranks(results: Mapping[str, Any], language: Language = "ja") -> Any:
    """A block a checkpoint, the earliest first; a heavy line where predictions settle."""
    of = followed(results, LensMeasures, "training_ranks", language)
    names = labels.of_positions(of.tokens, language)
    rows = []
    for step, each in zip(of.steps, of.results, strict=True):
        choices = of.beside.get(f"{CHOICES}{step}")
        rows += [
            {"training_step": step, "layer": layer, "position": p, "token": names[p], "rank": value,
             "settled_layer": int(each.settled[p]), "first_choice": _first(choices, p, language),
             "step": rank_step(value)}
            for layer, ranks in enumerate(each.ranks.tolist()) for p, value in enumerate(ranks) if value > 0
        ]
    heads = {str(p): name for p, name in enumerate(names)}
    step_names = {str(step): rank(step) for step in of.steps}
    base = alt.Chart().encode(
        x=alt.X("position:O", title=None, scale=alt.Scale(domain=list(range(len(names)))),
                axis=alt.Axis(orient="top", labelAngle=-90, labelFontSize=12, ticks=False, domain=False,
                              labelColor=colour("ink"), labelLimit=110, labelExpr=style.looked_up(heads))),
        y=alt.Y("layer:O", title=message("term.layers", language), axis=alt.Axis(ticks=False, domain=False)),
    )
    boxes = base.mark_rect(stroke=colour("surface"), strokeWidth=1).encode(
        color=style.stepped("step", style.RANK),
        tooltip=[alt.Tooltip("training_step:O", title=message("training.steps", language)),
                 alt.Tooltip("token:N", title=message("term.token", language)),
                 alt.Tooltip("layer:O", title=message("term.layers", language)),
                 alt.Tooltip("rank:Q", title=headed(message("rankings.measure.rank", language)), format=",")])
    lines = base.transform_filter("datum.layer == datum.settled_layer").mark_rect(
        height=2.5, yOffset=-HEIGHT / 2, color=colour("ink"))
    chart = alt.layer(boxes, lines, data=style.rows(rows)).properties(width=alt.Step(WIDTH), height=alt.Step(HEIGHT))
    return style.styled(chart.facet(
        row=alt.Row("training_step:O", title=message("training.steps", language), header=alt.Header(
            labelAngle=0, labelAlign="left", labelExpr=style.looked_up(step_names))),
        spacing=14,
    ))


def _first(choices: Any, position: int, language: Language) -> str | None:
    if not isinstance(choices, TokenProbabilities) or choices.candidate_ids[position, 0] < 0:
        return None
    return labels.of_entry(choices.labels, int(choices.candidate_ids[position, 0]), language)
