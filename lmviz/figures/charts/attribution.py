"""Figure 6: the text, coloured by what each token contributed to one target."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from lmviz.figures import labels, notation, scales
from lmviz.figures.charts import strip, style, text
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.messages import Language, headed, message
from lmviz.figures.targets import target_row, target_span
from lmviz.figures.unit_sums import unit_scores
from lmviz.results import Attribution
from lmviz.units import Unit, rung


@accepts(Attribution)
def attribution(result: Attribution, language: Language = "ja", *, position: int | None = None,
                unit: Unit = "token") -> alt.LayerChart:
    """Contributions to the target at ``position`` (by default the first), largest absolute score = 1.

    Signed scores diverge around a neutral, magnitudes are sequential; the target's tokens are framed. In another
    ``unit`` of `lmviz.units.UNITS`, signed scores are summed by unit, and so are targets that are log-probabilities:
    the framed unit's own colour is what its earlier tokens gave to its later ones.

    Raises:
        ValueError: for magnitudes in another unit than the token: they do not add up.
    """
    if unit != "token":
        return _by_unit(result, language, -1 if position is None else position, unit)
    row = target_row(result, -1 if position is None else position)
    target = int(result.target_positions[row])
    scores = np.asarray(result.scores[row], dtype=float)
    largest = np.abs(scores[:target]).max(initial=0) or 1
    placed = text.lines(result.tokens, language)
    for entry in placed:
        entry["token"] = labels.of_position(result.tokens, entry["position"], language)
        score = scores[entry["position"]] / largest if entry["position"] < target else 0.0
        entry["score"] = (notation.signed(score) if result.signed else f"{score:.2f}") \
            if entry["position"] < target else "–"
        entry["step"] = scales.attribution_step(score) + (5 if result.signed else 0)
    names, inks = (style.SIGNED, style.SIGNED_LIGHT_INK) if result.signed else \
        (style.MAGNITUDE, style.MAGNITUDE_LIGHT_INK)
    return style.styled(strip.strip(placed, names, inks, _tooltip("token", language), framed=target_span(result, row)))


def _by_unit(result: Attribution, language: Language, position: int, unit: Unit) -> alt.LayerChart:
    units = rung(result.tokens, unit)
    chosen, sums = unit_scores(result, units, position)
    largest = np.nanmax(np.abs(sums), initial=0) or 1
    placed = text.unit_lines(result.tokens, units, language)
    for entry in placed:
        score = sums[entry["position"]] / largest
        known = bool(np.isfinite(score)) and entry["position"] <= chosen[-1]
        entry["score"] = notation.signed(score) if known else "–"
        entry["step"] = (scales.attribution_step(score) if known else 0) + 5
    return style.styled(strip.strip(placed, style.SIGNED, style.SIGNED_LIGHT_INK, _tooltip(unit, language),
                                    framed=chosen.tolist()))


def _tooltip(unit: Unit, language: Language) -> list[Any]:
    return [alt.Tooltip("text:N", title=headed(message(f"unit.name.{unit}", language))),
            alt.Tooltip("score:N", title=message("term.score", language))]
