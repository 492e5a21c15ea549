"""The candidates of two texts for one place, side by side, by layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lmviz.comparison import shared_places
from lmviz.figures import labels, notation, pair_words
from lmviz.figures.charts.predictions import LIMITS
from lmviz.figures.compared import Compared, scope
from lmviz.figures.html import fragment as f
from lmviz.figures.html.spans import hue
from lmviz.figures.messages import Language, group, message
from lmviz.figures.titles import Thresholds, lens_row
from lmviz.results import LayerPredictions

TOP = 8


def pair_predictions(
    results: Mapping[str, LayerPredictions],
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
    names: Mapping[str, str] | None = None,
) -> str:
    """Bars of both texts at ``layer`` (by default the last); ``position`` is the place's in the first text."""
    of = pair_words.lens_pair(results, language, names)
    n_layers = of.results[0].token_ids.shape[0]
    at = n_layers - 1 if layer is None else layer
    place = pair_words.chosen_place(of, position)
    places = shared_places(*of.tables)
    lists = [_rows(r, at, p, language) for r, p in zip(of.results, place, strict=True)]
    limit = _limit(lists)
    cards = "".join(
        f'<section class="card" aria-label="{f.escape(of.names[i])}"><p class="model-name">'
        f'<i class="swatch {hue(i)}"></i>{f.escape(of.names[i])}</p><ol class="bars {hue(i)}">'
        f"{_bars(lists[i], {row[0] for row in lists[1 - i]}, limit)}</ol></section>"
        for i in range(2)
    )
    name = f.escape(message("pair_predictions.browser.layer", language))
    stepper = (
        f'<div class="stepper" hidden><label><span class="soft">{name}</span><input type="range" min="0" '
        f'max="{n_layers - 1}" step="1" value="{at}"></label><output>{at}</output></div>'
    )
    body = (
        f'{_texts(of, language)}<div class="tools">{_places(of, places, place[0], language)}{stepper}</div>'
        f'<div class="pair">{cards}</div><p class="soft">◆ {f.escape(message("term.actual", language))}　'
        f'{f.escape(message("pair_predictions.only", language))}</p>'
    )
    data = None
    if interactive:
        data = {
            "scope": scope(of.tables, [each.model for each in of.results]), "language": language,
            "position": place[0], "given": position is not None, "layer": at, "names": list(of.names),
            "places": places[:, 0].tolist(),
            "placeNames": [pair_words.place_name(of.tables[0], int(p), language) for p in places[:, 0]],
            "titles": group("pair_predictions.title", language), "layerName": message("term.layer", language),
            "words": group("pair_predictions.browser", language), "undecided": Thresholds.UNDECIDED, "axis": LIMITS,
            "texts": [_data(r, places[:, i].tolist(), language) for i, r in enumerate(of.results)],
        }
    return f.fragment("pair_predictions", figure_id, body, data)


def _rows(result: LayerPredictions, layer: int, position: int, language: Language) -> list[tuple[str, float, bool]]:
    ids, logs = lens_row(result, layer, position)
    actual = int(result.tokens.token_ids[position]) if position < len(result.tokens) else -1
    return [(labels.of_entry(result.labels, i, language), log, i == actual)
            for i, log in zip(ids.tolist()[:TOP], logs.tolist(), strict=False) if i >= 0]


def _limit(lists: list[list[tuple[str, float, bool]]]) -> float:
    """The probability that a full bar stands for, the same in both texts; so does the module."""
    most = max((notation.probability(log) for rows in lists for _, log, _ in rows), default=1.0)
    return next(limit for limit in LIMITS if most <= limit)


def _bars(rows: list[tuple[str, float, bool]], others: set[str], limit: float) -> str:
    return "".join(
        f'<li class="{"actual" if actual else ""}" style="--v:{notation.probability(log) / limit:.4f}">'
        f'<span class="name">'
        f'{"◆ " if actual else ""}{"" if name in others else "+ "}{f.escape(name)}</span><span class="bar"></span>'
        f'<span class="value">{f.escape(notation.percent(log))}</span></li>'
        for name, log, actual in rows
    )


def _texts(of: Compared, language: Language) -> str:
    rows = "".join(
        f'<li><i class="swatch {hue(i)}"></i>{f.escape(labels.visible(before))}<b class="differs {hue(i)}">'
        f"{f.escape(labels.visible(piece))}</b>{f.escape(labels.visible(after))}</li>"
        for i, (before, piece, after) in enumerate(pair_words.differing(of.tables))
    )
    return f'<ul class="pair-texts" aria-label="{f.escape(message("pair.texts", language))}">{rows}</ul>'


def _places(of: Compared, places: Any, chosen: int, language: Language) -> str:
    buttons = "".join(
        f'<button type="button" class="token s0" data-p="{p}" aria-pressed="{str(p == chosen).lower()}" '
        f'tabindex="{0 if p == chosen else -1}">'
        f"{f.escape(pair_words.place_name(of.tables[0], p, language, marks=False))}</button>"
        for p in places[:, 0].tolist()
    )
    name = f.escape(message("pair.places", language))
    return f'<div class="place-strip"><span class="soft">{name}</span> <div class="strip" role="group" ' \
           f'aria-label="{name}">{buttons}</div></div>'


def _data(result: LayerPredictions, positions: list[int], language: Language) -> dict[str, Any]:
    rows = {int(token_id): row for row, token_id in enumerate(result.labels.token_ids)}
    n = len(result.tokens)
    return {
        "labels": [labels.of_entry(result.labels, token_id, language) for token_id in rows],
        "actual": [rows.get(int(result.tokens.token_ids[p]), -1) if p < n else -1 for p in positions],
        "candidates": [
            [f.candidate_code(ids[:TOP], logs[:TOP], rows) for ids, logs in
             (lens_row(result, layer, p) for p in positions)]
            for layer in range(result.token_ids.shape[0])
        ],
    }
