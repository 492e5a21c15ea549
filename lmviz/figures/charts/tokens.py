"""Figure 1: the text, each token coloured by its probability."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from lmviz.figures import notation, scales
from lmviz.figures.charts import strip, style, text
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.messages import Language, message
from lmviz.results import TokenProbabilities


@accepts(TokenProbabilities)
def tokens(result: TokenProbabilities, language: Language = "ja") -> alt.LayerChart:
    """The token strip as a chart. Colour is probability; what is underlined is the continuation."""
    placed = text.lines(result.tokens, language)
    for row in placed:
        log = result.log_probabilities[row["position"]]
        known = bool(np.isfinite(log))
        row["step"] = scales.probability_step(log) + 1 if known else 0
        row["probability"] = notation.percent(log) if known else message("term.no_prediction", language)
        row["rank"] = notation.rank(result.ranks[row["position"]]) if known else "–"
    tooltip: list[Any] = [
        alt.Tooltip("text:N", title=message("term.token", language)),
        alt.Tooltip("probability:N", title=message("term.probability", language)),
        alt.Tooltip("rank:N", title=message("term.rank", language)),
    ]
    shifted = {step + 1 for step in style.PROBABILITY_LIGHT_INK}
    return style.styled(strip.strip(placed, ["neutral", *style.PROBABILITY], shifted, tooltip))
