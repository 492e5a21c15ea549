"""What the figures over shared spans show by model and span: surprisal, ranks, settled layers, and their readings."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lmviz.comparison import SharedSpans, relative_depth, shared_spans
from lmviz.figures import labels, notation
from lmviz.figures.compared import Compared, listed
from lmviz.figures.messages import Language, message, quoted


@dataclass(frozen=True)
class Spans:
    """Models over the spans of their common text.

    Attributes:
        shared: the spans.
        values: ``[model]`` of arrays whose last axis is the span; NaN or 0 where there is none.
        readings: ``[span]``: the numbers of a span in words.
    """

    shared: SharedSpans
    values: tuple[np.ndarray, ...]
    readings: tuple[str, ...]

    def chosen(self, of: Compared, position: int | None) -> int:
        """The span shown first: the one given, or the one where the first model's continuation begins."""
        if position is not None and 0 <= position < len(self.shared):
            return position
        start = labels.default_position(of.tables[0])
        begins = [i for i, own in enumerate(self.shared.positions[0]) if own and own[-1] >= start]
        return begins[0] if begins else max(0, len(self.shared) - 1)


def surprisals(of: Compared, language: Language) -> Spans:
    """Bits ``[span]`` of each model."""
    shared = shared_spans(of.tables)
    values = tuple(-shared.sum(i, r.log_probabilities) / np.log(2) for i, r in enumerate(of.results))

    def written(span: int) -> list[str]:
        return [message("compare.bits", language, value=f"{each[span]:.2f}") for each in values]

    return Spans(shared, values, _readings(of, shared, language, written))


def ranks(of: Compared, language: Language) -> Spans:
    """Ranks int64 ``[layer, span]`` of the token that each model expects at a span's beginning."""
    shared = shared_spans(of.tables)
    firsts = [shared.first(i) for i in range(len(of.results))]
    values = tuple(
        np.where(shared.counted, r.ranks[:, first], 0) for r, first in zip(of.results, firsts, strict=True))

    def written(span: int) -> list[str]:
        return [
            message("compare_ranks.reading", language, rank=notation.rank(ranked[-1, span]),
                    token=quoted(labels.of_position(r.tokens, int(first[span]), language), language))
            for r, first, ranked in zip(of.results, firsts, values, strict=True)
        ]

    return Spans(shared, values, _readings(of, shared, language, written))


def settled(of: Compared, language: Language) -> Spans:
    """Relative depths ``[span]`` at which the prediction made at a span's beginning settles."""
    shared = shared_spans(of.tables)
    layers = [r.settled[shared.first(i)] for i, r in enumerate(of.results)]
    values = tuple(
        np.where(shared.counted, relative_depth(layer, r.ranks.shape[0]), np.nan)
        for layer, r in zip(layers, of.results, strict=True))

    def written(span: int) -> list[str]:
        return [message("compare_settled.reading", language, layer=int(layer[span]), depth=depth(each[span]))
                for layer, each in zip(layers, values, strict=True)]

    return Spans(shared, values, _readings(of, shared, language, written))


def bit_grid(values: tuple[np.ndarray, ...]) -> tuple[int, int]:
    """Bits from one line of a scale to the next, and bits at its top: whole numbers, at most four lines."""
    most = max((float(np.nanmax(each)) for each in values if np.isfinite(each).any()), default=1.0)
    step = next(unit * ten for ten in (1, 10, 100, 1000, 10_000) for unit in (1, 2, 5) if most <= 4 * unit * ten)
    return step, max(step, step * math.ceil(most / step))


def depth(value: float) -> str:
    """A relative depth as figures write it."""
    return f"{value:.2f}"


def span_name(shared: SharedSpans, span: int, language: Language) -> str:
    """The text of a span in quotation marks."""
    return quoted(labels.visible(shared.texts[span]), language)


def _readings(of: Compared, shared: SharedSpans, language: Language,
              written: Callable[[int], list[str]]) -> tuple[str, ...]:
    return tuple(
        message("compare.span_value", language, span=span_name(shared, span, language),
                list=listed(of.names, written(span), language) if counted else _why(of, shared, span, language))
        for span, counted in enumerate(shared.counted.tolist())
    )


def _why(of: Compared, shared: SharedSpans, span: int, language: Language) -> str:
    """Why a span is not counted, by the first cause that applies."""
    without = {
        "unknown": [i for i in range(len(of.names)) if shared.unknown[i, span]],
        "first": [i for i in range(len(of.names)) if 0 in shared.positions[i][span]],
        "dropped": [i for i in range(len(of.names)) if not shared.predicted[i, span]],
    }
    cause, models = next((cause, models) for cause, models in without.items() if models)
    return message(f"compare.why.{cause}", language,
                   models=message("list.separator", language).join(of.names[i] for i in models))
