"""Title, caption, alternative text and convention of a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lmviz.figures import (
    attribution_words,
    character_words,
    comparison_words,
    factor_response_words,
    factor_words,
    labels,
    lead_words,
    lens_words,
    notation,
    receipt_words,
    similarity_words,
    titles,
    training_words,
    trust_words,
)
from lmviz.figures.attribution_words import method_name
from lmviz.figures.factor_names import factor_name
from lmviz.figures.messages import Language, message, quoted
from lmviz.figures.standing import standing
from lmviz.figures.targets import target_row
from lmviz.figures.titles import Thresholds, layer_name, name
from lmviz.results import (
    Attribution,
    AttributionReceipt,
    CharacterLens,
    LayerPredictions,
    MethodTrust,
    NeuronFactors,
    Rankings,
    Result,
    TokenProbabilities,
    WatchedWords,
)

__all__ = ["Description", "Thresholds", "context", "describe", "layers_in_words", "method_name", "place"]


@dataclass(frozen=True)
class Description:
    """The words around a figure: what is to be seen, how to read it, the same without seeing it, how it is defined."""

    title: str
    caption: str
    alternative: str
    convention: str


def describe(
    kind: str,
    results: Result | Mapping[str, Result] | MethodTrust,
    language: Language,
    *,
    position: int | None = None,
    layer: int | None = None,
    names: Mapping[str, str] | None = None,
    factor_names: Sequence[str | None] | None = None,
) -> Description:
    """The words of one figure.

    Args:
        kind: kind of figure, ``"tokens"`` to ``"neuron_factors"``, ``"attribution_receipt"``, ``"method_agreement"``,
            ``"method_trust"``, ``"layer_similarity"``, or one that compares models (``"compare_…"``) or two texts
            (``"pair_…"``) or follows a training (``"training_…"``).
        results: what the figure shows; a mapping by method or number of components speaks of its first, and of the
            `AttributionReceipt` in it.
        position: position shown; by default the first of the continuation.
        layer: layer shown, for ``"predictions"``; by default the last.
        names: what readers see in place of the keys of ``results``, in figures that compare, or of the models' names.
        factor_names: the label proposed for each factor of the model, or None, for ``"factor_responses"``.

    Raises:
        ValueError: for an unknown kind or a position or layer that the result does not have.
    """
    if kind in comparison_words.KINDS:
        return Description(*comparison_words.describe(kind, results, language, position, layer, names))
    if kind in training_words.KINDS:
        return Description(*training_words.describe(kind, results, language, position))
    if kind == "layer_similarity":
        return Description(*similarity_words.layer_similarity(results, language, names))
    if kind in _COMPARE:
        return Description(*_COMPARE[kind](results, language))
    if kind not in _DESCRIBE and kind != "factor_responses":
        known = ", ".join([*_DESCRIBE, "factor_responses", *_COMPARE, "layer_similarity", *comparison_words.KINDS,
                           *training_words.KINDS])
        raise ValueError(f"no figure is of kind {kind!r}; known: {known}")
    shown = results if isinstance(results, Mapping) else {"": results}
    result = next(iter(shown.values()))
    if position is None:
        position = labels.default_position(result.tokens)
    elif not 0 <= position <= len(result.tokens):
        raise ValueError(f"position {position} lies outside the text of {len(result.tokens)} tokens")
    if kind == "factor_responses":
        return Description(*factor_response_words.describe(result, language, factor_names))
    return _DESCRIBE[kind](shown if kind == "attribution" else result, language, position, layer)


def place(result: Result, position: int, language: Language) -> str:
    """Where a prediction is made, in words: what stands before it and its number."""
    return message("predictions.before", language, context=quoted(context(result, position, language), language),
                   position=position)


def context(result: Result, position: int, language: Language, length: int = 10) -> str:
    """The last characters before ``position``."""
    text = labels.visible("".join(result.tokens.texts[:position]))
    return ("…" if len(text) > length else "") + text[-length:]


def layers_in_words(layers: np.ndarray, language: Language) -> str:
    """The range of layers a result was taken from."""
    first, last = int(layers[0]), int(layers[-1])
    if first == last:
        return message("neuron_factors.layer_one", language, first=first)
    return message("neuron_factors.layer_range", language, first=first, last=last)


def watched_words_alternative(
    result: WatchedWords, language: Language, quantity: Literal["log_probability", "place", "rank"]
) -> str:
    """The picture of one quantity in words, where the lead changes included; for ranks, of the words that have one."""
    words = [quoted(labels.visible(word), language) for word in result.words]
    listed = message("list.separator", language)
    if quantity == "log_probability":
        logs = result.log_probabilities[:, -1]
        found = [(words[i], notation.nats(float(logs[i]))) for i in np.argsort(-logs, kind="stable")]
    else:
        numbers = (result.ranks if quantity == "rank" else lead_words.places(result))[:, -1]
        found = [(words[i], notation.rank(numbers[i])) for i in np.argsort(numbers, kind="stable") if numbers[i] > 0]
    key = "alternative" if quantity == "log_probability" else f"alternative_{quantity}"
    said = [message(f"watched_words.{key}", language, place=place(result, result.position, language),
                    list=_listed(found, language))]
    changes = [message("watched_words.change", language, layer=layer_name(layer, language), before=words[before],
                       after=words[after]) for layer, before, after in lead_words.lead_changes(result)]
    if changes:
        said.append(message("watched_words.alternative_changes", language, list=listed.join(changes)))
    return ("" if language == "ja" else " ").join(said)


def _listed(pairs: list[tuple[str, str]], language: Language) -> str:
    return message("list.separator", language).join(
        message("list.item", language, token=token, value=value) for token, value in pairs
    ) or "–"


def _tokens(result: TokenProbabilities, language: Language, position: int, layer: int | None) -> Description:
    logs, texts, split = result.log_probabilities, result.tokens.texts, result.tokens.n_prompt
    known = np.flatnonzero(np.isfinite(logs))
    low = int(known[np.argmin(logs[known])]) if known.size else None
    return Description(
        titles.tokens(result, language),
        message("tokens.caption", language),
        message("tokens.alternative", language, count=len(texts), prompt=labels.visible("".join(texts[:split])),
                continuation=labels.visible("".join(texts[split:])),
                median="–" if low is None else notation.percent(float(np.median(logs[known]))),
                lowest="–" if low is None else notation.percent(logs[low]),
                token="–" if low is None else name(result, low, language)),
        message("tokens.convention", language),
    )


def _lens_convention(result: LayerPredictions, language: Language) -> str:
    return message("predictions.convention" if result.final_norm else "predictions.convention_raw", language)


def _predictions(result: LayerPredictions, language: Language, position: int, layer: int | None) -> Description:
    n_layers = result.token_ids.shape[0]
    layer = n_layers - 1 if layer is None else layer
    if not 0 <= layer < n_layers:
        raise ValueError(f"layer {layer} lies outside the model's {n_layers} layers, counted from 0")
    rows = titles.candidates(result, layer, position, language)
    return Description(
        titles.predictions(result, language, position, layer),
        message("predictions.caption", language),
        message("predictions.alternative", language, layer=layer_name(layer, language),
                place=place(result, position, language),
                list=_listed([(token, notation.percent(log)) for token, log in rows[:5]], language)),
        _lens_convention(result, language),
    )


def _layer_predictions(result: LayerPredictions, language: Language, position: int, layer: int | None) -> Description:
    firsts = [titles.candidates(result, index, position, language)[:1] for index in range(result.token_ids.shape[0])]
    listed = [(layer_name(index, language), row[0][0]) for index, row in enumerate(firsts) if row]
    return Description(
        titles.layer_predictions(result, language, position),
        message("layer_predictions.caption", language),
        message("layer_predictions.alternative", language, place=place(result, position, language),
                list=_listed(listed, language)),
        _lens_convention(result, language),
    )


def _rankings(result: Rankings, language: Language, position: int, layer: int | None) -> Description:
    return Description(
        lens_words.title(result, language), lens_words.caption(result, language),
        lens_words.alternative(result, language), lens_words.convention(result, language),
    )


def _characters(result: CharacterLens, language: Language, position: int, layer: int | None) -> Description:
    return Description(
        character_words.title(result, language), character_words.caption(language),
        character_words.alternative(result, language), character_words.convention(result, language),
    )


def _watched_words(result: WatchedWords, language: Language, position: int, layer: int | None) -> Description:
    used = message("list.separator", language).join(
        message("watched_words.used", language, word=quoted(labels.visible(word), language),
                tokens=" + ".join(labels.visible(t) for t in texts))
        for word, texts in zip(result.words, result.word_token_texts, strict=True)
    )
    convention = [message("watched_words.convention", language, words=used)]
    if len(result.words) > 1:
        convention.append(message("watched_words.convention_lead", language, lead=Thresholds.LEAD))
    return Description(
        lead_words.title(result, language),
        message("watched_words.caption", language, place=place(result, result.position, language)),
        watched_words_alternative(result, language, "log_probability"),
        ("" if language == "ja" else " ").join(convention),
    )


def _attribution(results: Mapping[str, Result], language: Language, position: int, layer: int | None) -> Description:
    result = next(item for item in results.values() if isinstance(item, Attribution))
    receipt = next((item for item in results.values() if isinstance(item, AttributionReceipt)), None)
    parts = [attribution_words.alternative(result, language, position)]
    conventions = [attribution_words.convention(result, language)]
    if receipt is not None:
        row = target_row(receipt, int(result.target_positions[target_row(result, position)]))
        parts.append(receipt_words.verdict(receipt, standing(receipt), result.method, row, language))
        conventions.append(receipt_words.convention(receipt, language))
    return Description(
        attribution_words.title(result, language, position),
        attribution_words.caption(result, language, with_receipt=receipt is not None),
        attribution_words.sentences(parts, language),
        attribution_words.sentences(conventions, language),
    )


def _attribution_receipt(result: AttributionReceipt, language: Language, position: int, layer: int | None
                         ) -> Description:
    found, row, method = standing(result), target_row(result, position), result.methods[0]
    return Description(
        receipt_words.verdict(result, found, method, row, language),
        message("attribution_receipt.caption", language),
        receipt_words.alternative(result, found, method, row, language),
        receipt_words.convention(result, language),
    )


def _neuron_factors(result: NeuronFactors, language: Language, position: int, layer: int | None) -> Description:
    count = result.activations.shape[0]
    listed = message("list.separator", language).join(
        message("neuron_factors.alternative_one", language, factor=factor_name(f, language),
                list=titles.strongest_names(result, f, language) or "–")
        for f in range(count)
    )
    convention = message(
        "neuron_factors.convention", language, count=count, layers=layers_in_words(result.layers, language),
        explained=notation.share(result.explained), raw=notation.share(result.explained_raw),
        negatives=message("neuron_factors.negatives_gated", language) if result.gated else message(
            "neuron_factors.negatives_clipped", language, clipped=notation.share(result.clipped_share)),
    )
    if not result.converged:
        convention += (" " if language == "en" else "") + message("neuron_factors.not_converged", language)
    return Description(
        titles.neuron_factors(result, language), message("neuron_factors.caption", language),
        message("neuron_factors.alternative", language, count=count, list=listed), convention,
    )


_DESCRIBE: dict[str, Callable[[Any, Language, int, int | None], Description]] = {
    "tokens": _tokens,
    "predictions": _predictions,
    "layer_predictions": _layer_predictions,
    "rankings": _rankings,
    "characters": _characters,
    "watched_words": _watched_words,
    "attribution": _attribution,
    "attribution_receipt": _attribution_receipt,
    "neuron_factors": _neuron_factors,
}

_COMPARE: dict[str, Callable[[Any, Language], tuple[str, str, str, str]]] = {
    "method_agreement": trust_words.method_agreement,
    "method_trust": trust_words.method_trust,
    "model_factors": factor_words.model_factors,
}
