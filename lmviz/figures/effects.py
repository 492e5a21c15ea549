"""How large is what a figure's title claims: from 0, where it may just be claimed, to 1, where more would tell no more.

Each claim has a size in the unit of its own kind of figure: bits, nats, shares, powers of ten of a rank. A size between
the ends of its `Span` counts in proportion. The lower end is the threshold of the claim in `Thresholds`, so sizes of
different claims are told apart by how far each exceeds what figures of its kind have to show before they say anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from lmviz.figures import attribution_words, character_columns, lead_words, titles
from lmviz.figures.factor_strengths import in_order, led, strengths
from lmviz.figures.targets import target_row
from lmviz.figures.titles import Thresholds, leap
from lmviz.results import (
    Attribution,
    CharacterLens,
    FactorResponses,
    LayerPredictions,
    NeuronFactors,
    Rankings,
    TokenProbabilities,
    WatchedWords,
)


class Span(NamedTuple):
    """Sizes between which an effect grows from 0 to 1."""

    least: float
    most: float

    def of(self, size: float) -> float:
        return float(np.clip((size - self.least) / (self.most - self.least), 0, 1))


SPANS = {
    "tokens.surprise": Span(-np.log2(Thresholds.SURPRISE), 20),
    "tokens.confident": Span(Thresholds.CONFIDENT, 0.9),
    "predictions.certain": Span(Thresholds.CERTAIN, 1),
    "predictions.first": Span(Thresholds.UNDECIDED, Thresholds.CERTAIN),
    "layer_predictions": Span(Thresholds.UNDECIDED, Thresholds.CERTAIN),
    "rankings.jump": Span(np.log10(Thresholds.JUMP), 4),
    "rankings.rise": Span(np.log10(Thresholds.RISE), 4),
    "rankings.late": Span(Thresholds.SETTLED_SHARE, 1),
    "characters.jump": Span(np.log10(Thresholds.JUMP), 4),
    "watched_words": Span(Thresholds.LEAD, 15),
    "watched_words.rises": Span(1, 4),
    "attribution": Span(Thresholds.SHARE, 0.75),
    "neuron_factors": Span(Thresholds.FOCUS, 0.9),
    "factor_responses": Span(Thresholds.LEADS_SHARE, 0.5),
}
"""By kind of figure and claim, or by kind alone: bits of surprisal, probabilities, powers of ten of the ratio of two
ranks, shares of the predictions, nats by which a word gains on the one it passes, shares of the absolute scores, of a
factor's activation and of the tokens. A claim that is not here has no size."""


def effect(kind: str, claim: str, result: Any, *, position: int, layer: int | None = None) -> float:
    """The effect behind a title.

    Args:
        kind: of the figure.
        claim: which of the kind's titles it is: the last part of its message's key.
        result: what the title was made from.
        position, layer: as for the title.
    """
    key = f"{kind}.{claim}"
    span = SPANS.get(key, SPANS.get(kind))
    return 0.0 if span is None else span.of(_SIZES[kind](result, claim, position, layer))


def _tokens(result: TokenProbabilities, claim: str, position: int, layer: int | None) -> float:
    logs = result.log_probabilities
    opening = next((p for p, text in enumerate(result.tokens.texts) if text.strip()), 0)
    known = logs[np.isfinite(logs) & (np.arange(len(logs)) > opening)].astype(float)
    return -known.min() / np.log(2) if claim == "surprise" else float(np.exp(np.median(known)))


def _predictions(result: LayerPredictions, claim: str, position: int, layer: int | None) -> float:
    return float(np.exp(titles.lens_row(result, -1 if layer is None else layer, position)[1][0]))


def _rankings(result: Rankings, claim: str, position: int, layer: int | None) -> float:
    ranks = result.ranks[:, result.ranks[-1] > 0].astype(float)
    if claim == "late":
        settled = result.settled[result.settled >= 0]
        return float((settled == len(ranks) - 1).mean())
    if claim == "jump":
        return _leapt(ranks)
    return float(np.log10((ranks[0] / ranks[-1])[ranks[-1] <= Thresholds.JUMP_END].max()))


def _leapt(ranks: np.ndarray) -> float:
    layer, column = leap(ranks)
    return float(np.log10(ranks[layer - 1, column] / ranks[layer, column]))


def _characters(result: CharacterLens, claim: str, position: int, layer: int | None) -> float:
    ranks = character_columns.ranks(result, character_columns.columns(result, "en"))
    return _leapt(ranks[:, ranks[-1] > 0])


def _watched_words(result: WatchedWords, claim: str, position: int, layer: int | None) -> float:
    """What the word that leads in the end gained on the one it passed last, or else on the next behind it."""
    if claim == "rises":
        return float(np.log10(result.ranks[0, 0] / result.ranks[0, -1]))
    logs = np.asarray(result.log_probabilities, dtype=float)
    order, changes = np.argsort(-logs[:, -1], kind="stable"), lead_words.lead_changes(result)
    other = changes[-1].before if changes else int(order[1])
    lead = logs[order[0]] - logs[other]
    return float(lead[-1] - min(0.0, lead.min()))


def _attribution(result: Attribution, claim: str, position: int, layer: int | None) -> float:
    return attribution_words.largest(result, target_row(result, position))[1]


def _neuron_factors(result: NeuronFactors, claim: str, position: int, layer: int | None) -> float:
    return float(titles.focus(result).max())


def _factor_responses(result: FactorResponses, claim: str, position: int, layer: int | None) -> float:
    found = strengths(result)
    first = in_order(found, result.energy_shares)[0]
    return len(led(found, first)) / int(np.isfinite(result.activations[0]).sum())


_SIZES: dict[str, Callable[[Any, str, int, int | None], float]] = {
    "tokens": _tokens,
    "predictions": _predictions,
    "layer_predictions": lambda result, claim, position, layer: _predictions(result, claim, position, None),
    "rankings": _rankings,
    "characters": _characters,
    "watched_words": _watched_words,
    "attribution": _attribution,
    "neuron_factors": _neuron_factors,
    "factor_responses": _factor_responses,
}
