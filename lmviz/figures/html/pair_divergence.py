"""Divergence of the predictions for two texts, as a grid of layers and places."""

from __future__ import annotations

from collections.abc import Mapping

from lmviz.comparison import parting
from lmviz.figures import pair_words
from lmviz.figures.compared import scope
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, group, message
from lmviz.results import PromptPair


def pair_divergence(
    results: Mapping[str, PromptPair] | PromptPair,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
    names: Mapping[str, str] | None = None,
) -> str:
    """Places across, layers down, the deepest at the bottom; ``position`` is a place's in the first text."""
    pair = pair_words.only_pair(results)
    bits, found = pair_words.in_bits(pair), parting(pair)
    positions = pair.places[:, 0].tolist()
    chosen = position if position in positions else pair_words.usual_position(pair.tokens, positions)
    heads = "".join(
        f'<th scope="col"><button type="button" data-p="{p}" aria-pressed="{str(p == chosen).lower()}" tabindex="-1">'
        f"{f.escape(pair_words.place_name(pair.tokens, p, language, marks=False))}</button></th>" for p in positions
    )
    rows = "".join(
        f'<tr{" class=parts" if found and found.layer == index else ""}><th scope="row">'
        f'{"▶ " if found and found.layer == index else ""}{index}</th>'
        + "".join(f'<td class="{pair_words.STEPS[pair_words.divergence_step(value)]}'
                  f'{" column" if p == chosen else ""}" tabindex="-1">{value:.2f}</td>'
                  for p, value in zip(positions, row, strict=True)) + "</tr>"
        for index, row in enumerate(bits.tolist())
    )
    corner = f.escape(message("term.layers", language))
    table = (f'<table class="lm-grid"><thead><tr class="heads"><th class="corner" scope="col">{corner}</th>{heads}</tr>'
             f"</thead><tbody>{rows}</tbody></table>")
    key = f'<span class="soft">{f.escape(message("pair_divergence.parts", language))}</span>' if found else ""
    name = f.escape(message("pair_divergence.bits", language))
    body = (
        f'<div class="tools">{_legend(language)}{key}</div>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">{table}</div>'
        f'<p class="readout" aria-live="polite"></p>'
    )
    data = None
    if interactive:
        data = {
            "scope": scope([pair.tokens, pair.other_tokens], [pair.model] * 2), "language": language,
            "position": chosen, "given": position is not None, "places": positions,
            "placeNames": [pair_words.place_name(pair.tokens, p, language) for p in positions],
            "words": group("pair_divergence.browser", language),
        }
    return f.fragment("pair_divergence", figure_id, body, data)


def _legend(language: Language) -> str:
    edges = ["0", *(f"{edge:g}" for edge in pair_words.DIVERGENCE_EDGES)]
    steps = "".join(f'<li><i class="{step}"></i><span>{edge}</span></li>'
                    for step, edge in zip(pair_words.STEPS, edges, strict=True))
    name = f.escape(message("pair_divergence.bits", language))
    return f'<div class="legend edges"><span>{name}</span><ol>{steps}</ol></div>'
