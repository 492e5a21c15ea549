"""The words of the three figures over shared spans: surprisal, ranks, settled layers.

Each function gives title, caption, alternative and convention, in this order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lmviz.figures import notation, span_measures
from lmviz.figures.attribution_words import sentences
from lmviz.figures.compared import compared, listed
from lmviz.figures.messages import Language, message
from lmviz.results import LensMeasures, TokenProbabilities

Words = tuple[str, str, str, str]

EASIER = 0.05
"""Share of the lower bits per character by which the higher must exceed it before a title says so."""
FIRST = 0.1
"""Share of all places by which counts of first ranks must differ,"""
FIRST_PLACES = 2
"""... and by this many places."""
EARLIER = 0.1
"""Difference of median relative depths from which a title says so."""


def compare_surprisal(results: Mapping[str, Any], language: Language, names: Mapping[str, str] | None) -> Words:
    """The title names the model with the fewest bits per character."""
    of = compared(results, TokenProbabilities, "compare_surprisal", names, language)
    found = span_measures.surprisals(of, language)
    convention = sentences([message("compare.convention_text", language),
                            message("compare_surprisal.convention", language)], language)
    per = [found.shared.bits_per_character(i, r.log_probabilities) for i, r in enumerate(of.results)]
    if not found.shared.n_characters:
        nothing = message("compare_surprisal.title.nothing", language)
        return nothing, message("compare_surprisal.caption", language), nothing, convention
    low, high = int(np.argmin(per)), int(np.argmax(per))
    variant = "easier" if per[high] >= (1 + EASIER) * per[low] else "plain"
    title = message(f"compare_surprisal.title.{variant}", language, model=of.names[low], other=of.names[high],
                    bits=f"{per[low]:.2f}", other_bits=f"{per[high]:.2f}")
    totals = [message("compare.bits", language, value=f"{value:.2f}") for value in per]
    spread = np.ptp(np.stack(found.values), axis=0)
    widest = [int(i) for i in np.argsort(-np.nan_to_num(spread, nan=-1), kind="stable")[:3] if spread[i] > 0]
    spans = message("list.separator", language).join(
        span_measures.span_name(found.shared, i, language) for i in widest) or "–"
    return (title, message("compare_surprisal.caption", language),
            message("compare_surprisal.alternative", language, list=listed(of.names, totals, language), spans=spans),
            convention)


def compare_ranks(results: Mapping[str, Any], language: Language, names: Mapping[str, str] | None) -> Words:
    """The title counts the places at which each model ranks its own next token first."""
    of = compared(results, LensMeasures, "compare_ranks", names, language)
    found = span_measures.ranks(of, language)
    counts, places = first_ranks(found)
    vocabularies = listed(of.names, [notation.rank(r.vocabulary_size) for r in of.results], language)
    convention = sentences([message("compare.convention_text", language),
                            message("compare_ranks.convention", language, vocabularies=vocabularies)], language)
    if not places:
        nothing = message("compare_ranks.title.nothing", language)
        return nothing, message("compare_ranks.caption", language), nothing, convention
    high, low = int(np.argmax(counts)), int(np.argmin(counts))
    apart = counts[high] - counts[low] >= max(FIRST_PLACES, FIRST * places)
    title = message(f"compare_ranks.title.{'more' if apart else 'plain'}", language, count=places,
                    model=of.names[high], other=of.names[low], first=counts[high], other_first=counts[low])
    return (title, message("compare_ranks.caption", language),
            message("compare_ranks.alternative", language, count=places,
                    list=listed(of.names, [str(count) for count in counts], language)), convention)


def first_ranks(found: span_measures.Spans) -> tuple[list[int], int]:
    """How often each model ranks its next token first at the last layer, and of how many places."""
    return [int((each[-1] == 1).sum()) for each in found.values], int(found.shared.counted.sum())


def compare_settled(results: Mapping[str, Any], language: Language, names: Mapping[str, str] | None) -> Words:
    """The title compares median relative depths."""
    of = compared(results, LensMeasures, "compare_settled", names, language)
    found = span_measures.settled(of, language)
    layers = listed(of.names, [message("compare.layers", language, layers=r.ranks.shape[0]) for r in of.results],
                    language)
    convention = sentences([message("compare.convention_text", language),
                            message("compare_settled.convention", language, layers=layers)], language)
    if not found.shared.counted.any():
        nothing = message("compare_settled.title.nothing", language)
        return nothing, message("compare_settled.caption", language), nothing, convention
    medians = medians_of(found)
    low, high = int(np.argmin(medians)), int(np.argmax(medians))
    apart = medians[high] - medians[low] >= EARLIER
    title = message(f"compare_settled.title.{'earlier' if apart else 'plain'}", language, model=of.names[low],
                    other=of.names[high], depth=span_measures.depth(medians[low]),
                    other_depth=span_measures.depth(medians[high]))
    written = [span_measures.depth(median) for median in medians]
    return (title, message("compare_settled.caption", language),
            message("compare_settled.alternative", language, list=listed(of.names, written, language)), convention)


def medians_of(found: span_measures.Spans) -> list[float]:
    """Median depth of each model over the counted spans."""
    return [float(np.median(each[found.shared.counted])) for each in found.values]
