"""Which figures an entry may ask for, and with which options."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from gallery.validation.schema.common import Phrase, Strict

FIGURE_KINDS = (
    "tokens", "predictions", "layer_predictions", "rankings", "characters", "watched_words", "attribution",
    "neuron_factors", "factor_responses",
)
"""Kinds of figure, in the order in which an entry's page shows them."""


class At(Strict):
    """A position named by its text: the first token of the `occurrence`-th place where `text` begins."""

    text: Phrase
    occurrence: int = Field(1, ge=1)


class Word(Strict):
    """Tokens named by their text: all that hold a part of the `occurrence`-th place where `word` stands."""

    word: Phrase
    occurrence: int = Field(1, ge=1)


Position = Annotated[int, Field(ge=1)] | At
"""A token position counted from 0, start tokens included, or the text that begins there."""


def _kind_of_target(value: Any) -> str | None:
    if isinstance(value, (At, Word)):
        return type(value).__name__
    if isinstance(value, dict):
        return "Word" if "word" in value else "At" if "text" in value else None
    return "int"


AttributionTarget = Annotated[
    Annotated[int, Field(ge=1), Tag("int")] | Annotated[At, Tag("At")] | Annotated[Word, Tag("Word")],
    Discriminator(_kind_of_target),
]
"""What is explained as one: the token at a position, or all tokens of a word. Tags are the names of the types."""


class LayerPredictionsOptions(Strict):
    position: Position | None = None
    layer: int | None = Field(None, ge=0)
    top_k: int = Field(10, ge=1, le=50)


class CharactersOptions(Strict):
    top_k: int = Field(10, ge=1, le=50)


class WatchedWordsOptions(Strict):
    words: Annotated[tuple[Phrase, ...], Field(min_length=1, max_length=8)]
    position: Position | None = None


class AttributionOptions(Strict):
    methods: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)] | None = None
    target: Literal["log_probability", "probability", "logit", "contrast"] = "log_probability"
    foil: Phrase | None = None
    baseline: Literal["zero", "mean", "padding", "sampled"] | None = None
    n_steps: int | None = Field(None, ge=1, le=1024)
    targets: Annotated[tuple[AttributionTarget, ...], Field(min_length=1, max_length=1000)] | None = None
    receipt: bool = True


class NeuronFactorsOptions(Strict):
    n_components: Annotated[
        tuple[Annotated[int, Field(ge=1, le=32)], ...], Field(min_length=1, max_length=32)
    ] = (4, 6, 8)
    layers: tuple[int, int] | Literal["all", "early", "middle", "late"] | None = None
    seed: int | None = Field(None, ge=0, le=2**32 - 1)


class FactorResponsesOptions(Strict):
    rules: Annotated[tuple[str, ...], Field(max_length=12)] = ()


class FigureOptions(Strict):
    """Which figures an entry has: a kind set to null is left out; watched words are there once named."""

    layer_predictions: LayerPredictionsOptions | None = LayerPredictionsOptions()
    rankings: Strict | None = Strict()
    characters: CharactersOptions | None = CharactersOptions()
    watched_words: WatchedWordsOptions | None = None
    attribution: AttributionOptions | None = AttributionOptions()
    neuron_factors: NeuronFactorsOptions | None = NeuronFactorsOptions()
    factor_responses: FactorResponsesOptions | None = FactorResponsesOptions()
