"""Figure 5: how strongly each layer expects given words."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt

from lmviz.figures import labels
from lmviz.figures.charts import style
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.charts.line_ends import WIDTH, Across, ends, room, shortened
from lmviz.figures.lead_words import lead_changes, places
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import FACTOR_HUES, colour
from lmviz.figures.titles import layer_name
from lmviz.results import WatchedWords

Quantity = Literal["log_probability", "place", "rank"]

DASHES = [[1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [5, 2], [3, 5], [12, 3], [1, 3]]
_SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left"]


@accepts(WatchedWords)
def watched_words(
    result: WatchedWords, language: Language = "ja", *, quantity: Quantity = "log_probability"
) -> alt.LayerChart:
    """Lines over layers, deepest at the bottom, stronger to the right; each word is named at the end of its line.

    Where the lead changes, a dashed line says who takes it from whom. The rows of the chart hold every quantity,
    whichever is drawn.

    Args:
        quantity: ``"place"`` is a word's place among the watched ones; ``"rank"``, over the vocabulary, shows words of
            one token only. Raises ``ValueError`` where there are none, and for an unknown quantity.
    """
    if quantity not in ("log_probability", "place", "rank"):
        raise ValueError(f"quantity is one of log_probability, place, rank, not {quantity!r}")
    chosen = [w for w in range(len(result.words)) if quantity != "rank" or result.ranks[w, 0] > 0]
    if not chosen:
        raise ValueError("no watched word is a single token, and only single tokens have a rank")
    n_layers = result.log_probabilities.shape[1]
    step = 30 if n_layers <= 16 else 22
    values = _rows(result, chosen)
    across = Across.of(quantity, [row[quantity] for row in values], len(result.words))
    domain = [labels.visible(result.words[w]) for w in chosen]
    hues = alt.Scale(domain=domain, range=[colour(f"f{w % FACTOR_HUES}") for w in chosen])
    down = alt.Y("layer:Q", title=message("term.layers", language),
                 scale=alt.Scale(domain=[-0.4, n_layers - 0.6], reverse=True, nice=False, zero=False),
                 axis=alt.Axis(values=list(range(n_layers)), ticks=False, domain=False, format="d"))
    along = alt.X(f"{quantity}:Q", title=_axis_title(quantity, language), scale=across.scale(), axis=across.axis())
    base = alt.Chart(style.rows(values)).encode(x=along, y=down, color=alt.Color("word:N", scale=hues, legend=None))
    lines = base.mark_line(strokeWidth=2, interpolate="linear").encode(
        order=alt.Order("layer:Q"), strokeDash=alt.StrokeDash("word:N", legend=None, scale=alt.Scale(
            domain=domain, range=[DASHES[w % len(DASHES)] for w in chosen]))
    )
    points = base.mark_point(filled=True, size=58, opacity=1).encode(
        shape=alt.Shape("word:N", legend=None, scale=alt.Scale(
            domain=domain, range=[_SHAPES[w % len(_SHAPES)] for w in chosen])),
        tooltip=_tooltips(result, language),
    )
    height = step * n_layers
    rules, said = _crossings(result, chosen, values, across, down, language)
    body = alt.layer(*rules, lines, points, *said)
    named = _names(ends(values, n_layers, across, height), hues, height)
    return style.styled(alt.layer(body.properties(width=WIDTH, height=height), named).resolve_scale(
        x="independent", y="independent", color="shared"))


def _rows(result: WatchedWords, chosen: list[int]) -> list[dict[str, Any]]:
    among = places(result)
    return [
        {"word": labels.visible(result.words[w]), "layer": layer, "log_probability": log, "place": int(among[w, layer]),
         "rank": int(result.ranks[w, layer]) or None}
        for w in chosen for layer, log in enumerate(result.log_probabilities[w].tolist())
    ]


def _tooltips(result: WatchedWords, language: Language) -> list[alt.Tooltip]:
    shown = [
        alt.Tooltip("word:N", title=message("watched_words.word", language)),
        alt.Tooltip("layer:O", title=message("term.layers", language)),
        alt.Tooltip("log_probability:Q", title=message("term.log_probability", language), format=".2f"),
    ]
    if len(result.words) > 1:
        shown.append(alt.Tooltip("place:Q", title=message("watched_words.place", language)))
    if (result.ranks > 0).any():
        shown.append(alt.Tooltip("rank:Q", title=message("watched_words.rank", language), format=","))
    return shown


def _crossings(result: WatchedWords, chosen: list[int], values: list[dict[str, Any]], across: Across, down: alt.Y,
               language: Language) -> tuple[list[alt.Chart], list[alt.Chart]]:
    """Dashed lines above the layers at which the lead changes, and who takes it, where the words' lines leave room."""
    words = [shortened(labels.visible(word), 8) for word in result.words]
    rules, said = [], []
    for layer, before, after in lead_changes(result):
        if before not in chosen or after not in chosen:
            continue
        change = message("watched_words.crossing", language, layer=layer_name(layer, language),
                         before=words[before], after=words[after])
        base = alt.Chart(style.rows([{"layer": layer - 0.5, "change": change}])).encode(y=down)
        rules.append(base.mark_rule(strokeDash=[4, 3], color=colour("ink-soft")))
        x, align = room([row for row in values if layer - 2 <= row["layer"] <= layer], across)
        place = {"align": align, "baseline": "bottom", "dy": -4, "fontSize": 12}
        text = base.encode(x=alt.XValue(x), text=alt.Text("change:N"))
        said += [text.mark_text(**place, stroke=colour("surface"), strokeWidth=4),
                 text.mark_text(**place, color=colour("ink"))]
    return rules, said


def _names(ended: list[dict[str, Any]], hues: alt.Scale, height: int) -> alt.LayerChart:
    """The words below the chart, each tied to the end of its line."""
    named = alt.Chart(style.rows(ended)).encode(color=alt.Color("word:N", scale=hues, legend=None))
    pixels_x = alt.Scale(domain=[0, WIDTH], nice=False, zero=False)
    pixels_y = alt.Scale(domain=[0, height], reverse=True, nice=False, zero=False)
    from_x, to_x = alt.X("x:Q", scale=pixels_x, axis=None), alt.X("label_x:Q", scale=pixels_x, axis=None)
    rules = named.mark_rule(strokeWidth=1, opacity=0.7).encode(
        x=from_x, x2=alt.X2("label_x:Q"), y=alt.Y("y:Q", scale=pixels_y, axis=None), y2=alt.Y2("label_y:Q")
    )
    words_y = alt.Y("label_y:Q", scale=pixels_y, axis=None)
    texts = named.mark_text(fontSize=13, fontWeight="bold", align="center", baseline="top", dy=4).encode(
        x=to_x, y=words_y, text=alt.Text("label:N"), color=alt.ColorValue(colour("ink"))
    )
    return alt.layer(rules, texts)


def _axis_title(quantity: Quantity, language: Language) -> str:
    return message("term.log_probability" if quantity == "log_probability" else f"watched_words.{quantity}", language)
