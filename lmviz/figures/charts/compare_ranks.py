"""Ranks at shared boundaries under several models, as bands through the layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lmviz.figures import notation, scales, span_measures
from lmviz.figures.charts import spans, style
from lmviz.figures.compare_span_words import first_ranks
from lmviz.figures.compared import compared
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import colour
from lmviz.results import LensMeasures


def compare_ranks(
    results: Mapping[str, LensMeasures], language: Language = "ja", *, names: Mapping[str, str] | None = None
) -> Any:
    """A band a model, first layer at the top, drawn to the same length; counts of first ranks stand in the key."""
    of = compared(results, LensMeasures, "compare_ranks", names, language)
    found = span_measures.ranks(of, language)
    marks = []
    for model, each in enumerate(found.values):
        n_layers = each.shape[0]
        for span in np.flatnonzero(found.shared.counted).tolist():
            marks += [
                spans.mark(span, model, layer / n_layers, (layer + 1) / n_layers,
                           colour(style.RANK[scales.rank_step(rank)]), colour("surface"), layer=layer, rank=rank)
                for layer, rank in enumerate(each[:, span].tolist())
            ]
    counts, places = first_ranks(found)
    written = [
        f"{message('compare.first_ranks', language)} {message('compare.of', language, count=count, all=places)} · "
        f"{message('compare.vocabulary', language, size=notation.rank(r.vocabulary_size))}"
        for count, r in zip(counts, of.results, strict=True)
    ]
    return spans.chart(of, found, language, marks, written, caps=True)
