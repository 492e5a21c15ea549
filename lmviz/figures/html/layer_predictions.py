"""Figure 3: the candidates of every layer for one position, as a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from lmviz.figures import labels, notation, scales, titles
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, message
from lmviz.results import LayerPredictions


def layer_predictions(
    results: LayerPredictions,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """Layers down, candidates across, for ``position``; the table follows the position chosen on the page."""
    result = results
    n_layers, k = result.token_ids.shape[0], result.token_ids.shape[-1]
    shown = labels.default_position(result.tokens) if position is None else position
    heads = "".join(f'<th scope="col">{i}</th>' for i in range(1, k + 1))
    rows = "".join(
        f'<tr><th scope="row">{index}</th>{_cells(result, language, index, shown)}</tr>' for index in range(n_layers)
    )
    table = (
        f'<table class="lm-grid"><thead><tr><th class="corner" scope="col">'
        f"{f.escape(message('term.layers', language))}</th>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )
    name = f.escape(message("term.candidate", language))
    body = (
        f'<div class="tools"><p class="place">{f.place(result, shown, language)}</p>'
        f'<div class="end">{f.probability_legend(language)}</div></div>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">{table}</div>'
        f'<p class="readout">◆ {f.escape(message("term.actual", language))}</p>'
    )
    data = None
    if interactive:
        data = {
            **f.base(result, language, "layer_predictions", position), **lens_data(result, language),
            "titles": [titles.layer_predictions(result, language, p) for p in range(len(result.tokens) + 1)],
        }
    return f.fragment("layer_predictions", figure_id, body, data)


def lens_data(result: LayerPredictions, language: Language) -> dict[str, Any]:
    """Candidates ``[layer][position]``, the position after the last included, with the labels they index."""
    ids = np.concatenate([result.token_ids, result.next_token_ids[:, None]], axis=1)
    logs = np.concatenate([result.log_probabilities, result.next_log_probabilities[:, None]], axis=1)
    rows = {int(token_id): row for row, token_id in enumerate(result.labels.token_ids)}
    return {
        "labels": [labels.of_entry(result.labels, token_id, language) for token_id in rows],
        "ids": [rows.get(int(token_id), -1) for token_id in result.tokens.token_ids],
        "contexts": f.contexts(result, language),
        "candidates": [
            [f.candidate_code(ids[layer, p], logs[layer, p], rows) for p in range(ids.shape[1])]
            for layer in range(ids.shape[0])
        ],
    }


def _cells(result: LayerPredictions, language: Language, layer: int, position: int) -> str:
    ids, logs = titles.lens_row(result, layer, position)
    actual = int(result.tokens.token_ids[position]) if position < len(result.tokens) else -1
    cells = []
    for token_id, log in zip(ids.tolist(), logs.tolist(), strict=True):
        if token_id < 0:
            cells.append('<td class="none"></td>')
            continue
        mark = " actual" if token_id == actual else ""
        cells.append(
            f'<td class="p{scales.probability_step(log)}{mark}"><b>'
            f"{f.escape(labels.of_entry(result.labels, token_id, language))}</b>"
            f"<small>{f.escape(notation.percent(log))}</small></td>"
        )
    return "".join(cells)
