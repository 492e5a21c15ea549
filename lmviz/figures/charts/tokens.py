"""Figure 1: the text, each token coloured by its probability, or each larger unit by its surprisal."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from lmviz.figures import labels, notation, scales, surprisal
from lmviz.figures.charts import strip, style, text
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.measures import SCALES
from lmviz.figures.messages import Language, headed, message
from lmviz.results import TokenProbabilities
from lmviz.units import Unit, rung


@accepts(TokenProbabilities)
def tokens(result: TokenProbabilities, language: Language = "ja", *, unit: Unit = "token") -> alt.LayerChart:
    """The token strip as a chart. Colour is probability; what is underlined is the continuation.

    In another ``unit`` of `lmviz.units.UNITS`, colour is surprisal, summed over the unit's tokens.
    """
    if unit != "token":
        return _by_unit(result, language, unit)
    placed = text.lines(result.tokens, language)
    for row in placed:
        row["token"] = labels.of_position(result.tokens, row["position"], language)
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


def _by_unit(result: TokenProbabilities, language: Language, unit: Unit) -> alt.LayerChart:
    units = rung(result.tokens, unit)
    sums = units.sum(result.log_probabilities)
    scale = SCALES["surprisal"]
    placed = text.unit_lines(result.tokens, units, language)
    for row in placed:
        log = sums[row["position"]]
        row["step"] = surprisal.step(log, unit) + 1 if np.isfinite(log) else 0
        row["surprisal"] = surprisal.written(log)
        row["unit"] = labels.visible(units.texts[row["position"]]) or row["text"]
    tooltip: list[Any] = [
        alt.Tooltip("unit:N", title=headed(message(f"unit.name.{unit}", language))),
        alt.Tooltip("surprisal:N", title=message("rankings.legend_surprisal", language)),
    ]
    light = {step + 1 for step in scale.light_ink}
    return style.styled(strip.strip(placed, ["neutral", *scale.colours], light, tooltip))
