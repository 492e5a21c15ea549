"""Figure 5: how strongly each layer expects given words."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt

from lmviz.figures import labels, notation
from lmviz.figures.charts import style, text
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import FACTOR_HUES, colour
from lmviz.results import WatchedWords

_DASHES = [[1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [5, 2], [3, 5], [12, 3], [1, 3]]
_SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left"]
WIDTH = 460


def watched_words(
    result: WatchedWords, language: Language = "ja", *, quantity: Literal["log_probability", "rank"] = "log_probability"
) -> alt.LayerChart:
    """Lines over layers, deepest at the bottom, stronger to the right; each word is named at the end of its line.

    Args:
        quantity: ``"rank"`` shows words of one token only; raises ``ValueError`` where there are none.
    """
    chosen = [w for w in range(len(result.words)) if quantity == "log_probability" or result.ranks[w, 0] > 0]
    if not chosen:
        raise ValueError("no watched word is a single token, and only single tokens have a rank")
    source = result.log_probabilities if quantity == "log_probability" else result.ranks
    n_layers = source.shape[1]
    words = [labels.visible(word) for word in result.words]
    values: list[dict[str, Any]] = [
        {"word": words[w], "layer": layer, "value": float(source[w, layer]),
         "written": notation.nats(source[w, layer]) if quantity == "log_probability"
         else notation.rank(source[w, layer])}
        for w in chosen for layer in range(n_layers)
    ]
    domain = [words[w] for w in chosen]
    hues = alt.Scale(domain=domain, range=[colour(f"f{w % FACTOR_HUES}") for w in chosen])
    across = alt.X("value:Q", title=_axis_title(quantity, language), scale=_scale(quantity, values, result),
                   axis=alt.Axis(orient="top", tickCount=5, format="~s" if quantity == "rank" else "", ticks=False,
                                 domain=False))
    base = alt.Chart(style.rows(values)).encode(
        x=across,
        y=alt.Y("layer:Q", title=message("term.layers", language),
                scale=alt.Scale(domain=[-0.4, n_layers - 0.6], reverse=True, nice=False, zero=False),
                axis=alt.Axis(values=list(range(n_layers)), ticks=False, domain=False, format="d")),
        color=alt.Color("word:N", scale=hues, legend=None),
    )
    lines = base.mark_line(strokeWidth=2, interpolate="linear").encode(
        order="layer:Q", strokeDash=alt.StrokeDash("word:N", legend=None, scale=alt.Scale(
            domain=domain, range=[_DASHES[w % len(_DASHES)] for w in chosen]))
    )
    points = base.mark_point(filled=True, size=58, opacity=1).encode(
        shape=alt.Shape("word:N", legend=None, scale=alt.Scale(
            domain=domain, range=[_SHAPES[w % len(_SHAPES)] for w in chosen])),
        tooltip=[alt.Tooltip("word:N", title=message("term.token", language)),
                 alt.Tooltip("layer:O", title=message("term.layers", language)),
                 alt.Tooltip("written:N", title=_axis_title(quantity, language))],
    )
    ends, height = _ends(values, n_layers, quantity), 30 * n_layers
    layers = [lines, points]
    for row in range(1 + max(end["row"] for end in ends)):
        layers.append(
            alt.Chart(style.rows([end for end in ends if end["row"] == row])).mark_text(
                fontSize=13, fontWeight="bold", align="center", baseline="top"
            ).encode(x=across, y=alt.value(height + 2 + 19 * row), text="word:N",
                     color=alt.value(colour("ink")))
        )
    return style.styled(alt.layer(*layers).properties(width=WIDTH, height=height))


def _axis_title(quantity: str, language: Language) -> str:
    return message("term.log_probability" if quantity == "log_probability" else "term.rank", language)


def _scale(quantity: str, values: list[dict[str, Any]], result: WatchedWords) -> alt.Scale:
    if quantity == "rank":
        return alt.Scale(type="log", domain=[1, max(10, max(v["value"] for v in values))], reverse=True, nice=False)
    low, high = min(v["value"] for v in values), max(v["value"] for v in values)
    margin = max(0.5, 0.06 * (high - low))
    return alt.Scale(domain=[low - margin, min(0.0, high + margin)], nice=False, zero=False)


def _ends(values: list[dict[str, Any]], n_layers: int, quantity: str) -> list[dict[str, Any]]:
    """The last point of each word, with the row its name goes to so that names do not overlap."""
    import math

    def along(value: float) -> float:
        return math.log(value) if quantity == "rank" else value

    low, high = min(along(v["value"]) for v in values), max(along(v["value"]) for v in values)
    scale = WIDTH / max(high - low, 1e-6)
    ends = sorted((v for v in values if v["layer"] == n_layers - 1), key=lambda v: along(v["value"]))
    rows_end: list[float] = []
    placed = []
    for end in ends:
        half = text.units(end["word"]) * 7 + 5
        centre = (along(end["value"]) - low) * scale * (-1 if quantity == "rank" else 1)
        key = centre if quantity != "rank" else -centre
        row = next((i for i, edge in enumerate(rows_end) if key - half > edge), len(rows_end))
        if row == len(rows_end):
            rows_end.append(0.0)
        rows_end[row] = key + half
        placed.append({"word": end["word"], "value": end["value"], "row": row})
    return placed
