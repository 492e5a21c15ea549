"""Figure 4: the rank of every token at every layer, as a grid."""

from __future__ import annotations

from lmviz.figures import labels, notation, scales
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, message
from lmviz.results import Rankings


def rankings(
    results: Rankings,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """Tokens across, layers down, the deepest at the bottom; column heads choose the position for all figures."""
    result = results
    tokens = result.tokens
    chosen = labels.default_position(tokens) if position is None else position
    body_rows = "".join(
        f'<tr><th scope="row">{index}</th>{"".join(_cell(result, rank, p, chosen) for p, rank in enumerate(row))}</tr>'
        for index, row in enumerate(result.ranks.tolist())
    )
    corner = f.escape(message("term.layers", language))
    table = (
        f'<table class="lm-grid"><thead>{_runs(result, language)}<tr class="heads">'
        f'<th class="corner" scope="col">{corner}</th>'
        f'{"".join(_head(result, language, p, chosen) for p in range(len(tokens)))}</tr></thead>'
        f"<tbody>{body_rows}</tbody></table>"
    )
    enlarge = f.escape(message("term.enlarge", language))
    name = f.escape(message("rankings.legend", language))
    body = (
        f'<div class="tools">{f.rank_legend(language)}<button type="button" class="quiet end" data-enlarge '
        f'data-close="{f.escape(message("rankings.close", language))}" hidden>{enlarge}</button></div>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">{table}</div>'
        f'<p class="readout" aria-live="polite"></p>'
    )
    data = None
    if interactive:
        data = {**f.base(result, language, "rankings", position), "ranks": result.ranks.tolist()}
    return f.fragment("rankings", figure_id, body, data)


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
    full = labels.of_position(tokens, position, language)
    named = f' aria-label="{f.escape(full)}"' if shared else ""
    return (
        f'<th scope="col" class="{" ".join(filter(None, classes))}"><button type="button"{word} data-p="{position}" '
        f'aria-pressed="{str(position == chosen).lower()}" tabindex="-1"{named}>{f.escape(text)}</button></th>'
    )


def _cell(result: Rankings, rank: int, position: int, chosen: int) -> str:
    classes = [f"r{scales.rank_step(rank)}" if rank else "none"]
    if position == result.tokens.n_prompt:
        classes.append("begins")
    if position == chosen:
        classes.append("column")
    return f'<td class="{" ".join(classes)}">{notation.short_rank(rank) if rank else ""}</td>'
