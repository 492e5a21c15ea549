"""Watched words under several models: a panel a word, a line a model, over relative depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from lmviz.comparison import relative_depth
from lmviz.figures import labels, notation
from lmviz.figures.charts import spans, style
from lmviz.figures.compare_words import watched
from lmviz.figures.compared import Compared
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import colour
from lmviz.results import WatchedWords

WIDTH, HEIGHT = 190, 170
_DASHES = [[1, 0], [5, 3], [1, 0], [5, 3]]
_SHAPES = ["circle", "square", "triangle-up", "diamond"]


def compare_watched_words(
    results: Mapping[str, WatchedWords], language: Language = "ja", *, names: Mapping[str, str] | None = None
) -> Any:
    """Panels of all words, three in a row, on one scale."""
    of = watched(results, language, names)
    panels = [panel(of, word, language, legend=True) for word in range(len(of.results[0].words))]
    return style.styled(alt.concat(*panels, columns=3).resolve_scale(
        color="shared", shape="shared", strokeDash="shared"))


def panel(of: Compared, word: int, language: Language, *, legend: bool = False) -> Any:
    """One word: deeper is lower, stronger further right. Panels with a legend share the rows of all words."""
    names = [labels.visible(each) for each in of.results[0].words]
    values = [
        {"word": names[w], "number": w, "model": model, "layer": layer,
         "depth": round(float(relative_depth(layer, r.log_probabilities.shape[1])), 4), "log": round(float(log), 4),
         "written": notation.nats(log)}
        for w in range(len(names)) if legend or w == word for model, r in zip(of.names, of.results, strict=True)
        for layer, log in enumerate(r.log_probabilities[w].tolist())
    ]
    low = min(float(r.log_probabilities.min()) for r in of.results)
    domain, n = list(of.names), len(of.names)
    key = alt.Legend(title=None, orient="top", labelLimit=320, symbolSize=70) if legend else None
    hues = alt.Scale(domain=domain, range=[spans.hue(i) for i in range(n)])
    base = alt.Chart(style.rows(values)).encode(
        x=alt.X("log:Q", title=message("term.log_probability", language),
                scale=alt.Scale(domain=[low - 0.5, 0], nice=False, zero=False),
                axis=alt.Axis(tickCount=4, ticks=False, domain=False)),
        y=alt.Y("depth:Q", title=message("compare.depth", language),
                scale=alt.Scale(domain=[-0.04, 1.04], reverse=True, nice=False, zero=False),
                axis=alt.Axis(values=[0, 0.5, 1], ticks=False, domain=False)),
        order=alt.Order("layer:Q"),
    ).transform_filter(f"datum.number == {word}")
    lines = base.mark_line(strokeWidth=2).encode(
        color=alt.Color("model:N", legend=key, scale=hues),
        strokeDash=alt.StrokeDash("model:N", legend=key, scale=alt.Scale(
            domain=domain, range=[_DASHES[i % 4] for i in range(n)])))
    points = base.mark_point(filled=True, size=46, opacity=1).encode(
        color=alt.Color("model:N", legend=key, scale=hues),
        shape=alt.Shape("model:N", legend=None, scale=alt.Scale(domain=domain,
                                                               range=[_SHAPES[i % 4] for i in range(n)])),
        tooltip=[alt.Tooltip("model:N", title=message("compare.model", language)),
                 alt.Tooltip("layer:O", title=message("term.layers", language)),
                 alt.Tooltip("written:N", title=message("term.log_probability", language))])
    return alt.layer(lines, points).properties(width=WIDTH, height=HEIGHT, title=alt.TitleParams(
        names[word], fontSize=14, color=colour("ink"), anchor="start"))
