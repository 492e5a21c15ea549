"""Ranks at shared boundaries: a band through the layers a model, with the last layer's rank below."""

from __future__ import annotations

from collections.abc import Mapping

from lmviz.figures import notation, scales, span_measures
from lmviz.figures.compare_span_words import first_ranks
from lmviz.figures.compared import compared
from lmviz.figures.html import fragment as f
from lmviz.figures.html import spans
from lmviz.figures.messages import Language, message
from lmviz.results import LensMeasures


def compare_ranks(
    results: Mapping[str, LensMeasures],
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
    names: Mapping[str, str] | None = None,
) -> str:
    """Bands of equal length, whatever the number of layers; ``position`` counts shared spans."""
    of = compared(results, LensMeasures, "compare_ranks", names, language)
    found = span_measures.ranks(of, language)

    def marks(span: int) -> str:
        return "".join(_band(each[:, span].tolist(), model, language) for model, each in enumerate(found.values))

    counts, places = first_ranks(found)
    rows = [
        [message("compare.of", language, count=count, all=places),
         message("compare.vocabulary", language, size=notation.rank(r.vocabulary_size)),
         message("compare.layers", language, layers=r.ranks.shape[0])]
        for count, r in zip(counts, of.results, strict=True)
    ]
    heads = [message("compare.first_ranks", language), "", ""]
    above = f'{spans.table(of, language, heads, rows)}<div class="tools">{f.rank_legend(language)}</div>'
    return spans.figure("compare_ranks", of, found, language, figure_id, above=above, marks=marks,
                        position=position, interactive=interactive)


def _band(ranks: list[int], model: int, language: Language) -> str:
    cells = "".join(f'<i class="r{scales.rank_step(rank)}"></i>' for rank in ranks)
    return f'<span class="band {spans.hue(model)}">{cells}<b>{notation.short_rank(ranks[-1], language)}</b></span>'
