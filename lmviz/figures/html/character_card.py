"""The card below the grid of characters: the candidates of every layer for one token of the chosen column.

``static/character_card.js`` writes the same for other positions.
"""

from __future__ import annotations

import numpy as np

from lmviz.figures import character_columns as of
from lmviz.figures import notation, scales
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, message
from lmviz.results import CharacterLens

CARD_CANDIDATES = 6


def card(result: CharacterLens, found: list[of.Column], position: int, language: Language) -> str:
    """Where the position is, which tokens wrote its character, and a row of candidates a layer."""
    words = "characters.browser"
    column = next((column for column in found if position in column.positions), None)
    if column is None:
        return f'<p class="soft">{f.escape(message(f"{words}.after", language))}</p>'
    context = of.before(result, found, position)
    place = f.escape(
        message(f"{words}.place" if context else f"{words}.opening", language, context="\0", position=position)
    ).replace("\0", f"<b>{f.escape(context)}</b>")
    text = f'<p class="place">{place}</p>'
    if len(column.positions) > 1:
        text += _parts(column, position, language)
    if result.pending[position]:
        inside = message(f"{words}.inside", language, bytes=result.pending[position])
        text += f'<p class="soft">{f.escape(inside)}</p>'
    if (result.candidates[:, position] == of.NOTHING).all():
        return text + f'<p class="soft">{f.escape(message(f"{words}.unpredicted", language))}</p>'
    return text + _table(result, position, language)


def _parts(column: of.Column, position: int, language: Language) -> str:
    buttons = "".join(
        f'<button type="button" data-part="{p}" aria-pressed="{str(p == position).lower()}">'
        f'{f.escape(message("characters.browser.part", language, part=i))}</button>'
        for i, p in enumerate(column.positions, 1)
    )
    name = f.escape(message("characters.browser.parts", language, actual=of.name(column, language)))
    return f'<div class="switch" role="group" aria-label="{name}"><span>{name}</span><div>{buttons}</div></div>'


def _table(result: CharacterLens, position: int, language: Language) -> str:
    words = "characters.browser"
    inside = bool(result.pending[position])
    heads = [f'<th class="corner" scope="col">{f.escape(message("term.layers", language))}</th>']
    for shown, key in ((inside, "continued"), (result.following[position] != of.NOTHING, "actual")):
        if shown:
            heads.append(f'<th scope="col">{f.escape(message(f"{words}.{key}", language))}</th>')
    count = int((result.candidates[:, position, :CARD_CANDIDATES] != of.NOTHING).sum(axis=1).max())
    heads += [f'<th scope="col">{k}</th>' for k in range(1, count + 1)]
    rows = "".join(_row(result, layer, position, count, language) for layer in range(len(result.candidates)))
    name = f.escape(message(f"{words}.table", language))
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{name}"><table class="lm-grid">' \
           f'<thead><tr>{"".join(heads)}</tr></thead><tbody>{rows}</tbody></table></div>'


def _row(result: CharacterLens, layer: int, position: int, count: int, language: Language) -> str:
    actual = int(result.following[position])
    cells = [f'<th scope="row">{layer}</th>']
    if result.pending[position]:
        finished = notation.percent(log_share(result.completions[layer, position]))
        cells.append(f'<td class="share">{f.escape(finished)}</td>')
    if actual != of.NOTHING:
        rank = result.ranks[layer, position]
        said = message("characters.browser.rank", language, rank=notation.rank(rank))
        cells.append(f'<td class="r{scales.rank_step(rank)}"><b>{f.escape(said)}</b>'
                     f"<small>{f.escape(notation.percent(result.log_probabilities[layer, position]))}</small></td>")
    for best, log in zip(result.candidates[layer, position, :count].tolist(),
                         result.candidate_log_probabilities[layer, position, :count].tolist(), strict=True):
        if best == of.NOTHING:
            cells.append('<td class="none"></td>')
            continue
        mark = " actual" if best == actual else ""
        long = "" if result.outcome_kinds[best] == "character" else " long"
        said = f.escape(of.outcome(result, best, language))
        cells.append(f'<td class="p{scales.probability_step(log)}{mark}{long}"><b>{said}</b>'
                     f"<small>{f.escape(notation.percent(log))}</small></td>")
    return f"<tr>{''.join(cells)}</tr>"


def log_share(share: float) -> float:
    """Log of a share; a number far below all others where it is nothing, as the page's data have it."""
    return float(np.log(share)) if share > 0 else -99.0
