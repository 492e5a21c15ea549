"""Figure 5: how strongly each layer expects given words."""

from __future__ import annotations

import math
from typing import Any, Literal

import altair as alt

from lmviz.figures import labels, notation
from lmviz.figures.charts import style, text
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import FACTOR_HUES, colour
from lmviz.results import WatchedWords

_DASHES = [[1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [5, 2], [3, 5], [12, 3], [1, 3]]
_SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left"]
WIDTH = 400


@accepts(WatchedWords)
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
    scale = _scale(quantity, values)
    across = alt.X("value:Q", title=_axis_title(quantity, language), scale=scale,
                   axis=alt.Axis(orient="top", tickCount=5, format="~s" if quantity == "rank" else "~r", ticks=False,
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
    height = 30 * n_layers
    body = alt.layer(lines, points).properties(width=WIDTH, height=height)
    ends = _ends(values, n_layers, scale.to_dict()["domain"], quantity)
    named = alt.Chart(style.rows(ends)).encode(color=alt.Color("word:N", scale=hues, legend=None))
    pixels_x = alt.Scale(domain=[0, WIDTH], nice=False, zero=False)
    pixels_y = alt.Scale(domain=[0, height], reverse=True, nice=False, zero=False)
    from_x, to_x = alt.X("x:Q", scale=pixels_x, axis=None), alt.X("label_x:Q", scale=pixels_x, axis=None)
    rules = named.mark_rule(strokeWidth=1, opacity=0.7).encode(
        x=from_x, x2="label_x:Q", y=alt.Y("y:Q", scale=pixels_y, axis=None), y2="label_y:Q"
    )
    words_y = alt.Y("label_y:Q", scale=pixels_y, axis=None)
    texts = named.mark_text(fontSize=13, fontWeight="bold", align="center", baseline="top", dy=4).encode(
        x=to_x, y=words_y, text="word:N", color=alt.value(colour("ink"))
    )
    labels_layer = alt.layer(rules, texts)
    return style.styled(alt.layer(body, labels_layer).resolve_scale(x="independent", y="independent", color="shared"))


def _axis_title(quantity: str, language: Language) -> str:
    return message("term.log_probability" if quantity == "log_probability" else "term.rank", language)


def _scale(quantity: str, values: list[dict[str, Any]]) -> alt.Scale:
    if quantity == "rank":
        return alt.Scale(type="log", domain=[1, max(10, max(v["value"] for v in values))], reverse=True, nice=False)
    low, high = min(v["value"] for v in values), max(v["value"] for v in values)
    margin = max(0.5, 0.06 * (high - low))
    return alt.Scale(domain=[low - margin, min(0.0, high + margin)], nice=False, zero=False)


def _ends(values: list[dict[str, Any]], n_layers: int, domain: list[float], quantity: str) -> list[dict[str, Any]]:
    """Where each line ends and where its name goes, in pixels: names in one row, moved apart where they would meet."""
    along = math.log if quantity == "rank" else float
    low, high = (along(edge) for edge in domain)

    def pixel(value: float) -> float:
        part = (along(value) - low) / (high - low or 1)
        return WIDTH * (1 - part if quantity == "rank" else part)

    height = 30 * n_layers
    ends = sorted(
        ({"word": v["word"], "x": round(pixel(v["value"]), 2), "width": 13 * text.units(v["word"]) + 12,
          "y": height * (n_layers - 1 + 0.4) / n_layers, "label_y": height + 16}
         for v in values if v["layer"] == n_layers - 1),
        key=lambda end: end["x"],
    )
    # Left to right each name keeps clear of the one before; right to left the row is brought back inside the chart.
    edge = -20.0
    for end in ends:
        end["label_x"] = max(end["x"], edge + end["width"] / 2)
        edge = end["label_x"] + end["width"] / 2
    edge = WIDTH + 40.0
    for end in reversed(ends):
        end["label_x"] = round(min(end["label_x"], edge - end["width"] / 2), 2)
        edge = end["label_x"] - end["width"] / 2
    return ends
