"""Figure 6: the text, coloured by what each token contributed to one target."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from lmviz.figures import notation, scales
from lmviz.figures.charts import strip, style, text
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.messages import Language, message
from lmviz.figures.targets import target_row, target_span
from lmviz.results import Attribution


@accepts(Attribution)
def attribution(result: Attribution, language: Language = "ja", *, position: int | None = None) -> alt.LayerChart:
    """Contributions to the target at ``position`` (by default the first), largest absolute score = 1.

    Signed scores diverge around a neutral, magnitudes are sequential; the target's tokens are framed.
    """
    row = target_row(result, -1 if position is None else position)
    target = int(result.target_positions[row])
    scores = np.asarray(result.scores[row], dtype=float)
    largest = np.abs(scores[:target]).max(initial=0) or 1
    placed = text.lines(result.tokens, language)
    for entry in placed:
        score = scores[entry["position"]] / largest if entry["position"] < target else 0.0
        entry["score"] = (notation.signed(score) if result.signed else f"{score:.2f}") \
            if entry["position"] < target else "–"
        entry["step"] = scales.attribution_step(score) + (5 if result.signed else 0)
    tooltip: list[Any] = [
        alt.Tooltip("text:N", title=message("term.token", language)),
        alt.Tooltip("score:N", title=message("term.score", language)),
    ]
    names, inks = (style.SIGNED, style.SIGNED_LIGHT_INK) if result.signed else \
        (style.MAGNITUDE, style.MAGNITUDE_LIGHT_INK)
    return style.styled(strip.strip(placed, names, inks, tooltip, framed=target_span(result, row)))
