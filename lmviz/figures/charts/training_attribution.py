"""What a token's prediction rests on under each checkpoint: tokens across, checkpoints down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from lmviz.figures import labels, scales
from lmviz.figures.charts import style
from lmviz.figures.charts.over_steps import HEIGHT, WIDTH, tokens_by_steps
from lmviz.figures.followed import followed
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import colour
from lmviz.figures.targets import target_name, target_span
from lmviz.figures.training_measures import relative, shared_targets
from lmviz.figures.training_words import attributed_row
from lmviz.results import Attribution


def training_attribution(results: Mapping[str, Any], language: Language = "ja", *, position: int | None = None) -> Any:
    """The target at ``position`` is drawn; the rows of the chart hold all that every checkpoint explains."""
    of = followed(results, Attribution, "training_attribution", language)
    names = labels.of_positions(of.tokens, language)
    targets = shared_targets(of)
    shown = attributed_row(of, position) if targets else None
    middle = scales.ATTRIBUTION_STEPS if of.last.signed else 0
    rows = [
        {"training_step": step, "target": int(of.last.target_positions[row]),
         "target_text": target_name(of.last, row, language), "position": p, "token": names[p],
         "score": round(float(each.scores[row, p]), 5), "relative": round(float(value), 4),
         "step": scales.attribution_step(value) + middle}
        for row in targets for step, each in zip(of.steps, of.results, strict=True)
        for p, value in enumerate(relative(each, row)) if p < target_span(of.last, row).start
    ]
    colours = (style.SIGNED, style.SIGNED_LIGHT_INK) if of.last.signed else \
        (style.MAGNITUDE, style.MAGNITUDE_LIGHT_INK)
    first = None if shown is None else int(of.last.target_positions[shown])
    base = tokens_by_steps(alt.Chart(style.rows(rows)), names, of.steps, language).transform_filter(
        f"datum.target == {-1 if first is None else first}")
    cells = base.mark_rect(stroke=colour("surface"), strokeWidth=1).encode(
        color=style.stepped("step", colours[0]),
        tooltip=[alt.Tooltip("training_step:O", title=message("training.steps", language)),
                 alt.Tooltip("token:N", title=message("term.token", language)),
                 alt.Tooltip("relative:Q", title=message("term.score", language), format="+.2f")])
    framed = [] if shown is None else [
        {"training_step": step, "position": p} for step in of.steps for p in target_span(of.last, shown)]
    frames = tokens_by_steps(alt.Chart(style.rows(framed)), names, of.steps, language).mark_rect(
        filled=False, stroke=colour("ink"), strokeWidth=1.5)
    return style.styled(alt.layer(cells, frames).properties(width=alt.Step(WIDTH), height=alt.Step(HEIGHT)))
