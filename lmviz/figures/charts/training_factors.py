"""Factors under each checkpoint: the strongest at each token, in the colour that it keeps through the training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from lmviz.comparison import factor_tracks
from lmviz.figures import labels
from lmviz.figures.charts import style
from lmviz.figures.charts.over_steps import HEIGHT, WIDTH, tokens_by_steps
from lmviz.figures.factor_strengths import STRONG, leading, strengths
from lmviz.figures.followed import followed
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import FACTOR_HUES, colour
from lmviz.results import NeuronFactors


def training_factors(results: Mapping[str, Any], language: Language = "ja") -> Any:
    """A cell a token and checkpoint, with the number of a factor that responds strongly.

    The rows of the chart hold the strengths of all factors.
    """
    of = followed(results, NeuronFactors, "training_factors", language)
    tracks, names = factor_tracks(of.results).tracks, labels.of_positions(of.tokens, language)
    rows = []
    for step, each, own in zip(of.steps, of.results, tracks.tolist(), strict=True):
        found = strengths(each)
        first = leading(found).tolist()
        rows += [
            {"training_step": step, "position": p, "token": names[p], "factor": own[factor] + 1,
             "strength": round(float(value), 4), "strongest": first[p] == factor,
             "label": str(own[factor] + 1) if value >= STRONG else "", "hue": own[factor] % FACTOR_HUES}
            for factor, values in enumerate(found) for p, value in enumerate(values) if value > 0
        ]
    base = tokens_by_steps(alt.Chart(style.rows(rows)), names, of.steps, language).transform_filter("datum.strongest")
    cells = base.mark_rect(stroke=colour("surface"), strokeWidth=1).encode(
        color=style.stepped("hue", [f"f{i}" for i in range(FACTOR_HUES)]),
        opacity=alt.Opacity("strength:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.05, 0.7])),
        tooltip=[alt.Tooltip("training_step:O", title=message("training.steps", language)),
                 alt.Tooltip("token:N", title=message("term.token", language)),
                 alt.Tooltip("factor:O", title=message("term.factor", language)),
                 alt.Tooltip("strength:Q", title=message("term.activation", language), format=".2f")])
    numbers = base.mark_text(fontSize=11).encode(text="label:N")
    return style.styled(alt.layer(cells, numbers).properties(width=alt.Step(WIDTH), height=alt.Step(HEIGHT)))
