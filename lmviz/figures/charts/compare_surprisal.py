"""Surprisal of shared spans under several models, as bars over the text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lmviz.figures import span_measures
from lmviz.figures.charts import spans
from lmviz.figures.compared import compared
from lmviz.figures.messages import Language, message
from lmviz.results import TokenProbabilities


def compare_surprisal(
    results: Mapping[str, TokenProbabilities], language: Language = "ja", *, names: Mapping[str, str] | None = None
) -> Any:
    """Bits per shared span, a bar a model; bits per character over what all models predict stand in the key."""
    of = compared(results, TokenProbabilities, "compare_surprisal", names, language)
    found = span_measures.surprisals(of, language)
    top = span_measures.bit_grid(found.values)[1]
    marks = [
        spans.bar(span, model, 1 - float(each[span]) / top, 1, bits=round(float(each[span]), 4))
        for model, each in enumerate(found.values) for span in np.flatnonzero(found.shared.counted).tolist()
    ]
    per = [found.shared.bits_per_character(i, r.log_probabilities) for i, r in enumerate(of.results)]
    written = [
        f"{message('compare.per_character', language)} {message('compare.bits', language, value=f'{value:.2f}')}"
        if np.isfinite(value) else "–" for value in per
    ]
    return spans.chart(of, found, language, marks, written)
