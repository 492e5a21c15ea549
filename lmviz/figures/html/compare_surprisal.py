"""Bits per shared span, the bars of all models side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lmviz.figures import notation, span_measures
from lmviz.figures.compared import compared
from lmviz.figures.html import fragment as f
from lmviz.figures.html import spans
from lmviz.figures.messages import Language, message
from lmviz.figures.span_measures import bit_grid
from lmviz.results import TokenProbabilities


def compare_surprisal(
    results: Mapping[str, TokenProbabilities],
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
    names: Mapping[str, str] | None = None,
) -> str:
    """Bars over the text, and the totals of the models; ``position`` counts shared spans."""
    of = compared(results, TokenProbabilities, "compare_surprisal", names, language)
    found = span_measures.surprisals(of, language)
    step, top = bit_grid(found.values)

    def marks(span: int) -> str:
        return "".join(f'<i class="{spans.hue(model)}" style="--v:{each[span] / top:.4f}"></i>'
                       for model, each in enumerate(found.values))

    counted = found.shared.counted
    rows = [
        [message("compare.bits", language, value=f"{per:.2f}"),
         message("compare.bits", language, value=f"{each[counted].sum():.1f}")]
        if np.isfinite(per := found.shared.bits_per_character(i, r.log_probabilities)) else ["–", "–"]
        for i, (each, r) in enumerate(zip(found.values, of.results, strict=True))
    ]
    heads = [message(f"compare.{part}", language) for part in ("per_character", "total")]
    over = message("compare.counted", language, characters=notation.rank(found.shared.n_characters),
                   all=notation.rank(len(found.shared.text)))
    above = (
        f'{spans.table(of, language, heads, rows)}<div class="tools"><p class="soft">{f.escape(over)}</p>'
        f'<span class="soft">{f.escape(message("compare_surprisal.scale", language, step=step))}</span>'
        f"{spans.key(language)}</div>"
    )
    return spans.figure("compare_surprisal", of, found, language, figure_id, above=above, marks=marks,
                        position=position, interactive=interactive, style=f"--step:{step / top:.4f}")
