"""What each layer would write next, character by character: a grid, and a card for the chosen column."""

from __future__ import annotations

from typing import Any

from lmviz.figures import character_columns as of
from lmviz.figures import labels, scales
from lmviz.figures.html import fragment as f
from lmviz.figures.html.character_card import CARD_CANDIDATES, card, log_share
from lmviz.figures.messages import Language, message, quoted
from lmviz.results import CharacterLens


def characters(
    results: CharacterLens,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """Characters across, layers down, the deepest at the bottom; the card follows the position chosen on the page."""
    result = results
    found = of.columns(result, language)
    shown = labels.default_position(result.tokens) if position is None else position
    chosen = next((i for i, column in enumerate(found) if shown in column.positions), None)
    rows = "".join(
        f'<tr><th scope="row">{index}</th>'
        f'{"".join(_cell(result, index, column, i == chosen) for i, column in enumerate(found))}</tr>'
        for index in range(len(result.candidates))
    )
    heads = "".join(_head(result, column, i, i == chosen) for i, column in enumerate(found))
    corner = f.escape(message("term.layers", language))
    table = (
        f'<table class="lm-grid"><thead>{_runs(result, found, language)}<tr class="heads">'
        f'<th class="corner" scope="col">{corner}</th>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    )
    switch = f.switch(message("characters.colour", language), [
        ("first", message("characters.first_choice", language)), ("rank", message("characters.actual_rank", language)),
    ], "first", "colour")
    close = f.escape(message("rankings.close", language))
    body = (
        f'<div class="tools">{switch}<button type="button" class="quiet end" data-enlarge data-close="{close}" hidden>'
        f'{f.escape(message("term.enlarge", language))}</button></div>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{f.escape(message("characters.grid", language))}">'
        f'{table}</div><p class="readout" aria-live="polite"></p>'
        f'<div class="legend-line"><div data-colours="first">{f.probability_legend(language)}</div>'
        f'<div data-colours="rank" hidden>{f.rank_legend(language)}</div>{_keys(result, found, language)}</div>'
        f'<section class="card" aria-label="{f.escape(message("characters.card", language))}">'
        f"{card(result, found, shown, language)}</section>"
    )
    data = _data(result, found, language, position) if interactive else None
    return f.fragment("characters", figure_id, body, data)


def _runs(result: CharacterLens, found: list[of.Column], language: Language) -> str:
    in_prompt = sum(column.positions[0] < result.tokens.n_prompt for column in found)
    heads = f'<th colspan="{in_prompt}" scope="colgroup"><span>{f.escape(message("term.prompt", language))}</span></th>'
    if in_prompt < len(found):
        heads += (f'<th class="begins" colspan="{len(found) - in_prompt}" scope="colgroup"><span>'
                  f'{f.escape(message("term.continuation", language))}</span></th>')
    return f'<tr class="runs"><td></td>{heads}</tr>'


def _head(result: CharacterLens, column: of.Column, index: int, chosen: bool) -> str:
    several = len(column.positions) > 1
    classes = [_begins(result, column), "several" if several else ""]
    rest = f"<span>{f.escape(column.rest)}</span>" if column.rest else ""
    shape = "" if column.rest else ' class="word"' if len(column.head) > 1 else ' class="flat"'
    return (
        f'<th scope="col" class="{" ".join(filter(None, classes))}"><button type="button"{shape} data-c="{index}" '
        f'aria-pressed="{str(chosen).lower()}" tabindex="-1"><b>{f.escape(column.head)}</b>{rest}</button></th>'
    )


def _cell(result: CharacterLens, layer: int, column: of.Column, chosen: bool) -> str:
    best, log = of.reading(result, layer, column)
    classes = ["none" if best == of.NOTHING else f"p{scales.probability_step(log)}"]
    text = "" if best == of.NOTHING else of.short(result, best)
    if best != of.NOTHING and result.outcome_kinds[best] == "bytes":
        classes.append("bytes")
    if of.is_met(result, best, column):
        classes.append("met")
    classes += [_begins(result, column), "column" if chosen else ""]
    return f'<td class="{" ".join(filter(None, classes))}">{f.escape(text)}</td>'


def _begins(result: CharacterLens, column: of.Column) -> str:
    """The first column of the continuation, unless a character is still being written where it begins."""
    return "begins" if column.positions[0] == result.tokens.n_prompt else ""


def _keys(result: CharacterLens, found: list[of.Column], language: Language) -> str:
    """What the signs in the cells mean, of those that this figure has."""
    shown = {of.reading(result, layer, column)[0] for layer in range(len(result.candidates)) for column in found}
    kinds = {result.outcome_kinds[best] for best in shown if best != of.NOTHING}
    keys = [f'<span class="key"><i class="met"></i>{f.escape(message("characters.met", language))}</span>']
    if "bytes" in kinds:
        said = f.escape(message("characters.bytes", language, bytes="E3"))
        keys.append(f'<span class="key"><b>E3…</b>{said}</span>')
    for kind in ("no_character", "unknown"):
        if kind in kinds:
            said = f.escape(message(f"characters.{kind}", language))
            keys.append(f'<span class="key"><b>{of.SIGNS[kind]}</b>{said}</span>')
    return f'<div class="legend keys">{"".join(keys)}</div>'


def _data(result: CharacterLens, found: list[of.Column], language: Language, position: int | None) -> dict[str, Any]:
    rows = {i: i for i in range(len(result.outcomes))}
    inside = [p for p, pending in enumerate(result.pending) if pending]
    return {
        **f.base(result, language, "characters", position),
        "columns": [[column.positions.start, column.positions.stop] for column in found],
        "heads": [quoted(column.head, language) for column in found],
        "outcomes": [of.outcome(result, i, language) for i in rows],
        "long": [i for i in rows if result.outcome_kinds[i] != "character"],
        "following": result.following.tolist(),
        "candidates": [
            [f.candidate_code(ids[:CARD_CANDIDATES], logs[:CARD_CANDIDATES], rows)
             for ids, logs in zip(*layer, strict=True)]
            for layer in zip(result.candidates, result.candidate_log_probabilities, strict=True)
        ],
        "ranks": result.ranks.tolist(),
        "rank_edges": scales.RANK_EDGES,
        "logs": [[f.log_probability_code(log) for log in row] for row in result.log_probabilities],
        "pending": {p: result.pending[p] for p in inside},
        "continued": {
            p: [f.log_probability_code(log_share(share)) for share in result.completions[:, p]] for p in inside
        },
        "contexts": [of.before(result, found, p) for p in range(len(result.tokens))],
    }
