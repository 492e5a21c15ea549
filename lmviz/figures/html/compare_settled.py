"""How deep in each model its predictions settle, at shared boundaries."""

from __future__ import annotations

from collections.abc import Mapping

from lmviz.figures import span_measures
from lmviz.figures.compare_span_words import medians_of
from lmviz.figures.compared import compared
from lmviz.figures.html import spans
from lmviz.figures.messages import Language, message
from lmviz.results import LensMeasures


def compare_settled(
    results: Mapping[str, LensMeasures],
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
    names: Mapping[str, str] | None = None,
) -> str:
    """A mark a model, high where it settles early; ``position`` counts shared spans."""
    of = compared(results, LensMeasures, "compare_settled", names, language)
    found = span_measures.settled(of, language)

    def marks(span: int) -> str:
        return "".join(f'<i class="{spans.hue(model)}" style="--v:{each[span]:.4f}"></i>'
                       for model, each in enumerate(found.values))

    medians = medians_of(found) if found.shared.counted.any() else None
    rows = [
        [span_measures.depth(medians[i]) if medians else "–",
         message("compare.layers", language, layers=r.ranks.shape[0])] for i, r in enumerate(of.results)
    ]
    above = f'{spans.table(of, language, [message("compare.median", language), ""], rows)}' \
            f'<div class="tools">{spans.key(language)}</div>'
    return spans.figure("compare_settled", of, found, language, figure_id, above=above, marks=marks,
                        position=position, interactive=interactive)
