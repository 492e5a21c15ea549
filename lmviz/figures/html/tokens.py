"""Figure 1: the text, token by token or in another unit, and a card for what is chosen of it."""

from __future__ import annotations

import numpy as np

from lmviz.figures import labels, notation, scales, surprisal
from lmviz.figures.html import fragment as f
from lmviz.figures.html import units
from lmviz.figures.html.strip import strip
from lmviz.figures.messages import Language, message
from lmviz.results import TokenProbabilities

CARD_CANDIDATES = 8


def tokens(
    results: TokenProbabilities,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """The strip that selects for every figure of the page, with the card of ``position``."""
    result = results
    chosen = labels.default_position(result.tokens) if position is None else position

    def dress(at: int) -> tuple[str, str]:
        log = result.log_probabilities[at]
        return (f"p{scales.probability_step(log)}" if np.isfinite(log) else "none"), ""

    tools = ""
    if interactive:
        tools = f'<div class="tools">{units.unit_switch(result.tokens, language)}{_colour_switch(language)}</div>'
    body = (
        f'{tools}<div class="columns"><div>{strip(result.tokens, language, dress, chosen=chosen)}'
        f'<div class="legend-line"><div data-legend="probability">{f.probability_legend(language)}</div>'
        f'<div data-legend="surprisal" hidden>{_surprisal_legend(language)}</div></div>'
        f'<p class="unit-note soft" hidden></p></div>'
        f'<section class="card" aria-live="polite" aria-label="{f.escape(message("tokens.card", language))}">'
        f"{_card(result, language, chosen)}</section></div>"
    )
    return f.fragment("tokens", figure_id, body, _data(result, language, position) if interactive else None)


def _colour_switch(language: Language) -> str:
    options = [("probability", message("term.probability", language)),
               ("surprisal", message("tokens.browser.surprisal", language))]
    name = message("tokens.colour", language)
    return f'<div class="colours">{f.switch(name, options, "probability", "colour")}</div>'


def _surprisal_legend(language: Language) -> str:
    steps = "".join(f'<li><i class="u{i}"></i><span>{edge}</span></li>'
                    for i, edge in enumerate((0, *scales.SURPRISAL_EDGES)))
    name = message("rankings.legend_surprisal", language)
    return f'<div class="legend edges"><span>{f.escape(name)}</span><ol>{steps}</ol></div>'


def _data(result: TokenProbabilities, language: Language, position: int | None) -> dict[str, object]:
    rows = {int(token_id): row for row, token_id in enumerate(result.labels.token_ids)}
    table = result.tokens
    return {
        **f.base(result, language, "tokens", position),
        "units": units.data(table, language),
        "edges": scales.SURPRISAL_EDGES,
        "wider": surprisal.WIDER,
        "logs": [f.log_probability_code(value) for value in result.log_probabilities],
        "ranks": result.ranks.tolist(),
        "ids": [rows.get(int(token_id), -1) for token_id in table.token_ids],
        "bytes": {p: table.raw_bytes[p].hex(" ").upper() for p in range(len(table)) if table.kinds[p] == "bytes"},
        "labels": [labels.of_entry(result.labels, token_id, language) for token_id in rows],
        "candidates": [
            f.candidate_code(ids[:CARD_CANDIDATES], logs[:CARD_CANDIDATES], rows)
            for ids, logs in zip(result.candidate_ids, result.candidate_log_probabilities, strict=True)
        ],
    }


def _card(result: TokenProbabilities, language: Language, position: int) -> str:
    """The card as the server writes it; ``static/tokens.js`` writes the same for other positions."""
    words = "tokens.browser"
    title = f'<p class="name-of">{f.escape(labels.of_position(result.tokens, position, language))}</p>'
    if position >= len(result.tokens):
        return title + f'<p class="soft">{f.escape(message(f"{words}.next", language))}</p>'
    number = f.escape(message(f"{words}.of", language, position=position))
    log = result.log_probabilities[position]
    if not np.isfinite(log):
        return f'{title}<p class="soft">{number}</p><p>{f.escape(message(f"{words}.nothing", language))}</p>'
    raw = result.tokens.raw_bytes[position].hex(" ").upper()
    carried = f'<dt>{f.escape(message(f"{words}.bytes", language))}</dt><dd data-raw>{raw}</dd>' \
        if result.tokens.kinds[position] == "bytes" else ""
    listed = "".join(
        _bar(labels.of_entry(result.labels, token_id, language), share, token_id == result.tokens.token_ids[position])
        for token_id, share in zip(result.candidate_ids[position][:CARD_CANDIDATES].tolist(),
                                   result.candidate_log_probabilities[position].tolist(), strict=False)
        if token_id >= 0
    )
    facts = [("probability", notation.percent(log)),
             ("surprisal", message(f"{words}.bits", language, value=surprisal.written(log))),
             ("rank", notation.rank(result.ranks[position]))]
    listed_facts = "".join(f"<dt>{f.escape(message(f'{words}.{name}', language))}</dt><dd>{f.escape(value)}</dd>"
                           for name, value in facts)
    return (
        f'{title}<p class="soft">{number}</p><dl>{listed_facts}{carried}</dl>'
        f'<p class="instead">{f.escape(message(f"{words}.instead", language))}</p><ol class="bars">{listed}</ol>'
    )


def _bar(name: str, log: float, actual: bool) -> str:
    mark = "◆ " if actual else ""
    return (
        f'<li class="{"actual" if actual else ""}" style="--v:{notation.probability(log):.4f}">'
        f'<span class="name">{mark}{f.escape(name)}</span><span class="bar"></span>'
        f'<span class="value">{f.escape(notation.percent(log))}</span></li>'
    )
