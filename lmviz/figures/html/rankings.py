"""Figure 4: what each layer's prediction says of every token, as a grid whose numbers can be exchanged."""

from __future__ import annotations

from typing import Any

from lmviz.figures import labels, lens_words
from lmviz.figures.html import fragment as f
from lmviz.figures.html.measure_legends import legends
from lmviz.figures.measures import SCALES, cells, measures, step, written
from lmviz.figures.messages import Language, headed, message
from lmviz.results import LensMeasures, Rankings


def rankings(
    results: Rankings,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """Tokens across, layers down, the deepest at the bottom; column heads choose the position for all figures.

    The page holds the grid of ranks; of a `LensMeasures` the other measures are numbers in its data, which its module
    paints into the same cells.
    """
    result = results
    chosen = labels.default_position(result.tokens) if position is None else position
    table = grid(result, language, chosen)
    enlarge = f.escape(message("term.enlarge", language))
    name = f.escape(lens_words.alternative(result, language))
    body = (
        f'<div class="tools">{_switch(result, language)}<button type="button" class="quiet end" data-enlarge '
        f'data-close="{f.escape(message("rankings.close", language))}" hidden>{enlarge}</button></div>'
        f"{legends(result, language)}"
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">{table}</div>'
        f'<p class="readout" aria-live="polite"></p>'
    )
    data = {**f.base(result, language, "rankings", position), **_numbers(result, language)} if interactive else None
    return f.fragment("rankings", figure_id, body, data)


def grid(result: Rankings, language: Language, chosen: int, foot: str = "") -> str:
    """The table of ranks with the column ``chosen`` marked; ``foot`` are rows below the deepest layer."""
    rows = "".join(
        f'<tr><th scope="row">{index}</th>'
        f'{"".join(_cell(result, index, p, value, p == chosen, language) for p, value in enumerate(row))}</tr>'
        for index, row in enumerate(cells(result, "rank"))
    )
    corner = f.escape(message("term.layers", language))
    return (
        f'<table class="lm-grid"><thead>{_runs(result, language)}<tr class="heads">'
        f'<th class="corner" scope="col">{corner}</th>'
        f'{"".join(_head(result, language, p, chosen) for p in range(len(result.tokens)))}</tr></thead>'
        f'<tbody>{rows}</tbody>{foot and f"<tfoot>{foot}</tfoot>"}</table>'
    )


def _numbers(result: Rankings, language: Language) -> dict[str, Any]:
    """Cells of every measure with what it takes to paint them, and the words that change with the measure."""
    return {
        "measures": {
            measure: {
                "cells": cells(result, measure), "prefix": SCALES[measure].prefix, "unit": SCALES[measure].unit,
                "edges": list(SCALES[measure].edges), "title": lens_words.title(result, language, measure),
                "alternative": lens_words.alternative(result, language, measure),
            }
            for measure in measures(result)
        },
        "settled": result.settled.tolist() if isinstance(result, LensMeasures) else None,
    }


def _switch(result: Rankings, language: Language) -> str:
    found = measures(result)
    if len(found) < 2:
        return ""
    options = [(measure, headed(message(f"rankings.measure.{measure}", language))) for measure in found]
    return f.switch(message("rankings.show", language), options, "rank", "measure")


def _runs(result: Rankings, language: Language) -> str:
    n_prompt, n = result.tokens.n_prompt, len(result.tokens)
    heads = f'<th colspan="{n_prompt}" scope="colgroup"><span>{f.escape(message("term.prompt", language))}</span></th>'
    if n_prompt < n:
        heads += (f'<th class="begins" colspan="{n - n_prompt}" scope="colgroup"><span>'
                  f'{f.escape(message("term.continuation", language))}</span></th>')
    return f'<tr class="runs"><td></td>{heads}</tr>'


def _head(result: Rankings, language: Language, position: int, chosen: int) -> str:
    tokens = result.tokens
    shared = int((tokens.groups == tokens.groups[position]).sum()) > 1
    text = labels.chip(tokens, position, language)
    classes = [
        "begins" if position == tokens.n_prompt else "", "shares" if shared else "",
        "part" if shared and text == "·" else "",
    ]
    shape = "word" if labels.is_word(tokens, position) else "flat" if len(text) == 1 else ""
    word = f' class="{shape}"' if shape else ""
    spoken = labels.spoken(tokens, position, language)
    named = f' aria-label="{f.escape(spoken)}"' if spoken else ""
    return (
        f'<th scope="col" class="{" ".join(filter(None, classes))}"><button type="button"{word} data-p="{position}" '
        f'aria-pressed="{str(position == chosen).lower()}" tabindex="-1"{named}>{f.escape(text)}</button></th>'
    )


def _cell(result: Rankings, layer: int, position: int, rank: int | None, chosen: bool,
          language: Language) -> str:
    classes = ["none" if rank is None else f"r{step('rank', rank)}"]
    if position == result.tokens.n_prompt:
        classes.append("begins")
    if isinstance(result, LensMeasures) and result.settled[position] == layer:
        classes.append("settled")
    if chosen:
        classes.append("column")
    return f'<td class="{" ".join(classes)}">{"" if rank is None else written("rank", rank, language)}</td>'
