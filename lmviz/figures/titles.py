"""Titles: what is to be seen in this very figure, chosen by its data.

A title claims something only where the data pass a threshold below; each kind also has a title that claims nothing.
The thresholds stand together in `Thresholds`, so that what the gallery calls worth noticing can be read in one place.
"""

from __future__ import annotations

import numpy as np

from lmviz.figures import labels, notation
from lmviz.figures.factor_names import factor_name
from lmviz.figures.messages import Language, message, quoted
from lmviz.results import (
    LayerPredictions,
    NeuronFactors,
    Result,
    TokenProbabilities,
)


class Thresholds:
    """From where on a title makes its claim. Probabilities unless said otherwise."""

    SURPRISE = 0.01
    """tokens: the least probable token is named below this."""
    CONFIDENT = 0.5
    """tokens: the median from which the text counts as well predicted."""
    CERTAIN = 0.9
    """predictions: the first candidate is "all but certain" from here."""
    UNDECIDED = 0.1
    """predictions, layer_predictions: below this the first candidate is not named."""
    CONTEST = 1.5
    """predictions: first and second compete within this ratio."""
    JUMP = 100
    """rankings: factor of ranks between two layers that counts as a leap,"""
    JUMP_END = 10
    """... if it arrives at this rank or better and stays there;"""
    RISE = 100
    """... or, where no leap is found, the factor between the first layer and the last."""
    SETTLED_SHARE = 0.5
    """rankings: share of the predictions that settle only at the last layer, or already in the first half;"""
    FALL = 5
    """... bits by which a token's surprisal falls between two layers, never to come back;"""
    NARROWING = 1.5
    """... bits by which the mean entropy falls between two layers."""
    LEAD = 0.4
    """watched_words: nats by which a word must lead (about a factor of 1.5), before and after overtaking."""
    TOP = 10
    """watched_words: a single word's rank that counts as being at the top."""
    SHARE = 0.25
    """attribution: share of the absolute scores from which one source is named,"""
    SHARE_RATIO = 1.5
    """... if it is also this much larger than the second."""
    FOCUS = 0.4
    """neuron_factors: share of a factor's activation that its three strongest tokens must hold,"""
    FOCUS_POSITIONS = 10
    """... in a text of at least this many positions,"""
    FOCUS_ENERGY = 0.03
    """... for factors of at least this share of the energy."""
    LEADS = 3
    """factor_responses: tokens at which a factor must lead to be named,"""
    LEADS_SHARE = 0.15
    """... and share of the text's tokens;"""
    LEADS_RATIO = 1.5
    """... a second is named with it if the first leads at less than this much more tokens."""


def name(result: Result, position: int, language: Language) -> str:
    """The token at ``position`` in quotation marks."""
    return quoted(labels.of_position(result.tokens, position, language), language)


def layer_name(layer: int, language: Language) -> str:
    """A layer in words."""
    return message("term.layer", language, layer=int(layer))


def lens_row(result: LayerPredictions, layer: int, position: int) -> tuple[np.ndarray, np.ndarray]:
    """Candidates and log-probabilities ``[k]`` of one layer at one position; the position after the last included."""
    if position == len(result.tokens):
        return result.next_token_ids[layer], result.next_log_probabilities[layer]
    return result.token_ids[layer, position], result.log_probabilities[layer, position]


def worst_after(numbers: np.ndarray) -> np.ndarray:
    """The largest number ``[layer, column]`` from each layer on."""
    return np.flip(np.maximum.accumulate(np.flip(numbers, 0), 0), 0)


def leap(ranks: np.ndarray) -> tuple[int, int] | None:
    """The layer and the column of the steepest rise to the top between two layers, or None.

    It counts only where the column then stays at the top: a rank that bounces back has not arrived.

    Args:
        ranks: ``[layer, column]``, all of them ranks.
    """
    if ranks.size == 0 or len(ranks) < 2:
        return None
    gain = np.where(worst_after(ranks)[1:] <= Thresholds.JUMP_END, ranks[:-1] / ranks[1:], 0)
    above, column = np.unravel_index(int(np.argmax(gain)), gain.shape)
    return (int(above) + 1, int(column)) if gain[above, column] >= Thresholds.JUMP else None


def candidates(result: LayerPredictions, layer: int, position: int, language: Language) -> list[tuple[str, float]]:
    """Quoted names and log-probabilities of `lens_row`; empty at position 0."""
    ids, logs = lens_row(result, layer, position)
    return [
        (quoted(labels.of_entry(result.labels, i, language), language), float(log))
        for i, log in zip(ids, logs, strict=True) if i >= 0
    ]


