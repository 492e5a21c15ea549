"""Relative depths at which the predictions of several models settle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lmviz.figures import span_measures
from lmviz.figures.charts import spans
from lmviz.figures.compare_span_words import medians_of
from lmviz.figures.compared import compared
from lmviz.figures.messages import Language, message
from lmviz.results import LensMeasures

THICK = 0.07


def compare_settled(
    results: Mapping[str, LensMeasures], language: Language = "ja", *, names: Mapping[str, str] | None = None
) -> Any:
    """A mark a model and span, at the top where the first layer already decides; medians stand in the key."""
    of = compared(results, LensMeasures, "compare_settled", names, language)
    found = span_measures.settled(of, language)
    marks = [
        spans.bar(span, model, float(each[span]) * (1 - THICK), float(each[span]) * (1 - THICK) + THICK,
                  depth=round(float(each[span]), 4))
        for model, each in enumerate(found.values) for span in np.flatnonzero(found.shared.counted).tolist()
    ]
    medians = medians_of(found) if found.shared.counted.any() else [None] * len(of.names)
    written = [
        "–" if median is None else f"{message('compare.median', language)} {span_measures.depth(median)}"
        for median in medians
    ]
    return spans.chart(of, found, language, marks, written)
