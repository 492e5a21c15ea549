"""The responses of a model's factors along a text, beside what is typical of each."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from lmviz.figures import factor_response_words as words
from lmviz.figures import labels
from lmviz.figures.charts import style
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.factor_strengths import strengths
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import FACTOR_HUES, colour
from lmviz.results import FactorResponses


@accepts(FactorResponses)
def factor_responses(
    result: FactorResponses, language: Language = "ja", factor_names: Sequence[str | None] | None = None
) -> alt.Chart:
    """A row of bars for each of the factors that lead at the most tokens; a line where a response is typically strong.

    The data hold all factors.
    """
    first, rest = words.shown_factors(result)
    heads = {str(p): name for p, name in enumerate(labels.of_positions(result.tokens, language))}
    names = {factor: words.called(factor, factor_names, language) for factor in (*first, *rest)}
    found, responses = strengths(result), np.asarray(result.activations, dtype=float)
    values = [
        {"factor": names[factor], "position": p, "token": heads[str(p)], "strength": round(float(found[factor, p]), 4),
         "response": round(float(responses[factor, p]), 4), "shown": factor in first}
        for factor in (*first, *rest) for p in np.flatnonzero(np.isfinite(responses[factor])).tolist()
    ]
    order = [names[factor] for factor in first]
    base = alt.Chart().encode(
        x=alt.X("position:O", title=None, scale=alt.Scale(domain=list(range(len(heads)))),
                axis=alt.Axis(labelAngle=-90, labelExpr=style.looked_up(heads), labelFontSize=12, ticks=False,
                              domain=False, labelColor=colour("ink"), labelLimit=110)),
        y=alt.Y("strength:Q", stack=None, title=None, scale=alt.Scale(domain=[0, max(1.25, float(found.max()))]),
                axis=None),
    )
    bars = base.mark_bar(width=alt.RelativeBandSize(0.86), cornerRadiusEnd=1).encode(
        color=alt.Color("factor:N", legend=None, scale=alt.Scale(
            domain=order, range=[colour(f"f{factor % FACTOR_HUES}") for factor in first])),
        tooltip=[alt.Tooltip("factor:N", title=message("term.factor", language)),
                 alt.Tooltip("token:N", title=message("term.token", language)),
                 alt.Tooltip("strength:Q", title=message("factor_responses.strength", language), format=".2f"),
                 alt.Tooltip("response:Q", title=message("term.activation", language), format=".2f")],
    )
    line = alt.Chart().mark_rule(color=colour("ink-faint"), strokeDash=[2, 3]).encode(y=alt.YDatum(1))
    return style.styled(
        alt.layer(bars, line).properties(width=alt.Step(19), height=34).facet(
            data=style.rows(values), spacing=6,
            row=alt.Row("factor:N", title=None, sort=order,
                        header=alt.Header(labelAngle=0, labelAlign="left", labelOrient="left")),
        ).transform_filter("datum.shown")
    )