def strongest(result: NeuronFactors, factor: int, count: int = 3) -> list[int]:
    """Positions at which ``factor`` is strongest, strongest first, zeros left out."""
    values = np.nan_to_num(np.asarray(result.activations[factor], dtype=float), nan=0.0)
    return [int(p) for p in np.argsort(-values, kind="stable")[:count] if values[p] > 0]


def strongest_names(result: NeuronFactors, factor: int, language: Language) -> str:
    """The tokens at which ``factor`` is strongest; two occurrences of one token are named once."""
    names = dict.fromkeys(name(result, p, language) for p in strongest(result, factor))
    return message("list.separator", language).join(names)


def tokens(result: TokenProbabilities, language: Language) -> str:
    """Names the least expected token, or says that the text was well expected, or neither."""
    logs = result.log_probabilities
    # Nothing leads up to the opening token; that it was not expected says nothing about the text.
    opening = next((p for p, text in enumerate(result.tokens.texts) if text.strip()), 0)
    known = np.flatnonzero(np.isfinite(logs) & (np.arange(len(logs)) > opening))
    if known.size:
        low = int(known[np.argmin(logs[known])])
        if logs[low] < np.log(Thresholds.SURPRISE):
            return message("tokens.title.surprise", language, token=name(result, low, language),
                           probability=notation.percent(logs[low]))
        if np.median(logs[known]) >= np.log(Thresholds.CONFIDENT):
            return message("tokens.title.confident", language)
    return message("tokens.title.plain", language)


def predictions(result: LayerPredictions, language: Language, position: int, layer: int) -> str:
    """Names the first candidate of one layer, and its rival if they are close; so does `static/predictions.js`."""
    rows = candidates(result, layer, position, language)
    at = layer_name(layer, language)
    if not rows:
        return message("predictions.title.nothing", language)
    (token, log), probability = rows[0], notation.percent(rows[0][1])
    if log < np.log(Thresholds.UNDECIDED):
        return message("predictions.title.plain", language, layer=at)
    if log >= np.log(Thresholds.CERTAIN):
        return message("predictions.title.certain", language, layer=at, token=token, probability=probability)
    if len(rows) > 1 and log - rows[1][1] < np.log(Thresholds.CONTEST):
        return message("predictions.title.contest", language, layer=at, token=token, probability=probability,
                       other=rows[1][0], other_probability=notation.percent(rows[1][1]))
    return message("predictions.title.first", language, layer=at, token=token, probability=probability)


def layer_predictions(result: LayerPredictions, language: Language, position: int) -> str:
    """Says since which layer the last layer's first choice has been first."""
    n_layers, k = result.token_ids.shape[0], result.token_ids.shape[-1]
    tops = [lens_row(result, layer, position)[0][0] for layer in range(n_layers)]
    if tops[-1] < 0:
        return message("layer_predictions.title.nothing", language)
    token, log = candidates(result, n_layers - 1, position, language)[0]
    if log < np.log(Thresholds.UNDECIDED):
        return message("layer_predictions.title.plain", language)
    final = lens_row(result, n_layers - 1, position)[0]
    if position < len(result.tokens) and result.tokens.token_ids[position] not in final:
        return message("layer_predictions.title.missed", language, token=token, count=k,
                       actual=name(result, position, language))
    since = n_layers - 1
    while since > 0 and tops[since - 1] == tops[-1]:
        since -= 1
    if since == 0:
        return message("layer_predictions.title.always", language, token=token)
    if since < n_layers - 1:
        return message("layer_predictions.title.arrives", language, token=token, layer=layer_name(since, language))
    variant = "late" if tops[-1] not in tops[:-1] else "returns"
    return message(f"layer_predictions.title.{variant}", language, token=token)


def focus(result: NeuronFactors) -> np.ndarray:
    """``[factor]``: the share of its activation that its three strongest tokens hold; 0 for one of little energy."""
    values = np.nan_to_num(np.asarray(result.activations, dtype=float), nan=0.0)
    totals = values.sum(1)
    held = np.divide(np.sort(values, 1)[:, -3:].sum(1), totals, out=np.zeros(len(values)), where=totals > 0)
    return np.where(np.asarray(result.energy_shares) < Thresholds.FOCUS_ENERGY, 0, held)


def neuron_factors(result: NeuronFactors, language: Language) -> str:
    """Names the factor that is most concentrated on a few tokens."""
    covered, found = int(np.isfinite(result.activations[0]).sum()), focus(result)
    best = int(np.argmax(found))
    if found[best] >= Thresholds.FOCUS and covered >= Thresholds.FOCUS_POSITIONS:
        return message("neuron_factors.title.focused", language, list=strongest_names(result, best, language),
                       factor=factor_name(best, language))
    return message("neuron_factors.title.plain", language)
