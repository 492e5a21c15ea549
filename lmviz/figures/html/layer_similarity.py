"""How alike layers are, as a table of layers by layers whose measure can be exchanged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lmviz.figures import similarity_words as words
from lmviz.figures.compared import scope
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, group, message
from lmviz.figures.notation import correlation
from lmviz.results import LayerSimilarity

FEW = 16
"""Columns up to which cells have the room that looks best."""


def layer_similarity(
    results: Mapping[str, LayerSimilarity] | LayerSimilarity,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
    names: Mapping[str, str] | None = None,
) -> str:
    """Layers down and across, the deepest at the bottom and at the right.

    The page holds the table of CKA; the other measures are numbers in its data, which its module paints into the same
    cells. ``position`` and ``layer`` are for figures of a text.
    """
    result = words.only(results)
    switch = f.switch(message("layer_similarity.switch", language), _measures(language), "cka", "measure")
    name = f.escape(words.alternative(result, language, "cka", names))
    notes = "".join(
        f'<p class="soft" data-note="{measure}"{"" if measure == "cka" else " hidden"}>'
        f"{f.escape(_note(result, language, measure))}</p>"
        for measure in words.MEASURES
    )
    body = (
        f'<div class="tools">{switch}{_legend(result, language)}</div>{notes}'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">{_table(result, language, names)}</div>'
        f'<p class="readout" aria-live="polite"></p>'
    )
    return f.fragment("layer_similarity", figure_id, body, _data(result, language, names) if interactive else None)


def _measures(language: Language) -> list[tuple[str, str]]:
    return [(measure, message(f"layer_similarity.measure.{measure}", language)) for measure in words.MEASURES]


def _note(result: LayerSimilarity, language: Language, measure: str) -> str:
    meaning = message(f"layer_similarity.meaning.{measure}", language,
                      **({} if measure == "cka" else {"chance": f"{words.chance(result, measure):.2f}"}))
    return ("" if language == "ja" else " ").join(
        filter(None, [meaning, words.refusal(result, language, measure)]))


def _table(result: LayerSimilarity, language: Language, names: Mapping[str, str] | None) -> str:
    values, best = words.hundredths(result.cka), words.closest(result, "cka")
    n_rows, n_columns = result.cka.shape
    down, across = _axes(result, language, names)
    heads = "".join(f'<th scope="col">{layer}</th>' for layer in range(n_columns))
    beside = f'<th class="beside" rowspan="{n_rows}" scope="rowgroup"><span>{f.escape(down)}</span></th>'
    rows = "".join(
        f'<tr>{beside if layer == 0 else ""}<th scope="row">{layer}</th>'
        f'{"".join(_cell(value, column == best[layer]) for column, value in enumerate(row))}</tr>'
        for layer, row in enumerate(values)
    )
    return (
        f'<table class="lm-grid{" many" if n_columns > FEW else ""}"><thead><tr class="runs"><td colspan="2"></td>'
        f'<th colspan="{n_columns}" scope="colgroup"><span>{f.escape(across)}</span></th></tr>'
        f'<tr class="heads"><td colspan="2"></td>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _axes(result: LayerSimilarity, language: Language, names: Mapping[str, str] | None) -> tuple[str, str]:
    """What stands beside the rows and above the columns."""
    if not result.other_model:
        return message("term.layers", language), message("term.layers", language)
    down, across = (message("layer_similarity.layers_of", language, model=name)
                    for name in words.model_names(result, names))
    return down, across


def _cell(value: int | None, is_closest: bool) -> str:
    if value is None:
        return '<td class="none" tabindex="-1"></td>'
    return f'<td class="{words.STEPS[words.step(value)]}{" closest" if is_closest else ""}" tabindex="-1">' \
           f"{correlation(value / 100)}</td>"


def _legend(result: LayerSimilarity, language: Language) -> str:
    steps = "".join(
        f'<li><i class="{shade}"></i><span>{f"{edge / 100:.1f}".lstrip("0") if edge else 0}</span></li>'
        for shade, edge in zip(words.STEPS, (0, *words.EDGES), strict=True)
    )
    refused = any(words.refusal(result, language, measure) for measure in words.MEASURES)
    keys = "".join(
        f'<span class="key"><i class="{key}"></i>{f.escape(message(f"layer_similarity.{key}", language))}</span>'
        for key, shown in (("closest", bool(result.other_model)), ("none", refused)) if shown
    )
    return f'<div class="legend edges" data-legend><ol>{steps}</ol><span class="end">1</span>{keys}</div>'


def _data(result: LayerSimilarity, language: Language, names: Mapping[str, str] | None) -> dict[str, Any]:
    rows, columns = words.layer_names(result, language, names)
    return {
        "scope": scope([result.tokens], [result.model, result.other_model, result.kind]),
        "language": language,
        "edges": list(words.EDGES),
        "rows": rows,
        "columns": columns,
        "measures": {
            measure: {
                "name": name,
                "cells": words.hundredths(getattr(result, measure)),
                "closest": words.closest(result, measure),
                "title": words.title(result, language, measure, names),
                "alternative": words.alternative(result, language, measure, names),
            }
            for measure, name in _measures(language)
        },
        "words": {
            **group("layer_similarity.browser", language),
            "none": message("layer_similarity.none", language),
        },
    }
