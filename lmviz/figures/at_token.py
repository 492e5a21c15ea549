"""What a figure shows at one token, in a sentence that its data write, and the choices that bring it into view.

The guided tour follows a token from figure to figure with these. No sentence makes more of a number than it is: what is
worth a headline, `titles` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lmviz.figures import attribution_words, factor_response_words, labels, lead_words, notation, titles
from lmviz.figures.factor_strengths import strengths
from lmviz.figures.messages import Language, message
from lmviz.figures.targets import target_row
from lmviz.figures.titles import name
from lmviz.results import (
    Attribution,
    FactorResponses,
    LayerPredictions,
    NeuronFactors,
    Rankings,
    Result,
    TokenProbabilities,
    WatchedWords,
)


@dataclass(frozen=True)
class Sight:
    """A sentence, and the reader's choices (keys and values of a page's address) under which it can be seen."""

    sentence: str
    choices: dict[str, str]


def at_token(result: Result, position: int, language: Language, *, kind: str, opened_as: str = "",
             factor_names: Sequence[str | None] | None = None) -> Sight:
    """What a figure shows at the token at ``position``, or where it shows that token nothing, what it shows instead.

    Args:
        kind: of the figure; two are drawn from the same result.
        opened_as: the name of the result among the figure's: a method, or a number of factors.
        factor_names: the label proposed for each factor of the model, or None.

    Raises:
        ValueError: for a kind that no token can be followed in, and a position outside the text.
    """
    if not 0 <= position < len(result.tokens):
        raise ValueError(f"position {position} lies outside the text of {len(result.tokens)} tokens")
    if kind not in _SEEN:
        raise ValueError(f"no token can be followed in a figure of kind {kind!r}; known: {', '.join(_SEEN)}")
    more: dict[str, Any] = {"opened_as": opened_as} if kind in ("attribution", "neuron_factors") else {}
    if kind == "factor_responses":
        more["names"] = factor_names
    return _SEEN[kind](result, position, language, **more)


def followed(result: Result, position: int | None) -> int:
    """The token that a tour follows where the catalog names ``position``, or none: the last where that lies beyond."""
    default = labels.default_position(result.tokens)
    return min(default if position is None else position, len(result.tokens) - 1)


def _tokens(result: TokenProbabilities, position: int, language: Language) -> Sight:
    choices = {"t": str(position)}
    if not np.isfinite(result.log_probabilities[position]):
        return Sight(message("predictions.title.nothing", language), choices)
    return Sight(message(
        "at_token.tokens", language, token=name(result, position, language),
        probability=notation.percent(result.log_probabilities[position]),
        rank=notation.rank(result.ranks[position])), choices)


def _predictions(result: LayerPredictions, position: int, language: Language) -> Sight:
    last = result.token_ids.shape[0] - 1
    best = titles.candidates(result, last, position, language)[:1]
    sentence = message("predictions.title.nothing", language) if not best else message(
        "at_token.predictions", language, candidate=best[0][0], probability=notation.percent(best[0][1]))
    return Sight(sentence, {"t": str(position), "l": str(last)})


def _layer_predictions(result: LayerPredictions, position: int, language: Language) -> Sight:
    ends = [titles.candidates(result, layer, position, language)[:1] for layer in (0, -1)]
    sentence = message("predictions.title.nothing", language) if not ends[0] else message(
        "at_token.layer_predictions", language, first=ends[0][0][0], last=ends[1][0][0])
    return Sight(sentence, {"t": str(position)})


def _rankings(result: Rankings, position: int, language: Language) -> Sight:
    ranks, choices = result.ranks[:, position], {"t": str(position)}
    if ranks[-1] == 0:
        return Sight(message("predictions.title.nothing", language), choices)
    return Sight(message(
        "at_token.rankings", language, token=name(result, position, language), first=notation.rank(ranks[0]),
        last=notation.rank(ranks[-1])), choices)


def _watched_words(result: WatchedWords, position: int, language: Language) -> Sight:
    return Sight(lead_words.title(result, language), {})


def _attribution(result: Attribution, position: int, language: Language, *, opened_as: str) -> Sight:
    target = int(result.target_positions[target_row(result, position)])
    return Sight(attribution_words.title(result, language, target), {"t": str(target), "m": opened_as})


def _neuron_factors(result: NeuronFactors, position: int, language: Language, *, opened_as: str) -> Sight:
    return _strongest(result, position, language, opened_as, None)


def _factor_responses(result: FactorResponses, position: int, language: Language, *,
                      names: Sequence[str | None] | None) -> Sight:
    return _strongest(result, position, language, "m", names)


def _strongest(result: NeuronFactors | FactorResponses, position: int, language: Language, factors: str,
               names: Sequence[str | None] | None) -> Sight:
    """The factor that is strongest at the token; ``factors`` is what the address calls the set."""
    found, choices = strengths(result)[:, position], {"t": str(position)}
    if not found.any():
        return Sight(message("at_token.no_factor", language, token=name(result, position, language)), choices)
    best = int(found.argmax())
    sentence = message(
        "at_token.factor", language, token=name(result, position, language),
        value=f"{round(1000 * found[best]) / 1000:.2f}", factor=factor_response_words.called(best, names, language))
    return Sight(sentence, choices | {"f": f"{factors}-{best + 1}"})


_SEEN = {
    "tokens": _tokens,
    "predictions": _predictions,
    "layer_predictions": _layer_predictions,
    "rankings": _rankings,
    "watched_words": _watched_words,
    "attribution": _attribution,
    "neuron_factors": _neuron_factors,
    "factor_responses": _factor_responses,
}
