"""Which figures compare, and who writes their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lmviz.figures import compare_span_words, compare_words, pair_words
from lmviz.figures.messages import Language

KINDS = (
    "compare_surprisal", "compare_ranks", "compare_settled", "compare_watched_words", "compare_attribution",
    "pair_predictions", "pair_divergence",
)
"""In the order of a page: models under one text, then texts under one model."""


def describe(kind: str, results: Any, language: Language, position: int | None, layer: int | None,
             names: Mapping[str, str] | None) -> tuple[str, str, str, str]:
    """Title, caption, alternative and convention of a figure of `KINDS`."""
    if kind == "pair_predictions":
        return pair_words.pair_predictions(results, language, names, position, layer)
    home = next(each for each in (compare_span_words, compare_words, pair_words) if hasattr(each, kind))
    return getattr(home, kind)(results, language, names)
